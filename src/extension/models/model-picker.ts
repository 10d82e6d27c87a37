/** The list of models: those that come with the extension and those of the workspace. */
import { QuickPickItemKind, window, workspace, type QuickPickItem, type Uri } from 'vscode';
import type { ModelReference } from '../../protocol/engine.ts';
import { bundledModels } from './active-model.ts';

interface ModelItem extends QuickPickItem {
  reference?: ModelReference;
  /** Stands for any file, to be asked for. */
  browse?: boolean;
}

const modelFiles = '**/*.onnx';
const elsewhere = '**/{node_modules,.git,.venv,venv}/**';
const most = 500;

/** Asks for a model; undefined when the person changed their mind. */
export async function selectModel(
  active: ModelReference, { title = 'Select Model', placeHolder = 'Model that explains pictures in this workspace' } = {},
): Promise<ModelReference | undefined> {
  const chosen = await window.showQuickPick(modelItems(active), { title, placeHolder, matchOnDescription: true, matchOnDetail: true });
  return chosen?.browse ? browse() : chosen?.reference;
}

/** Asks for several models; undefined when the person changed their mind. */
export async function selectModels(active: ModelReference): Promise<ModelReference[] | undefined> {
  const items = modelItems(active).then((models) => models.filter(({ kind, browse }) => kind === undefined && !browse)
    .map((item) => ({ ...item, picked: item.reference === active })));
  const chosen = await window.showQuickPick(items, {
    title: 'Select Models', placeHolder: 'Models to compare', canPickMany: true, matchOnDescription: true, matchOnDetail: true,
  });
  return chosen?.flatMap(({ reference }) => reference ?? []);
}

async function browse(): Promise<ModelReference | undefined> {
  const chosen = await window.showOpenDialog({ title: 'Select Model', openLabel: 'Use', filters: { 'ONNX models': ['onnx', 'ONNX'] } });
  return chosen?.[0]?.fsPath;
}

/** Model files of the workspace by name, the first 500. `place`: path in the workspace. */
export async function workspaceModels(): Promise<{ uri: Uri; name: string; place: string }[]> {
  const files = await workspace.findFiles(modelFiles, elsewhere, most);
  const models = files.map((uri) => ({ uri, name: uri.path.slice(uri.path.lastIndexOf('/') + 1), place: workspace.asRelativePath(uri) }));
  return models.sort((a, b) => a.name.localeCompare(b.name));
}

async function modelItems(active: ModelReference): Promise<ModelItem[]> {
  const current = (reference: ModelReference): string => (reference === active ? 'active' : '');
  const bundled = bundledModels.map(({ reference, title, description }): ModelItem => ({
    reference, label: title, detail: description, description: current(reference),
  }));
  const own = await Promise.all((await workspaceModels()).map(async ({ uri, name, place }): Promise<ModelItem> => {
    const { size } = await workspace.fs.stat(uri);
    return {
      reference: uri.fsPath,
      label: name,
      description: [formatBytes(size), current(uri.fsPath)].filter(Boolean).join(' · '),
      detail: workspace.isTrusted ? place : `${place} (not used in Restricted Mode)`,
    };
  }));
  return [
    { label: 'Bundled', kind: QuickPickItemKind.Separator },
    ...bundled,
    { label: own.length < most ? 'Workspace' : `Workspace (the first ${most})`, kind: QuickPickItemKind.Separator },
    ...own,
    { label: '', kind: QuickPickItemKind.Separator },
    { label: '$(folder-opened) Browse…', browse: true, alwaysShow: true },
  ];
}

function formatBytes(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB'];
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
  return `${Number((bytes / 1000 ** power).toPrecision(3))} ${units[power]}`;
}
