import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { IdleTimer } from '../../../src/engine/idle-timer.ts';

describe('the timer of an idle engine', () => {
  let idle: number;
  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout'] });
    idle = 0;
  });
  afterEach(() => mock.timers.reset());

  it('fires once, a while after nothing has been worked on', () => {
    new IdleTimer(100, () => (idle += 1));
    mock.timers.tick(99);
    assert.equal(idle, 0);
    mock.timers.tick(1);
    mock.timers.tick(1000);
    assert.equal(idle, 1);
  });

  it('waits for all that is worked on at once, and begins anew when the last of it ends', () => {
    const timer = new IdleTimer(100, () => (idle += 1));
    mock.timers.tick(60);
    timer.begin();
    timer.begin();
    mock.timers.tick(1000);
    timer.end();
    mock.timers.tick(1000);
    assert.equal(idle, 0, 'one is not done yet');
    timer.end();
    mock.timers.tick(99);
    assert.equal(idle, 0);
    mock.timers.tick(1);
    assert.equal(idle, 1);
  });
});
