/** `fovea explain INPUT... --technique ID`: where a model looks. */
import path from 'node:path';
import type { Command } from 'commander';
import type { Engine } from '../engine/engine.ts';
import type { Job } from '../engine/job.ts';
import type { ExplainRequest, ModelReference } from '../protocol/engine.ts';
import type { Context } from './context.ts';
import { expandInputs, type Input } from './inputs.ts';
import { resolveModel } from './model.ts';
import { changedPreprocessing } from './options.ts';
import { checkTechnique, requestOf, withTechniqueOptions, type TechniqueOptions } from './technique-options.ts';
import { UsageError } from './usage-error.ts';

const examples = `
Examples:
  $ fovea explain cat.jpg --technique grad-cam --out maps
  $ fovea explain cat.jpg --technique grad-cam --class "tabby" --layer head/relu6 --out maps
  $ fovea explain photos/ --technique saliency --model net.onnx --json --out maps
  $ fovea explain batch.npy --technique grad-cam --class 3,7 --out maps

--out gets <stem>.<technique>.png, the map over the picture at the picture's size, and <stem>.<technique>.npy, the raw values
(float32, [N,C,H,W]). For an array there is no picture, so it gets the values alone.
`;

export function addExplain(program: Command, context: Context): void {
  withTechniqueOptions(program.command('explain'))
    .description('Show where a model looks: explain pictures with one of the techniques.')
    .argument('<input...>', 'pictures, folders of pictures, or arrays (.npy, float32 [C,H,W] or [N,C,H,W], the model\'s input as it stands)')
    .addHelpText('after', examples)
    .action((paths: string[], options: TechniqueOptions) => context.run(options, async ({ engine, report, signal }) => {
      checkTechnique(engine, options);
      const model = await resolveModel(engine, options.model);
      const preprocessing = await changedPreprocessing(engine, model, options);
      const inputs = await expandInputs(paths);
      if (options.class.length > 1 && inputs.some(({ kind }) => kind === 'picture')) {
        throw new UsageError('A picture has one class to explain.', 'Several classes are for the samples of an array (.npy).');
      }
      if (preprocessing && inputs.some(({ kind }) => kind === 'array')) {
        throw new UsageError('An array (.npy) is the model\'s input as it stands.', 'Leave --preprocessing out.');
      }
      await report.each(inputs, signal, async (input, job) => {
        const { notes, ...answer } = input.kind === 'array'
          ? await explainArray(engine, input, model, options, job)
          : await explainPicture(engine, requestOf(input, model, options, preprocessing), input, options, job);
        for (const note of notes) report.note(`${input.path}: ${note}`);
        report.result({ image: input.path, model, technique: options.technique, ...answer }, textOf(input.path, answer));
      });
      if (options.out === undefined) report.note('Nothing was written; --out DIR writes the maps.');
    }));
}

/** What is printed for one input; lists have one entry per sample where an array has several. */
interface Answer {
  readonly class: number | number[];
  readonly className: string | string[];
  readonly score: number | number[];
  readonly layer: string | null;
  readonly runtime: string;
  readonly milliseconds: object;
  /** By the metric's id. */
  readonly metrics: Readonly<Record<string, number | number[]>>;
  readonly files: string[];
  readonly recipe: object;
  readonly notes: readonly string[];
}

async function explainPicture(
  engine: Engine, request: Omit<ExplainRequest, 'wantPixels'>, input: Input, { technique, out }: TechniqueOptions, job: Job,
): Promise<Answer> {
  const result = await engine.explain(request, job);
  const files: string[] = [];
  for (const [what, extension] of [['overlay', 'png'], ['values', 'npy']] as const) {
    if (out === undefined) break;
    files.push((await engine.exportResult({ ...request, what, file: path.join(out, `${input.stem}.${technique}.${extension}`) }, job)).file);
  }
  return {
    class: result.class.index, className: result.class.name, score: result.score.value, layer: result.layer?.name ?? null, runtime: result.runtime,
    milliseconds: result.milliseconds, metrics: Object.fromEntries((result.metrics ?? []).map(({ id, value }) => [id, value])),
    files, recipe: result.recipe, notes: [...result.picture.notes, ...result.notes],
  };
}

async function explainArray(engine: Engine, input: Input, model: ModelReference, options: TechniqueOptions, job: Job): Promise<Answer> {
  const { technique, set: parameters, layer, score, seed, runtime, out } = options;
  const request = { array: input.path, classes: options.class, model, technique, parameters, layer, score, seed, runtime };
  const result = await engine.explainArray(request, job);
  const files: string[] = [];
  if (out !== undefined) {
    files.push(path.join(out, `${input.stem}.${technique}.npy`));
    await engine.writeValues(files[0], result);
  }
  const each = <T>(values: readonly T[]): T | T[] => (values.length === 1 ? values[0] : [...values]);
  return {
    class: each(result.classes.map(({ index }) => index)), className: each(result.classes.map(({ name }) => name)),
    score: each(result.scores), layer: result.layer?.name ?? null,
    runtime: result.runtime, milliseconds: result.milliseconds,
    metrics: Object.fromEntries(result.metrics.map(({ id, values }) => [id, each(values)])),
    files, recipe: result.recipe, notes: result.notes,
  };
}

function textOf(input: string, answer: Omit<Answer, 'notes'>): string {
  const samples = [answer.class].flat().map((index, i) => `${[answer.className].flat()[i]} (${index}), score ${[answer.score].flat()[i].toFixed(3)}`);
  return [`${input}: ${samples.join('; ')}${answer.layer === null ? '' : `, layer ${answer.layer}`}`, ...answer.files.map((file) => `  ${file}`)].join('\n');
}
