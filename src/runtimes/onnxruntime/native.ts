/** ONNX Runtime as a native library, the fastest runtime. Loaded on demand: the import fails where the platform has no binary. */
import { FoveaError } from '../../protocol/errors.ts';
import type { Runtime } from '../runtime.ts';
import { compileSession } from './session.ts';

/**
 * Threads that wait for work by spinning save a small network a tenth of its time, but those of several live sessions slow each other by two
 * to five times: they stop when a run ends.
 */
const options = {
  executionProviders: ['cpu'],
  extra: { session: { force_spinning_stop: '1' } },
};

/** @throws FoveaError `runtime-unavailable` where no native library loads; the message says why */
export async function loadNative(): Promise<Runtime> {
  // The published library for Linux and macOS reports its use to its maker unless told not to before it loads: nothing may leave this machine.
  process.env.ORT_DISABLE_TELEMETRY = '1';
  let ort;
  try {
    ort = await import('onnxruntime-node');
    ort.listSupportedBackends(); // loads the library, so that a missing one is noticed here
  } catch (error) {
    const detail = (error instanceof Error ? error.message : String(error)).split('\n')[0];
    throw new FoveaError('runtime-unavailable', `ONNX Runtime has no native library for this machine: ${detail}`,
      'Choose the runtime "auto" or "wasm", which runs everywhere.', { cause: error });
  }
  return {
    id: 'onnxruntime',
    title: `ONNX Runtime ${ort.env.versions.node} (native)`,
    compile: (graph) => compileSession(ort, graph, options),
  };
}
