/** Explains: in batches of bounded size, for the classes that are meant, and without a pass where the answer is known. */
import type { Tensor } from '../graph/graph.ts';
import type { Layer } from '../graph/model.ts';
import { fittingSamples } from '../techniques/batches.ts';
import { forwardGraph, forwardKey } from '../techniques/forward.ts';
import { mostLikely } from '../techniques/score-value.ts';
import { explanationOf, joinExplanations, samplesOf, type Explanation, type ExplanationRequest } from './explanation.ts';
import type { Job } from './job.ts';
import { logitRows, requireFinite } from './predictions.ts';
import type { ProgramCache } from './program-cache.ts';
import { TechniqueRun } from './technique-run.ts';

/** Answers kept, so that the most likely class of an input that was seen before is known without a pass; and as many times of runs. */
const answersKept = 64;

export class Explainer {
  /** Logits of inputs, in order of use, the oldest first. */
  readonly #answers = new Map<string, readonly Float32Array[]>();
  /** Milliseconds of the last run of each technique with its parameters, in order of use, the oldest first. */
  readonly #took = new Map<string, number>();
  /** The last explanation of a picture, which is often asked for again to be written to a file. */
  #last: { readonly key: string; readonly explanation: Explanation } | undefined;

  constructor(private readonly programs: ProgramCache) {}

  /** @throws FoveaError `output-not-finite`, `runtime-failed`, `gradient-unsupported`, ...; CancelledError */
  async explain(request: ExplanationRequest, job: Job): Promise<Explanation> {
    const key = explanationKey(request);
    if (key !== undefined && this.#last?.key === key) return { ...this.#last.explanation, milliseconds: { build: 0, run: 0 }, cached: true };
    const parts: Explanation[] = [];
    for (const { part, start, end, total } of batchesOf(request)) {
      if (end - start < total) job.progress(`${request.technique.title}: samples ${start + 1} to ${end} of ${total}`, start / total);
      const run = new TechniqueRun(this.programs, part, job);
      const { result, classes, logits } = await this.#forClasses(part, job, part.technique.graph !== undefined, (chosen) => run.run(chosen));
      requireFinite(result.values, `The values of ${part.technique.title}`);
      parts.push({ ...explanationOf(result, logits, classes), milliseconds: run.milliseconds });
    }
    const explanation = joinExplanations(parts);
    keep(this.#took, runKey(request), explanation.milliseconds.run);
    if (key !== undefined) this.#last = { key, explanation };
    return explanation;
  }

  /**
   * The technique's maps of several layers for a single input: from one pass where the technique can, else layer after layer.
   * @returns values [1,C,h,w] for each layer
   */
  async explainLayers(request: ExplanationRequest, layers: readonly Layer[], job: Job): Promise<Tensor[]> {
    const { technique, loaded: { model }, score, parameters } = request;
    if (!technique.layersGraph) {
      const maps: Tensor[] = [];
      for (const [i, layer] of layers.entries()) {
        job.progress(`${technique.title}: ${layer.name}`, i / layers.length);
        maps.push((await this.explain({ ...request, layer }, job)).values);
      }
      return maps;
    }
    const run = new TechniqueRun(this.programs, request, job);
    const key = `${layers.map(({ name }) => name).join()} ${score} ${JSON.stringify(parameters)}`;
    const { result } = await this.#forClasses(request, job, true, (classes) => run.pass(
      `${technique.id} layers ${key}`, () => technique.layersGraph!(model, { layers, score, parameters }), classes));
    return layers.map((layer, i) => {
      const values = result[`values.${i}`];
      requireFinite(values, `The values of ${technique.title} at "${layer.name}"`);
      return values;
    });
  }

  /**
   * The logits of an input, per sample.
   * @throws FoveaError `output-not-finite`, `runtime-failed`; CancelledError
   */
  async predict(request: Pick<ExplanationRequest, 'loaded' | 'runtime' | 'input' | 'inputKey'>, job: Job): Promise<readonly Float32Array[]> {
    const { loaded: { hash, model }, runtime } = request;
    const known = this.#known(request);
    if (known) return known;
    const program = await this.programs.get(hash, forwardKey, runtime, () => forwardGraph(model));
    const rows: Float32Array[] = [];
    for (const { part } of batchesOf({ ...request, classes: [] })) {
      const { logits } = await program.run({ [model.input.name]: part.input }, { signal: job.signal });
      rows.push(...logitRows(logits, model.logits.classes));
    }
    return this.#keep(request, rows);
  }

