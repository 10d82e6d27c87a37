import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { debounceTime, Tuning } from '../../../src/extension/result/tuning.ts';
import type { Subject } from '../../../src/protocol/result-panel.ts';
import { tuneMessageSchema } from '../../../src/protocol/tune-panel.ts';

const start: Subject = { picture: 'file:///a.png', model: 'bundled:net', technique: 'smooth-grad', class: 'top', score: 'logit', parameters: {}, seed: 0 };
const took = (run: number, build = 0) => ({ technique: 'smooth-grad', milliseconds: { picture: 5, build, run, total: 5 + build + run } });

describe('tuning', () => {
  let asked: Subject[];
  let subject: Subject;
  let tuning: Tuning;
  let changes: number;

  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout', 'Date'] });
    asked = [];
    changes = 0;
    subject = start;
    tuning = new Tuning({
      get subject() { return subject; },
      explain(next) {
        subject = next;
        asked.push(next);
      },
    }, () => changes++);
  });
  afterEach(() => mock.timers.reset());

  const samples = (count: number) => ({ parameters: { samples: count } });
  const rest = () => mock.timers.tick(debounceTime);

  it('runs once a control rests, with the last value', () => {
    for (const count of [10, 20, 30]) {
      tuning.change(samples(count));
      mock.timers.tick(debounceTime - 1);
    }
    assert.deepEqual(asked, []);
    assert.deepEqual(tuning.subject.parameters, { samples: 30 }, 'the side panel shows it at once');
    assert.equal(tuning.pending, false);
    rest();
    assert.deepEqual(asked.map(({ parameters }) => parameters), [{ samples: 30 }]);
    rest();
    assert.equal(asked.length, 1);
  });

  it('is measured by the last run without the time to build', () => {
    tuning.explained(took(900));
    assert.equal(tuning.live, true);
    tuning.explained(took(1100));
    assert.equal(tuning.live, false);
    tuning.explained(took(1100, 4000));
    assert.equal(tuning.live, true, 'the first run of a program says less');
    tuning.explained(took(3100, 4000));
    assert.equal(tuning.live, false);
  });

  it('waits for Run where the technique is slow', () => {
    tuning.explained(took(3000));
    tuning.change(samples(100));
    tuning.change({ seed: 7 });
    rest();
    assert.deepEqual(asked, []);
    assert.equal(tuning.pending, true);
    tuning.run();
    assert.deepEqual(asked, [{ ...start, ...samples(100), seed: 7 }]);
    assert.equal(tuning.pending, false);
    tuning.explained(took(200));
    tuning.change(samples(5));
    rest();
    assert.equal(asked.length, 2, 'it was fast this time');
  });

  it('undoes and redoes; a drag is one change, another parameter another', () => {
    for (const count of [10, 20, 30]) tuning.change(samples(count));
    mock.timers.tick(600);
    tuning.change({ parameters: { samples: 30, noise: 0.2 } });
    mock.timers.tick(10);
    tuning.change({ seed: 3 });
    const seen = () => [tuning.subject.parameters, tuning.subject.seed];
    tuning.undo();
    assert.deepEqual(seen(), [{ samples: 30, noise: 0.2 }, 0]);
    tuning.undo();
    assert.deepEqual(seen(), [{ samples: 30 }, 0]);
    tuning.undo();
    assert.deepEqual(seen(), [{}, 0]);
    assert.equal(tuning.canUndo, false);
    tuning.undo();
    tuning.redo();
    assert.deepEqual(seen(), [{ samples: 30 }, 0]);
    rest();
    assert.deepEqual(asked.at(-1)!.parameters, { samples: 30 });
    tuning.change(samples(40));
    assert.equal(tuning.canRedo, false, 'a new change ends what could be redone');
  });

  it('undoes the layer without touching a class that was chosen in the result panel', () => {
    tuning.change({ layer: 'conv5' });
    rest();
    subject = tuning.follow({ ...subject, class: 9 });
    tuning.undo();
    assert.deepEqual([tuning.subject.layer, tuning.subject.class], [undefined, 9]);
  });

  it('keeps what was tuned when the result panel asks for another class, and begins anew with another technique', () => {
    tuning.explained(took(3000));
    tuning.change(samples(50));
    subject = tuning.follow({ ...start, class: 9 });
    assert.deepEqual([subject.class, subject.parameters], [9, { samples: 50 }]);
    assert.equal(tuning.pending, false);
    subject = tuning.follow({ ...subject, technique: 'grad-cam' });
    assert.deepEqual(subject.parameters, {});
    assert.equal(tuning.canUndo, false);
    assert.equal(tuning.live, true, 'nothing is known of it yet');
  });

  it('knows a slow technique from its first samples: changes wait for Run before it was ever done', () => {
    tuning.foresee({ ...took(100), samples: { done: 10, total: 100 } });
    assert.equal(tuning.live, true);
    tuning.foresee({ ...took(400), samples: { done: 10, total: 100 } });
    assert.deepEqual([tuning.live, tuning.milliseconds], [false, 4005], 'and 5 for the picture');
    tuning.change(samples(50));
    assert.equal(tuning.pending, true);
  });

  it('crosses to the host as what was changed, and nothing else', () => {
    for (const tuned of [{ seed: 3 }, { parameters: { samples: 3 } }, { class: 7 }, { layer: 'conv5' }, {}]) {
      const message = tuneMessageSchema.parse({ type: 'change', tuned, serial: 1 });
      assert.deepEqual(message, { type: 'change', tuned, serial: 1 });
    }
  });

  it('does nothing for a value that is the same', () => {
    tuning.change({ parameters: {} });
    assert.equal(changes, 0);
    assert.equal(tuning.canUndo, false);
  });
});
