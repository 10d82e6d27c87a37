/** Steps of attacks, and the balls that they keep to. All change `values` in place. */

/** values += length · sign(direction), for directions in which every number may move equally far. */
export function signStep(values: Float32Array, direction: Float32Array, length: number): void {
  for (let i = 0; i < values.length; i++) values[i] += length * Math.sign(direction[i]);
}

/** values += length · direction / ‖direction‖₂; a direction of zeros is none. */
export function normStep(values: Float32Array, direction: Float32Array, length: number): void {
  const norm = euclidean(direction);
  if (norm === 0) return;
  for (let i = 0; i < values.length; i++) values[i] += (length / norm) * direction[i];
}

/** Brings every value within `radius` of the centre's. */
export function projectMaximum(values: Float32Array, centre: Float32Array, radius: number): void {
  for (let i = 0; i < values.length; i++) values[i] = Math.min(Math.max(values[i], centre[i] - radius), centre[i] + radius);
}

/** Brings the values within Euclidean distance `radius` of the centre, along the line to it. */
export function projectEuclidean(values: Float32Array, centre: Float32Array, radius: number): void {
  const share = Math.min(1, radius / distance(values, centre));
  for (let i = 0; i < values.length; i++) values[i] = centre[i] + share * (values[i] - centre[i]);
}

export function euclidean(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return Math.sqrt(sum);
}

/** Euclidean. */
export function distance(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return Math.sqrt(sum);
}

/** Largest difference. */
export function maximumDistance(a: Float32Array, b: Float32Array): number {
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i] - b[i]));
  return most;
}
