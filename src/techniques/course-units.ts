/**
 * The units in which courses publish weights and step sizes: pixels from 0 to 1 less ImageNet's mean, over its standard deviation. Style
 * transfer, classic visualization and fooling by ascent work in them whatever input a model takes, so that a weight or a step size means
 * the same for every model.
 */
import type { Tensor } from '../graph/graph.ts';
import { normalisation } from '../pictures/preprocess.ts';
import type { Preprocessing } from '../protocol/preprocessing.ts';
import { eachChannel, type PixelRange } from './pixel-range.ts';

/** model input = scale · course + shift, for each of the model's channels; and what black and white are in course units. */
export interface CourseUnits {
  readonly scale: readonly number[];
  readonly shift: readonly number[];
  readonly colours: readonly Colour[];
  readonly ranges: readonly PixelRange[];
}

/** Mean and standard deviation of a channel over ImageNet, pixels from 0 to 1; and its share of luminance (ITU-R 601). */
interface Colour {
  readonly mean: number;
  readonly std: number;
  readonly share: number;
}

const red: Colour = { mean: 0.485, std: 0.229, share: 0.299 };
const green: Colour = { mean: 0.456, std: 0.224, share: 0.587 };
const blue: Colour = { mean: 0.406, std: 0.225, share: 0.114 };
const grey: Colour = { mean: 0.449, std: 0.226, share: 1 };
const channelColours: Readonly<Record<Preprocessing['channels'], readonly Colour[]>> = {
  rgb: [red, green, blue], bgr: [blue, green, red], grey: [grey], rgba: [red, green, blue, { ...grey, share: 0 }],
};

/** Differences that come from rounding alone do not keep a model's units from being the course's. */
const rounding = 1e-6;

export function courseUnits(preprocessing: Preprocessing): CourseUnits {
  const colours = channelColours[preprocessing.channels];
  const affine = colours.map(({ mean, std }, c) => {
    const own = normalisation(preprocessing, c);
    const [scale, shift] = [255 * preprocessing.scale * std / own.std, (255 * preprocessing.scale * mean - own.mean) / own.std];
    return { scale: Math.abs(scale - 1) < rounding ? 1 : scale, shift: Math.abs(shift) < rounding ? 0 : shift };
  });
  return {
    scale: affine.map(({ scale }) => scale), shift: affine.map(({ shift }) => shift), colours,
    ranges: colours.map(({ mean, std }) => ({ low: -mean / std, high: (1 - mean) / std })),
  };
}

/** A model input in course units. */
export function toCourse(input: Tensor, { scale, shift }: CourseUnits): Float32Array {
  return converted(input, (value, c) => (value - shift[c]) / scale[c]);
}

/** A picture in course units as a model input. */
export function fromCourse(picture: Float32Array, dims: readonly number[], { scale, shift }: CourseUnits): Tensor {
  const data = converted({ type: 'float32', dims, data: picture }, (value, c) => value * scale[c] + shift[c]);
  return { type: 'float32', dims, data };
}

function converted(input: Tensor, convert: (value: number, channel: number) => number): Float32Array {
  const data = Float32Array.from(input.data as Float32Array);
  eachChannel({ ...input, data }, (values, channel) => {
    for (let i = 0; i < values.length; i++) values[i] = convert(values[i], channel);
  });
  return data;
}
