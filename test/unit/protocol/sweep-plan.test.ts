import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as z from 'zod';
import { controlsOf, objection, type NumberControl, type ParameterControl } from '../../../src/protocol/parameter-controls.ts';
import { cellsOf, mostCells } from '../../../src/protocol/sweep.ts';
import {
  axisObjection, lengthsOf, meaningful, mostValues, planObjection, seedControl, sideTitle, spreadValues, usualPlan, usualValues, valueWords,
} from '../../../src/protocol/sweep-plan.ts';
import { generators } from '../../../src/techniques/generators.ts';
import { techniques } from '../../../src/techniques/registry.ts';

const finite = fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((value) => value + 0); // no −0
const count = fc.integer({ min: 2, max: mostValues });

/** All techniques and generators there are, with their controls. */
const described = [...generators, ...techniques].map(({ id, parameters }): [id: string, controls: ParameterControl[]] => (
  [id, controlsOf(z.toJSONSchema(parameters, { io: 'input' }))]));

describe('values of a sweep', () => {
  it('begin and end where they are told to, in order, each once', () => {
    fc.assert(fc.property(finite, finite, count, fc.boolean(), (from, to, many, byRatio) => {
      const values = spreadValues({ from, to, count: many, byRatio }, false);
      assert.equal(values[0], from);
      if (from !== to) assert.equal(values.at(-1), to);
      assert.equal(new Set(values).size, values.length);
      assert.ok(values.length <= many);
    }));
  });

  it('have equal differences, or equal ratios', () => {
    assert.deepEqual(spreadValues({ from: 0, to: 1, count: 5, byRatio: false }, false), [0, 0.25, 0.5, 0.75, 1]);
    assert.deepEqual(spreadValues({ from: 0.01, to: 100, count: 5, byRatio: true }, false), [0.01, 0.1, 1, 10, 100]);
    assert.deepEqual(spreadValues({ from: 8, to: 1, count: 4, byRatio: true }, true), [8, 4, 2, 1]);
  });

  it('are whole numbers where those are wanted, and fewer where they would be the same', () => {
    assert.deepEqual(spreadValues({ from: 1, to: 3, count: 5, byRatio: false }, true), [1, 2, 3]);
  });

  it('are allowed wherever they are proposed: for each parameter of each technique', () => {
    for (const [id, controls] of described) {
      for (const control of controls) {
        const values = usualValues(control, undefined);
        assert.ok(values.length > 0, `${id}: ${control.name} has values`);
        for (const value of values) assert.equal(objection(control, value), undefined, `${id}: ${control.name} ${String(value)}`);
        assert.equal(axisObjection(control, { parameter: control.name, values }), undefined, `${id}: ${control.name}`);
      }
    }
  });

  it('lie around the present one', () => {
    const [control] = described.flatMap(([, controls]) => controls).filter((one): one is NumberControl => one.kind === 'number' && one.name === 'contentWeight');
    assert.deepEqual(usualValues(control, undefined), [0.005, 0.05, 0.5]);
    assert.deepEqual(usualValues(control, 6), [0.6, 6, 60]);
    assert.deepEqual(usualValues(seedControl(7), undefined), [7, 8, 9]);
  });
});

describe('the plan of a sweep', () => {
  it('proposes two sides of each technique, which can be drawn', () => {
    for (const [id, controls] of described) {
      const all = [...controls, seedControl(0)];
      const plan = usualPlan(all, {});
      assert.ok(plan, id);
      assert.equal(planObjection(plan), undefined, id);
      assert.equal(cellsOf(plan).length, plan.columns.values.length * (plan.rows?.values.length ?? 1));
      assert.notEqual(plan.columns.parameter, plan.rows?.parameter);
    }
  });

  it('takes the weights of content and style for style transfer', () => {
    const plan = usualPlan(described.find(([id]) => id === 'style-transfer')![1], {})!;
    assert.deepEqual([plan.columns.parameter, plan.rows?.parameter], ['contentWeight', 'style1']);
  });

  it('offers what means something: beside a choice that the other side varies, all that belongs to it', () => {
    const controls = described.find(([id]) => id === 'style-transfer')![1];
    const offered = (parameters: Record<string, unknown>, other?: string) => meaningful(controls, parameters, other).some(({ name }) => name === 'rate');
    assert.equal(offered({}), true);
    assert.equal(offered({ optimiser: 'l-bfgs' }), false);
    assert.equal(offered({ optimiser: 'l-bfgs' }, 'optimiser'), true);
  });

  it('counts what each cell takes, the swept number of steps as well as the fixed one', () => {
    const controls = described.find(([id]) => id === 'style-transfer')![1];
    const columns = { parameter: 'contentWeight', values: [1, 2] };
    assert.deepEqual(lengthsOf({ columns }, controls, { steps: 30 }), { unit: 'steps', each: [30, 30] });
    assert.deepEqual(lengthsOf({ columns, rows: { parameter: 'steps', values: [5, 9] } }, controls, {}), { unit: 'steps', each: [5, 5, 9, 9] });
    assert.equal(lengthsOf({ columns }, [seedControl(0)], {}), undefined);
  });

  it('refuses sides that are the same, empty, repeated or too long, and too many cells', () => {
    const control = seedControl(0);
    const axis = (values: unknown[]) => ({ parameter: 'seed', values });
    assert.match(axisObjection(control, axis([]))!, /one or more/);
    assert.match(axisObjection(control, axis([1, 1]))!, /twice/);
    assert.match(axisObjection(control, axis([1, -1]))!, /^-1: Enter a whole number/);
    const upTo = (count: number): number[] => Array.from({ length: count }, (_, at) => at);
    assert.match(axisObjection(control, axis(upTo(mostValues + 1)))!, /at most/);
    assert.equal(axisObjection(control, axis(upTo(mostValues))), undefined);
    assert.match(planObjection({ columns: axis([1]), rows: axis([2]) })!, /same parameter/);
    const tooMany = { columns: axis(upTo(16)), rows: { parameter: 'steps', values: upTo(5) } };
    assert.match(planObjection(tooMany)!, /80 pictures; at most 64/);
    assert.throws(() => cellsOf(tooMany), { reason: 'parameter-invalid' });
    const most = { ...tooMany, rows: { parameter: 'steps', values: upTo(mostCells / 16) } };
    assert.equal(planObjection(most), undefined);
    assert.equal(cellsOf(most).length, mostCells);
  });

  it('words sides and values', () => {
    const size = described.find(([id]) => id === 'style-transfer')![1].find(({ name }) => name === 'size')!;
    assert.equal(sideTitle(size, 'size'), 'Size (px)');
    assert.equal(sideTitle(undefined, 'gone'), 'gone');
    assert.equal(valueWords(size, 128), '128');
    assert.equal(valueWords(undefined, true), 'on');
    const optimiser = described.find(([id]) => id === 'style-transfer')![1].find(({ name }) => name === 'optimiser')!;
    assert.equal(valueWords(optimiser, 'l-bfgs'), 'L bfgs');
  });
});
