/** Pictures as files: where they are, and when they change. */
import { Disposable, RelativePattern, Uri, workspace } from 'vscode';
import { FoveaError } from '../protocol/errors.ts';

/** Absolute path of a picture. @throws FoveaError where the picture is not a file, e.g. a version in the history */
export function picturePath(picture: string): string {
  const uri = Uri.parse(picture);
  if (uri.scheme !== 'file') {
    throw new FoveaError('picture-unreadable', `"${uri.path}" is not a file on this machine (${uri.scheme}).`, 'Save the picture to a folder first.');
  }
  return uri.fsPath;
}

/** Programs write a picture in several steps: changes closer together than this, in milliseconds, count as one. */
const settleTime = 200;

/**
 * Watches one picture, which may lie outside the workspace. `changed` is called for content that differs from when the watch began, so that
 * news of an earlier change, arriving late, says nothing.
 */
export function watchPicture(picture: Uri, on: { changed(): void; deleted(): void }): Disposable {
  const slash = picture.path.lastIndexOf('/');
  const folder = picture.with({ path: picture.path.slice(0, slash) || '/' });
  // Brackets make a set of one of each character that means something in a pattern.
  const pattern = picture.path.slice(slash + 1).replace(/[[\]{}*?]/g, (character) => `[${character}]`);
  const watcher = workspace.createFileSystemWatcher(new RelativePattern(folder, pattern));
  let known = version(picture);
  let timer: NodeJS.Timeout | undefined;
  const look = async (): Promise<void> => {
    const before = await known;
    known = version(picture);
    const now = await known;
    if (now === before) return;
    if (now === undefined) on.deleted();
    else on.changed();
  };
  const settle = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => void look(), settleTime);
  };
  watcher.onDidChange(settle);
  watcher.onDidCreate(settle);
  watcher.onDidDelete(settle);
  return new Disposable(() => {
    clearTimeout(timer);
    watcher.dispose();
  });
}

/** Time and size of a file's last change; undefined while it is not there. */
async function version(file: Uri): Promise<string | undefined> {
  try {
    const { mtime, size } = await workspace.fs.stat(file);
    return `${mtime} ${size}`;
  } catch {
    return undefined;
  }
}
