import assert from 'node:assert/strict';
import fc from 'fast-check';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import type { Dim } from '../../../src/graph/graph.ts';
import { N } from '../../../src/graph/graph.ts';
import { tensorOf } from '../../../src/graph/tensor.ts';
import { FoveaError } from '../../../src/protocol/errors.ts';
import type { Operand, OperatorCase, Sampler } from './gradient-check.ts';
import { awayFrom, checkEvaluate, checkGradient, checkRewrite, checkShapes, distinct, integers, uniform } from './gradient-check.ts';

/** Every reduction with values where it is smooth. */
const samplers: Readonly<Record<string, Sampler>> = {
  ReduceSum: uniform(-1, 1),
  ReduceMean: uniform(-1, 1),
  ReduceMax: distinct,
  ReduceMin: distinct,
  ReduceProd: uniform(0.5, 1.5),
  ReduceL1: awayFrom([0], -1, 1),
  ReduceL2: awayFrom([0], -1, 1),
  ReduceSumSquare: uniform(-1, 1),
  ReduceLogSum: uniform(0.5, 1.5),
  ReduceLogSumExp: uniform(-2, 2),
};
const reductions = Object.keys(samplers);

function reduction(op: string, shape: readonly Dim[], axes: readonly number[] | undefined, keepdims: number | undefined): OperatorCase {
  const input: Operand = { shape, values: samplers[op] };
  const kept: Record<string, number> = keepdims === undefined ? {} : { keepdims };
  return { op, inputs: axes ? [input, axesOperand(axes)] : [input], attributes: kept };
}

function axesOperand(axes: readonly number[]): Operand {
  return { shape: [axes.length], type: 'int64', values: axes, constant: true };
}

/** Axes other than that of the batch, counted from either end. */
const someAxes = fc.subarray([1, 2, 3], { minLength: 1 }).chain((axes) => (
  fc.tuple(...axes.map((axis) => fc.boolean().map((fromEnd) => (fromEnd ? axis - 4 : axis))))));

describe('reductions', () => {
  for (const op of reductions) {
    it(`${op}: shape and gradient along random axes`, async () => {
      await fc.assert(fc.asyncProperty(someAxes, fc.constantFrom(0, 1, undefined), async (axes, keepdims) => {
        await checkShapes(reduction(op, [N, 2, 3, 2], axes, keepdims));
        await checkGradient(reduction(op, [N, 2, 3, 2], axes, keepdims), { directions: 2 });
      }), { seed: 1, numRuns: 8 });
    });

    it(`${op} of everything, and of a constant`, async () => {
      await checkGradient(reduction(op, [2, 3, 4], undefined, 0));
      await checkEvaluate(reduction(op, [2, 3, 4, 5], [1, -1], 0), 1e-6);
      await checkEvaluate(reduction(op, [2, 3, 4, 5], undefined, 1), 1e-6);
    });

    it(`${op} of other operator sets`, async () => {
      const axes = axesOperand([-1, 1]);
      const input: Operand = { shape: [N, 3, 4], values: samplers[op] };
      await checkRewrite({ op, inputs: [input], attributes: { axes: [1], keepdims: 0 } }, 11);
      await checkRewrite({ op, inputs: [input, axes], attributes: { keepdims: 0 } }, 18);
      await checkRewrite({ op, inputs: [input, axes] }, 20);
    });
  }

  it('the product of rows with one and with several zeros', async () => {
    const values = [0, 0.5, 0.7, /**/ 0.9, 0, 0, /**/ 0.6, 0.7, 0.8];
    await checkGradient(reduction('ReduceProd', [3, 3], [1], 0), {});
    await checkGradient({ op: 'ReduceProd', inputs: [{ shape: [3, 3], values }, axesOperand([1])] });
  });

  it('an empty list of axes reduces nothing where that is asked for', async () => {
    for (const op of ['ReduceSum', 'ReduceMean', 'ReduceMax']) {
      await checkRewrite({ op, inputs: [{ shape: [N, 3] }, axesOperand([])], attributes: { noop_with_empty_axes: 1 } }, 18);
    }
  });

  it('ArgMax and ArgMin: shape, no gradient', async () => {
    for (const op of ['ArgMax', 'ArgMin']) {
      await checkShapes({ op, inputs: [{ shape: [N, 3, 4] }], attributes: { axis: 1 } });
      await checkShapes({ op, inputs: [{ shape: [N, 3, 4] }], attributes: { axis: -1, keepdims: 0 } });
    }
  });

  it('the number of elements of known sizes', () => {
    const b = new GraphBuilder();
    const sizes = b.add('Shape', [b.input('x', 'float32', [N, 3, 4])]);
    assert.deepEqual(b.dims(b.add('ReduceProd', [sizes], { keepdims: 0 })), [{ batch: 12 }]);
  });

  it('an axis that the tensor does not have, or one named twice, is a typed error', () => {
    const b = new GraphBuilder();
    const x = b.input('x', 'float32', [N, 3]);
    for (const axes of [[2], [-3], [1, -1]]) assert.throws(() => b.add('ReduceMean', [x, b.constant(tensorOf('int64', axes))]), FoveaError);
    assert.throws(() => b.add('ReduceSum', [x, b.input('axes', 'int64', [1])]), FoveaError);
  });
});

describe('CumSum', () => {
  for (const exclusive of [0, 1]) {
    for (const reverse of [0, 1]) {
      it(`exclusive ${exclusive}, reverse ${reverse}`, async () => {
        for (const axis of [1, -1]) {
          const test: OperatorCase = {
            op: 'CumSum', inputs: [{ shape: [N, 3, 4] }, { shape: [], type: 'int64', values: [axis], constant: true }], attributes: { exclusive, reverse },
          };
          await checkShapes(test);
          await checkGradient(test);
          await checkEvaluate(test);
        }
        await checkEvaluate({ op: 'CumSum', inputs: [{ shape: [7], type: 'int64', values: integers(-5, 5) }, { shape: [], type: 'int64', values: [0] }] });
      });
    }
  }

  it('of a scalar is a typed error', () => {
    const b = new GraphBuilder();
    assert.throws(() => b.add('CumSum', [b.scalar(1), b.constant(tensorOf('int64', [0], []))]), FoveaError);
  });
});
