/** All techniques, in the order of menus and help. A new one is a file and a line here. */
import { gradCam } from './grad-cam.ts';
import { saliency } from './saliency.ts';
import type { Technique } from './technique.ts';

/** A technique parses its own parameters, so that the list need not know their types. */
export const techniques: readonly Technique[] = [gradCam, saliency] as unknown as readonly Technique[];
