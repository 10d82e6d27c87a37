/** Which runtimes there are, and which one serves a request. A runtime is loaded when it is first asked for. */
import { FoveaError } from '../protocol/errors.ts';
import type { RuntimeChoice } from '../protocol/engine.ts';
import type { Runtime, RuntimeId } from './runtime.ts';
import { loadNative } from './onnxruntime/native.ts';
import { loadWasm } from './wasm/wasm.ts';

/** Whether a runtime can be used on this machine, for people. */
export interface RuntimeStatus {
  readonly id: RuntimeId;
  readonly title: string;
  readonly available: boolean;
  /** Why not, where it is not available. */
  readonly reason?: string;
}

/** The runtime for a request. */
export interface ChosenRuntime {
  readonly runtime: Runtime;
  /** Why it is not the first choice, where it is not. */
  readonly note: string | undefined;
}

/** How each runtime is loaded; rejects with `runtime-unavailable`. */
export type RuntimeLoaders = Readonly<Record<RuntimeId, { readonly title: string; load(): Promise<Runtime> }>>;

/** The runtimes of the product. */
export const runtimeLoaders: RuntimeLoaders = {
  onnxruntime: { title: 'ONNX Runtime (native)', load: loadNative },
  wasm: { title: 'ONNX Runtime (WebAssembly)', load: loadWasm },
  tensorflow: {
    title: 'TensorFlow.js',
    load: () => Promise.reject(new FoveaError('runtime-unavailable', 'TensorFlow.js is not part of this version of Fovea; it comes in a later one.',
      'Choose the runtime "auto", "onnxruntime" or "wasm".')),
  },
};

/** `auto` tries these in order. */
const automatic: readonly RuntimeId[] = ['onnxruntime', 'wasm'];

export class Runtimes {
  readonly #loaded = new Map<RuntimeId, Promise<Runtime>>();

  constructor(private readonly loaders: RuntimeLoaders) {}

  /**
   * @param choice `auto` is the native runtime if it loads, else WebAssembly
   * @throws FoveaError `runtime-unavailable`
   */
  async choose(choice: RuntimeChoice = 'auto'): Promise<ChosenRuntime> {
    if (choice !== 'auto') return { runtime: await this.#load(choice), note: undefined };
    let first: FoveaError | undefined;
    for (const id of automatic) {
      try {
        return { runtime: await this.#load(id), note: first && `${first.message} The slower "${id}" runtime is used instead.` };
      } catch (error) {
        first ??= FoveaError.from(error);
      }
    }
    throw first ?? new FoveaError('runtime-unavailable', 'There is no runtime.');
  }

  /** Every runtime, loaded or tried. */
  async list(): Promise<RuntimeStatus[]> {
    return Promise.all(Object.entries(this.loaders).map(async ([key, { title }]): Promise<RuntimeStatus> => {
      const id = key as RuntimeId;
      try {
        return { id, title: (await this.#load(id)).title, available: true };
      } catch (error) {
        return { id, title, available: false, reason: FoveaError.from(error).message };
      }
    }));
  }

  #load(id: RuntimeId): Promise<Runtime> {
    let runtime = this.#loaded.get(id);
    if (!runtime) this.#loaded.set(id, (runtime = this.loaders[id].load()));
    return runtime;
  }
}
