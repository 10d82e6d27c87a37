/** `fovea predict INPUT...`: what a model sees in pictures. */
import type { Command } from 'commander';
import type { Engine } from '../engine/engine.ts';
import type { Job } from '../engine/job.ts';
import type { Prediction, PredictRequest } from '../protocol/engine.ts';
import type { Context } from './context.ts';
import { expandInputs } from './inputs.ts';
import { resolveModel } from './model.ts';
import {
  changedPreprocessing, wholeNumber, withModelOption, withPreprocessingOption, withRunOptions, type PreprocessingOptions, type RunOptions,
} from './options.ts';
import { table } from './table.ts';
import { UsageError } from './usage-error.ts';

interface PredictOptions extends RunOptions, PreprocessingOptions {
  readonly model?: string;
  readonly top: number;
}

export function addPredict(program: Command, context: Context): void {
  withRunOptions(withPreprocessingOption(withModelOption(program.command('predict'))))
    .description('Say what a model sees in pictures.')
    .argument('<input...>', 'pictures, folders of pictures, or arrays (.npy, float32 [C,H,W] or [N,C,H,W], the model\'s input as it stands)')
    .option('--top <n>', 'number of predictions', wholeNumber(1), 5)
    .addHelpText('after', '\nExamples:\n  $ fovea predict cat.jpg\n  $ fovea predict photos/ --model net.onnx --top 3 --json\n')
    .action((paths: string[], options: PredictOptions) => context.run(options, async ({ engine, report, signal }) => {
      const model = await resolveModel(engine, options.model);
      const preprocessing = await changedPreprocessing(engine, model, options);
      const { top, runtime } = options;
      const inputs = await expandInputs(paths);
      if (preprocessing && inputs.some(({ kind }) => kind === 'array')) {
        throw new UsageError('An array (.npy) is the model\'s input as it stands.', 'Leave --preprocessing out.');
      }
      await report.each(inputs, signal, async (input, job) => {
        const began = performance.now();
        const { predictions, runtime: used, notes } = input.kind === 'array'
          ? { ...await engine.predictArray({ array: input.path, model, runtime, top }, job), notes: [] }
          : await onePicture(engine, { picture: { path: input.path }, model, runtime, top, preprocessing }, job);
        for (const note of notes) report.note(`${input.path}: ${note}`);
        const milliseconds = { total: performance.now() - began };
        const json = predictions.length === 1 ? predictions[0] : predictions;
        report.result({ image: input.path, model, predictions: json, runtime: used, milliseconds }, textOf(input.path, predictions));
      });
    }));
}

type Predicted = { predictions: Prediction[][]; runtime: string; notes: string[] };

async function onePicture(engine: Engine, request: PredictRequest, job: Job): Promise<Predicted> {
  const { predictions, ...rest } = await engine.predict(request, job);
  return { ...rest, predictions: [predictions] };
}

function textOf(path: string, samples: readonly (readonly Prediction[])[]): string {
  return samples.map((predictions, i) => {
    const rows = predictions.map(({ probability, index, name }) => [`${(probability * 100).toFixed(1)} %`.padStart(9), String(index).padStart(5), name]);
    return `${path}${samples.length > 1 ? ` [${i}]` : ''}\n${table(rows)}`;
  }).join('\n');
}
