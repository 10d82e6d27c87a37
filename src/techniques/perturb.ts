/** Steps of attacks, and the balls that they keep to. All change `values` in place. */
import { euclideanDistance, euclideanNorm } from '../metrics/distance.ts';

/** values += length · sign(direction), for directions in which every number may move equally far. */
export function signStep(values: Float32Array, direction: Float32Array, length: number): void {
  for (let i = 0; i < values.length; i++) values[i] += length * Math.sign(direction[i]);
}

/** values += length · direction / ‖direction‖₂; a direction of zeros is none. */
export function normStep(values: Float32Array, direction: Float32Array, length: number): void {
  const norm = euclideanNorm(direction);
  if (norm === 0) return;
  for (let i = 0; i < values.length; i++) values[i] += (length / norm) * direction[i];
}

/** Brings every value within `radius` of the centre's. */
export function projectMaximum(values: Float32Array, centre: Float32Array, radius: number): void {
  for (let i = 0; i < values.length; i++) values[i] = Math.min(Math.max(values[i], centre[i] - radius), centre[i] + radius);
}

/** Brings the values within Euclidean distance `radius` of the centre, along the line to it. */
export function projectEuclidean(values: Float32Array, centre: Float32Array, radius: number): void {
  const share = Math.min(1, radius / euclideanDistance(values, centre));
  for (let i = 0; i < values.length; i++) values[i] = centre[i] + share * (values[i] - centre[i]);
}
