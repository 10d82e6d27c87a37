import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as z from 'zod';
import {
  conflictOf, controlsOf, fromSlider, objection, readNumber, sliderSteps, stepFrom, toSlider, unmetCondition, type NumberControl,
} from '../../../src/protocol/parameter-controls.ts';
import { describeTechnique } from '../../../src/engine/parameters.ts';
import { techniques } from '../../../src/techniques/registry.ts';

const controls = (shape: z.core.$ZodShape) => controlsOf(z.toJSONSchema(z.object(shape), { io: 'input' }));
const number = (field: z.ZodType): NumberControl => {
  const [control] = controls({ x: field });
  assert.equal(control.kind, 'number');
  return control as NumberControl;
};

describe('controls of parameters', () => {
  it('are of the kind of their schema, with its words', () => {
    const [flag, choice, count, steps, list] = controls({
      flag: z.boolean().default(true).meta({ title: 'Flag', description: 'On or off' }),
      choice: z.enum(['mean', 'two-words']).default('mean').meta({ title: 'Choice', choices: { mean: 'The average' } }),
      count: z.int().min(1).max(50).default(5).meta({ title: 'Count', unit: 'pictures' }),
      steps: z.union([z.int().min(8), z.literal('auto')]).default('auto'),
      list: z.array(z.number()).default([1]),
    });
    assert.deepEqual(flag, { kind: 'boolean', name: 'flag', title: 'Flag', help: 'On or off', unit: undefined, default: true });
    assert.ok(choice.kind === 'choice');
    assert.deepEqual(choice.choices, [{ value: 'mean', label: 'Mean', help: 'The average' }, { value: 'two-words', label: 'Two words', help: '' }]);
    assert.ok(count.kind === 'number' && count.whole && count.min === 1 && count.max === 50 && count.unit === 'pictures');
    assert.ok(steps.kind === 'number' && steps.word === 'auto' && steps.min === 8 && steps.max === undefined && steps.default === 'auto');
    assert.equal(list.kind, 'text');
  });

  it('take exactly the numbers that the schema takes', () => {
    const fields = [
      z.number().min(-2).max(3), z.int().min(0).max(9), z.number().gt(0).lt(1), z.int(), z.number().positive(),
      z.union([z.literal('auto'), z.int().min(2)]),
    ];
    const values = fc.oneof(fc.integer({ min: -20, max: 20 }), fc.double({ min: -5, max: 5 }), fc.constantFrom<unknown>('auto', 'x', NaN, Infinity, undefined, true));
    for (const field of fields) {
      const control = number(field);
      fc.assert(fc.property(values, (value) => (objection(control, value) === undefined) === field.safeParse(value).success));
    }
  });

  it('say what they take', () => {
    assert.equal(objection(number(z.int().min(1).max(9)), 2.5), 'Enter a whole number from 1 to 9.');
    assert.equal(objection(number(z.number().gt(0)), 0), 'Enter a number above 0.');
    assert.equal(objection(number(z.number()), NaN), 'Enter a number.');
  });

  it('read numbers as they are written, and nothing else', () => {
    assert.deepEqual(['1', ' 0.5 ', '0,5', '-1e-3'].map(readNumber), [1, 0.5, 0.5, -0.001]);
    assert.ok(['', ' ', 'x', '1 2', '--1'].map(readNumber).every(Number.isNaN));
  });

  it('have sliders that stay in the range, reach both ends and come back to where they were', () => {
    const fields = [z.int().min(1).max(1000), z.number().min(0).max(1), z.number().min(1e-4).max(10), z.int().min(-5).max(5), z.number().gt(0).lt(2)];
    for (const field of fields) {
      const control = number(field);
      let last = -Infinity;
      for (let step = 0; step <= sliderSteps; step++) {
        const value = fromSlider(control, step / sliderSteps);
        assert.ok(field.safeParse(value).success, `${value} is allowed`);
        assert.ok(value >= last);
        assert.ok(String(value).length <= 8, `${value} is short`);
        last = value;
        // Rounding to few digits moves the slider by less than the width of a whole number.
        const again = fromSlider(control, toSlider(control, value));
        assert.ok(Math.abs(again - value) <= 1e-9 * Math.abs(value), `${value} comes back as ${again}`);
      }
    }
  });

  it('have sliders over a part of the range, where most of it is no use; values beyond lie at its end', () => {
    const control = number(z.number().min(0).max(1e9).meta({ slider: [0.01, 1e6] }));
    assert.deepEqual([fromSlider(control, 0), fromSlider(control, 0.5), fromSlider(control, 1)], [0.01, 100, 1e6]);
    assert.deepEqual([toSlider(control, 0), toSlider(control, 1e9)], [0, 1]);
    assert.equal(stepFrom(control, 0, 1) > 0, true);
    assert.equal(objection(control, 5e8), undefined, 'the field takes all that is allowed');
  });

  it('step to the next value by keys, up to the end', () => {
    const control = number(z.int().min(1).max(1000));
    assert.equal(stepFrom(control, 1, 1), 2);
    assert.equal(stepFrom(control, 2, -1), 1);
    assert.equal(stepFrom(control, 1000, 1), 1000);
  });

  it('say why they mean nothing beside the others', () => {
    const controls = controlsOf(z.toJSONSchema(z.object({
      norm: z.enum(['linf', 'l2', 'l1']).default('linf').meta({ title: 'Norm' }),
      own: z.boolean().default(false).meta({ title: 'Own start' }),
      radius: z.number().default(3).meta({ title: 'Radius', when: { norm: 'l2' } }),
      noise: z.number().default(1).meta({ title: 'Noise', when: { norm: 'l2', own: true } }),
      colour: z.number().default(1).meta({ title: 'Colour', when: { norm: ['l2', 'l1'] } }),
    }), { io: 'input' }));
    const why = (name: string, parameters = {}): string | undefined => (
      unmetCondition(controls.find((one) => one.name === name)!, controls, parameters));
    assert.equal(why('radius'), 'Used only where “Norm” is L2.');
    assert.equal(why('radius', { norm: 'l2' }), undefined);
    assert.equal(why('noise', { norm: 'l2' }), 'Used only where “Own start” is on.');
    assert.equal(why('norm'), undefined);
    assert.deepEqual([why('colour'), why('colour', { norm: 'l2' })], ['Used only where “Norm” is L2 or L1.', undefined]);
  });

  it('say where a number is beyond another that it may not exceed, and where it may be cut to one that is not known yet', () => {
    const controls = controlsOf(z.toJSONSchema(z.object({
      window: z.union([z.int(), z.literal('auto')]).default('auto').meta({ title: 'Window', unit: 'px' }),
      stride: z.union([z.int(), z.literal('auto')]).default('auto').meta({ title: 'Stride', atMost: 'window' }),
    }), { io: 'input' }));
    const [window, stride] = controls;
    assert.deepEqual(conflictOf(stride, controls, { window: 5, stride: 6 }), { message: 'It is at most the window, 5 px.', refused: true });
    assert.equal(conflictOf(stride, controls, { window: 5, stride: 5 }), undefined);
    assert.deepEqual(conflictOf(stride, controls, { stride: 6 }), { message: 'Cut to the automatic window where that is smaller.', refused: false });
    assert.equal(conflictOf(stride, controls, { window: 5 }), undefined);
    assert.equal(conflictOf(window, controls, { window: 5, stride: 6 }), undefined);
  });

  it('are there for every parameter of every technique, with a title, a help text and an allowed default', () => {
    for (const technique of techniques) {
      const found = controlsOf(describeTechnique(technique).parameters);
      assert.deepEqual(found.map(({ name }) => name), Object.keys(technique.parameters.shape));
      for (const control of found) {
        assert.ok(control.title !== control.name && control.help, `${technique.id}: ${control.name} has title and help`);
        assert.equal(objection(control, control.default), undefined, `${technique.id}: ${control.name}`);
      }
    }
  });
});
