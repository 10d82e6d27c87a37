/**
 * Grad-CAM with weights that count every instance of an object.
 *
 *     map = ReLU( Σ_k w_k · A_k ),   w_k = Σ_ij α·ReLU(g),   α = g² / (2g² + (Σ_ab A)·g³ + ε), 0 where that is 0
 *
 * A_k, g (h,w): channel k of the layer's activation and ∂s_c/∂A_k. Values (N,1,h,w) at the layer's resolution.
 * Cost: as Grad-CAM. Source: Chattopadhyay et al. 2018; ε is pytorch-grad-cam's.
 */
import * as z from 'zod';
import { camTechnique, reluParameter, weightedSum } from './cam.ts';

export const gradCamPlusPlus = camTechnique({
  id: 'grad-cam-plus-plus',
  title: 'Grad-CAM++',
  summary: 'Like Grad-CAM, with weights meant to cover several objects of one class',
  citation: {
    authors: 'Chattopadhyay et al.', year: 2018, url: 'https://arxiv.org/abs/1710.11063',
    title: 'Grad-CAM++: Generalized Gradient-based Visual Explanations for Deep Convolutional Networks',
  },
  unit: 'activation',
  parameters: z.object({
    relu: reluParameter,
    epsilon: z.number().min(0).max(1).default(0).meta({
      title: 'Epsilon', description: 'Added to the denominator of α; it outweighs small gradients. The paper has none',
    }),
  }),
  presets: [{ id: 'pytorch-grad-cam', title: 'pytorch-grad-cam', description: 'Adds 1e-6 to the denominator, as that library does', parameters: { epsilon: 1e-6 } }],
}, (b, activation, gradient, { epsilon }) => {
  // Divided by g², so that the squares of small gradients do not vanish: α = 1 / (2 + (Σ A)·g + ε/g²).
  const plain = b.add('Add', [b.scalar(2), b.add('Mul', [b.add('ReduceSum', [activation, b.ints([2, 3])], { keepdims: 1 }), gradient])]);
  const denominator = epsilon === 0 ? plain : b.add('Add', [plain, b.add('Div', [b.scalar(epsilon), b.add('Mul', [gradient, gradient])])]);
  const alpha = b.add('Where', [b.add('Equal', [denominator, b.scalar(0)]), b.scalar(0), b.add('Reciprocal', [denominator])]);
  const weights = b.add('ReduceSum', [b.add('Mul', [alpha, b.add('Relu', [gradient])]), b.ints([2, 3])], { keepdims: 1 });
  return weightedSum(b, weights, activation);
});
