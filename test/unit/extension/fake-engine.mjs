// An engine whose behaviour is named by the technique asked for; for the tests of the client.
import { existsSync, writeFileSync } from 'node:fs';
import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from 'vscode-jsonrpc/node';
import { ResponseError } from 'vscode-jsonrpc';

const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));

connection.onRequest('fovea/techniques', () => [{ id: `process-${process.pid}`, environment: process.env.NODE_OPTIONS ?? '' }]);

connection.onRequest('fovea/explain', async ({ technique, picture, token }, cancellation) => {
  switch (technique) {
    case 'kill':
      process.kill(process.pid, 'SIGKILL');
      return new Promise(() => {});
    case 'fail':
      process.exit(7);
      break;
    case 'leave-once': // as an engine that became idle just as the request was sent
      if (existsSync(picture.path)) return { technique };
      writeFileSync(picture.path, '');
      process.exit(0);
      break;
    case 'leave':
      process.exit(0);
      break;
    case 'wait': // until cancelled; then says so in the file named as the picture
      await new Promise((resolve) => cancellation.onCancellationRequested(resolve));
      writeFileSync(picture.path, 'cancelled');
      throw new ResponseError(-32800, 'Cancelled.', { reason: 'cancelled', message: 'Cancelled.', help: '' });
    case 'refuse':
      throw new ResponseError(-32000, 'No.', { reason: 'class-unknown', message: 'There is no class "x".', help: 'Choose another.' });
    case 'progress':
      for (const fraction of [0.25, 0.75]) await connection.sendNotification('fovea/progress', { token, message: 'half', fraction });
      return { map: { values: new Float32Array([1.5, NaN]) } };
    case 'partial':
      await connection.sendNotification('fovea/partial', { token, result: { map: { values: new Float32Array([2]) } } });
      return { technique };
    case 'talk':
      console.error('a line of the engine');
      return {};
  }
});

// Shows one frame and then waits to be steered; answers with what it was told.
const steered = new Map();
connection.onRequest('fovea/generate', async ({ token, seed }) => {
  const told = new Promise((resolve) => steered.set(token, resolve));
  await connection.sendNotification('fovea/frame', { token, step: seed, pictures: [{ width: 1, height: 1, data: new Uint8Array([seed, 0, 0, 255]) }] });
  return { told: await told };
});

connection.onRequest('fovea/steer', ({ token, ...rest }) => {
  steered.get(token)?.(rest);
  return steered.has(token);
});

process.on('disconnect', () => process.exit(0));
connection.listen();
