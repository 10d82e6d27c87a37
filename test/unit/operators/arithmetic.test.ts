import assert from 'node:assert/strict';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import type { Dim } from '../../../src/graph/graph.ts';
import { N } from '../../../src/graph/graph.ts';
import type { OperatorCase } from './gradient-check.ts';
import { awayFrom, checkEvaluate, checkGradient, checkShapes, distinct, integers, uniform } from './gradient-check.ts';

const shape = [N, 3, 5];
const positive = uniform(0.5, 2);
const nonZero = awayFrom([0], -2, 2);

const cases: readonly OperatorCase[] = [
  { op: 'Add', inputs: [{ shape }, { shape: [5] }] },
  { op: 'Add', inputs: [{ shape: [1, 3, 1] }, { shape }] },
  { op: 'Sub', inputs: [{ shape }, { shape: [3, 1] }] },
  { op: 'Sub', inputs: [{ shape: [] }, { shape }] },
  { op: 'Mul', inputs: [{ shape }, { shape: [N, 1, 5] }] },
  { op: 'Mul', inputs: [{ shape }, { shape: [], constant: true }] },
  { op: 'Div', inputs: [{ shape }, { shape, values: positive }] },
  { op: 'Div', inputs: [{ shape: [3, 1] }, { shape, values: uniform(-2, -0.5) }] },
  { op: 'Pow', inputs: [{ shape }, { shape: [], constant: true, values: [2] }] },
  { op: 'Pow', inputs: [{ shape }, { shape: [], constant: true, values: [3] }] },
  { op: 'Pow', inputs: [{ shape, values: positive }, { shape: [1], constant: true, values: [-0.5] }] },
  { op: 'Pow', inputs: [{ shape, values: positive }, { shape: [5] }] },
  { op: 'Pow', inputs: [{ shape }, { shape: [5], type: 'int64', constant: true, values: [1, 2, 3, 4, 5] }] },
  { op: 'Mod', inputs: [{ shape, values: (random, count) => Float64Array.from({ length: count }, () => Math.floor(random() * 9 - 4) * 2 + 0.5 + random()) },
    { shape: [], constant: true, values: [2] }], attributes: { fmod: 1 } },
  { op: 'Mod', inputs: [{ shape, values: uniform(3.3, 3.5), differentiate: false }, { shape: [5], values: uniform(1.3, 1.55) }], attributes: { fmod: 1 } },
  { op: 'Sum', inputs: [{ shape }, { shape: [5] }, { shape: [3, 1] }] },
  { op: 'Mean', inputs: [{ shape }, { shape: [1, 3, 1] }, { shape }, { shape: [] }] },
  { op: 'Max', inputs: [{ shape, values: awayFrom([0], -1, 1) }, { shape: [], constant: true, values: [0] }] },
  { op: 'Max', inputs: [{ shape: [2, 3, 5], values: distinct }] },
  { op: 'Max', inputs: [{ shape, values: distinct }, { shape, values: distinct }], seed: 5 },
  { op: 'Min', inputs: [{ shape: [5], values: [-1, 0, 1, 2, 3] }, { shape, values: (_, count) => Float64Array.from({ length: count }, (__, i) => (i * 7) % 5 - 0.5) }] },
  { op: 'Neg', inputs: [{ shape }] },
  { op: 'Abs', inputs: [{ shape, values: nonZero }] },
  { op: 'Sqrt', inputs: [{ shape, values: positive }] },
  { op: 'Reciprocal', inputs: [{ shape, values: positive }] },
  { op: 'Exp', inputs: [{ shape }] },
  { op: 'Log', inputs: [{ shape, values: positive }] },
  { op: 'Sin', inputs: [{ shape, values: uniform(-4, 4) }] },
  { op: 'Cos', inputs: [{ shape, values: uniform(-4, 4) }] },
  ...['Floor', 'Ceil', 'Sign'].map((op): OperatorCase => ({ op, inputs: [{ shape, values: awayFrom([-1, 0, 1], -1.6, 1.6) }] })),
  { op: 'Round', inputs: [{ shape, values: awayFrom([-0.5, 0.5], -1.3, 1.3) }] },
];

