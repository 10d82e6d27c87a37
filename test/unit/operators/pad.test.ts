/** Pad in all its modes and forms, against ONNX Runtime and finite differences. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import { N } from '../../../src/graph/graph.ts';
import { FoveaError } from '../../../src/protocol/errors.ts';
import type { Operand, OperatorCase } from './gradient-check.ts';
import { checkGradient, checkRewrite, checkShapes } from './gradient-check.ts';

const ints = (values: readonly number[]): Operand => ({ shape: [values.length], type: 'int64', constant: true, values });

const axis = fc.record({ size: fc.integer({ min: 4, max: 6 }), before: fc.integer({ min: -1, max: 3 }), after: fc.integer({ min: -1, max: 3 }) });
const pads = fc.record({ axes: fc.array(axis, { minLength: 1, maxLength: 3 }), mode: fc.constantFrom('constant', 'reflect', 'edge'), value: fc.boolean() })
  // A mirror needs as many elements as it shows, which cutting may take away.
  .map(({ axes, mode, value }) => ({ mode, value, axes: mode === 'constant' ? axes : axes.map((a) =>
    ({ size: a.size, before: Math.max(0, a.before), after: Math.max(0, a.after) })) }))
  .map(({ axes, mode, value }): OperatorCase => ({
    op: 'Pad', attributes: { mode },
    inputs: [
      { shape: [N, 2, ...axes.map(({ size }) => size)] },
      ints([0, 0, ...axes.map(({ before }) => before), 0, 0, ...axes.map(({ after }) => after)]),
      ...(value && mode === 'constant' ? [{ shape: [], constant: true, values: [0.7] }] : []),
    ],
  }));

describe('padding', () => {
  it('has the shape that ONNX Runtime makes', () => fc.assert(fc.asyncProperty(pads, checkShapes), { seed: 31, numRuns: 60 }));

  it('has the gradient of finite differences', () =>
    fc.assert(fc.asyncProperty(pads, (example) => checkGradient(example, { directions: 2 })), { seed: 32, numRuns: 60 }));

  it('form of opset 2: paddings and value as attributes', async () => {
    for (const mode of ['constant', 'reflect', 'edge']) {
      await checkRewrite({ op: 'Pad', attributes: { mode, pads: [0, 0, 1, 2, 0, 0, 2, 1], value: 0.25 }, inputs: [{ shape: [N, 2, 4, 5] }] }, 7);
    }
  });

  it('form of opset 18: paddings of some axes', () =>
    checkRewrite({ op: 'Pad', inputs: [{ shape: [N, 2, 4, 5] }, ints([2, 1, 0, 3]), { shape: [], constant: true, values: [-1] }, ints([-1, 2])] }, 18));

  it('form of opset 19: around the end', () =>
    checkRewrite({ op: 'Pad', attributes: { mode: 'wrap' }, inputs: [{ shape: [N, 2, 4, 5] }, ints([0, 0, 2, 5, 0, 0, 4, 1])] }, 19));

  it('refuses paddings that are no paddings', () => {
    const b = new GraphBuilder();
    const x = b.input('x', 'float32', [N, 3, 8, 8]);
    const fed = b.input('pads', 'int64', [8]);
    const refused: readonly (() => unknown)[] = [
      () => b.add('Pad', [x, fed]), () => b.add('Pad', [x]), () => b.add('Pad', [x, b.ints([1, 1])]),
      () => b.add('Pad', [x, b.ints([1, 0, 0, 0, 0, 0, 0, 0])]), () => b.add('Pad', [x, b.ints([0, 0, -9, 0, 0, 0, 0, 0])]),
      () => b.add('Pad', [x, b.ints([0, 0, 8, 0, 0, 0, 0, 0])], { mode: 'reflect' }),
      () => b.add('Pad', [x, b.ints([0, 0, 2 ** 40, 0, 0, 0, 0, 0])]), () => b.add('Pad', [x, b.ints([0, 0, 1, 0, 0, 0, 0, 0])], { mode: 'some' }),
    ];
    for (const add of refused) assert.throws(add, FoveaError, String(add));
  });
});
