import assert from 'node:assert/strict';
import fc from 'fast-check';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import { addGradients } from '../../../src/graph/differentiate.ts';
import type { Dim, Graph, Tensor } from '../../../src/graph/graph.ts';
import { N } from '../../../src/graph/graph.ts';
import { tensorOf } from '../../../src/graph/tensor.ts';
import { FoveaError, UnsupportedOperatorError } from '../../../src/protocol/errors.ts';
import type { Operand, OperatorCase } from './gradient-check.ts';
import { assertClose, checkGradient, checkShapes, runGraph } from './gradient-check.ts';

/** Not symmetric. */
function randomSquare(side: number): Tensor {
  return tensorOf('float32', Float32Array.from({ length: side * side }, (_, i) => Math.cos(3 * i * i)), [side, side]);
}

async function check(test: OperatorCase): Promise<void> {
  await checkShapes(test);
  await checkGradient(test, { directions: 2 });
}

describe('Gemm', () => {
  it('all transpositions, factors and shapes of the summand', async () => {
    const summands = fc.constantFrom<Operand | undefined>(
      undefined, { shape: [] }, { shape: [4] }, { shape: [1, 4] }, { shape: [N, 1] }, { shape: [N, 4] },
    );
    const factors = fc.constantFrom(undefined, 0.5, -2);
    await fc.assert(fc.asyncProperty(fc.boolean(), fc.boolean(), summands, factors, factors, async (transA, transB, summand, alpha, beta) => {
      await check({
        op: 'Gemm',
        inputs: [{ shape: transA ? [3, N] : [N, 3] }, { shape: transB ? [4, 3] : [3, 4] }, summand],
        attributes: {
          transA: Number(transA), transB: Number(transB), ...(alpha === undefined ? {} : { alpha }), ...(beta === undefined ? {} : { beta }),
        },
      });
    }), { seed: 1, numRuns: 24 });
  });

  it('with constant weights', () => check({
    op: 'Gemm', inputs: [{ shape: [N, 3] }, { shape: [4, 3], constant: true }, { shape: [4], constant: true }], attributes: { transB: 1 },
  }));

  for (const transposed of ['transB', 'transA']) {
    it(`of a matrix with itself, ${transposed}: its gradient is the sum of those of the two factors`, async () => {
      const [x, g] = [tensorOf('float32', Float32Array.from({ length: 12 }, (_, i) => Math.sin(i * i)), [4, 3]), randomSquare(transposed === 'transA' ? 3 : 4)];
      const gradients = (same: boolean): Graph => {
        const b = new GraphBuilder();
        const left = b.input('left', 'float32', [4, 3]);
        const right = same ? left : b.input('right', 'float32', [4, 3]);
        const product = b.add('Gemm', [left, right], { [transposed]: 1, alpha: 0.5 });
        const found = addGradients(b, product, b.input('g', 'float32', g.dims), same ? [left] : [left, right]);
        return b.build('gradients', Object.fromEntries(found.map((name, i) => [`d${i}`, name!])));
      };
      const { d0 } = await runGraph(gradients(true), { left: x, g });
      const parts = await runGraph(gradients(false), { left: x, right: x, g });
      const sum = Float32Array.from(parts.d0.data as Float32Array, (value, i) => value + Number(parts.d1.data[i]));
      // A few roundings of float32, in another order.
      assertClose(d0, { ...d0, data: sum }, 1e-6, 'gradient');
    });
  }

  it('refuses what cannot be multiplied', () => {
    const b = new GraphBuilder();
    const x = b.input('x', 'float32', [N, 3]);
    for (const other of [[4, 3], [3], [3, 4, 1]]) assert.throws(() => b.add('Gemm', [x, b.input(b.fresh('y'), 'float32', other)]), FoveaError);
    const y = b.input('right', 'float32', [3, 4]);
    assert.throws(() => b.add('Gemm', [x, y, b.input('z', 'float32', [5])]), FoveaError);
    assert.throws(() => b.add('Gemm', [x]), FoveaError);
  });
});

