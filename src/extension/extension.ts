/** Activation: registers what the manifest promises and does nothing else; everything heavier waits for the first picture. */
import { Disposable, window, type ExtensionContext, type WebviewPanel } from 'vscode';
import type { FoveaApi } from './api.ts';
import { registerCommands } from './commands.ts';
import { compareCommands } from './compare-commands.ts';
import { compareViewType, resultViewType, studioViewType, sweepViewType } from './ids.ts';
import { ActiveModel } from './models.ts';
import { SidePanel } from './side-panel.ts';
import { StatusItem } from './status-item.ts';
import { studioCommands } from './studio-commands.ts';
import { sweepCommands } from './sweep-commands.ts';
import { techniqueCommands } from './technique-commands.ts';
import { offerInTerminals } from './terminals.ts';
import type { Workbench } from './workbench.ts';

export function activate(context: ExtensionContext): FoveaApi {
  const log = window.createOutputChannel('Fovea', { log: true });
  const models = new ActiveModel(context.workspaceState);
  const status = new StatusItem(models);
  const techniques = techniqueCommands(context.extension);
  offerInTerminals(context);

  let ready: Workbench | undefined;
  let starting: Promise<Workbench> | undefined;
  const workbench = (): Promise<Workbench> => {
    starting ??= import('./workbench.ts').then(({ Workbench }) => (ready = new Workbench(context, log, models, status, techniques, sidePanel.runs)));
    return starting;
  };
  const sidePanel = new SidePanel(context, log, models, workbench);

  context.subscriptions.push(
    log,
    models,
    status,
    sidePanel,
    registerCommands(context, log, models, techniques, workbench, {
      ...sidePanel.commands, ...compareCommands(models, workbench), ...studioCommands(models, workbench), ...sweepCommands(models, workbench),
    }),
    window.registerWebviewPanelSerializer(compareViewType, {
      deserializeWebviewPanel: async (view: WebviewPanel, state: unknown) => (await workbench()).comparisons.restore(view, state),
    }),
    window.registerWebviewPanelSerializer(resultViewType, {
      deserializeWebviewPanel: async (view: WebviewPanel, state: unknown) => (await workbench()).panels.restore(view, state),
    }),
    window.registerWebviewPanelSerializer(studioViewType, {
      deserializeWebviewPanel: async (view: WebviewPanel, state: unknown) => (await workbench()).studios.restore(view, state),
    }),
    window.registerWebviewPanelSerializer(sweepViewType, {
      deserializeWebviewPanel: async (view: WebviewPanel, state: unknown) => (await workbench()).sweeps.restore(view, state),
    }),
    new Disposable(() => ready?.dispose()),
  );

  return {
    enginePid: () => ready?.engine.pid,
    status: () => status.text,
    panels: () => ready?.panels.all.map((panel) => panel.session.summary()) ?? [],
  };
}
