/** The techniques that can be asked for by a command, as the manifest lists them: it is generated from the registry of techniques. */
import type { Extension } from 'vscode';
import { explainPrefix } from './ids.ts';

export interface TechniqueCommand {
  /** Command, e.g. `fovea.explain.grad-cam`. */
  readonly command: string;
  /** Technique, e.g. `grad-cam`. */
  readonly id: string;
  /** Technique's name, e.g. `Grad-CAM`. */
  readonly title: string;
}

export function techniqueCommands(extension: Extension<unknown>): TechniqueCommand[] {
  const manifest = extension.packageJSON as { contributes: { commands: { command: string; shortTitle?: string }[] } };
  return manifest.contributes.commands
    .filter(({ command }) => command.startsWith(explainPrefix))
    .map(({ command, shortTitle }) => ({ command, id: command.slice(explainPrefix.length), title: shortTitle ?? command }));
}