describe('arithmetic', () => {
  for (const test of cases) {
    it(`${test.op} of ${test.inputs.map((input) => JSON.stringify(input?.shape)).join(' and ')}: shape and gradient`, async () => {
      await checkShapes(test);
      await checkGradient(test);
    });
  }

  it('three operands of Max and Min, of which another is extreme each time', async () => {
    // A permutation of values 0.3 apart, dealt to the three operands.
    const dealt = (offset: number) => (_: unknown, count: number): Float64Array => (
      Float64Array.from({ length: count }, (__, i) => 0.3 * ((3 * i * 7 + offset * 11) % (3 * count + 1))));
    for (const op of ['Max', 'Min']) await checkGradient({ op, inputs: [0, 1, 2].map((offset) => ({ shape: [2, 3, 4], values: dealt(offset) })) });
  });

  for (const op of ['Add', 'Sub', 'Mul', 'Div', 'Pow', 'Sum', 'Mean', 'Max', 'Min']) {
    it(`${op} of constants`, async () => {
      await checkEvaluate({ op, inputs: [{ shape: [4, 1, 5], values: positive }, { shape: [3, 1], values: nonZero }] }, 1e-6);
    });
  }

  for (const op of ['Neg', 'Abs', 'Sqrt', 'Reciprocal', 'Exp', 'Log', 'Sin', 'Cos', 'Floor', 'Ceil', 'Round', 'Sign']) {
    it(`${op} of a constant`, () => checkEvaluate({ op, inputs: [{ shape: [3, 20], values: uniform(0.1, 4) }] }));
  }

  it('Round takes halves to the even number', () => checkEvaluate({ op: 'Round', inputs: [{ shape: [6], values: [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5] }] }));

  it('division and remainder of whole numbers', async () => {
    const whole = { shape: [40], type: 'int64' as const, values: integers(-9, 9) };
    const divisor = { shape: [], type: 'int64' as const, values: [4] };
    await checkEvaluate({ op: 'Div', inputs: [whole, divisor] });
    await checkEvaluate({ op: 'Mod', inputs: [whole, divisor] });
    await checkEvaluate({ op: 'Mod', inputs: [whole, { ...divisor, values: [-4] }] });
    await checkEvaluate({ op: 'Mod', inputs: [whole, divisor], attributes: { fmod: 1 } });
  });
});

describe('arithmetic on sizes', () => {
  /** Entries of the result for the sizes [N, 6, 2N] and one number. */
  function sizes(op: string, operand: Dim, swapped = false): readonly Dim[] | undefined {
    const b = new GraphBuilder();
    const known = b.add('Shape', [b.input('x', 'float32', [N, 6, { batch: 2 }])]);
    const other = typeof operand === 'number'
      ? b.constant({ type: 'int64', dims: [1], data: BigInt64Array.of(BigInt(operand)) })
      : b.add('Shape', [b.input('y', 'float32', [operand])]);
    return b.dims(b.add(op, swapped ? [other, known] : [known, other]));
  }

  it('multiples of the batch are added, multiplied and divided where they stay such', () => {
    assert.deepEqual(sizes('Mul', 4), [{ batch: 4 }, 24, { batch: 8 }]);
    assert.deepEqual(sizes('Mul', 0), [0, 0, 0]);
    assert.deepEqual(sizes('Div', 1), [N, 6, { batch: 2 }]);
    assert.deepEqual(sizes('Add', 0), [N, 6, { batch: 2 }]);
    assert.equal(sizes('Add', 1), undefined);
    assert.equal(sizes('Div', 2), undefined);
    assert.equal(sizes('Mul', -1), undefined);
    assert.equal(sizes('Mul', N), undefined);
    assert.equal(sizes('Sub', 6, true), undefined);
  });

  it('a multiple of the batch is at least that many', () => {
    assert.deepEqual(sizes('Max', 1), [N, 6, { batch: 2 }]);
    assert.deepEqual(sizes('Min', 1), [1, 1, 1]);
    assert.equal(sizes('Max', 2), undefined);
    assert.deepEqual(sizes('Mod', 1), [0, 0, 0]);
  });

  it('sizes scaled in floating point and brought back are sizes', () => {
    const b = new GraphBuilder();
    const known = b.add('Cast', [b.add('Shape', [b.input('x', 'float32', [N, 3, 7, 9])])], { to: 1 });
    const factors = b.constant({ type: 'float32', dims: [4], data: Float32Array.of(1, 1, 2, 1.5) });
    const scaled = b.add('Cast', [b.add('Floor', [b.add('Mul', [known, factors])])], { to: 7 });
    assert.deepEqual(b.dims(scaled), [N, 3, 14, 13]);
  });
});
