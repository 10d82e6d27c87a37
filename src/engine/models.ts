/** Models by reference: read, prepared, described, and kept while their files stay as they are. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { readModel } from '../formats/read-model.ts';
import type { Graph } from '../graph/graph.ts';
import type { Model } from '../graph/model.ts';
import { leavesSizeOpen, prepareModel } from '../graph/prepare-model.ts';
import { bundledId } from '../protocol/bundled-model.ts';
import type { ModelDescription, ModelReference } from '../protocol/engine.ts';
import { guessNote, type Preprocessing, type PreprocessingSource } from '../protocol/preprocessing.ts';
import { drawnLayer } from '../techniques/drawn-layer.ts';
import type { BundledModel, BundledModels } from './bundled-models.ts';
import { factFiles, findFacts, findSize, fitPreprocessing, type ModelFacts } from './facts/facts.ts';
import { inputHints, type InputHints } from './facts/guess.ts';
import { linesOf, fillLabels } from './facts/labels.ts';
import { readSideFile } from './facts/side-file.ts';
import { describeLayer } from './layers.ts';

/** A prepared model file; `hash` (SHA-256, hex) tells its content, that of files beside it included, from every other. */
export interface ModelContent {
  readonly hash: string;
  readonly format: string;
  /** Of the file. */
  readonly bytes: number;
  readonly model: Model;
  readonly metadata: Readonly<Record<string, string>>;
  readonly hints: InputHints;
}

/** A model as a request uses it. */
export interface LoadedModel extends ModelContent {
  readonly reference: ModelReference;
  readonly facts: ModelFacts;
}

/** Content or facts, and the state of the files that they were found from. */
interface Kept<T> {
  readonly stamp: string;
  readonly value: T;
}

/** Which files beside the model's hold a part of it, or the size of its pictures, is known only after it was read. */
interface KeptContent extends Kept<ModelContent> {
  readonly beside: readonly string[];
  readonly besideStamp: string;
}

export class Models {
  /** By path, in order of use, the oldest first. */
  readonly #contents = new Map<string, KeptContent>();
  readonly #facts = new Map<ModelReference, Kept<ModelFacts>>();

  /**
   * @param limit bytes of prepared weights that are kept, beside those of the model in use
   * @param onDrop told the hash of a model that is not kept any longer, so that its programs can go
   */
  constructor(
    private readonly bundled: BundledModels,
    private readonly limit: number,
    private readonly onDrop: (hash: string) => Promise<void>,
  ) {}

  /**
   * @param reference `bundled:<id>`, or the path of a model file
   * @throws FoveaError `model-*`, `external-data-*`, `operator-unsupported`, `graph-invalid`, `shape-mismatch`, `preprocessing-invalid`;
   *   CancelledError
   */
  async load(reference: ModelReference, signal?: AbortSignal): Promise<LoadedModel> {
    const id = bundledId(reference);
    const entry = id === undefined ? undefined : await this.bundled.find(id);
    const file = entry ? this.bundled.path(entry.file) : path.resolve(reference);
    const content = await this.#content(file, signal);
    const facts = entry ? await this.#bundledFacts(entry, content.model) : await this.#fileFacts(file, content);
    return { ...content, reference, facts };
  }

  async #content(file: string, signal: AbortSignal | undefined): Promise<ModelContent> {
    const known = this.#contents.get(file);
    const [stamp, beside] = await Promise.all([stampOf([file]), stampOf(known?.beside ?? [])]);
    if (known) {
      this.#contents.delete(file);
      if (known.stamp === stamp && known.besideStamp === beside) {
        this.#contents.set(file, known);
        return known.value;
      }
      await this.onDrop(known.value.hash);
    }
    const { graph, format, hash, bytes, beside: files } = await readModel(file, signal);
    const open = leavesSizeOpen(graph);
    const model = prepareModel(graph, open ? await findSize(file) : {});
    const value = { hash, format, bytes, model, metadata: graph.metadata, hints: inputHints(graph) };
    const stated = open ? [...files, ...factFiles(file)] : files;
    this.#contents.set(file, { stamp, beside: stated, besideStamp: await stampOf(stated), value });
    await this.#shrink(file);
    return value;
  }

  /** Forgets the models that were not used for longest, until the limit is kept. */
  async #shrink(inUse: string): Promise<void> {
    let total = [...this.#contents.values()].reduce((sum, { value }) => sum + weightBytes(value.model.graph), 0);
    for (const [file, { value }] of this.#contents) {
      if (total <= this.limit || file === inUse) return;
      total -= weightBytes(value.model.graph);
      this.#contents.delete(file);
      await this.onDrop(value.hash);
    }
  }

  async #fileFacts(file: string, { hash, model, metadata, hints }: ModelContent): Promise<ModelFacts> {
    const stamp = `${hash} ${await stampOf(factFiles(file))}`;
    const known = this.#facts.get(file);
    if (known?.stamp === stamp) return known.value;
    const value = await findFacts({ file, model, metadata, hints, imagenet: this.bundled.path('imagenet-labels.txt') });
    this.#facts.set(file, { stamp, value });
    return value;
  }

  async #bundledFacts(entry: BundledModel, model: Model): Promise<ModelFacts> {
    const known = this.#facts.get(entry.id);
    if (known) return known.value;
    const labels = linesOf(await readSideFile(this.bundled.path(entry.labels)) ?? '');
    const value: ModelFacts = {
      title: entry.title, preprocessing: fitPreprocessing(entry.preprocessing, model.input), preprocessingSource: 'bundled',
      labels: fillLabels(labels, model.logits.classes), preferredLayer: entry.layer, notes: [],
    };
    this.#facts.set(entry.id, { stamp: '', value });
    return value;
  }
}

/** The preprocessing of a request: its own, or the model's. @throws FoveaError `preprocessing-invalid` */
export function choosePreprocessing({ model, facts }: LoadedModel, override?: Preprocessing): Preprocessing {
  return override ? fitPreprocessing(override, model.input) : facts.preprocessing;
}

/** Where the preprocessing of a request comes from, and what is to be said of that. */
export function preprocessingOrigin({ facts }: LoadedModel, override?: Preprocessing): { source: PreprocessingSource; notes: readonly string[] } {
  const source = override ? 'override' : facts.preprocessingSource;
  return { source, notes: source === 'guess' ? [guessNote] : [] };
}

/** A model as it is shown. @throws FoveaError `preprocessing-invalid` */
export function describeModel(loaded: LoadedModel, override?: Preprocessing): ModelDescription {
  const { reference, hash, format, bytes, model, facts } = loaded;
  const { source, notes } = preprocessingOrigin(loaded, override);
  return {
    reference, title: facts.title, hash, format, bytes,
    preprocessing: choosePreprocessing(loaded, override),
    preprocessingSource: source,
    labels: [...facts.labels],
    layers: model.layers.map(describeLayer),
    defaultLayer: facts.preferredLayer ?? model.defaultLayer?.name,
    drawnLayer: drawnLayer(model)?.name,
    notes: [...facts.notes, ...notes],
  };
}

/** Changes when one of the files is written, appears or goes. */
async function stampOf(files: readonly string[]): Promise<string> {
  const stamps = await Promise.all(files.map(async (file) => {
    try {
      const { mtimeMs, size } = await stat(file);
      return `${mtimeMs}:${size}`;
    } catch {
      return 'none';
    }
  }));
  return stamps.join(' ');
}

function weightBytes(graph: Graph): number {
  let total = 0;
  for (const tensor of graph.initializers.values()) total += tensor.data.byteLength;
  return total;
}
