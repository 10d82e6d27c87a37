/** Both ends of a channel; engine/server.test.ts speaks to one end without it. */
import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { Channel, notification, request, type Port } from '../../../src/protocol/channel.ts';
import { CancelledError, FoveaError } from '../../../src/protocol/errors.ts';

class End extends EventEmitter implements Port {
  other!: End;
  broken = false;

  send(message: object, sent: (error: Error | null) => void): boolean {
    queueMicrotask(() => {
      sent(this.broken ? new Error('broken') : null);
      if (!this.broken) this.other.emit('message', structuredClone(message));
    });
    return !this.broken;
  }
}

const double = request<{ values: Float32Array }, Float32Array>('double');
const wait = request<{ name: string }, string>('wait');
const note = notification<string>('note');

describe('channel', () => {
  let near: Channel;
  let far: Channel;
  let end: End;

  beforeEach(() => {
    end = new End();
    end.other = new End();
    end.other.other = end;
    near = new Channel(end);
    far = new Channel(end.other);
    far.onRequest(double, ({ values }) => values.map((value) => 2 * value));
  });

  it('answers with typed arrays, to requests of both sides at once', async () => {
    near.onRequest(wait, ({ name }) => Promise.resolve(name));
    const [doubled, name] = await Promise.all([near.request(double, { values: new Float32Array([1.5]) }), far.request(wait, { name: 'far' })]);
    assert.deepEqual([doubled, name], [new Float32Array([3]), 'far']);
  });

  it('gives errors back with reason and help, and names what nobody answers', async () => {
    far.onRequest(wait, () => { throw new FoveaError('class-unknown', 'There is none.', 'Choose another.'); });
    await assert.rejects(near.request(wait, { name: '' }), (error: FoveaError) => (
      error instanceof FoveaError && error.reason === 'class-unknown' && error.message === 'There is none.' && error.help === 'Choose another.'));
    await assert.rejects(near.request(request<object, void>('nothing'), {}), /nothing/);
  });

  it('cancels at once here, and the work there', async () => {
    const controller = new AbortController();
    let stopped: Promise<unknown> | undefined;
    far.onRequest(wait, (_, signal) => {
      stopped = once(signal, 'abort');
      queueMicrotask(() => controller.abort());
      return new Promise<string>(() => {});
    });
    await assert.rejects(near.request(wait, { name: '' }, controller.signal), CancelledError);
    await stopped;
    await assert.rejects(near.request(double, { values: new Float32Array(1) }, controller.signal), CancelledError, 'before it is sent');
  });

  it('tells what needs no answer, and is silent where nobody listens', async () => {
    const heard: string[] = [];
    far.notify(note, 'lost');
    await near.request(double, { values: new Float32Array(1) });
    near.onNotification(note, (text) => heard.push(text));
    far.notify(note, 'heard');
    await near.request(double, { values: new Float32Array(1) });
    assert.deepEqual(heard, ['heard']);
  });

  it('fails what has no answer when it is closed, and what cannot be sent', async () => {
    far.onRequest(wait, () => new Promise<string>(() => {}));
    const waiting = near.request(wait, { name: '' });
    await new Promise(setImmediate); // it is sent
    end.broken = true;
    await assert.rejects(near.request(wait, { name: '' }), /broken/);
    near.close(new Error('gone'));
    await assert.rejects(waiting, /gone/);
    await assert.rejects(near.request(wait, { name: '' }), /closed/);
    near.notify(note, 'lost');
  });

  it('goes on where an answer cannot be sent', async () => {
    far.onRequest(wait, ({ name }) => { end.other.broken = name === ''; return name; });
    const lost = near.request(wait, { name: '' });
    await new Promise(setImmediate);
    end.other.broken = false;
    assert.equal(await near.request(wait, { name: 'heard' }), 'heard');
    near.close(new Error('gone'));
    await assert.rejects(lost, /gone/);
  });
});
