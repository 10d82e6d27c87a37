/** Keeps results as runs once they have stood for a moment, so that a slider that is dragged leaves one run behind. Knows no VS Code. */
import type { ExplainResult } from '../protocol/engine.ts';
import type { GenerateResult } from '../protocol/generate.ts';
import type { Subject } from '../protocol/result-panel.ts';
import type { Work } from '../protocol/studio-panel.ts';
import type { EngineClient } from './engine-client.ts';
import type { EngineLog } from './engine-process.ts';
import { outcomeWords, targetName } from './made-words.ts';
import { keptSide, type RunStore } from './run-store.ts';
import { packResult } from './stored-result.ts';
import { workOf } from './work.ts';

/** Milliseconds for which a result stands before it is kept. */
export const standingTime = 800;

/** Longer side of a thumbnail in pixels: a tooltip's text, which holds it, is cut after 100,000 characters. */
const thumbnailSide = 128;

export class RunRecorder {
  /** By panel. */
  private readonly timers = new Map<object, NodeJS.Timeout>();

  constructor(
    private readonly store: Pick<RunStore, 'add'>,
    private readonly engine: Pick<EngineClient, 'render' | 'png'>,
    private readonly log: EngineLog,
    private readonly techniqueTitle: (id: string) => string,
  ) {}

  /** @param panel that shows the result: a later result of the same panel takes its place */
  explained(panel: object, subject: Subject, result: ExplainResult): void {
    clearTimeout(this.timers.get(panel));
    this.timers.set(panel, setTimeout(() => {
      this.timers.delete(panel);
      this.keep(subject, result).catch((error: unknown) => this.log.warn(`A run was not kept: ${String(error)}`));
    }, standingTime));
  }

  /** Keeps pictures that were made, at once. @returns the run's id; undefined, with a word in the log, where it cannot be kept */
  async made(title: string, result: GenerateResult, { model, content, style, preprocessing }: Work): Promise<string | undefined> {
    try {
      const { recipe, pictures, milliseconds } = result;
      const [thumbnail, packed] = await Promise.all([this.engine.png({ pictures, longest: thumbnailSide }), packResult(result)]);
      const run = await this.store.add({
        kind: 'made', time: Date.now(), technique: title, milliseconds: milliseconds.total, recipe, target: targetName(result), outcome: outcomeWords(result),
        work: workOf(recipe, { model, content, style, preprocessing }),
      }, thumbnail, packed);
      return run.id;
    } catch (error) {
      this.log.warn(`A run was not kept: ${String(error)}`);
      return undefined;
    }
  }

  dispose(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
  }

  private async keep(subject: Subject, result: ExplainResult): Promise<void> {
    const { pixels, ...rest } = result;
    const { picture, map, placement, recipe, class: explained, milliseconds, cached } = rest;
    const request = pixels && { pixels, picture, map, placement };
    const [thumbnail, shown, packed] = await Promise.all([
      request && this.engine.render({ ...request, what: 'overlay', longest: thumbnailSide }),
      request && this.engine.render({ ...request, what: 'picture', longest: keptSide }),
      packResult(rest),
    ]);
    await this.store.add({
      kind: 'explained', time: Date.now(), recipe,
      subject: { ...subject, class: explained.index, layer: recipe.layer, parameters: recipe.parameters, seed: recipe.seed },
      technique: this.techniqueTitle(subject.technique), className: explained.name, probability: explained.probability,
      milliseconds: milliseconds.total, cached,
    }, thumbnail, packed, shown);
  }
}