  /** Milliseconds that the technique took when it was last run with these parameters at this layer; undefined where that is long ago. */
  lastRun(request: RunKey): number | undefined {
    return this.#took.get(runKey(request));
  }

  /** Disposes the programs of a model that is not used again. @param hash its content's */
  forget(hash: string): Promise<void> {
    return this.programs.drop(hash);
  }

  /**
   * Runs something for the classes asked for. The most likely class is known from an earlier answer, or found by a pass before.
   * @param joint whether `run` costs little more than a forward pass: then it is run twice rather than compiling the model alone
   */
  async #forClasses<R extends { readonly logits: Tensor }>(
    request: ExplanationRequest, job: Job, joint: boolean, run: (classes: readonly number[]) => Promise<R>,
  ): Promise<{ result: R; classes: readonly number[]; logits: readonly Float32Array[] }> {
    const { classes: wanted, loaded: { model } } = request;
    const choose = (logits: readonly Float32Array[]): number[] => wanted.map((one, i) => (one === 'top' ? mostLikely(logits[i]) : one));
    const finish = (result: R, classes: readonly number[]) => {
      return { result, classes, logits: this.#keep(request, logitRows(result.logits, model.logits.classes)) };
    };

    let known = wanted.includes('top') ? this.#known(request) : [];
    if (!known && joint) {
      const guess = wanted.map((one) => (one === 'top' ? 0 : one));
      const first = finish(await run(guess), guess);
      known = first.logits;
      if (choose(known).every((one, i) => one === guess[i])) return first;
    }
    const classes = choose(known ?? await this.predict(request, job));
    return finish(await run(classes), classes);
  }

  #known(request: AnswerKey): readonly Float32Array[] | undefined {
    return this.#answers.get(answerKey(request) ?? '');
  }

  #keep(request: AnswerKey, logits: readonly Float32Array[]): readonly Float32Array[] {
    for (const data of logits) requireFinite({ data }, 'The model\'s outputs');
    const key = answerKey(request);
    if (key === undefined) return logits;
    keep(this.#answers, key, logits);
    return logits;
  }
}

/** The samples in batches that a program can take. */
function* batchesOf<R extends Pick<ExplanationRequest, 'input' | 'loaded' | 'classes'>>(
  request: R,
): Generator<{ part: R; start: number; end: number; total: number }> {
  const [total] = request.input.dims;
  const step = fittingSamples(request.loaded.model);
  for (let start = 0; start < total; start += step) {
    const end = Math.min(start + step, total);
    yield { part: { ...request, input: samplesOf(request.input, start, end), classes: request.classes.slice(start, end) }, start, end, total };
  }
}

/** As the newest; the oldest goes where there are too many. */
function keep<V>(kept: Map<string, V>, key: string, value: V): void {
  kept.delete(key);
  kept.set(key, value);
  const [oldest] = kept.keys();
  if (kept.size > answersKept) kept.delete(oldest);
}

/** What tells an input's answer from all others. */
type AnswerKey = Pick<ExplanationRequest, 'loaded' | 'runtime' | 'inputKey'>;

/** What tells a run from all others, as far as the time that it takes goes. */
type RunKey = Pick<ExplanationRequest, 'loaded' | 'runtime' | 'technique' | 'parameters' | 'layer' | 'enough'>;

function runKey({ loaded, runtime, technique, parameters, layer, enough }: RunKey): string {
  return JSON.stringify([runtime.id, loaded.hash, technique.id, parameters, layer?.name, enough]);
}

function answerKey({ loaded, runtime, inputKey }: AnswerKey): string | undefined {
  return inputKey === undefined ? undefined : `${runtime.id} ${loaded.hash} ${inputKey}`;
}

function explanationKey(request: ExplanationRequest): string | undefined {
  const { technique, parameters, layer, score, seed, classes, enough } = request;
  const key = answerKey(request);
  return key && JSON.stringify([key, technique.id, parameters, layer?.name, score, seed, classes, enough]);
}
