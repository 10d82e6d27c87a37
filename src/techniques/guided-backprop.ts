/**
 * The gradient, of which only what is positive passes rectifiers that were on.
 *
 *     R ← 1[x > 0] · 1[R > 0] · R   at every Relu, Clip from 0, LeakyRelu, PRelu and ThresholdedRelu; the derivative everywhere else
 *
 * Values (N,C,H,W), signed. Cost: one forward and one backward pass. Source: Springenberg et al. 2014.
 * The map is sharp but changes little with the class or the upper layers' weights (Adebayo et al. 2018): it shows edges the model sees.
 */
import { ruledGradient } from './ruled-gradient.ts';

export const guidedBackprop = ruledGradient({
  id: 'guided-backprop',
  title: 'Guided Backpropagation',
  summary: 'Fine detail that excites the network; sharp, but nearly the same for every class',
  citation: {
    authors: 'Springenberg et al.', year: 2014, url: 'https://arxiv.org/abs/1412.6806', title: 'Striving for Simplicity: The All Convolutional Net',
  },
}, 'guided');
