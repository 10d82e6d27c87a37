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

/** Watches one picture, which may lie outside the workspace. */
export function watchPicture(picture: Uri, on: { changed(): void; deleted(): void }): Disposable {
  const slash = picture.path.lastIndexOf('/');
  const folder = picture.with({ path: picture.path.slice(0, slash) || '/' });
  // Brackets make a set of one of each character that means something in a pattern.
  const pattern = picture.path.slice(slash + 1).replace(/[[\]{}*?]/g, (character) => `[${character}]`);
  const watcher = workspace.createFileSystemWatcher(new RelativePattern(folder, pattern));
  let timer: NodeJS.Timeout | undefined;
  const settle = (then: () => void) => (): void => {
    clearTimeout(timer);
    timer = setTimeout(then, settleTime);
  };
  const changed = settle(() => on.changed());
  watcher.onDidChange(changed);
  watcher.onDidCreate(changed);
  watcher.onDidDelete(settle(() => on.deleted()));
  return new Disposable(() => {
    clearTimeout(timer);
    watcher.dispose();
  });
}
