/** An engine in this process for each test, with a folder for its files, and what it compiled. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { Engine } from '../../src/engine/engine.ts';
import { findPackageRoot } from '../../src/engine/package-root.ts';
import type { ExplainRequest } from '../../src/protocol/engine.ts';
import { runtimeLoaders, Runtimes } from '../../src/runtimes/choose.ts';
import type { Program, Runtime } from '../../src/runtimes/runtime.ts';
import { techniques } from '../../src/techniques/registry.ts';
import { convolutional, writeModel, type SmallModelOptions } from './small-models.ts';

export interface EngineRig {
  engine: Engine;
  /** Taken away after the test. */
  folder: string;
  /** Names of the graphs that were compiled, in order. */
  compiled: string[];
  /** Number of programs disposed. */
  disposed: number;
  /** A path in the folder. */
  at(name: string): string;
  /** Writes `net.onnx`, a small convolutional model. */
  model(options?: SmallModelOptions): Promise<string>;
  /** Writes `picture.png`, 12 × 10 pixels of which no two rows or columns are the same. */
  picture(): Promise<string>;
  /** Grad-CAM of that picture and that model, with changes. */
  request(changes?: Partial<ExplainRequest>): Promise<ExplainRequest>;
}

/** To be called in `describe`. */
export function useEngine(): EngineRig {
  const rig = {
    at: (name) => path.join(rig.folder, name),
    model: (options) => writeModel(convolutional(options), rig.at('net.onnx')),
    async picture() {
      const data = Buffer.from(Array.from({ length: 12 * 10 * 3 }, (_, i) => (i * 7919) % 251));
      await sharp(data, { raw: { width: 12, height: 10, channels: 3 } }).png().toFile(rig.at('picture.png'));
      return rig.at('picture.png');
    },
    async request(changes = {}) {
      return { picture: { path: await rig.picture() }, model: changes.model ?? await rig.model(), technique: 'grad-cam', ...changes };
    },
  } as EngineRig;
  beforeEach(async () => {
    rig.folder = await mkdtemp(path.join(tmpdir(), 'fovea-engine-'));
    rig.compiled = [];
    rig.disposed = 0;
    const runtimes = new Runtimes({ ...runtimeLoaders, onnxruntime: { title: 'ONNX Runtime', load: async () => watched(await runtimeLoaders.onnxruntime.load(), rig) } });
    rig.engine = new Engine({ packageRoot: findPackageRoot(), techniques, runtimes });
  });
  afterEach(async () => {
    await rig.engine.dispose();
    await rm(rig.folder, { recursive: true, force: true });
  });
  return rig;
}

/** A runtime that keeps count in the rig. */
function watched(runtime: Runtime, rig: EngineRig): Runtime {
  const watch = (program: Program): Program => ({
    bytes: program.bytes,
    run: (inputs, options) => program.run(inputs, options),
    dispose: () => {
      rig.disposed += 1;
      return program.dispose();
    },
  });
  return {
    ...runtime,
    compile: async (graph) => {
      rig.compiled.push(graph.name);
      return watch(await runtime.compile(graph));
    },
  };
}
