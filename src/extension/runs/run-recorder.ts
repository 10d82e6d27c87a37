/**
 * Keeps results as runs: at once what took long, the others once they have stood for a moment, so that a slider that is dragged leaves one run
 * behind. Knows no VS Code.
 */
import type { ExplainResult } from '../../protocol/engine.ts';
import type { GenerateResult } from '../../protocol/generate.ts';
import type { Subject } from '../../protocol/result-panel.ts';
import type { Work } from '../../protocol/studio-panel.ts';
import type { EngineClient } from '../engine-client.ts';
import type { EngineLog } from '../engine-process.ts';
import { outcomeWords, targetName } from '../reports/made-words.ts';
import type { ExplainedRun } from './run.ts';
import { keptSide, parts, runId, type RunStore } from './run-store.ts';
import { packResult } from './stored-result.ts';
import { packTrust, unpackTrust, type Trust } from './stored-trust.ts';
import { workOf } from '../studio/work.ts';

/** Milliseconds for which a result stands before it is kept. What took longer is kept at once. */
export const standingTime = 800;

/** Longer side of a thumbnail in pixels: a tooltip's text, which holds it, is cut after 100,000 characters. */
export const thumbnailSide = 128;

interface Waiting {
  readonly timer: NodeJS.Timeout;
  keep(): Promise<void>;
}

export class RunRecorder {
  /** By panel. */
  private readonly waiting = new Map<string, Waiting>();
  /** In the order in which results came, whichever is packed first. */
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly store: Pick<RunStore, 'add' | 'keep' | 'read'>,
    private readonly engine: Pick<EngineClient, 'render' | 'png'>,
    private readonly log: EngineLog,
    private readonly techniqueTitle: (id: string) => string,
  ) {}

  /** @param panel that shows the result: a later result of the same panel takes its place @param kept called with the run's id once it is kept */
  explained(panel: string, subject: Subject, result: ExplainResult, kept: (run: string) => void): void {
    this.forget(panel);
    const time = Date.now();
    const keep = async (): Promise<void> => {
      this.forget(panel);
      await this.inTurn(async () => kept(await this.keep({ ...this.runOf(subject, result), time, panel }, result)));
    };
    const wait = result.milliseconds.total > standingTime ? 0 : standingTime;
    this.waiting.set(panel, { keep, timer: setTimeout(() => void keep(), wait) });
  }

  /** Keeps pictures that were made, at once. @returns the run's id; undefined, with a word in the log, where it cannot be kept */
  made(panel: string, title: string, result: GenerateResult, { model, content, style, preprocessing }: Work): Promise<string | undefined> {
    return this.inTurn(async () => {
      const { recipe, pictures, milliseconds } = result;
      const [thumbnail, packed] = await Promise.all([this.engine.png({ pictures, longest: thumbnailSide }), packResult(result)]);
      const { id } = await this.store.add({
        kind: 'made', time: Date.now(), technique: title, milliseconds: milliseconds.total, recipe, target: targetName(result), outcome: outcomeWords(result),
        work: workOf(recipe, { model, content, style, preprocessing }), panel,
      }, { [parts.thumbnail]: thumbnail, [parts.result]: packed });
      return id;
    });
  }

  /** Keeps what was measured of a result with its run, which is kept at once if it was not yet. */
  async measured(panel: string, subject: Subject, result: ExplainResult, trust: Trust): Promise<void> {
    await this.waiting.get(panel)?.keep();
    await this.inTurn(async () => this.store.keep(runId(this.runOf(subject, result)), { [parts.trust]: await packTrust(trust) }));
  }

  /** What was measured of a result, be it in an earlier window; undefined where nothing is kept of it. */
  async trustOf(subject: Subject, result: ExplainResult): Promise<Trust | undefined> {
    const packed = await this.store.read(runId(this.runOf(subject, result)), parts.trust);
    return packed && unpackTrust(packed);
  }

  /** Settles once all that is shown is kept, also what has not stood for a moment. */
  async flush(): Promise<void> {
    await Promise.all([...this.waiting.values()].map(({ keep }) => keep()));
    await this.last;
  }

  dispose(): void {
    for (const panel of this.waiting.keys()) this.forget(panel);
  }

  private forget(panel: string): void {
    clearTimeout(this.waiting.get(panel)?.timer);
    this.waiting.delete(panel);
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T | undefined> {
    const done = this.last.then(work).catch((error: unknown) => {
      this.log.warn(`A run was not kept: ${String(error)}`);
      return undefined;
    });
    this.last = done;
    return done;
  }

  /** With all that made it: the class that was meant, the layer, the parameters. */
  private runOf(subject: Subject, { recipe, class: explained, milliseconds, cached, samples }: ExplainResult): Omit<ExplainedRun, 'id' | 'pinned'> {
    return {
      kind: 'explained', time: 0, recipe,
      subject: { ...subject, class: explained.index, layer: recipe.layer, parameters: recipe.parameters, seed: recipe.seed },
      technique: this.techniqueTitle(subject.technique), className: explained.name, probability: explained.probability,
      milliseconds: milliseconds.total, cached, ...(samples && samples.done < samples.total && { stopped: samples }),
    };
  }

  private async keep(run: Omit<ExplainedRun, 'id' | 'pinned'>, { pixels, ...rest }: ExplainResult): Promise<string> {
    const { picture, map, placement } = rest;
    const request = pixels && { pixels, picture, map, placement };
    const [thumbnail, shown, packed] = await Promise.all([
      request && this.engine.render({ ...request, what: 'overlay', longest: thumbnailSide }),
      request && this.engine.render({ ...request, what: 'picture', longest: keptSide }),
      packResult(rest),
    ]);
    return (await this.store.add(run, { [parts.thumbnail]: thumbnail, [parts.result]: packed, [parts.picture]: shown })).id;
  }
}
