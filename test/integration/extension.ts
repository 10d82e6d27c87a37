/** The extension under test and its workspace, as the tests see them. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { commands, extensions, Uri, workspace, type Extension } from 'vscode';
import index from '../../models/index.json' with { type: 'json' };
import type { FoveaApi, PanelSummary } from '../../src/extension/api.ts';

export function extension(): Extension<FoveaApi> {
  const found = extensions.getExtension<FoveaApi>('fovea.fovea');
  assert.ok(found, 'the extension is installed');
  return found;
}

export async function api(): Promise<FoveaApi> {
  return extension().activate();
}

/** A file of the workspace's folder, which may not exist yet. */
export function workspaceFile(name: string): Uri {
  const folder = workspace.workspaceFolders?.[0];
  assert.ok(folder, 'a folder is open');
  return Uri.joinPath(folder.uri, name);
}

/** Copies a file of the extension into the workspace. */
export async function copyIn(from: string, name: string): Promise<Uri> {
  const target = workspaceFile(name);
  await workspace.fs.copy(Uri.joinPath(extension().extensionUri, from), target, { overwrite: true });
  return target;
}

const [first] = index.models;
/** The default model. */
export const bundled = { reference: `bundled:${first.id}`, title: first.title, file: `models/${first.file}` };

export const cat = 'media/samples/chelsea-cat.png';
export const espresso = 'media/samples/espresso.jpg';

export async function closeAll(): Promise<void> {
  await commands.executeCommand('workbench.action.closeAllEditors');
  await until('all panels are closed', async () => (await api()).panels().length === 0);
}

/** The one open panel. */
export async function onlyPanel(): Promise<PanelSummary> {
  const panels = (await api()).panels();
  assert.equal(panels.length, 1);
  return panels[0];
}

/** Waits for something that happens by itself; the test's own time limit ends it otherwise. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 50_000;
  while (!(await holds())) {
    assert.ok(Date.now() < deadline, `never came true: ${what}`);
    await sleep(20);
  }
}
