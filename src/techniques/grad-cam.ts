/**
 * Gradient-weighted class activation mapping.
 *
 *     map = ReLU( Σ_k w_k · A_k ),   w_k = mean over positions of ∂s_c/∂A_k
 *
 * A_k (h,w): channel k of the layer's activation. Values (N,1,h,w) at the layer's resolution, in units of the score times activation.
 * Cost: one forward pass and the part of the backward pass that lies behind the layer.
 * Source: Selvaraju et al. 2017.
 */
import * as z from 'zod';
import { camTechnique, reluParameter, weightedSum } from './cam.ts';

export const gradCam = camTechnique({
  id: 'grad-cam',
  title: 'Grad-CAM',
  summary: 'Which regions, at the resolution of a deep layer, raise the score of a class',
  citation: {
    authors: 'Selvaraju et al.', year: 2017, url: 'https://arxiv.org/abs/1610.02391',
    title: 'Grad-CAM: Visual Explanations from Deep Networks via Gradient-based Localization',
  },
  unit: 'score · activation',
  parameters: z.object({ relu: reluParameter }),
}, (b, activation, gradient) => weightedSum(b, b.add('GlobalAveragePool', [gradient]), activation));
