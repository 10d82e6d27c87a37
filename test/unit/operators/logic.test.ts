import assert from 'node:assert/strict';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import type { Dim, ElementType } from '../../../src/graph/graph.ts';
import { N } from '../../../src/graph/graph.ts';
import { numbersOf } from '../../../src/graph/tensor.ts';
import { UnsupportedOperatorError } from '../../../src/protocol/errors.ts';
import { checkEvaluate, checkGradient, checkRewrite, checkShapes, integers, uniform } from './gradient-check.ts';

const shape = [N, 3, 5];
const comparisons = ['Equal', 'Less', 'LessOrEqual', 'Greater', 'GreaterOrEqual'];

describe('logic', () => {
  for (const op of comparisons) {
    it(op, async () => {
      await checkShapes({ op, inputs: [{ shape, type: 'int64', values: integers(0, 3) }, { shape: [3, 1], type: 'int64', values: integers(0, 3) }] });
      await checkEvaluate({ op, inputs: [{ shape: [30], values: integers(0, 2) }, { shape: [30], values: integers(0, 2) }] });
    });
  }

  for (const op of ['And', 'Or', 'Xor']) {
    it(op, async () => {
      const inputs = [{ shape, type: 'bool' as const, values: integers(0, 1) }, { shape: [5], type: 'bool' as const, values: integers(0, 1) }];
      await checkShapes({ op, inputs });
      await checkEvaluate({ op, inputs });
    });
  }

  it('Not, IsNaN and IsInf', async () => {
    await checkEvaluate({ op: 'Not', inputs: [{ shape: [8], type: 'bool', values: integers(0, 1) }] });
    for (const op of ['IsNaN', 'IsInf']) {
      await checkShapes({ op, inputs: [{ shape }] });
      await checkEvaluate({ op, inputs: [{ shape: [4], values: [NaN, 1, Infinity, -Infinity] }] });
    }
    await checkEvaluate({ op: 'IsInf', inputs: [{ shape: [2], values: [Infinity, -Infinity] }], attributes: { detect_negative: 0 } });
  });

  it('Where: shape, gradients of both sides, constants', async () => {
    const condition = { shape, type: 'bool' as const, values: integers(0, 1) };
    await checkShapes({ op: 'Where', inputs: [condition, { shape: [5] }, { shape: [3, 1] }] });
    await checkGradient({ op: 'Where', inputs: [condition, { shape: [5] }, { shape }] });
    await checkGradient({ op: 'Where', inputs: [{ ...condition, shape: [3, 1] }, { shape }, { shape: [], constant: true }] });
    await checkEvaluate({ op: 'Where', inputs: [condition, { shape: [5] }, { shape: [3, 1] }] });
  });
});

describe('Cast', () => {
  const codes: [ElementType, number][] = [
    ['float32', 1], ['uint8', 2], ['int8', 3], ['int16', 5], ['int32', 6], ['int64', 7], ['bool', 9], ['float16', 10], ['float64', 11],
  ];
  for (const [type, to] of codes) {
    it(`to ${type}`, async () => {
      await checkShapes({ op: 'Cast', inputs: [{ shape, values: uniform(0, 100) }], attributes: { to } });
      await checkEvaluate({ op: 'Cast', inputs: [{ shape: [40], values: uniform(0, 100) }], attributes: { to } });
      await checkEvaluate({ op: 'Cast', inputs: [{ shape: [40], type, values: integers(0, 1) }], attributes: { to: 1 } });
    });
  }

  it('is differentiated between floating-point types', async () => {
    await checkGradient({ op: 'Cast', inputs: [{ shape }], attributes: { to: 1 } });
    const b = new GraphBuilder();
    const x = b.input('x', 'float32', shape);
    const back = b.add('Cast', [b.add('Cast', [x], { to: 11 })], { to: 1 });
    assert.equal(b.type(back), 'float32');
  });

  it('CastLike takes the type of its second operand', () => (
    checkRewrite({ op: 'CastLike', inputs: [{ shape, values: uniform(-5, 5) }, { shape: [], type: 'int32', values: [1] }] }, 17, ['int32'])));

  it('to a type that Fovea does not have is a typed error', () => {
    const b = new GraphBuilder();
    for (const to of [8, 14, 17, 99, -1]) assert.throws(() => b.add('Cast', [b.scalar(1)], { to }), UnsupportedOperatorError);
  });
});

describe('logic on sizes', () => {
  function compared(op: string, size: Dim, number: number): number | undefined {
    const b = new GraphBuilder();
    const result = b.add(op, [b.add('Shape', [b.input('x', 'float32', [size])]), b.ints([number])]);
    const constant = b.constantOf(result);
    return constant && numbersOf(constant)[0];
  }

  it('comparisons of the batch are known where they hold for every batch size', () => {
    assert.equal(compared('Equal', N, -1), 0);
    assert.equal(compared('Equal', N, 0), 0);
    assert.equal(compared('Equal', N, 1), undefined);
    assert.equal(compared('Greater', { batch: 3 }, 2), 1);
    assert.equal(compared('Greater', { batch: 3 }, 3), undefined);
    assert.equal(compared('Less', { batch: 3 }, 2), 0);
    assert.equal(compared('Equal', 7, 7), 1);
  });

  it('the sizes that exporters write for Expand: Where(sizes = -1, 1, sizes)', () => {
    const b = new GraphBuilder();
    const sizes = b.add('Shape', [b.input('x', 'float32', [N, 4])]);
    const chosen = b.add('Where', [b.add('Equal', [sizes, b.ints([-1])]), b.ints([1]), sizes]);
    assert.deepEqual(b.dims(chosen), [N, 4]);
  });
});
