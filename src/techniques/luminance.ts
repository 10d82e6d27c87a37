/**
 * Brightness apart from colour, so that a picture can take a style and keep its colours: the style is transferred between brightnesses alone,
 * and the photograph's colours are put back. Pictures are in course units.
 * Source: Gatys et al. 2016, Preserving Color in Neural Artistic Style Transfer.
 */
import type { CourseUnits } from './course-units.ts';

/** Y of the picture, 0..1, one for each position. */
export function luminanceOf(picture: Float32Array, { colours }: CourseUnits): Float32Array {
  const plane = picture.length / colours.length;
  const luminance = new Float32Array(plane);
  colours.forEach(({ mean, std, share }, c) => {
    for (let i = 0; i < plane; i++) luminance[i] += share * (picture[c * plane + i] * std + mean);
  });
  return luminance;
}

/** A picture in shades of grey. */
export function greyPicture(luminance: Float32Array, { colours }: CourseUnits): Float32Array {
  const plane = luminance.length;
  const picture = new Float32Array(colours.length * plane);
  colours.forEach(({ mean, std }, c) => {
    for (let i = 0; i < plane; i++) picture[c * plane + i] = (luminance[i] - mean) / std;
  });
  return picture;
}

/** A luminance with the mean and the deviation of another. */
export function matched(luminance: Float32Array, like: Float32Array): Float32Array {
  const [own, other] = [momentsOf(luminance), momentsOf(like)];
  const factor = own.deviation > 0 ? other.deviation / own.deviation : 0;
  return luminance.map((value) => other.mean + factor * (value - own.mean));
}

function momentsOf(values: Float32Array): { mean: number; deviation: number } {
  let [sum, squares] = [0, 0];
  for (const value of values) sum += value;
  const mean = sum / values.length;
  for (const value of values) squares += (value - mean) ** 2;
  return { mean, deviation: Math.sqrt(squares / values.length) };
}

/** The picture's luminance in the colours of the photograph: those two of YIQ that are not brightness stay as they are. */
export function recoloured(picture: Float32Array, photograph: Float32Array, units: CourseUnits): Float32Array {
  const [wanted, own] = [luminanceOf(picture, units), luminanceOf(photograph, units)];
  const plane = wanted.length;
  const result = new Float32Array(picture.length);
  units.colours.forEach(({ std }, c) => {
    const { low, high } = units.ranges[c];
    for (let i = 0; i < plane; i++) {
      const value = photograph[c * plane + i] + (wanted[i] - own[i]) / std;
      result[c * plane + i] = Math.min(Math.max(value, low), high);
    }
  });
  return result;
}
