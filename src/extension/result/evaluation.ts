/**
 * The evaluation of the map that one panel shows: only when it is asked for, measure by measure. What has been measured of a result is kept
 * while the panel is there, so that going back to it shows it again. Knows no VS Code.
 */
import type { ExplainResult } from '../../protocol/engine.ts';
import { FoveaError } from '../../protocol/errors.ts';
import type { Evaluation, MetricId, PlannedMeasure } from '../../protocol/measures.ts';
import type { SavedMeasure, StoredRecipe } from '../../protocol/recipe.ts';
import type { EvaluationState } from '../../protocol/result-panel.ts';
import type { MeasureRequest } from '../../protocol/trust.ts';
import type { EngineClient } from '../engine-client.ts';
import { pagePixels } from '../pages/page-pixels.ts';

/** Results whose measures are kept; each may have two megabytes of pictures. */
const mostKept = 10;

interface Known {
  plan: PlannedMeasure[];
  taken: Evaluation[];
}

export class MapEvaluation {
  /** By what made the result, in order of use, the oldest first. */
  private readonly all = new Map<string, Known>();
  private key: string | undefined;
  /** Of a saved recipe. */
  private recalled: { readonly key: string; readonly measures: readonly SavedMeasure[] } | undefined;
  private isRecalled = false;
  private running: AbortController | undefined;
  private measuring = false;
  private showsNothing = true;

  /**
   * @param request for the map shown @throws FoveaError where it may not be made
   * @param showState called with null where nothing is known of the map shown
   * @param measured called when there is another measure
   */
  constructor(
    private readonly engine: Pick<EngineClient, 'planEvaluation' | 'evaluate'>,
    private readonly request: () => MeasureRequest,
    private readonly showState: (state: EvaluationState | null) => void,
    private readonly measured: () => void,
  ) {}

  /** Of the map shown; undefined where nothing is. */
  get known(): Known | undefined {
    return this.present;
  }

  /** The map shown was measured before. */
  know(known: Known): void {
    if (this.key === undefined || this.present || this.running) return;
    this.keep(this.key, { ...known });
    this.show(known);
  }

  /** Measures of the map shown that have been taken. */
  get taken(): readonly Evaluation[] {
    return this.present?.taken ?? [];
  }

  /** What was measured when a recipe was saved: shown beside what is measured of the same map now. */
  recall(recipe: StoredRecipe, measures: readonly SavedMeasure[]): void {
    if (measures.length > 0) this.recalled = { key: identity(recipe), measures };
  }

  /** Another map is shown; undefined while one is being made. What was being measured stops. */
  follow(result: Pick<ExplainResult, 'recipe' | 'samples'> | undefined): void {
    this.stop();
    this.key = result && JSON.stringify([result.recipe, result.samples?.done]);
    this.isRecalled = result !== undefined && this.recalled?.key === identity(result.recipe);
    const { present } = this;
    if (present || !this.showsNothing) this.show(present ?? null);
  }

  /** Finds out what measuring would take. Failures are shown, never thrown. */
  async plan(): Promise<void> {
    if (!this.present && !this.running) await this.task(async () => undefined);
  }

  /** Takes the measures that have not been taken yet, or of those only one. Failures are shown, never thrown. */
  async run(only?: MetricId): Promise<void> {
    if (this.measuring) return;
    this.stop();
    this.measuring = true;
    await this.task(async (known, signal) => {
      const wanted = known.plan.filter(({ id, unsuitable }) => (
        (only === undefined || id === only) && unsuitable === undefined && !known.taken.some((one) => one.id === id)));
      if (wanted.length === 0) return;
      const metrics = wanted.map(({ id }) => id);
      let running = { title: wanted[0].title, fraction: 0 };
      const update = (): void => {
        if (!signal.aborted) this.show({ ...known, running });
      };
      update();
      await this.engine.evaluate({ ...this.request(), metrics, wantPictures: true }, {
        signal,
        onProgress: (note) => {
          running = { title: note.message, fraction: note.fraction ?? 0 };
          update();
        },
        onMeasured: (evaluation) => {
          if (signal.aborted) return;
          known.taken = [...known.taken, forPage(evaluation)];
          update();
          this.measured();
        },
      });
    });
  }

  /** What has been measured stays. */
  cancel(): void {
    if (!this.running) return;
    this.stop();
    this.show(this.present ?? null);
  }

  private get present(): Known | undefined {
    return this.key === undefined ? undefined : this.all.get(this.key);
  }

  private show(state: EvaluationState | null): void {
    this.showsNothing = state === null;
    this.showState(state && this.isRecalled ? { ...state, saved: this.recalled?.measures } : state);
  }

  private stop(): void {
    this.running?.abort();
    this.running = undefined;
    this.measuring = false;
  }

  private async task(work: (known: Known, signal: AbortSignal) => Promise<void>): Promise<void> {
    const { key } = this;
    if (key === undefined) return this.refuse();
    const controller = new AbortController();
    const { signal } = controller;
    this.running = controller;
    let error: EvaluationState['error'];
    try {
      const known = this.all.get(key) ?? { plan: await this.engine.planEvaluation(this.request(), { signal }), taken: [] };
      if (signal.aborted) return;
      this.keep(key, known);
      await work(known, signal);
    } catch (caught) {
      error = wordsOf(caught);
    }
    if (signal.aborted) return;
    this.stop();
    this.show({ plan: [], taken: [], ...this.all.get(key), ...(error && { error }) });
  }

  /** There is no map to be measured: either one is being made, or the request says why. */
  private refuse(): void {
    try {
      this.request();
    } catch (error) {
      this.show({ plan: [], taken: [], error: wordsOf(error) });
    }
  }

  private keep(key: string, known: Known): void {
    this.all.delete(key);
    this.all.set(key, known);
    const [oldest] = this.all.keys();
    if (this.all.size > mostKept) this.all.delete(oldest);
  }
}

function wordsOf(error: unknown): EvaluationState['error'] {
  const { message, help } = FoveaError.from(error);
  return { message, help };
}

/** What two results with the same map have in common, whatever the runtime and the version. */
function identity({ picture, model, preprocessing, technique, parameters, class: target, score, layer, seed }: StoredRecipe): string {
  const sorted = Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([picture.hash, model.hash, preprocessing, technique, sorted, target, score, layer, seed]);
}

function forPage(evaluation: Evaluation): Evaluation {
  const { curve } = evaluation;
  if (!curve?.pictures) return evaluation;
  const { from, to, order } = curve.pictures;
  return { ...evaluation, curve: { ...curve, pictures: { from: pagePixels(from), to: pagePixels(to), order } } };
}
