/** Runs that are opened: what was kept is shown at once, and what has changed since is said. */
import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import type { SessionEngine } from '../../../src/extension/result/explain-host.ts';
import { ExplainSession } from '../../../src/extension/result/explain-session.ts';
import type { KeptRun } from '../../../src/extension/result/kept-result.ts';
import { packResult, unpackExplained } from '../../../src/extension/runs/stored-result.ts';
import type { Trust } from '../../../src/extension/runs/stored-trust.ts';
import { packTrust, unpackTrust } from '../../../src/extension/runs/stored-trust.ts';
import type { ExplainResult, LayerStripEntry, ModelDescription } from '../../../src/protocol/engine.ts';
import { FoveaError } from '../../../src/protocol/errors.ts';
import type { HostMessage, KeptState } from '../../../src/protocol/result-panel.ts';
import type { CheckRequest, CheckResult } from '../../../src/protocol/trust.ts';
import * as canned from '../../panel/rig/canned.ts';

const made = canned.result();
const { preprocessing, model: { hash: modelHash }, picture: { hash: pictureHash } } = made.recipe;
const run: KeptRun = { id: 'ab', time: 1000, subject: { ...canned.subject, class: 2, layer: 'conv' }, result: made };

const measure = { title: 'Deletion', better: 'lower' as const, description: 'd', caveat: 'c', cost: '51 forward passes' };
const dot = (level: number) => ({ width: 1, height: 1, data: new Uint8Array([level, 0, 0, 255]) });
const similarity = { spearman: 0.1, absoluteSpearman: 0.2, ssim: 0.3, hog: 0.4 };
const map = canned.bump(1, 1);
const check: CheckResult = {
  mode: 'independent', technique: 'grad-cam', picture: 'a.png', class: { index: 2, name: 'cat' }, layer: 'conv', layers: 3, map,
  steps: [{ title: 'conv', layers: 1, map, similarity }], edges: { map, similarity }, caveats: [], notes: [], runtime: 'onnxruntime', milliseconds: 5,
  verdict: { level: 'passed', label: 'Passed', sentence: 'It changes.', rule: 'r' }, recipe: { ...made.recipe, mode: 'independent' },
};
const known: Trust = {
  evaluation: {
    plan: [{ id: 'deletion', ...measure, seconds: 1, unsuitable: undefined }],
    taken: [{
      id: 'deletion', ...measure, value: 0.2, milliseconds: 900,
      curve: { positions: [0, 1], values: [0.9, 0.1], pictures: { from: dot(9), to: dot(0), order: new Uint32Array([0]) } },
    }],
  },
  checks: { independent: check }, badge: check,
};

