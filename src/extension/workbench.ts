/** What explaining needs, made when the first picture is explained: the client of the engine and the panels. */
import { setTimeout as sleep } from 'node:timers/promises';
import { commands, Uri, workspace, type Disposable, type ExtensionContext, type LogOutputChannel } from 'vscode';
import { Comparisons } from './compare/comparisons.ts';
import { EngineClient } from './engine-client.ts';
import { hasResultKey } from './ids.ts';
import { runOf } from './runs/kept-place.ts';
import { keptPicture, keptRun } from './runs/kept-run.ts';
import type { ActiveModel } from './models/active-model.ts';
import type { KeptRun } from './result/kept-result.ts';
import { Panels } from './result/panels.ts';
import { picturePath } from './picture-files.ts';
import type { ExplainedRun } from './runs/run.ts';
import { RunRecorder } from './runs/run-recorder.ts';
import { parts, type RunStore } from './runs/run-store.ts';
import type { StatusItem } from './status-item.ts';
import { unpackResult } from './runs/stored-result.ts';
import { Studios } from './studio/studios.ts';
import { SweepRecorder } from './sweep/sweep-recorder.ts';
import { Sweeps } from './sweep/sweeps.ts';
import type { TechniqueCommand } from './technique-commands.ts';

/** Milliseconds after which a window that was left has kept what was under way, as a rule. */
const leaving = 3_000;

export class Workbench implements Disposable {
  readonly engine: EngineClient;
  readonly panels: Panels;
  readonly comparisons: Comparisons;
  readonly studios: Studios;
  readonly sweeps: Sweeps;
  private readonly recorder: RunRecorder;
  private readonly disposables: Disposable[];

  constructor(
    { extensionUri }: ExtensionContext,
    log: LogOutputChannel,
    models: ActiveModel,
    status: StatusItem,
    techniques: readonly TechniqueCommand[],
    private readonly runs: RunStore,
  ) {
    this.engine = new EngineClient(Uri.joinPath(extensionUri, 'dist', 'engine', 'engine.js').fsPath, log);
    const techniqueTitle = (id: string): string => techniques.find((technique) => technique.id === id)?.title ?? id;
    const recorder = new RunRecorder(runs, this.engine, log, techniqueTitle);
    this.recorder = recorder;
    this.panels = new Panels({
      engine: this.engine,
      log,
      extensionUri,
      techniqueTitle,
      explained: (panel, result, kept) => {
        status.explained(result);
        recorder.explained(panel.place.panel, panel.session.subject, result, kept);
      },
      trustOf: (subject, result) => recorder.trustOf(subject, result),
      measured: (panel, subject, result, trust) => void recorder.measured(panel.place.panel, subject, result, trust),
      kept: async (place) => {
        const { run } = await runOf(runs, place);
        return run?.kind === 'explained' ? this.keptRun(run) : undefined;
      },
    });
    this.studios = new Studios({
      engine: this.engine, log, extensionUri,
      made: (panel, title, result, work) => recorder.made(panel, title, result, work),
      result: async (run) => {
        const packed = await runs.read(run, parts.result);
        return packed && unpackResult(packed);
      },
      kept: async (place) => {
        const find = () => runOf(runs, place && { ...place, run: place.run ?? place.last });
        let { run, isNews } = await find();
        if (place && place.run === undefined && !isNews) { // what was under way is being kept by the window before, which may still be there
          await sleep(leaving);
          await runs.refresh();
          ({ run, isNews } = await find());
        }
        return run?.kind === 'made' ? { run, isNews } : { isNews: false };
      },
    });
    this.comparisons = new Comparisons({ engine: this.engine, log, extensionUri, techniqueTitle, open: (subject) => this.panels.explain([subject]) });
    const sweepRecorder = new SweepRecorder(runs, this.engine, log);
    this.sweeps = new Sweeps({
      engine: this.engine, log, extensionUri,
      done: (panel, cell) => sweepRecorder.done(panel, cell),
      kept: async (place) => {
        const { run } = await runOf(runs, place);
        return run?.kind === 'swept' ? run : undefined;
      },
      cells: async (run) => {
        const cells = await sweepRecorder.cells(run);
        if (run.swept.kind === 'make') return { cells, pixels: undefined };
        const picture = { uri: run.swept.subject.picture, hash: run.of[0] };
        return { cells, pixels: await keptPicture(run.id, picture, runs, this.engine, picturePath) };
      },
      open: async (cell, result) => {
        if (cell.kind === 'explain') await this.panels.explain([cell.subject]);
        else if (result) this.studios.showOnce(cell.work, result);
        else this.studios.start(cell.work, false);
      },
    });
    const visible = () => this.panels.all.filter((panel) => panel.view.visible && !panel.recipe);
    let hadResult = false;
    this.disposables = [
      this.panels,
      this.comparisons,
      this.studios,
      this.sweeps,
      recorder,
      this.panels.onDidChange(() => {
        const hasResult = this.panels.focused?.session.result !== undefined;
        if (hasResult !== hadResult) void commands.executeCommand('setContext', hasResultKey, hasResult);
        hadResult = hasResult;
      }),
      models.onDidChange((reference) => {
        visible().forEach((panel) => void panel.useModel(reference));
        this.studios.all.filter(({ view }) => view.visible).forEach(({ session }) => void session.useModel(reference));
      }),
      workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration('fovea')) this.panels.all.forEach((panel) => panel.refresh());
      }),
      workspace.onDidGrantWorkspaceTrust(() => {
        this.panels.all.forEach((panel) => panel.refresh());
        this.comparisons.all.forEach(({ session }) => void session.run());
      }),
    ];
  }

  /** What is kept of a run; undefined where that is not its result any longer. */
  keptRun(run: ExplainedRun): Promise<KeptRun | undefined> {
    return keptRun(run, this.runs, this.engine, picturePath);
  }

  /** The window is being left: what is under way is stopped, and what there is of it kept. */
  async leave(): Promise<void> {
    for (const { session } of this.panels.all) session.cancel();
    await this.studios.leave();
    await this.recorder.flush();
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
    void this.engine.dispose();
  }
}
