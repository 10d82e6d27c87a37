/** Which pictures a command is about. */
import path from 'node:path';
import { env, TabInputCustom, TabInputText, Uri, window } from 'vscode';
import { pictureExtensions } from '../protocol/pictures.ts';

/** Cameras write their extensions in capitals, and file dialogs mind the difference. */
const filters = { Pictures: pictureExtensions.flatMap((extension) => [extension, extension.toUpperCase()]) };

export function isPicture(uri: Uri): boolean {
  return pictureExtensions.includes(path.posix.extname(uri.path).slice(1).toLowerCase());
}

/** The picture in the active editor, be it the image preview or any other editor of files. */
export function activePicture(): Uri | undefined {
  const input = window.tabGroups.activeTabGroup.activeTab?.input;
  return (input instanceof TabInputCustom || input instanceof TabInputText) && isPicture(input.uri) ? input.uri : undefined;
}

/**
 * The pictures that a menu command was called for: the Explorer gives the item under the pointer and the whole selection, an editor's title
 * its resource, a webview's context menu neither. Empty where the arguments name no picture.
 */
export function picturesOf(args: readonly unknown[]): Uri[] {
  const [item, selection] = args;
  const candidates = Array.isArray(selection) && selection.length > 0 ? selection as unknown[] : [item];
  return candidates.filter((candidate): candidate is Uri => candidate instanceof Uri && isPicture(candidate));
}

/** A file as the extension sees it: what is dropped on a page in a remote window is named by the machine, which is where the extension runs. */
export function ownFile(uri: Uri): Uri {
  return env.remoteName !== undefined && uri.scheme === 'vscode-remote' ? uri.with({ scheme: 'file', authority: '' }) : uri;
}

/** Asks for one picture with the file dialog; undefined when the person changed their mind. */
export async function askForPicture(title: string): Promise<Uri | undefined> {
  const chosen = await window.showOpenDialog({ title, openLabel: 'Choose', filters });
  return chosen?.[0];
}

/** Asks for pictures with the file dialog; empty when the person changed their mind. */
export async function askForPictures(title = 'Explain a Picture', openLabel = 'Explain'): Promise<Uri[]> {
  const chosen = await window.showOpenDialog({ title, openLabel, canSelectMany: true, filters });
  return chosen ?? [];
}
