import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { SweepSession } from '../../../src/extension/sweep/sweep-session.ts';
import type { SweptCell } from '../../../src/extension/sweep/sweep-recorder.ts';
import type { ExplainResult } from '../../../src/protocol/engine.ts';
import { FoveaError } from '../../../src/protocol/errors.ts';
import type { FrameNote, GenerateResult } from '../../../src/protocol/generate.ts';
import { mostCells } from '../../../src/protocol/sweep.ts';
import type { SweepCell, SweepHostMessage, Swept } from '../../../src/protocol/sweep-panel.ts';
import { explained, made, ManualEngine, pixels, plan, resultOf } from '../../support/manual-sweep-engine.ts';

describe('sweep session', () => {
  let engine: ManualEngine;
  let posted: SweepHostMessage[];
  let session: SweepSession;
  let untrusted: string | undefined;
  let kept: SweptCell[];
  let pictureHash: string;

  function open(swept: Swept): void {
    engine = new ManualEngine();
    posted = [];
    session = new SweepSession(swept, engine, {
      post: (message) => posted.push(message),
      picturePath: (uri) => uri.slice('file://'.length),
      checkModel: (model) => {
        if (model === untrusted) throw new FoveaError('model-untrusted', 'No trust.');
      },
      runtime: () => 'auto',
      described: () => {},
      done: (cell) => kept.push(cell),
      pictureHashes: async () => [pictureHash],
    });
  }

  beforeEach(() => {
    untrusted = undefined;
    kept = [];
    pictureHash = 'photo';
    open(made);
  });

  const settle = async () => {
    for (let i = 0; i < 8; i++) await turn();
  };
  const states = () => {
    const cells = new Map<number, SweepCell>();
    for (const message of session.snapshot()) if (message.type === 'cell') cells.set(message.index, message.cell);
    return [...cells.values()];
  };
  const frame = (step: number) => ({ token: 't', step, total: 10, paused: false, pictures: [pixels(step)], curves: [] } as unknown as FrameNote);

  it('says what may be swept, and of what', async () => {
    await session.describe();
    const [message] = posted;
    assert.ok(message.type === 'swept');
    assert.deepEqual([message.title, message.subject, message.model], ['Paint', 'a.png, cat', 'Net']);
    assert.deepEqual(message.controls.map(({ name }) => name), ['rate', 'seed']);
    open(explained);
    await session.describe();
    const [other] = posted;
    assert.ok(other.type === 'swept');
    assert.deepEqual(other.controls.map(({ name }) => name), ['smooth', 'layer', 'score', 'seed']);
  });

  it('makes each cell as if it had been asked for by itself, row by row, one at a time', async () => {
    const run = session.run(plan);
    for (let index = 0; index < 4; index++) {
      await settle();
      assert.equal(engine.generated.length, index + 1, 'one after another');
      engine.generated[index].answer(resultOf(index));
    }
    await run;
    assert.deepEqual(engine.generated.map(({ request }) => [request.parameters, request.seed]), [
      [{ rate: 1, blur: 3 }, 7], [{ rate: 2, blur: 3 }, 7], [{ rate: 1, blur: 3 }, 8], [{ rate: 2, blur: 3 }, 8],
    ]);
    assert.deepEqual(engine.generated[0].request.content, { path: '/p/a.png' });
    assert.deepEqual(states().map((cell) => cell.state === 'done' && 'pictures' in cell.made && cell.made.pictures[0].data[0]), [0, 1, 2, 3]);
    const outcome = { ended: 'done', step: 10, metrics: {}, curves: { score: 5 }, tops: [{ index: 1, name: 'cat', logit: 2, probability: 0.5 }] };
    assert.deepEqual(states().map((cell) => cell.state === 'done' && cell.outcome), [outcome, outcome, outcome, outcome]);
    assert.deepEqual(session.cellAt(3), { swept: { kind: 'make', work: { ...made.work, parameters: { rate: 2, blur: 3 }, seed: 8 } }, result: resultOf(3) });
    assert.deepEqual(posted.at(-1), { type: 'announce', message: 'The grid is drawn.' });
  });

  it('shows the newest frame of the cell under way, when the page has shown the one before', async () => {
    void session.run(plan);
    await settle();
    const busy = () => posted.flatMap((message) => (message.type === 'cell' && message.cell.state === 'busy' ? [message.cell] : []));
    const frames = () => busy().filter(({ frame: number }) => number !== undefined);
    for (const step of [1, 2, 3]) engine.generated[0].options.onFrame!(frame(step));
    assert.deepEqual(frames().map(({ message }) => message), ['Step 1 of 10']);
    session.shown(frames()[0].frame!);
    assert.deepEqual(frames().map(({ message, fraction }) => [message, fraction]), [['Step 1 of 10', 0.1], ['Step 3 of 10', 0.3]]);
    session.dispose();
  });

  it('keeps what is there when it is cancelled, and goes on from it', async () => {
    const run = session.run(plan);
    await settle();
    engine.generated[0].answer(resultOf(1));
    await settle();
    engine.generated[1].options.onFrame!(frame(4));
    session.cancel();
    await run;
    assert.deepEqual(states().map(({ state }) => state), ['done', 'stopped', 'stopped', 'stopped']);
    const [, under] = states();
    assert.ok(under.state === 'stopped' && under.made && 'pictures' in under.made && under.made.pictures[0].data[0] === 4);
    assert.equal(engine.generated[1].options.signal!.aborted, true);
    const more = session.continue();
    for (let index = 2; index < 5; index++) {
      await settle();
      engine.generated[index].answer(resultOf(index));
    }
    await more;
    assert.deepEqual(states().map(({ state }) => state), Array(4).fill('done'));
    assert.equal(engine.generated.length, 5, 'the first cell is not made again');
  });

  it('does not make again what another grid has had', async () => {
    void session.run({ columns: { parameter: 'rate', values: [1] } });
    await settle();
    engine.generated[0].answer(resultOf(1));
    await settle();
    const run = session.run({ columns: { parameter: 'rate', values: [2, 1] } });
    await settle();
    assert.deepEqual(states().map(({ state }) => state), ['busy', 'done']);
    engine.generated[1].answer(resultOf(2));
    await run;
    assert.equal(engine.generated.length, 2);
  });

  describe('kept', () => {
    const hashed = (level: number) => resultOf(level, {
      recipe: { generator: 'paint', seed: level, content: { name: 'a.png', hash: 'photo' }, model: { title: 'Net', hash: 'net' } }, milliseconds: { total: 7 },
    } as unknown as Partial<GenerateResult>);

    /** Two of the four cells are made, and kept. */
    async function half(): Promise<SweptCell[]> {
      void session.run(plan);
      for (let index = 0; index < 2; index++) {
        await settle();
        engine.generated[index].answer(hashed(index));
      }
      await settle();
      session.dispose();
      return kept;
    }
    const restored = async (): Promise<void> => {
      const cells = await half();
      open(made);
      void session.describe();
      await session.restore(plan, cells, undefined);
    };

    it('is each cell as it comes, with what it belongs to', async () => {
      const cells = await half();
      assert.deepEqual(cells.map(({ changes }) => changes), [{ rate: 1, seed: 7 }, { rate: 2, seed: 7 }]);
      assert.deepEqual([cells[0].title, cells[0].subject, cells[0].sides, cells[0].plan], ['Paint', 'a.png, cat', 'rate × Seed', plan]);
    });

    it('cells are there after a reload, open with what they made, and only the others are made by Continue', async () => {
      await restored();
      assert.deepEqual(states().map(({ state }) => state), ['done', 'done', 'stopped', 'stopped']);
      assert.deepEqual([session.cellAt(1)?.result, engine.generated.length], [hashed(1), 0]);
      const going = session.continue();
      for (let index = 0; index < 2; index++) {
        await settle();
        engine.generated[index].answer(hashed(2 + index));
      }
      await going;
      const asked = engine.generated.map(({ request }) => [request.parameters, request.seed]);
      assert.deepEqual(asked, [[{ rate: 1, blur: 3 }, 8], [{ rate: 2, blur: 3 }, 8]]);
      assert.ok(states().every(({ state }) => state === 'done'));
    });

    it('cells of a picture that has changed since are to be looked at, and are made anew by Continue', async () => {
      pictureHash = 'another';
      await restored();
      const shows = states().map((cell) => `${cell.state} ${'made' in cell && cell.made !== undefined}`);
      assert.deepEqual(shows, ['stopped true', 'stopped true', 'stopped false', 'stopped false']);
      assert.match(posted.map((message) => (message.type === 'announce' ? message.message : '')).join(), /has changed/);
      void session.continue();
      await settle();
      assert.deepEqual(engine.generated[0].request.parameters, { rate: 1, blur: 3 });
    });

    it('all of it is made once more where that is asked for', async () => {
      await restored();
      void session.again();
      await settle();
      assert.deepEqual(states().map(({ state }) => state), ['busy', 'waiting', 'waiting', 'waiting']);
    });
  });

  it('shows all pictures of a batch, and what each is seen as', async () => {
    const predictions = [0, 1].map((index) => [{ index, name: `class ${index}`, logit: 2, probability: 0.5 }]);
    const run = session.run({ columns: { parameter: 'rate', values: [1] } });
    await settle();
    engine.generated[0].options.onFrame!({ ...frame(4), pictures: [pixels(1), pixels(2)] });
    const [under] = states();
    assert.equal(under.state === 'busy' && under.made && 'pictures' in under.made && under.made.pictures.length, 2);
    engine.generated[0].answer(resultOf(1, { pictures: [pixels(1), pixels(2)], predictions }));
    await run;
    const [cell] = states();
    assert.ok(cell.state === 'done' && 'pictures' in cell.made);
    assert.deepEqual([cell.made.pictures.map(({ data }) => data[0]), cell.outcome!.tops.map(({ name }) => name)], [[1, 2], ['class 0', 'class 1']]);
  });

  it('makes everything anew when a picture has changed, and keeps it to be looked at until then', async () => {
    void session.run({ columns: plan.columns });
    await settle();
    engine.generated[0].answer(resultOf(1));
    await settle();
    session.outdate();
    assert.deepEqual(states().map((cell) => [cell.state, 'made' in cell && cell.made !== undefined]), [['stopped', true], ['stopped', false]]);
    assert.equal(session.recipeAt(0), undefined);
    void session.continue();
    await settle();
    assert.deepEqual(engine.generated.map(({ request }) => request.parameters?.rate), [1, 2, 1]);
    session.dispose();
  });

  it('forgets the oldest results of other grids when there are many', async () => {
    const one = async (rate: number) => {
      const before = engine.generated.length;
      const run = session.run({ columns: { parameter: 'rate', values: [rate] } });
      await settle();
      engine.generated.at(before)?.answer(resultOf(rate));
      await run;
      return engine.generated.length - before;
    };
    for (let rate = 0; rate <= 2 * mostCells; rate++) assert.equal(await one(rate), 1);
    assert.equal(await one(2 * mostCells - 1), 0, 'a newer one is there');
    assert.equal(await one(0), 1, 'the oldest is made again');
  });

  it('shows failures in their cells and goes on', async () => {
    const run = session.run({ columns: plan.columns });
    await settle();
    engine.generated[0].fail(new FoveaError('picture-missing', 'Gone.', 'Put it back.'));
    await settle();
    engine.generated[1].answer(resultOf(1));
    await run;
    const [failed, done] = states();
    assert.ok(failed.state === 'failed');
    assert.deepEqual([failed.error.reason, failed.actions.map(({ id }) => id), done.state], ['picture-missing', ['retry'], 'done']);
    assert.deepEqual(posted.at(-1), { type: 'announce', message: 'The grid is drawn; 1 of 2 failed.' });
    assert.equal(session.recipeAt(0), undefined);
    assert.deepEqual(session.recipeAt(1), { version: '1', seed: 1 });
  });

  it('takes a new grid in the place of one under way', async () => {
    void session.run(plan);
    await settle();
    const run = session.run({ columns: { parameter: 'rate', values: [5] } });
    await settle();
    assert.equal(engine.generated[0].options.signal!.aborted, true);
    engine.generated[1].answer(resultOf(5));
    await run;
    assert.deepEqual(states().map(({ state }) => state), ['done']);
  });

  it('explains maps with parameters, layer, score and seed of each cell, and sends the picture once', async () => {
    open(explained);
    const run = session.run({ columns: { parameter: 'layer', values: ['early', 'late'] }, rows: { parameter: 'smooth', values: [2] } });
    await settle();
    const map = (name: string) => ({ class: { name }, pixels: pixels(1), recipe: { version: '1' } } as unknown as ExplainResult);
    engine.explained[0].options.onPartial!({ ...map('so far'), samples: { done: 3, total: 6 } });
    const [{ pixels: _, ...sofar }] = [{ ...map('so far'), samples: { done: 3, total: 6 } }];
    assert.deepEqual(states()[0], { state: 'busy', message: '3 of 6', fraction: 0.5, made: { result: sofar } });
    engine.explained[0].answer(map('cat'));
    await settle();
    engine.explained[1].answer(map('dog'));
    await run;
    assert.deepEqual(engine.explained.map(({ request }) => [request.layer, request.parameters, request.seed, request.score, request.wantPixels]), [
      ['early', { smooth: 2 }, 4, 'logit', true], ['late', { smooth: 2 }, 4, 'logit', false],
    ]);
    assert.equal(posted.filter(({ type }) => type === 'picture').length, 1);
    assert.equal(session.cellAt(1)?.swept.kind === 'explain' && session.cellAt(1)?.result, undefined);
  });

  it('says in each cell that a model needs trust, and refuses grids that cannot be drawn', async () => {
    untrusted = 'bundled:net';
    await session.run({ columns: plan.columns });
    assert.deepEqual(states().map((cell) => cell.state === 'failed' && cell.error.reason), ['model-untrusted', 'model-untrusted']);
    await session.run({ columns: { parameter: 'rate', values: [] } });
    assert.ok(posted.at(-1)?.type === 'error');
    assert.equal(states().length, 2, 'the grid that is there stays');
  });
});
