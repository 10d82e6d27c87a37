/**
 * The engine as a process of its own: forked with an IPC channel (serialization 'advanced') and spoken to with vscode-jsonrpc. It ends with
 * its parent, and by itself (exit code 0) after a while without requests. A failure that nothing catches ends it with its stack on standard
 * error and exit code 1, which is Node's way; the client starts it again.
 *
 *     engine.js [--idle-seconds=300]
 */
import { ResponseError, type CancellationToken } from 'vscode-jsonrpc';
import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from 'vscode-jsonrpc/node';
import { notifications, requests } from '../protocol/engine.ts';
import { FoveaError, type ErrorData } from '../protocol/errors.ts';
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

/** JSON-RPC leaves the codes from here on to applications; the reason is in the error's data. */
const applicationError = -32000;

const engine = new Engine({ packageRoot: findPackageRoot(), runtimes: new Runtimes(runtimeLoaders), techniques });
const idle = new IdleTimer(idleSeconds * 1000, () => process.exit(0));
const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));

/** Answers a request: errors cross as data, cancellation becomes a signal, progress goes to whoever gave a token. */
async function answer<T>(
  work: (job: Job) => T | Promise<T>, cancellation: CancellationToken, progressToken?: string,
): Promise<T | ResponseError<ErrorData>> {
  const controller = new AbortController();
  // A request that was cancelled before its turn has a token that is so already, and then tells nobody.
  if (cancellation.isCancellationRequested) controller.abort();
  const subscription = cancellation.onCancellationRequested(() => controller.abort());
  const progress: Job['progress'] = (message, fraction) => {
    if (progressToken === undefined) return;
    void connection.sendNotification(notifications.progress, { token: progressToken, message, fraction });
  };
  const partial: Job['partial'] = progressToken === undefined ? undefined : (result) => {
    void connection.sendNotification(notifications.partial, { token: progressToken, result });
  };
  const frame: Job['frame'] = progressToken === undefined ? undefined : (note) => {
    void connection.sendNotification(frameNotification, note);
  };
  const measured: Job['measured'] = progressToken === undefined ? undefined : (evaluation) => {
    void connection.sendNotification(measuredNotification, { token: progressToken, evaluation });
  };
  idle.begin();
  try {
    return await work({ signal: controller.signal, progress, partial, frame, measured });
  } catch (error) {
    const known = FoveaError.from(error);
    if (known.reason === 'internal') console.error(error);
    else if (known.reason.endsWith('-corrupt') && known.cause instanceof Error) console.error(`${known.message} (${known.cause.message})`); // the library's words
    return new ResponseError(applicationError, known.message, known.toData());
  } finally {
    idle.end();
    subscription.dispose();
  }
}

connection.onRequest(requests.describeModel, (request, token) => answer((job) => engine.describeModel(request, job), token));
connection.onRequest(requests.explain, (request, token) => answer((job) => engine.explain(request, job), token, request.token));
connection.onRequest(requests.predict, (request, token) => answer((job) => engine.predict(request, job), token));
connection.onRequest(requests.layerStrip, (request, token) => answer((job) => engine.layerStrip(request, job), token, request.token));
connection.onRequest(requests.exportResult, (request, token) => answer((job) => engine.exportResult(request, job), token, request.token));
connection.onRequest(requests.render, (request, token) => answer((job) => engine.render(request, job), token));
connection.onRequest(generateRequests.generators, (_, token) => answer(() => engine.generators(), token));
connection.onRequest(generateRequests.generate, (request, token) => answer((job) => engine.generate(request, job), token, request.token));
connection.onRequest(sweepRequest, (request, token) => answer((job) => engine.sweep(request, job), token, request.request.token));
connection.onRequest(generateRequests.steer, (request, token) => answer(() => engine.steer(request), token));
connection.onRequest(generateRequests.pixels, (request, token) => answer((job) => engine.pixels(request, job), token));
connection.onRequest(generateRequests.png, (request, token) => answer(() => engine.png(request), token));
connection.onRequest(generateRequests.savePixels, (request, token) => answer(() => engine.savePixels(request), token));
connection.onRequest(trustRequests.check, (request, token) => answer((job) => engine.check(request, job), token, request.token));
connection.onRequest(trustRequests.evaluate, (request, token) => answer((job) => engine.evaluate(request, job), token, request.token));
connection.onRequest(trustRequests.planEvaluation, (request, token) => answer((job) => engine.planEvaluation(request, job), token));
connection.onRequest(requests.techniques, (token) => answer(() => engine.techniques(), token));
connection.onRequest(requests.bundledModels, (token) => answer(() => engine.bundledModels(), token));
connection.onRequest(requests.status, (token) => answer(() => engine.status(), token));
connection.listen();
engine.warmUp();

process.on('disconnect', () => process.exit(0));
