// An engine whose behaviour is named by the technique asked for; for the tests of the client.
import { existsSync, writeFileSync } from 'node:fs';
import { createBirpc } from 'birpc';

const functions = { cancel: (id) => cancelled.get(id)?.() };
const cancelled = new Map();
const rpc = createBirpc(functions, { proxify: false, post: (message) => process.send(message), on: (receive) => process.on('message', receive) });

/** @param answer what is thrown as plain data goes back as the error */
function onRequest(method, answer) {
  functions[method] = (params, id) => Promise.resolve(answer(params, id)).then((result) => ({ result }), (error) => ({ error }));
}

onRequest('fovea/techniques', () => [{ id: `process-${process.pid}`, environment: process.env.NODE_OPTIONS ?? '' }]);

onRequest('fovea/explain', async ({ technique, picture, token }, id) => {
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
      await new Promise((resolve) => cancelled.set(id, resolve));
      writeFileSync(picture.path, 'cancelled');
      throw { reason: 'cancelled', message: 'Cancelled.', help: '' };
    case 'refuse':
      throw { reason: 'class-unknown', message: 'There is no class "x".', help: 'Choose another.' };
    case 'progress':
      for (const fraction of [0.25, 0.75]) await rpc.$callEvent('fovea/progress', { token, message: 'half', fraction });
      return { map: { values: new Float32Array([1.5, NaN]) } };
    case 'partial':
      await rpc.$callEvent('fovea/partial', { token, result: { map: { values: new Float32Array([2]) } } });
      return { technique };
    case 'talk':
      console.error('a line of the engine');
      return {};
  }
});

// Shows one frame and then waits to be steered; answers with what it was told.
const steered = new Map();
onRequest('fovea/generate', async ({ token, seed }) => {
  const told = new Promise((resolve) => steered.set(token, resolve));
  await rpc.$callEvent('fovea/frame', { token, step: seed, pictures: [{ width: 1, height: 1, data: new Uint8Array([seed, 0, 0, 255]) }] });
  return { told: await told };
});

onRequest('fovea/steer', ({ token, ...rest }) => {
  steered.get(token)?.(rest);
  return steered.has(token);
});

process.on('disconnect', () => process.exit(0));
