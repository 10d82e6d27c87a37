/** Commands on runs and on the focused result: open, keep, take along. */
import { window } from 'vscode';
import { found } from '../found.ts';
import type { ResultPanel } from '../result/result-panel.ts';
import type { RunStore } from './run-store.ts';
import { RunItem } from './runs-view.ts';
import type { StudioPanel } from '../studio/studio-panel.ts';
import type { Taken } from '../export/take-along.ts';
import type { Workbench } from '../workbench.ts';

type Handler = (...args: unknown[]) => Promise<void>;

export function runCommands(store: RunStore, workbench: () => Promise<Workbench>): Record<string, Handler> {
  const each = (act: (item: RunItem) => Promise<void>): Handler => async (...args) => {
    for (const item of itemsOf(args)) await act(item);
  };
  /** Shows a run. @param again made once more even where what it made is kept @returns the panel of a result */
  async function open({ run }: RunItem, again: boolean): Promise<StudioPanel | ResultPanel | undefined> {
    const made = await workbench();
    const { panels, studios, sweeps } = made;
    if (run.kind === 'swept') {
      await sweeps.openRun(run, again);
      return undefined;
    }
    if (run.kind === 'made') return again ? studios.replay(run) : studios.openRun(run);
    const kept = await made.keptRun(run);
    if (kept) {
      const panel = await panels.openRun(kept);
      if (again) await panel.explain();
      return panel;
    }
    await panels.explain([run.subject]);
    return found(panels.find(run.subject));
  }

  async function focused(): Promise<ResultPanel> {
    return found((await workbench()).panels.focused);
  }

  /** What the run under the pointer, the studio in front, or else the focused result was made of. */
  async function taken([item]: readonly unknown[]): Promise<Taken> {
    if (item instanceof RunItem && item.run.kind !== 'swept') return item.run;
    return takenOf((await workbench()).studios.active ?? await focused());
  }

  return {
    'fovea.openRun': async (item) => {
      if (item instanceof RunItem) await open(item, false);
    },
    'fovea.rerun': each(async (item) => void await open(item, true)),
    'fovea.pinRun': each(({ run: { id } }) => store.pin(id, true)),
    'fovea.unpinRun': each(({ run: { id } }) => store.pin(id, false)),
    'fovea.deleteRun': async (...args) => {
      const items = itemsOf(args);
      if (items.length === 0) return;
      const deleted = await store.delete(...items.map(({ run: { id } }) => id));
      const what = items.length === 1 ? `the run "${String(items[0].label)}"` : `${items.length} runs`;
      const choice = await window.showInformationMessage(`Deleted ${what}.`, 'Undo');
      if (choice === 'Undo') await store.putBack(deleted);
    },
    'fovea.clearRuns': async () => {
      const choice = await window.showWarningMessage('Delete all runs but the pinned ones?', { modal: true }, 'Delete');
      if (choice === 'Delete') await store.clear();
    },
    'fovea.evaluate': async () => {
      const panel = await focused();
      found(panel.session.result);
      panel.reveal('evaluation');
      await panel.session.trust.evaluation.run();
    },
    'fovea.checkSanity': async () => {
      const panel = await focused();
      found(panel.session.result);
      panel.reveal('checks');
      await panel.session.trust.checks.run('cascading');
    },
    'fovea.copyCommandLine': async (...args) => {
      const [{ copyCommandLine }, { engine }] = await Promise.all([takeAlong(), workbench()]);
      await copyCommandLine(await taken(args), engine);
    },
    'fovea.saveRecipe': async (...args) => {
      const { saveRecipe } = await takeAlong();
      await saveRecipe(await taken(args));
    },
    'fovea.exportReport': async (...args) => {
      const [item] = args;
      const [{ explainedReport, exportReport, madeReport }, { engine, studios }] = await Promise.all([takeAlong(), workbench()]);
      const panel = item instanceof RunItem ? found(await open(item, false)) : studios.active ?? await focused();
      await exportReport(takenOf(panel), () => (
        isStudio(panel) ? madeReport(found(panel.session.shownResult), engine) : explainedReport(panel, item, engine)));
    },
  };
}

/** The item under the pointer and, where there is a selection, all of it. */
function itemsOf([item, selection]: readonly unknown[]): RunItem[] {
  return (Array.isArray(selection) ? selection : [item]).filter((one): one is RunItem => one instanceof RunItem);
}

function isStudio(panel: StudioPanel | ResultPanel): panel is StudioPanel {
  return 'shownResult' in panel.session;
}

/** @throws FoveaError where the panel shows no result yet */
function takenOf(panel: StudioPanel | ResultPanel): Taken {
  if (!isStudio(panel)) {
    const { subject, result, trust: { evaluation } } = panel.session;
    return { kind: 'explained', subject, recipe: found(result).recipe, measures: evaluation.taken };
  }
  const { work, result: { recipe } } = found(panel.session.shownResult);
  return { kind: 'made', work, recipe };
}

/** Read when it is first needed. */
const takeAlong = () => import('../export/take-along.ts');
