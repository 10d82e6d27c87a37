/** All techniques, in the order of menus and help. A new one is a file and a line here. */
import { deconvnet } from './deconvnet.ts';
import { deepLift } from './deep-lift.ts';
import { gradCam } from './grad-cam.ts';
import { gradCamPlusPlus } from './grad-cam-plus-plus.ts';
import { guidedBackprop } from './guided-backprop.ts';
import { guidedGradCam } from './guided-grad-cam.ts';
import { hiresCam } from './hires-cam.ts';
import { inputXGradient } from './input-x-gradient.ts';
import { integratedGradients } from './integrated-gradients.ts';
import { layerActivation } from './layer-activation.ts';
import { layerCam } from './layer-cam.ts';
import { layerConductance } from './layer-conductance.ts';
import { layerGradientXActivation } from './layer-gradient-x-activation.ts';
import { occlusion } from './occlusion.ts';
import { rise } from './rise.ts';
import { saliency } from './saliency.ts';
import { scoreCam } from './score-cam.ts';
import { smoothGrad } from './smooth-grad.ts';
import type { Technique } from './technique.ts';

/** A technique parses its own parameters, so that the list need not know their types. */
export const techniques: readonly Technique[] = [
  gradCam,
  saliency,
  gradCamPlusPlus,
  hiresCam,
  layerCam,
  scoreCam,
  inputXGradient,
  integratedGradients,
  smoothGrad,
  guidedBackprop,
  deconvnet,
  guidedGradCam,
  deepLift,
  occlusion,
  rise,
  layerActivation,
  layerGradientXActivation,
  layerConductance,
] as unknown as readonly Technique[];
