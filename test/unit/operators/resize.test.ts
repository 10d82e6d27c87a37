/** Resize and Upsample against ONNX Runtime: every mode, older forms, and the gradient as the adjoint that finite differences see. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import type { Attribute } from '../../../src/graph/graph.ts';
import { N } from '../../../src/graph/graph.ts';
import { tensorOf } from '../../../src/graph/tensor.ts';
import { FoveaError, UnsupportedOperatorError } from '../../../src/protocol/errors.ts';
import type { Operand, OperatorCase } from './gradient-check.ts';
import { checkGradient, checkRewrite, checkShapes } from './gradient-check.ts';

const positions = ['half_pixel', 'pytorch_half_pixel', 'align_corners', 'asymmetric'] as const;
const roundings = ['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'] as const;

const scalesOf = (scales: readonly number[]): Operand => ({ shape: [scales.length], constant: true, values: scales });
const sizesOf = (sizes: readonly number[]): Operand => ({ shape: [sizes.length], type: 'int64', constant: true, values: sizes });

function resize(sizes: readonly number[], scales: readonly number[], attributes: Readonly<Record<string, Attribute>>): OperatorCase {
  return { op: 'Resize', attributes, inputs: [{ shape: [N, 2, ...sizes] }, undefined, scalesOf([1, 1, ...scales])] };
}

const scale = fc.constantFrom(0.4, 0.5, 0.75, 1, 1.3, 2, 2.5, 3);
const size = fc.integer({ min: 4, max: 7 });

const nearest = fc.record({
  sizes: fc.array(fc.tuple(size, scale), { minLength: 1, maxLength: 3 }),
  position: fc.constantFrom(...positions, 'tf_half_pixel_for_nn' as const), rounding: fc.constantFrom(...roundings),
}).map(({ sizes, position, rounding }) => resize(sizes.map(([s]) => s), sizes.map(([, k]) => k),
  { mode: 'nearest', coordinate_transformation_mode: position, nearest_mode: rounding }));

const linear = fc.record({ sizes: fc.array(fc.tuple(size, scale), { minLength: 2, maxLength: 2 }), position: fc.constantFrom(...positions) })
  .map(({ sizes, position }) => resize(sizes.map(([s]) => s), sizes.map(([, k]) => k), { mode: 'linear', coordinate_transformation_mode: position }));

const cubic = fc.record({
  sizes: fc.array(fc.tuple(size, scale), { minLength: 2, maxLength: 2 }), position: fc.constantFrom(...positions),
  a: fc.constantFrom(-0.5, -0.75), exclude: fc.constantFrom(0, 1),
}).map(({ sizes, position, a, exclude }) => resize(sizes.map(([s]) => s), sizes.map(([, k]) => k),
  { mode: 'cubic', coordinate_transformation_mode: position, cubic_coeff_a: a, exclude_outside: exclude }));

describe('resizing', () => {
  for (const [mode, examples] of [['nearest', nearest], ['linear', linear], ['cubic', cubic]] as const) {
    it(`${mode}: shape`, () => fc.assert(fc.asyncProperty(examples, checkShapes), { seed: 21, numRuns: 40 }));
    it(`${mode}: gradient`, () => fc.assert(fc.asyncProperty(examples, (example) => checkGradient(example, { directions: 2 })), { seed: 22, numRuns: 60 }));
    it(`${mode}: the same after normalise`, () => fc.assert(fc.asyncProperty(examples, (example) => checkRewrite(example, 13)), { seed: 23, numRuns: 20 }));
  }

  it('takes sizes, also those that no float32 scale gives', async () => {
    for (const [from, to] of [[7, 3], [10, 3], [3, 49], [6, 7], [5, 5]]) {
      const example = (attributes: Readonly<Record<string, Attribute>>): OperatorCase => ({
        op: 'Resize', attributes, inputs: [{ shape: [2, 3, from, from] }, undefined, undefined, sizesOf([2, 3, to, to])],
      });
      for (const attributes of [{ mode: 'linear' }, { mode: 'nearest' }]) {
        await checkRewrite(example(attributes), 13);
        await checkGradient(example(attributes));
      }
    }
  });

  it('form of opset 10: scales only', async () => {
    for (const mode of ['nearest', 'linear']) {
      for (const scales of [[1, 1, 2, 3], [1, 1, 0.5, 0.6], [1, 1, 2.5, 2]]) {
        await checkRewrite({ op: 'Resize', attributes: { mode }, inputs: [{ shape: [N, 2, 6, 5] }, scalesOf(scales)] }, 10);
      }
    }
  });

  it('form of opset 18: some axes, aspect ratio kept', async () => {
    const image: Operand = { shape: [N, 3, 6, 8] };
    await checkRewrite({ op: 'Resize', attributes: { mode: 'linear', axes: [2, 3] }, inputs: [image, undefined, scalesOf([1.5, 2])] }, 18);
    await checkRewrite({ op: 'Resize', attributes: { mode: 'nearest', axes: [3, 2] }, inputs: [image, undefined, undefined, sizesOf([12, 9])] }, 18);
    for (const policy of ['not_larger', 'not_smaller']) {
      await checkRewrite({
        op: 'Resize', attributes: { mode: 'linear', axes: [2, 3], keep_aspect_ratio_policy: policy },
        inputs: [image, undefined, undefined, sizesOf([12, 24])],
      }, 18);
    }
  });

  it('Upsample of opset 7 and 9', async () => {
    for (const mode of ['nearest', 'linear']) {
      await checkRewrite({ op: 'Upsample', attributes: { mode, scales: [1, 1, 2, 3] }, inputs: [{ shape: [N, 2, 4, 5] }] }, 7);
      await checkRewrite({ op: 'Upsample', attributes: { mode }, inputs: [{ shape: [N, 2, 4, 5] }, scalesOf([1, 1, 2, 2])] }, 9);
    }
  });

  it('refuses what it cannot express', async () => {
    const antialiased = { ...resize([6, 6], [0.5, 0.5], { mode: 'linear', antialias: 1 }) };
    await assert.rejects(checkRewrite(antialiased, 18), UnsupportedOperatorError);
    const b = new GraphBuilder();
    const x = b.input('x', 'float32', [N, 3, 8, 8]);
    const fed = b.input('sizes', 'int64', [4]);
    const scales = (...values: number[]): string => b.constant(tensorOf('float32', values));
    const refused: readonly (() => unknown)[] = [
      () => b.add('Resize', [x, '', '', fed]), () => b.add('Resize', [x]), () => b.add('Resize', [x, '', scales(1, 1, 2)]),
      () => b.add('Resize', [x, '', scales(1, 1, 0, 2)]), () => b.add('Resize', [x, '', scales(1, 1, NaN, 2)]),
      () => b.add('Resize', [x, '', scales(1, 1, 1e30, 2)]), () => b.add('Resize', [x, '', scales(2, 1, 1, 1)]),
      () => b.add('Resize', [x, '', scales(1, 1, 0.01, 1)]), () => b.add('Resize', [x, '', scales(1, 1, 2, 2)], { mode: 'lanczos' }),
    ];
    for (const add of refused) assert.throws(add, FoveaError, String(add));
  });
});
