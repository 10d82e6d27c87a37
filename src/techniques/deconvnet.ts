/**
 * The gradient, of which only what is positive passes rectifiers, whether they were on or not.
 *
 *     R ← 1[R > 0] · R   at every Relu, Clip from 0, LeakyRelu, PRelu and ThresholdedRelu; the derivative everywhere else
 *
 * Values (N,C,H,W), signed. Cost: one forward and one backward pass. Source: Zeiler and Fergus 2014.
 */
import { ruledGradient } from './ruled-gradient.ts';

export const deconvnet = ruledGradient({
  id: 'deconvnet',
  title: 'Deconvolution',
  summary: 'Patterns that would excite the class, projected back to pixels; the ancestor of guided backpropagation',
  citation: {
    authors: 'Zeiler, Fergus', year: 2014, url: 'https://arxiv.org/abs/1311.2901', title: 'Visualizing and Understanding Convolutional Networks',
  },
}, 'deconvnet');
