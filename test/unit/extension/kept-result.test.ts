/** Runs that are opened: what was kept is shown at once, and what has changed since is said. */
import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { ExplainSession, type SessionEngine } from '../../../src/extension/explain-session.ts';
import type { KeptRun } from '../../../src/extension/kept-result.ts';
import { packResult, unpackExplained } from '../../../src/extension/stored-result.ts';
import type { ExplainResult, ModelDescription } from '../../../src/protocol/engine.ts';
import { FoveaError } from '../../../src/protocol/errors.ts';
import type { HostMessage, KeptState } from '../../../src/protocol/result-panel.ts';
import * as canned from '../../panel/rig/canned.ts';

const made = canned.result();
const { preprocessing, model: { hash: modelHash }, picture: { hash: pictureHash } } = made.recipe;
const run: KeptRun = { time: 1000, subject: { ...canned.subject, class: 2, layer: 'conv' }, result: made };

describe('a run that is opened', () => {
  let posted: HostMessage[];
  let session: ExplainSession;
  let now: { picture: string | undefined; model: string | Error };
  let answer: ((result: ExplainResult) => void) | undefined;
  let exported: number;

  beforeEach(() => {
    posted = [];
    answer = undefined;
    exported = 0;
    now = { picture: pictureHash, model: modelHash };
    const engine: SessionEngine = {
      explain: () => new Promise((resolve) => {
        answer = resolve;
      }),
      describeModel: async () => {
        if (now.model instanceof Error) throw now.model;
        return { hash: now.model, preprocessing } as ModelDescription;
      },
      techniques: async () => [], layerStrip: async () => [], predict: async () => assert.fail(), check: async () => assert.fail(),
      planEvaluation: async () => [], evaluate: async () => assert.fail(),
      exportResult: async ({ file }) => {
        exported++;
        return { file };
      },
    };
    session = new ExplainSession(run.subject, engine, {
      post: (message) => posted.push(message), picturePath: () => '/a.png', pictureHash: async () => now.picture, checkModel: () => {},
      runtime: () => 'auto', sanityBadge: () => false, notes: () => [], explained: () => {}, changed: () => {},
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
