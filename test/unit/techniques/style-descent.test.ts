import assert from 'node:assert/strict';
import { preprocessingSchema } from '../../../src/protocol/preprocessing.ts';
import { Adam } from '../../../src/techniques/adam.ts';
import { courseUnits } from '../../../src/techniques/course-units.ts';
import { AdamDescent, LbfgsDescent, type Evaluate } from '../../../src/techniques/style-descent.ts';

const units = courseUnits(preprocessingSchema.parse({ width: 2, height: 2, channels: 'grey' }));
const pictureOf = (values: readonly number[]) => ({ data: Float32Array.from(values), dims: [1, 1, 2, 2] });

/** Half of the squared distance from a point. */
const distanceFrom = (point: readonly number[]): Evaluate<{ value: number; gradient: Float32Array }> => async (picture) => {
  const gradient = picture.map((value, i) => value - point[i]);
  return { value: gradient.reduce((sum, value) => sum + value * value, 0) / 2, gradient };
};

describe('descents of style transfer', () => {
  it('walk the last steps of Adam with fresh moments, a thirtieth as long, also where a run is gone on with among them', async () => {
    const point = [0.3, -0.2, 0.1, 0.5];
    const [picture, expected] = [pictureOf([1, 0, -1, 0]), Float32Array.of(1, 0, -1, 0)];
    let descent = new AdamDescent(picture, units);
    let adam = new Adam(4);
    for (const [step, last] of [false, false, false, true, true, true].entries()) {
      if (step === 3) adam = new Adam(4);
      if (step === 4) descent = new AdamDescent(picture, units, descent.memory());
      adam.step(expected, expected.map((value, i) => value - point[i]), last ? 0.1 / 30 : 0.1);
      await descent.step(distanceFrom(point), { rate: 0.1, last });
    }
    assert.deepEqual(picture.data, expected);
  });

  it('keep the picture between black and white', async () => {
    const far = distanceFrom([99, -99, 99, -99]);
    const [{ low, high }] = units.ranges;
    const limits = Float32Array.of(high, low, high, low);
    const [one, other] = [pictureOf([0, 0, 0, 0]), pictureOf([0, 0, 0, 0])];
    await new AdamDescent(one, units).step(far, { rate: 50, last: false });
    const descent = new LbfgsDescent(other, units);
    for (let step = 0; step < 5; step++) await descent.step(far);
    assert.deepEqual([one.data, other.data], [limits, limits]);
  });

  it('of L-BFGS follow another sum of losses as soon as they are given it', async () => {
    const picture = pictureOf([1, 0, -1, 0]);
    const descent = new LbfgsDescent(picture, units);
    for (const point of [[0.3, -0.2, 0.1, 0.5], [-0.5, 0.4, 0.2, 0]]) {
      const evaluate = distanceFrom(point);
      let steps = 0;
      while (steps < 20 && await descent.step(evaluate)) steps++;
      assert.ok(steps > 0 && steps < 20, 'it ends at the minimum');
      // Where the value, half of the square, is below what float32 gradients can still tell.
      picture.data.forEach((value, i) => assert.ok(Math.abs(value - point[i]) < 1e-5, `${value} instead of ${point[i]}`));
    }
  });
});
