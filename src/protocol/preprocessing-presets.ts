/** The few ways in which most image models want their numbers, to be tried when a model does not say. */
import type { Preprocessing } from './preprocessing.ts';

export interface PreprocessingPreset {
  readonly title: string;
  readonly values: Pick<Preprocessing, 'channels' | 'scale' | 'mean' | 'std'>;
}

/** Values for models of three channels. */
export const preprocessingPresets: readonly PreprocessingPreset[] = [
  { title: 'ImageNet mean and deviation', values: { channels: 'rgb', scale: 1 / 255, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } },
  { title: '−1 to 1', values: { channels: 'rgb', scale: 1 / 255, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] } },
  { title: '0 to 1', values: { channels: 'rgb', scale: 1 / 255, mean: [0, 0, 0], std: [1, 1, 1] } },
  { title: '0 to 255', values: { channels: 'rgb', scale: 1, mean: [0, 0, 0], std: [1, 1, 1] } },
  { title: 'BGR minus mean (Caffe)', values: { channels: 'bgr', scale: 1, mean: [103.939, 116.779, 123.68], std: [1, 1, 1] } },
];

/**
 * A preset in place of a model's own values; size, fit and interpolation stay. Models of one channel keep it and take the mean over
 * the preset's channels; a fourth channel (alpha) is only scaled to 0..1.
 */
export function applyPreset(base: Preprocessing, { values }: PreprocessingPreset): Preprocessing {
  const average = (list: number[]): number => list.reduce((sum, value) => sum + value, 0) / list.length;
  switch (base.channels) {
    case 'grey': return { ...base, scale: values.scale, mean: [average(values.mean)], std: [average(values.std)] };
    case 'rgba': return { ...base, scale: values.scale, mean: [...values.mean, 0], std: [...values.std, values.scale * 255] };
    default: return { ...base, ...values };
  }
}
