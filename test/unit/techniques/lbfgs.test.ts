/** L-BFGS on functions whose minimum is known. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Lbfgs, type Bounds, type Evaluation } from '../../../src/techniques/lbfgs.ts';

type Problem = (x: Float32Array) => Evaluation;

async function minimise(problem: Problem, start: readonly number[], most: number, bounds?: Bounds) {
  let evaluations = 0;
  const evaluate = (x: Float32Array): Promise<Evaluation> => {
    evaluations++;
    return Promise.resolve(problem(x));
  };
  const lbfgs = new Lbfgs(evaluate, bounds);
  let x: Float32Array = Float32Array.from(start);
  let here = await evaluate(x);
  const values = [here.value];
  while (values.length <= most) {
    const taken = await lbfgs.step(x, here);
    if (!taken) break;
    [x, here] = [taken.values, taken.evaluation];
    values.push(here.value);
  }
  return { x, values, evaluations };
}

/** Σ c_i (x_i − m_i)² */
function quadratic(curvatures: readonly number[], middle: readonly number[]): Problem {
  return (x) => ({
    value: x.reduce((sum, value, i) => sum + curvatures[i] * (value - middle[i]) ** 2, 0),
    gradient: x.map((value, i) => 2 * curvatures[i] * (value - middle[i])),
  });
}

const rosenbrock: Problem = ([x, y]) => ({
  value: (1 - x) ** 2 + 100 * (y - x * x) ** 2,
  gradient: Float32Array.of(-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)),
});

describe('L-BFGS', () => {
  it('finds the middle of a quadratic whose axes differ a thousandfold', async () => {
    const middle = [1, -2, 3, 0.5];
    const { x, values } = await minimise(quadratic([1000, 1, 10, 100], middle), [0, 0, 0, 0], 60);
    // Near the minimum float32 values 1e-7 apart have the same sum of squares; the flattest axis decides
    middle.forEach((value, i) => assert.ok(Math.abs(x[i] - value) < 1e-3, `${i}: ${x[i]}`));
    assert.ok(values.length < 60);
  });

  it('walks the valley of Rosenbrock', async () => {
    const { x, evaluations } = await minimise(rosenbrock, [-1.2, 1], 100);
    assert.ok(Math.abs(x[0] - 1) < 1e-2 && Math.abs(x[1] - 1) < 2e-2, x.join());
    // Steepest descent takes thousands
    assert.ok(evaluations < 200, String(evaluations));
  });

  it('never goes up', async () => {
    const { values } = await minimise(rosenbrock, [-1.2, 1], 100);
    values.slice(1).forEach((value, i) => assert.ok(value < values[i]));
  });

  it('says when there is nowhere lower to go', async () => {
    const { values } = await minimise(quadratic([1, 1], [0, 0]), [0, 0], 5);
    assert.deepEqual(values, [0]);
  });

  it('ends at the nearest point of a box', async () => {
    await fc.assert(fc.asyncProperty(
      fc.array(fc.tuple(fc.double({ min: 0.1, max: 50, noNaN: true }), fc.double({ min: -3, max: 3, noNaN: true })), { minLength: 1, maxLength: 6 }),
      async (axes) => {
        const bounds = { low: new Float32Array(axes.length).fill(-1), high: new Float32Array(axes.length).fill(1) };
        const problem = quadratic(axes.map(([curvature]) => curvature), axes.map(([, middle]) => middle));
        const { x } = await minimise(problem, axes.map(() => 0.25), 80, bounds);
        // As above, with curvatures from 0.1 on and values up to 16 · 50 · 6 in float64
        axes.forEach(([, middle], i) => assert.ok(Math.abs(x[i] - Math.min(Math.max(middle, -1), 1)) < 1e-2, `${i}: ${x[i]} for ${middle}`));
      },
    ), { numRuns: 100 });
  });

  it('gives up on a function that is not finite away from where it stands', async () => {
    const cliff: Problem = (x) => (x[0] === 1 ? { value: 1, gradient: Float32Array.of(1) } : { value: NaN, gradient: Float32Array.of(NaN) });
    const { x, values } = await minimise(cliff, [1], 5);
    assert.deepEqual([x[0], values.length], [1, 1]);
  });
});