describe('MatMul', () => {
  const shapes: readonly (readonly [readonly Dim[], readonly Dim[]])[] = [
    [[N, 3], [3, 4]],
    [[N, 2, 3], [3, 4]],
    [[N, 5, 2, 3], [3, 4]],
    [[N, 2, 3], [N, 3, 4]],
    [[N, 5, 2, 3], [N, 5, 3, 4]],
    [[N, 5, 2, 3], [5, 3, 4]],
    [[N, 1, 2, 3], [5, 3, 4]],
    [[2, 3], [N, 3, 4]],
    [[1, 2, 3], [N, 3, 4]],
    [[3], [3, 4]],
    [[3], [N, 3, 4]],
    [[N, 2, 3], [3]],
    [[3], [3]],
  ];
  for (const [left, right] of shapes) {
    it(`${JSON.stringify(left)} by ${JSON.stringify(right)}`, async () => {
      await check({ op: 'MatMul', inputs: [{ shape: left }, { shape: right }] });
      if (!right.includes(N)) await check({ op: 'MatMul', inputs: [{ shape: left }, { shape: right, constant: true }] });
    });
  }

  it('refuses what cannot be multiplied', () => {
    const b = new GraphBuilder();
    const x = b.input('x', 'float32', [N, 2, 3]);
    for (const other of [[4, 3], [], [2, 3, 4]]) assert.throws(() => b.add('MatMul', [x, b.input(b.fresh('y'), 'float32', other)]), FoveaError);
    assert.throws(() => b.add('MatMul', [x, b.input('y', 'float64', [3, 4])]), FoveaError);
  });
});

describe('Einsum', () => {
  const cases: readonly (readonly [string, ...(readonly Dim[])[]])[] = [
    ['bij,bjk->bik', [N, 2, 3], [N, 3, 4]],
    ['bhid,bhjd->bhij', [N, 2, 3, 4], [N, 2, 5, 4]],
    ['bhij,bhjd->bihd', [N, 2, 3, 5], [N, 2, 5, 4]],
    ['nchw,c->nchw', [N, 3, 2, 2], [3]],
    ['nchw,cd->ndhw', [N, 3, 2, 2], [3, 4]],
    ['ij,jk', [N, 3], [3, 4]],
    ['ba,bc', [N, 3], [N, 4]],
    ['...ij,...jk->...ik', [N, 2, 2, 3], [1, 2, 3, 4]],
    ['...i,ij->...j', [N, 2, 3], [3, 4]],
    ['b...c->bc...', [N, 2, 3, 4]],
    ['ij->ji', [N, 3]],
    ['ijk->i', [N, 3, 4]],
    ['ij,kl->ik', [N, 3], [2, 4]],
    ['i,j->ij', [3], [4]],
    ['ij,jk,kl->il', [N, 3], [3, 4], [4, 2]],
    ['bij, bjk -> bik', [N, 2, 3], [1, 3, 4]],
  ];
  for (const [equation, ...shapes] of cases) {
    it(`${equation} of ${shapes.map((shape) => JSON.stringify(shape)).join(' and ')}`, () => (
      check({ op: 'Einsum', inputs: shapes.map((shape) => ({ shape })), attributes: { equation } })));
  }

  it('a letter twice in one operand is not supported', () => {
    const b = new GraphBuilder();
    assert.throws(() => b.add('Einsum', [b.input('x', 'float32', [N, 3, 3])], { equation: 'bii->bi' }), UnsupportedOperatorError);
  });

  it('equations that mean nothing are typed errors', () => {
    const b = new GraphBuilder();
    const x = b.input('x', 'float32', [N, 3]);
    const equations = ['', 'i', 'ij,jk', 'ij->ik', 'ij->ii', 'ij->j->i', 'i1', 'ij...k', '....', '..ij', 'i..j.', 'ij,->i', 'ijk', '...ijk'];
    for (const equation of equations) assert.throws(() => b.add('Einsum', [x], { equation }), FoveaError, equation);
    assert.throws(() => b.add('Einsum', [x, b.input('y', 'float32', [4, 2])], { equation: 'ij,jk->ik' }), FoveaError);
  });
});
