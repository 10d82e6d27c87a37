/** The active model of this workspace: the one that new explanations use. */
import path from 'node:path';
import { EventEmitter, workspace, type Disposable, type Memento } from 'vscode';
import bundled from '../../../models/index.json' with { type: 'json' };
import { bundledReference, isBundled } from '../../protocol/bundled-model.ts';
import type { ModelReference } from '../../protocol/engine.ts';
import { FoveaError } from '../../protocol/errors.ts';

export interface ModelChoice {
  readonly reference: ModelReference;
  readonly title: string;
  readonly description: string;
}

/** Models that come with the extension; the first is the default. */
export const bundledModels: readonly ModelChoice[] = bundled.models
  .map(({ id, title, description }) => ({ reference: bundledReference(id), title, description }));

export function modelTitle(reference: ModelReference): string {
  return bundledModels.find((model) => model.reference === reference)?.title ?? path.basename(reference);
}

/** Files are untrusted input: in Restricted Mode only the bundled models run. @throws FoveaError `model-untrusted` */
export function checkModelAllowed(reference: ModelReference): void {
  if (isBundled(reference) || workspace.isTrusted) return;
  throw new FoveaError(
    'model-untrusted',
    `The model "${modelTitle(reference)}" is not used in Restricted Mode.`,
    'Trust this workspace to use its models, or choose a bundled model.',
  );
}

const stateKey = 'activeModel';

/** The choice made in a workspace; the default bundled model without one, or while the workspace is not trusted. */
export function activeModel(state: Memento): ModelReference {
  const chosen = state.get<ModelReference>(stateKey);
  return chosen !== undefined && (isBundled(chosen) || workspace.isTrusted) ? chosen : bundledModels[0].reference;
}

/** Its changes. */
export class ActiveModel implements Disposable {
  private readonly changed = new EventEmitter<ModelReference>();
  readonly onDidChange = this.changed.event;

  constructor(private readonly state: Memento) {}

  get reference(): ModelReference {
    return activeModel(this.state);
  }

  /** @throws FoveaError `model-untrusted` */
  async use(reference: ModelReference): Promise<void> {
    checkModelAllowed(reference);
    await this.state.update(stateKey, reference);
    this.changed.fire(reference);
  }

  dispose(): void {
    this.changed.dispose();
  }
}
