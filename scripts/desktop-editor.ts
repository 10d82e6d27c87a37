/** Finds a desktop VS Code: by its command on the path, else where its installers put it. */
import path from 'node:path';

/** What is asked of a machine. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  exists(file: string): boolean;
}

/** Commands, with the names that their applications have on macOS and on Windows, in order of preference. */
const editors = [
  { command: 'code', mac: 'Visual Studio Code', windows: 'Microsoft VS Code' },
  { command: 'code-insiders', mac: 'Visual Studio Code - Insiders', windows: 'Microsoft VS Code Insiders' },
  { command: 'codium', mac: 'VSCodium', windows: 'VSCodium' },
] as const;

/** Whether a window can be opened. */
export function hasDisplay({ platform, env }: Pick<Machine, 'platform' | 'env'>): boolean {
  return platform !== 'linux' || Boolean(env.DISPLAY ?? env.WAYLAND_DISPLAY);
}

/** @returns the file that starts the editor; undefined where there is none, or none that can open a window */
export function findDesktopEditor(machine: Machine): string | undefined {
  const { platform, env, exists } = machine;
  // In a terminal of a remote window `code` speaks to that window, and takes no extensions under development.
  if (!hasDisplay(machine) || env.VSCODE_IPC_HOOK_CLI) return undefined;
  const { join, delimiter } = platform === 'win32' ? path.win32 : path.posix;
  // Under WSL Windows' own commands are on the path; they open windows that know none of Linux's folders.
  const folders = (env.PATH ?? env.Path ?? '').split(delimiter).filter((folder) => folder && !(env.WSL_DISTRO_NAME && folder.startsWith('/mnt/')));
  const suffix = platform === 'win32' ? '.cmd' : '';
  const onPath = editors.flatMap(({ command }) => folders.map((folder) => join(folder, command + suffix)));
  return [...onPath, ...usualPlaces(machine)].find(exists);
}

function usualPlaces({ platform, env }: Machine): string[] {
  if (platform === 'darwin') {
    const homes = ['/Applications', ...(env.HOME ? [path.posix.join(env.HOME, 'Applications')] : [])];
    return editors.flatMap(({ command, mac }) => homes.map((home) => `${home}/${mac}.app/Contents/Resources/app/bin/${command}`));
  }
  if (platform !== 'win32') return ['/snap/bin/code', '/usr/share/code/bin/code'];
  const homes = [env.LOCALAPPDATA && path.win32.join(env.LOCALAPPDATA, 'Programs'), env.ProgramFiles].filter((home) => home !== undefined && home !== '');
  return editors.flatMap(({ command, windows }) => homes.map((home) => path.win32.join(home!, windows, 'bin', `${command}.cmd`)));
}
