/**
 * Class activation mapping that also serves early layers, with a weight for each position.
 *
 *     map = ReLU( Σ_k ReLU(g)·A_k )
 *
 * A_k, g (h,w): channel k of the layer's activation and ∂s_c/∂A_k. Values (N,1,h,w) at the layer's resolution, in units of the score.
 * Cost: as Grad-CAM. Source: Jiang et al. 2021.
 */
import * as z from 'zod';
import { camTechnique, channelSum, reluParameter } from './cam.ts';

export const layerCam = camTechnique({
  id: 'layer-cam',
  title: 'LayerCAM',
  summary: 'Activations weighted by the positive gradient of each position; fine maps from early layers',
  citation: {
    authors: 'Jiang et al.', year: 2021, url: 'https://doi.org/10.1109/TIP.2021.3089943',
    title: 'LayerCAM: Exploring Hierarchical Class Activation Maps for Localization',
  },
  unit: 'score',
  parameters: z.object({ relu: reluParameter }),
}, (b, activation, gradient) => channelSum(b, b.add('Mul', [b.add('Relu', [gradient]), activation])));
