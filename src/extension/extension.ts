/**
 * Activation: registers what the manifest promises, in a few milliseconds. This is a bundle of its own, loaded with `require`, which nothing
 * else in the window can hold up; everything behind the registrations is in main.ts and is read when the first of them is used. The two
 * bundles share no module's state: what both import is constants, pure functions and types.
 */
import { commands, window, type Disposable, type ExtensionContext, type WebviewPanel } from 'vscode';
import type { FoveaApi } from './api.ts';
import { compareViewType, modelsView, recipeViewType, resultViewType, runsView, studioViewType, sweepViewType, tuneView } from './ids.ts';
import { lazyTree } from './lazy-tree.ts';
import type { Main } from './main.ts';
import { StatusItem } from './status-item.ts';
import { offerInTerminals } from './terminals.ts';

let leave: (() => Promise<void>) | undefined;

/** Subscriptions are disposed of while this is waited for, so that what it needs is none of them. */
export async function deactivate(): Promise<void> {
  await leave?.();
}

export function activate(context: ExtensionContext): FoveaApi {
  const status = new StatusItem(context.workspaceState);
  let ready: Main | undefined;
  let starting: Promise<Main> | undefined;
  const main = (): Promise<Main> => {
    starting ??= import('./main.js').then(({ Main }) => (ready = new Main(context, status, runs)));
    return starting;
  };
  const runs = window.createTreeView(runsView, { treeDataProvider: lazyTree(async () => (await main()).sidePanel.runsView), canSelectMany: true });
  const restore = (viewType: string, into: (main: Main, view: WebviewPanel, state: unknown) => Promise<void>): Disposable =>
    window.registerWebviewPanelSerializer(viewType, { deserializeWebviewPanel: async (view, state: unknown) => into(await main(), view, state) });

  const { contributes } = context.extension.packageJSON as { contributes: { commands: { command: string }[] } };
  context.subscriptions.push(
    status,
    ...contributes.commands.map(({ command }) => commands.registerCommand(command, async (...args: unknown[]) => (await main()).run(command, args))),
    runs,
    window.createTreeView(modelsView, { treeDataProvider: lazyTree(async () => (await main()).sidePanel.modelsView) }),
    window.registerWebviewViewProvider(tuneView, { resolveWebviewView: async (view) => (await main()).sidePanel.showTune(view) }),
    window.registerCustomEditorProvider(recipeViewType, {
      openCustomDocument: (uri) => ({ uri, dispose: () => undefined }),
      resolveCustomEditor: async (document, view) => (await main()).sidePanel.openRecipe(document, view),
    }),
    restore(resultViewType, async (main, view, state) => (await main.workbench()).panels.restore(view, state)),
    restore(compareViewType, async (main, view, state) => (await main.workbench()).comparisons.restore(view, state)),
    restore(studioViewType, async (main, view, state) => (await main.workbench()).studios.restore(view, state)),
    restore(sweepViewType, async (main, view, state) => (await main.workbench()).sweeps.restore(view, state)),
  );
  offerInTerminals(context);
  leave = async () => {
    await ready?.leave();
    ready?.dispose();
  };

  return {
    enginePid: () => ready?.opened?.engine.pid,
    status: () => status.text,
    panels: () => ready?.opened?.panels.all.map((panel) => panel.session.summary()) ?? [],
    commands: async () => Object.keys((await main()).handlers),
  };
}
