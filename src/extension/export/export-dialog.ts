/** Where an exported result goes. */
import path from 'node:path';
import { commands, window, workspace, type Uri } from 'vscode';
import type { PanelMessage } from '../../protocol/result-panel.ts';
import { writeWhole } from './write-whole.ts';

type What = Extract<PanelMessage, { type: 'export' }>['what'];

const kinds: Record<What, { suffix: string; title: string; filter: Record<string, string[]> }> = {
  overlay: { suffix: '.png', title: 'Export Overlay', filter: { 'PNG picture': ['png'] } },
  map: { suffix: '.map.png', title: 'Export Map', filter: { 'PNG picture': ['png'] } },
  values: { suffix: '.npy', title: 'Export Raw Values', filter: { 'NumPy array': ['npy'] } },
};

/** `<stem>.<technique>.png` (or `.map.png`, `.npy`) beside the picture, unless the person says otherwise; undefined when they changed their mind. */
export async function chooseExportFile(picture: Uri, technique: string, what: What): Promise<Uri | undefined> {
  const { suffix, title, filter } = kinds[what];
  const { dir, name } = path.posix.parse(picture.path);
  const defaultUri = picture.with({ path: path.posix.join(dir, `${name}.${technique}${suffix}`) });
  return window.showSaveDialog({ title, defaultUri, filters: filter });
}

/** Asks where to, and writes what a page has made. @param saved called with the file's name @throws FoveaError `write-failed` */
export async function saveAs(
  title: string, defaultUri: Uri | undefined, filters: Record<string, string[]>, content: Uint8Array, saved: (name: string) => void,
): Promise<void> {
  const target = await window.showSaveDialog({ title, filters, ...(defaultUri && { defaultUri }) });
  if (!target) return;
  await writeWhole(workspace.fs, target, content);
  saved(path.posix.basename(target.path));
  await offerToOpen(target);
}

export async function offerToOpen(file: Uri): Promise<void> {
  const name = path.posix.basename(file.path);
  const isPng = name.endsWith('.png');
  const choice = await window.showInformationMessage(`Saved ${name}.`, ...(isPng ? ['Open'] : []));
  if (choice === 'Open') await commands.executeCommand('vscode.open', file);
}
