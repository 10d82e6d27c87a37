/** ONNX Runtime as WebAssembly: the same graphs and results, slower, on every platform. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';
import { FoveaError } from '../../protocol/errors.ts';
import { compileSession } from '../onnxruntime/session.ts';
import type { Runtime } from '../runtime.ts';

/** More threads than this gain nothing at batch 1 and each takes memory. */
const mostThreads = 4;

/** @throws FoveaError `runtime-unavailable` where the package or its .wasm file is missing */
export async function loadWasm(): Promise<Runtime> {
  let ort;
  try {
    ort = await import('onnxruntime-web');
    await unpack(ort.env.wasm);
  } catch (error) {
    const detail = (error instanceof Error ? error.message : String(error)).split('\n')[0];
    throw new FoveaError('runtime-unavailable', `The WebAssembly build of ONNX Runtime cannot be loaded: ${detail}`,
      'Reinstall Fovea; its package is incomplete.', { cause: error });
  }
  const { env } = ort;
  env.wasm.numThreads ??= Math.min(availableParallelism(), mostThreads);
  env.logLevel = 'error';
  return {
    id: 'wasm',
    title: `ONNX Runtime ${env.versions.web} (WebAssembly)`,
    compile: (graph) => compileSession(ort, graph, { executionProviders: ['wasm'] }),
  };
}

/** Fovea's package holds the library's binary beside the bundles, a third smaller than the package's own compression makes it. */
async function unpack(flags: { wasmBinary?: ArrayBufferLike | Uint8Array }): Promise<void> {
  const packed = new URL('ort-wasm-simd-threaded.wasm.br', import.meta.url);
  if (existsSync(packed)) flags.wasmBinary = await promisify(brotliDecompress)(await readFile(packed));
}
