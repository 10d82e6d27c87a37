/**
 * Guided backpropagation where Grad-CAM finds the class.
 *
 *     values = guided backpropagation · upsampled ReLU(Grad-CAM)
 *
 * Values (N,C,H,W), signed. Cost: that of both. Source: Selvaraju et al. 2017.
 */
import * as z from 'zod';
import { gradCam } from './grad-cam.ts';
import { guidedBackprop } from './guided-backprop.ts';
import { rulePresets, ruleParameters } from './ruled-activations.ts';
import type { Technique } from './technique.ts';
import { Upsampler } from './upsample.ts';

const parameters = z.object({
  upsampling: z.enum(['nearest', 'bilinear']).default('nearest').meta({
    title: 'Upsampling', description: 'How the map gets to the resolution of the input',
    choices: { nearest: 'Blocks, as in Captum', bilinear: 'Smooth' },
  }),
  ...ruleParameters,
});

export const guidedGradCam: Technique<typeof parameters> = {
  id: 'guided-grad-cam',
  title: 'Guided Grad-CAM',
  family: 'attribution',
  summary: 'The fine detail of guided backpropagation, only where Grad-CAM finds the class',
  citation: gradCam.citation,
  needs: { class: true, layer: true, secondPicture: false },
  values: { signed: true, unit: 'score² · activation per unit of input', resolution: 'input' },
  parameters,
  presets: rulePresets,
  async run(context) {
    const { model: { input }, layer, parameters: { upsampling, ...rule } } = context;
    const fine = await guidedBackprop.run({ ...context, parameters: rule });
    const coarse = await gradCam.run({ ...context, parameters: { relu: true } });
    const upsampler = new Upsampler(layer!.map, input, upsampling);
    const [plane, cells] = [input.height * input.width, layer!.map.height * layer!.map.width];
    const weights = new Float32Array(plane);
    const values = (fine.values.data as Float32Array).slice();
    for (let n = 0; n < context.classes.length; n++) {
      upsampler.resize((coarse.values.data as Float32Array).subarray(n * cells, (n + 1) * cells), weights);
      const start = n * input.channels * plane;
      for (let i = 0; i < input.channels * plane; i++) values[start + i] *= weights[i % plane];
    }
    return { values: { ...fine.values, data: values }, logits: fine.logits, notes: [...fine.notes, ...coarse.notes] };
  },
};
