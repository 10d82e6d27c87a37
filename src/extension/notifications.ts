/** Errors outside a panel, and the actions that errors offer. */
import { commands, window } from 'vscode';
import { CancelledError, FoveaError } from '../protocol/errors.ts';
import { actionsFor, isErrorAction, type ErrorActionId } from './pages/error-actions.ts';

const actionCommands: Record<Exclude<ErrorActionId, 'retry'>, [command: string, ...args: unknown[]]> = {
  'show-log': ['fovea.showLog'],
  'select-model': ['fovea.selectModel'],
  'manage-trust': ['workbench.trust.manage'],
  'open-settings': ['workbench.action.openSettings', 'fovea.'],
};

/** Carries out what an error offers. @param id as a page says it: anything else is left alone @param retry does again what failed */
export async function performAction(id: string, retry: () => unknown): Promise<void> {
  if (!isErrorAction(id)) return;
  await (id === 'retry' ? retry() : commands.executeCommand(...actionCommands[id]));
}

/** Shows an error as a notification with what can be done about it; being cancelled is no error. */
export async function notifyError(error: unknown): Promise<void> {
  const known = FoveaError.from(error);
  if (known instanceof CancelledError) return;
  const actions = actionsFor(known.reason).filter((action) => action.id !== 'retry');
  const chosen = await window.showErrorMessage([known.message, known.help].filter(Boolean).join(' '), ...actions);
  if (chosen && chosen.id !== 'retry') await commands.executeCommand(...actionCommands[chosen.id]);
}
