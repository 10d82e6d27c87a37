/** Measures how good a technique's map of a picture is. Each measure is a turn in the queue, so that other requests go between. */
import { measures } from '../metrics/measures.ts';
import { blackPixel } from '../pictures/preprocess.ts';
import { metricIds, type Evaluation, type PlannedMeasure } from '../protocol/measures.ts';
import type { EvaluateRequest, EvaluateResult, MeasureRequest } from '../protocol/trust.ts';
import { Evaluator, incompletable } from './evaluator.ts';
import { enoughOf, shownPicture, wantedClass } from './explain-picture.ts';
import type { ExplanationRequest } from './explanation.ts';
import type { Job, Turn } from './job.ts';
import { choosePreprocessing } from './models.ts';
import { setUp, type Services } from './services.ts';

/** @throws FoveaError of every kind that explaining a picture can cause; CancelledError */
export async function evaluate(services: Services, turn: Turn, request: EvaluateRequest, job: Job): Promise<EvaluateResult> {
  const began = performance.now();
  const whole = { signal: job.signal, progress: (message: string) => job.progress(message, 0) };
  const original = await turn(whole, () => shownPicture(services, request, whole));
  const { result } = original;
  const wanted = metricIds.filter((id) => request.metrics?.includes(id) ?? true);
  const evaluations: Evaluation[] = [];
  const notes = [...result.notes];
  for (const [index, id] of wanted.entries()) {
    const start = performance.now();
    const { passes: _, ...words } = measures[id];
    const part: Job = { signal: job.signal, progress: (_message, share = 0) => job.progress(words.title, (index + share) / wanted.length) };
    part.progress('');
    const measured = await turn(part, () => new Evaluator(services, original, part, request.wantPictures === true).measure(id));
    if ('unsuitable' in measured) {
      notes.push(measured.unsuitable);
      continue;
    }
    const evaluation = { id, ...words, ...measured, milliseconds: performance.now() - start };
    evaluations.push(evaluation);
    job.measured?.(evaluation);
  }
  return {
    technique: result.technique, class: result.class, layer: result.layer?.name, evaluations, notes, runtime: result.runtime,
    milliseconds: performance.now() - began, recipe: result.recipe,
  };
}

/** A technique that takes less, in milliseconds, is run once more to know how long it takes: its first run says little. */
const quick = 500;

/** Milliseconds of the technique on another input than the last; undefined where it was not run. */
async function timeOf(services: Services, explanation: ExplanationRequest, shown: MeasureRequest['shown'], job: Job): Promise<number | undefined> {
  const known = services.explainer.lastRun(explanation) ?? (shown && !shown.cached ? shown.milliseconds.run : undefined);
  if (known === undefined || known > quick) return known;
  return (await services.explainer.explain(explanation, { signal: job.signal, progress: () => undefined })).milliseconds.run;
}

/**
 * What measuring a map would take, from a pass of the model and the last run of the technique, or another one where that is quick.
 * @throws FoveaError of every kind that reading a picture and a model can cause; CancelledError
 */
export async function planEvaluation(services: Services, turn: Turn, request: MeasureRequest, job: Job): Promise<PlannedMeasure[]> {
  return turn(job, async () => {
    const setup = await setUp(services, request, job.signal);
    const { loaded, runtime, technique } = setup;
    const preprocessing = choosePreprocessing(loaded, request.preprocessing);
    const { input } = await services.pictures.input(request.picture.path, preprocessing, job.signal);
    const pass = () => services.explainer.predict({ loaded, runtime, input }, job);
    await pass(); // the first one of a program is slower
    const start = performance.now();
    await pass();
    const forwardTime = performance.now() - start;
    const explanation = {
      ...setup, input, black: blackPixel(preprocessing), classes: [wantedClass(request.class, loaded)], enough: enoughOf(request.shown),
    };
    const techniqueTime = await timeOf(services, explanation, request.shown, job);
    return metricIds.map((id) => {
      const { passes: { forward, technique: runs }, ...words } = measures[id];
      const milliseconds = forward * forwardTime + (runs > 0 ? runs * (techniqueTime ?? NaN) : 0);
      const unsuitable = id === 'completeness' ? incompletable(technique) : undefined;
      const seconds = Number.isFinite(milliseconds) ? milliseconds / 1000 : undefined;
      return { id, ...words, seconds, unsuitable };
    });
  });
}
