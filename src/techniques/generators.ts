/** All generators, in the order of menus and help. A new one is a file and a line here. */
import { ascent } from './ascent.ts';
import { classVisualization } from './class-visualization.ts';
import { deepDream } from './deep-dream.ts';
import { deepFool } from './deep-fool.ts';
import { fgsm } from './fgsm.ts';
import { fromNoise } from './from-noise.ts';
import { pgd } from './pgd.ts';
import type { Generator } from './generator.ts';
import { styleTransfer } from './style-transfer.ts';

/** A generator parses its own parameters, so that the list need not know their types. */
export const generators: readonly Generator[] = [
  classVisualization,
  deepDream,
  pgd,
  ascent,
  fgsm,
  deepFool,
  fromNoise,
  styleTransfer,
] as unknown as readonly Generator[];
