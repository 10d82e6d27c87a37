/**
 * The engine as a process of its own: forked with an IPC channel (serialization 'advanced') and called over a channel. It ends with
 * its parent, and by itself (exit code 0) after a while without requests. A failure that nothing catches ends it with its stack on standard
 * error and exit code 1, which is Node's way; the client starts it again.
 *
 *     engine.js [--idle-seconds=300]
 */
import { Channel } from '../protocol/channel.ts';
import { notifications, requests } from '../protocol/engine.ts';
import { FoveaError } from '../protocol/errors.ts';
import { frameNotification, generateRequests } from '../protocol/generate.ts';
import { sweepRequest } from '../protocol/sweep.ts';
import { measuredNotification, trustRequests } from '../protocol/trust.ts';
import { runtimeLoaders, Runtimes } from '../runtimes/choose.ts';
import { techniques } from '../techniques/registry.ts';
import { Engine } from './engine.ts';
import { IdleTimer } from './idle-timer.ts';
import type { Job } from './job.ts';
import { findPackageRoot } from './package-root.ts';

const usualIdleSeconds = 300;
const idleSeconds = Number(process.argv.find((argument) => argument.startsWith('--idle-seconds='))?.split('=')[1] ?? usualIdleSeconds);

const engine = new Engine({ packageRoot: findPackageRoot(), runtimes: new Runtimes(runtimeLoaders), techniques });
const idle = new IdleTimer(idleSeconds * 1000, () => process.exit(0));
const channel = new Channel(process);

/** Answers a request: progress goes to whoever gave a token; what is a defect, or a library's own words, to standard error. */
async function answer<T>(work: (job: Job) => T | Promise<T>, signal: AbortSignal, progressToken?: string): Promise<T> {
  const progress: Job['progress'] = (message, fraction) => {
    if (progressToken === undefined) return;
    channel.notify(notifications.progress, { token: progressToken, message, fraction });
  };
  const partial: Job['partial'] = progressToken === undefined ? undefined : (result) => {
    channel.notify(notifications.partial, { token: progressToken, result });
  };
  const frame: Job['frame'] = progressToken === undefined ? undefined : (note) => {
    channel.notify(frameNotification, note);
  };
  const measured: Job['measured'] = progressToken === undefined ? undefined : (evaluation) => {
    channel.notify(measuredNotification, { token: progressToken, evaluation });
  };
  idle.begin();
  try {
    return await work({ signal, progress, partial, frame, measured });
  } catch (error) {
    const known = FoveaError.from(error);
    if (known.reason === 'internal') console.error(error);
    else if (known.reason.endsWith('-corrupt') && known.cause instanceof Error) console.error(`${known.message} (${known.cause.message})`); // the library's words
    throw known;
  } finally {
    idle.end();
  }
}

channel.onRequest(requests.describeModel, (request, signal) => answer((job) => engine.describeModel(request, job), signal));
channel.onRequest(requests.explain, (request, signal) => answer((job) => engine.explain(request, job), signal, request.token));
channel.onRequest(requests.predict, (request, signal) => answer((job) => engine.predict(request, job), signal));
channel.onRequest(requests.layerStrip, (request, signal) => answer((job) => engine.layerStrip(request, job), signal, request.token));
channel.onRequest(requests.exportResult, (request, signal) => answer((job) => engine.exportResult(request, job), signal, request.token));
channel.onRequest(requests.render, (request, signal) => answer((job) => engine.render(request, job), signal));
channel.onRequest(generateRequests.generators, (_, signal) => answer(() => engine.generators(), signal));
channel.onRequest(generateRequests.generate, (request, signal) => answer((job) => engine.generate(request, job), signal, request.token));
channel.onRequest(sweepRequest, (request, signal) => answer((job) => engine.sweep(request, job), signal, request.request.token));
channel.onRequest(generateRequests.steer, (request, signal) => answer(() => engine.steer(request), signal));
channel.onRequest(generateRequests.pixels, (request, signal) => answer((job) => engine.pixels(request, job), signal));
channel.onRequest(generateRequests.png, (request, signal) => answer(() => engine.png(request), signal));
channel.onRequest(generateRequests.savePixels, (request, signal) => answer(() => engine.savePixels(request), signal));
channel.onRequest(trustRequests.check, (request, signal) => answer((job) => engine.check(request, job), signal, request.token));
channel.onRequest(trustRequests.evaluate, (request, signal) => answer((job) => engine.evaluate(request, job), signal, request.token));
channel.onRequest(trustRequests.planEvaluation, (request, signal) => answer((job) => engine.planEvaluation(request, job), signal));
channel.onRequest(requests.techniques, (_, signal) => answer(() => engine.techniques(), signal));
channel.onRequest(requests.bundledModels, (_, signal) => answer(() => engine.bundledModels(), signal));
channel.onRequest(requests.status, (_, signal) => answer(() => engine.status(), signal));
engine.warmUp();

process.on('disconnect', () => process.exit(0));
