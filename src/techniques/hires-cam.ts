/**
 * High-resolution class activation mapping: the gradient is not averaged over positions.
 *
 *     map = ReLU( Σ_k g·A_k )
 *
 * A_k, g (h,w): channel k of the layer's activation and ∂s_c/∂A_k. Values (N,1,h,w) at the layer's resolution, in units of the score;
 * without the ReLU they add up to the score where what follows the layer is linear.
 * Cost: as Grad-CAM. Source: Draelos and Carin 2020.
 */
import * as z from 'zod';
import { camTechnique, channelSum, reluParameter } from './cam.ts';

export const hiresCam = camTechnique({
  id: 'hires-cam',
  title: 'HiResCAM',
  summary: 'Grad-CAM with the gradient of each position instead of its mean: only what the layer really contributed',
  citation: {
    authors: 'Draelos, Carin', year: 2020, url: 'https://arxiv.org/abs/2011.08891',
    title: 'Use HiResCAM instead of Grad-CAM for faithful explanations of convolutional neural networks',
  },
  unit: 'score',
  parameters: z.object({ relu: reluParameter }),
}, (b, activation, gradient) => channelSum(b, b.add('Mul', [gradient, activation])));
