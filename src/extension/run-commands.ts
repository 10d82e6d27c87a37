/** Commands on runs and on the focused result: open, keep, take along. */
import path from 'node:path';
import { env, Uri, window, workspace } from 'vscode';
import type { Display } from '../protocol/display.ts';
import { FoveaError } from '../protocol/errors.ts';
import type { StoredRecipe } from '../protocol/recipe.ts';
import type { Subject } from '../protocol/result-panel.ts';
import { explainArguments, shellLine } from './command-line.ts';
import { recipeSuffix } from './ids.ts';
import { picturePath } from './picture-files.ts';
import type { ResultPanel } from './result-panel.ts';
import type { RunStore } from './run-store.ts';
import { RunItem } from './runs-view.ts';
import { offerTerminal, terminalShell } from './terminals.ts';
import type { Workbench } from './workbench.ts';

/** Longer side of a report's pictures in pixels. */
const reportSide = 1024;

/** What a result was made of. */
interface Made {
  readonly subject: Subject;
  readonly recipe: StoredRecipe;
}

type Handler = (...args: unknown[]) => Promise<void>;

export function runCommands(store: RunStore, workbench: () => Promise<Workbench>): Record<string, Handler> {
  const each = (act: (item: RunItem) => Promise<void>): Handler => async (...args) => {
    for (const item of itemsOf(args)) await act(item);
  };
  const open = async ({ run: { subject } }: RunItem): Promise<ResultPanel> => {
    const { panels } = await workbench();
    await panels.explain([subject]);
    return found(panels.find(subject));
  };

  async function focused(): Promise<ResultPanel> {
    return found((await workbench()).panels.focused);
  }

  async function made([item]: readonly unknown[]): Promise<Made> {
    if (item instanceof RunItem) return item.run;
    const { session } = await focused();
    return { subject: session.subject, recipe: found(session.result).recipe };
  }

  return {
    'fovea.openRun': async (item) => {
      if (item instanceof RunItem) await open(item);
    },
    'fovea.rerun': each(async (item) => void await open(item)),
    'fovea.pinRun': each(({ run: { id } }) => store.pin(id, true)),
    'fovea.unpinRun': each(({ run: { id } }) => store.pin(id, false)),
    'fovea.deleteRun': each(({ run: { id } }) => store.delete(id)),
    'fovea.clearRuns': async () => {
      const choice = await window.showWarningMessage('Delete all runs but the pinned ones?', { modal: true }, 'Delete');
      if (choice === 'Delete') await store.clear();
    },
    'fovea.evaluate': async () => {
      const panel = await focused();
      found(panel.session.result);
      panel.reveal('evaluation');
      await panel.session.evaluation.run();
    },
    'fovea.checkSanity': async () => {
      const panel = await focused();
      found(panel.session.result);
      panel.reveal('checks');
      await panel.session.checks.run('cascading');
    },
    'fovea.copyCommandLine': async (...args) => {
      const line = commandLine(await made(args));
      await env.clipboard.writeText(line);
      void offerTerminal(line);
    },
    'fovea.saveRecipe': async (...args) => {
      const { subject, recipe } = await made(args);
      const chosen = await askWhere(subject, recipeSuffix, 'Save Recipe', { 'Fovea recipe': ['json'] });
      if (!chosen) return;
      // By another name it would open as text.
      const target = chosen.path.endsWith(recipeSuffix) ? chosen : chosen.with({ path: chosen.path.replace(/(\.json)?$/, recipeSuffix) });
      const { recipeText } = await import('./recipe-file.ts');
      await write(target, recipeText(recipe, picturePath(subject.picture), subject.model, target.fsPath));
    },
    'fovea.exportReport': async (...args) => {
      const [item] = args;
      const panel = item instanceof RunItem ? await open(item) : await focused();
      const target = await askWhere(panel.session.subject, '.html', 'Export Report', { 'Web page': ['html'] });
      if (!target) return;
      const { displaySchema } = await import('../protocol/display.ts');
      const display = displaySchema.safeParse(item).data ?? displaySchema.parse({});
      await write(target, await report(await workbench(), panel, display));
      const choice = await window.showInformationMessage(`Saved ${path.posix.basename(target.path)}.`, 'Open');
      if (choice === 'Open') await env.openExternal(target);
    },
  };
}

/** The item under the pointer and, where there is a selection, all of it. */
function itemsOf([item, selection]: readonly unknown[]): RunItem[] {
  return (Array.isArray(selection) ? selection : [item]).filter((one): one is RunItem => one instanceof RunItem);
}

function found<T>(value: T | undefined): T {
  if (value !== undefined) return value;
  throw new FoveaError('picture-missing', 'There is no result yet.', 'Explain a picture first.');
}

function commandLine({ subject, recipe }: Made): string {
  const { picture, model, preprocessing } = subject;
  const words = explainArguments({ picture: picturePath(picture), model, recipe, isPreprocessingChosen: preprocessing !== undefined, out: '.' });
  return shellLine(['fovea', ...words], terminalShell());
}

/** `<stem>.<technique><suffix>` beside the picture, unless the person says otherwise. */
async function askWhere({ picture, technique }: Subject, suffix: string, title: string, filters: Record<string, string[]>): Promise<Uri | undefined> {
  const uri = Uri.parse(picture);
  const { dir, name } = path.posix.parse(uri.path);
  return window.showSaveDialog({ title, filters, defaultUri: uri.with({ path: path.posix.join(dir, `${name}.${technique}${suffix}`) }) });
}

async function write(target: Uri, text: string): Promise<void> {
  try {
    await workspace.fs.writeFile(target, Buffer.from(text));
  } catch (cause) {
    throw new FoveaError(
      'write-failed', `"${target.fsPath}" could not be written: ${cause instanceof Error ? cause.message : String(cause)}.`,
      'Choose another folder, or make room on the disk.', { cause },
    );
  }
}

/** What reports need is read with the first one. */
async function report({ engine }: Workbench, { session }: ResultPanel, display: Display): Promise<string> {
  const { reportHtml } = await import('./report.ts');
  const [result, technique] = [found(session.result), found(session.technique)];
  const { pixels, picture, map, placement } = result;
  const request = { pixels: found(pixels), picture, map, placement, display, longest: reportSide };
  const [plain, overlay, alone] = await Promise.all((['picture', 'overlay', 'map'] as const).map((what) => engine.render({ ...request, what })));
  return reportHtml({
    result, technique, display, pictures: { picture: plain, overlay, map: alone }, evaluations: session.evaluation.taken,
    commandLine: commandLine({ subject: session.subject, recipe: result.recipe }), date: new Date(),
  });
}