describe('a run that is opened', () => {
  let posted: HostMessage[];
  let session: ExplainSession;
  let now: { picture: string | undefined; model: string | Error };
  let answer: ((result: ExplainResult) => void) | undefined;
  let exported: number;
  let trust: Trust | undefined;
  let asked: CheckRequest[];

  beforeEach(() => {
    posted = [];
    answer = undefined;
    exported = 0;
    trust = undefined;
    asked = [];
    now = { picture: pictureHash, model: modelHash };
    const engine: SessionEngine = {
      explain: () => new Promise((resolve) => {
        answer = resolve;
      }),
      describeModel: async () => {
        if (now.model instanceof Error) throw now.model;
        return { hash: now.model, preprocessing } as ModelDescription;
      },
      techniques: async () => [], layerStrip: async () => [{} as LayerStripEntry], predict: async () => assert.fail(), check: async (request) => {
        asked.push(request);
        throw new FoveaError('internal', 'No answer.');
      },
      planEvaluation: async () => [], evaluate: async () => assert.fail(),
      exportResult: async ({ file }) => {
        exported++;
        return { file };
      },
    };
    session = new ExplainSession(run.subject, engine, {
      post: (message) => posted.push(message), picturePath: () => '/a.png', pictureHash: async () => now.picture, checkModel: () => {},
      runtime: () => 'auto', sanityBadge: () => false, notes: () => [], explained: () => {}, changed: () => {},
      trustOf: async () => trust, measured: () => {},
    });
    posted = [];
  });

  const kept = (): KeptState | null => posted.flatMap((message) => (message.type === 'kept' ? [message.kept] : [])).at(-1) ?? null;
  const shown = (): ExplainResult[] => posted.flatMap((message) => (message.type === 'result' ? [message.result] : []));
  const exportIt = () => session.exportTo('/x.npy', { type: 'export', what: 'values', display: { opacity: 1, threshold: 0 } });
  const openAndAgain = async (result: ExplainResult): Promise<void> => {
    await session.open(run);
    const done = session.explain();
    await turn();
    answer!(result);
    await done;
  };

  it('shows what is kept at once, runs nothing, and says that nothing has changed', async () => {
    const opening = session.open(run);
    assert.deepEqual([...shown()[0].map.values], [...made.map.values]);
    assert.deepEqual(kept(), { time: 1000, shown: 'kept', changes: null, difference: undefined });
    await opening;
    assert.deepEqual(kept()!.changes, []);
    assert.equal(answer, undefined, 'nothing was explained');
    assert.equal(session.summary().busy, false);
    assert.ok(session.snapshot().some(({ type }) => type === 'kept'), 'a page that starts anew says so, too');
    await exportIt();
    assert.equal(exported, 1);
  });

  for (const [what, change, words] of [
    ['the picture has changed', { picture: 'other' }, /picture has changed/], ['the picture is gone', { picture: undefined }, /picture is gone/],
    ['the model has changed', { model: 'other' }, /model has changed/], ['the model is gone', { model: new FoveaError('model-missing', 'Gone.') }, /cannot be read/],
  ] as const) {
    it(`says where ${what}, and makes no file that would show something else`, async () => {
      now = { ...now, ...change };
      await session.open(run);
      assert.match(kept()!.changes!.join(' '), words);
      assert.equal(shown().length, 1);
      await assert.rejects(exportIt(), (error) => error instanceof FoveaError && /Run it again/.test(error.help));
      assert.equal(exported, 0);
    });
  }

  it('is run again, compared value by value, and shown as kept once more', async () => {
    await openAndAgain(made);
    assert.deepEqual([kept()!.shown, kept()!.difference, kept()!.changes], ['again', 0, []]);
    await session.openAgain();
    assert.equal(kept()!.shown, 'kept');
    const values = made.map.values.map((value, at) => (at === 0 ? value + 0.5 : value));
    await openAndAgain({ ...made, map: { ...made.map, values }, recipe: { ...made.recipe, model: { title: 'Net', hash: 'other' } } });
    assert.ok(Math.abs(kept()!.difference! - 0.5) < 1e-6, 'float32 rounds');
    assert.match(kept()!.changes!.join(), /model has changed/);
    await exportIt();
    assert.equal(exported, 1, 'of what was made anew');
  });

  it('shows again what was measured of it, also where it would come out otherwise now', async () => {
    trust = known;
    now.picture = 'other';
    await session.open(run);
    const shownOf = <T extends HostMessage['type']>(type: T) => session.snapshot().find((message): message is Extract<HostMessage, { type: T }> => message.type === type);
    assert.deepEqual(shownOf('evaluation')?.evaluation, known.evaluation);
    assert.deepEqual(shownOf('checks')?.checks, { independent: { state: 'done', result: known.checks!.independent } });
    assert.deepEqual(shownOf('badge')?.badge, { state: 'done', result: known.badge });
    await session.trust.checks.run('cascading');
    assert.equal(asked.length, 0, 'another map would be checked');
    void session.explain({ ...run.subject, class: 3 });
    assert.deepEqual([shownOf('evaluation')?.evaluation, shownOf('checks')?.checks, shownOf('badge')?.badge], [null, {}, null], 'nothing is known of another map');
  });

  it('is measured as it is kept, not as it would be made', async () => {
    await session.open(run);
    await session.trust.checks.run('independent');
    const { pixels: _, standardError: __, ...shownResult } = made;
    assert.deepEqual(asked, [{ ...asked[0], class: made.class.index, shown: shownResult }]);
  });

  it('has the maps of every layer only where they would belong to it, and says so at once', async () => {
    const strips = () => posted.flatMap((message) => (message.type === 'strip' ? [message] : []));
    await session.open(run);
    await session.strip();
    assert.deepEqual([strips()[0].entries.length, strips()[0].refused], [1, undefined]);
    now.model = 'other';
    void session.open(run);
    await session.strip(); // asked for before it is known what has changed
    assert.match(strips()[1].refused!, /would not come out the same now/);
    assert.equal(strips()[1].entries.length, 0);
  });

  it('in a panel that a reload brought back is said to be kept only where something has changed', async () => {
    await session.open(run, true);
    assert.equal(kept(), null);
    now.picture = 'other';
    await session.open(run, true);
    assert.match(kept()!.changes!.join(), /picture has changed/);
  });

  it('is shown again, and said to be, where running it again is cancelled', async () => {
    await session.open(run);
    void session.explain();
    assert.equal(kept()!.shown, 'again');
    session.cancel();
    assert.equal(kept()!.shown, 'kept');
  });

  it('has measures on the disk as they were, or none', async () => {
    const packed = await packTrust(known);
    assert.deepEqual(await unpackTrust(packed), known);
    assert.equal(await unpackTrust(packed.subarray(0, 20)), undefined);
    const { verdict: _, ...noVerdict } = known.badge!;
    assert.equal(await unpackTrust(await packTrust({ badge: noVerdict as typeof known.badge })), undefined);
    const [curved] = known.evaluation!.taken;
    const wrong = { ...curved, curve: { ...curved.curve!, pictures: { ...curved.curve!.pictures!, order: new Uint32Array([1e9]) } } };
    assert.equal(await unpackTrust(await packTrust({ evaluation: { plan: [], taken: [wrong] } })), undefined, 'places outside of the picture');
  });

  it('is left with another class', async () => {
    await session.open(run);
    void session.explain({ ...run.subject, class: 3 });
    assert.equal(kept(), null);
  });

  it('comes from the disk as it was, or not at all', async () => {
    const { pixels: _, ...result } = made;
    const packed = await packResult(result);
    assert.deepEqual(await unpackExplained(packed), result);
    assert.equal(await unpackExplained(packed.subarray(0, packed.length / 2)), undefined);
    assert.equal(await unpackExplained(await packResult({ ...result, map: { ...result.map, width: 3 } })), undefined, 'values that are not all there');
  });
});
