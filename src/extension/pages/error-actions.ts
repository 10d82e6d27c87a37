/** What a person can do about an error, as buttons of the panel and of notifications. */
import type { Reason } from '../../protocol/errors.ts';

const errorActions = {
  retry: 'Try Again',
  'show-log': 'Show Log',
  'select-model': 'Select Model…',
  'manage-trust': 'Manage Workspace Trust',
  'open-settings': 'Open Settings',
} as const;

export type ErrorActionId = keyof typeof errorActions;

const byReason: Partial<Record<Reason, ErrorActionId[]>> = {
  'model-untrusted': ['manage-trust', 'select-model'],
  'engine-crashed': ['retry', 'show-log'],
  'git-lfs-pointer': ['retry', 'select-model'],
  'runtime-unavailable': ['open-settings', 'show-log'],
  'runtime-failed': ['retry', 'open-settings', 'show-log'],
  internal: ['retry', 'show-log'],
};

/** Ids and titles of the buttons offered for an error, the likeliest first. */
export function actionsFor(reason: Reason): { id: ErrorActionId; title: string }[] {
  const aboutModel = /^(model|operator|gradient|graph|external-data|output|no-spatial)-/.test(reason);
  const ids = byReason[reason] ?? (aboutModel ? ['select-model', 'retry'] as const : ['retry'] as const);
  return ids.map((id) => ({ id, title: errorActions[id] }));
}

export function isErrorAction(id: string): id is ErrorActionId {
  return Object.hasOwn(errorActions, id);
}
