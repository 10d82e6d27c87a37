/** The command `fovea` in the terminals of the window: the extension's own command line, run by the program that runs the extension. */
import path from 'node:path';
import { env, Uri, window, type ExtensionContext, type Terminal } from 'vscode';
import type { Shell } from './recipes/command-line.ts';

/** Most shells have started by then, in milliseconds. */
const promptTime = 3_000;

/** Puts the command on the path of terminals that open from now on, also after a reload. */
export function offerInTerminals({ extensionUri, environmentVariableCollection: variables }: ExtensionContext): void {
  variables.description = 'Puts the command `fovea` on the path.';
  const folder = Uri.joinPath(extensionUri, 'bin').fsPath;
  // Start files of a shell may set the path anew; what its integration script adds comes after them.
  variables.prepend('PATH', folder + path.delimiter, { applyAtProcessCreation: true, applyAtShellIntegration: true });
  variables.replace('FOVEA_NODE', process.execPath);
}

/** How the usual terminal of the window wants words quoted. */
export function terminalShell(): Shell {
  if (/\bcmd(\.exe)?$/i.test(env.shell)) return 'cmd';
  if (!/\b(pwsh|powershell)(\.exe)?$/i.test(env.shell)) return 'posix';
  return process.platform === 'win32' ? 'powershell-legacy' : 'powershell'; // the command is a batch file on Windows
}

/** Says that a command line was copied, and offers a terminal in which it waits to be entered. */
export async function offerTerminal(line: string): Promise<void> {
  const choice = await window.showInformationMessage('Copied the command line. It works in the terminals of this window.', 'Open in Terminal');
  if (choice === undefined) return;
  const terminal = window.createTerminal('Fovea');
  terminal.show();
  await prompt(terminal);
  terminal.sendText(line, false);
}

/** Resolves when the shell waits for a line, or after a while where it does not tell; what is sent before would be seen twice. */
async function prompt(terminal: Terminal): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      subscription.dispose();
      resolve();
    };
    const timer = setTimeout(done, promptTime);
    const subscription = window.onDidChangeTerminalShellIntegration((change) => {
      if (change.terminal === terminal) done();
    });
  });
}
