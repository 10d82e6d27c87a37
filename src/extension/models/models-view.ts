/** The tree *Models*: those that come with the extension and those of the workspace, with their layers. */
import { EventEmitter, ThemeIcon, TreeItem, TreeItemCollapsibleState, workspace, type Disposable, type TreeDataProvider } from 'vscode';
import type { LayerDescription, ModelReference } from '../../protocol/engine.ts';
import { FoveaError } from '../../protocol/errors.ts';
import type { EngineClient } from '../engine-client.ts';
import { workspaceModels } from './model-picker.ts';
import { bundledModels, checkModelAllowed, type ActiveModel } from './active-model.ts';

class GroupItem extends TreeItem {
  constructor(title: string, readonly models: readonly ModelItem[]) {
    super(title, TreeItemCollapsibleState.Expanded);
    if (models.length === 0) this.description = 'none';
  }
}

export class ModelItem extends TreeItem {
  constructor(readonly reference: ModelReference, title: string, detail: string, isActive: boolean) {
    super(title, TreeItemCollapsibleState.Collapsed);
    this.id = reference;
    this.description = isActive ? 'active' : '';
    this.tooltip = detail;
    this.contextValue = isActive ? 'model.active' : 'model';
    this.iconPath = new ThemeIcon(isActive ? 'pass-filled' : 'symbol-class');
  }
}

export class LayerItem extends TreeItem {
  constructor(readonly model: ModelReference, readonly layer: LayerDescription) {
    super(layer.name);
    this.id = `${model} ${layer.name}`;
    this.description = `${layer.op}  ${layer.channels} × ${layer.height} × ${layer.width}`;
    this.tooltip = `Explain with the layer ${layer.name}`;
    this.contextValue = 'layer';
    this.iconPath = new ThemeIcon('layers');
    this.command = { command: 'fovea.explainLayer', title: 'Explain with This Layer', arguments: [this] };
  }
}

/** Stands for layers that cannot be shown. */
class FailureItem extends TreeItem {
  constructor({ message, help }: FoveaError) {
    super(message);
    this.tooltip = help;
    this.iconPath = new ThemeIcon('warning');
  }
}

type Item = GroupItem | ModelItem | LayerItem | FailureItem;

export class ModelsView implements TreeDataProvider<Item>, Disposable {
  private readonly changed = new EventEmitter<void>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly disposables: Disposable[];

  constructor(private readonly active: ActiveModel, private readonly engine: () => Promise<EngineClient>) {
    this.disposables = [this.changed, active.onDidChange(() => this.refresh()), workspace.onDidGrantWorkspaceTrust(() => this.refresh())];
  }

  refresh(): void {
    this.changed.fire();
  }

  getTreeItem(item: Item): TreeItem {
    return item;
  }

  async getChildren(parent?: Item): Promise<Item[]> {
    if (!parent) return this.groups();
    if (parent instanceof GroupItem) return [...parent.models];
    return parent instanceof ModelItem ? this.layers(parent.reference) : [];
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }

  private async groups(): Promise<GroupItem[]> {
    const { reference: active } = this.active;
    const bundled = bundledModels.map(({ reference, title, description }) => new ModelItem(reference, title, description, reference === active));
    const own = (await workspaceModels()).map(({ uri, name, place }) => new ModelItem(uri.fsPath, name, place, uri.fsPath === active));
    return [new GroupItem('Bundled', bundled), new GroupItem('Workspace', own)];
  }

  private async layers(model: ModelReference): Promise<Item[]> {
    try {
      checkModelAllowed(model);
      const { layers } = await (await this.engine()).describeModel(model);
      return layers.map((layer) => new LayerItem(model, layer)).reverse(); // the last ones explain best
    } catch (error) {
      return [new FailureItem(FoveaError.from(error))];
    }
  }
}
