/** The runtimes that reference tests run on: the same graphs must give the same results on each. */
import { loadNative } from '../../src/runtimes/onnxruntime/native.ts';
import { loadWasm } from '../../src/runtimes/wasm/wasm.ts';
import type { Runtime } from '../../src/runtimes/runtime.ts';

/** Loaded once per process, at the first use. */
function once(load: () => Promise<Runtime>): () => Promise<Runtime> {
  let loaded: Promise<Runtime> | undefined;
  return () => (loaded ??= load());
}

export const referenceRuntimes: readonly { readonly name: string; readonly load: () => Promise<Runtime> }[] = [
  { name: 'native', load: once(loadNative) },
  { name: 'WebAssembly', load: once(loadWasm) },
];
