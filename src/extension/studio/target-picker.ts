/** Asks for the class or the layer that a picture is made for. */
import { window, type QuickPickItem } from 'vscode';
import type { ModelReference } from '../../protocol/engine.ts';
import type { EngineClient } from '../engine-client.ts';
import { checkModelAllowed, modelTitle } from '../models/active-model.ts';

/** @param any first entry, for no class in particular @returns the class's index; undefined where the person changed their mind @throws FoveaError */
export async function askForClass(engine: EngineClient, model: ModelReference, title: string, any?: string): Promise<number | 'any' | undefined> {
  checkModelAllowed(model);
  const items = engine.describeModel(model).then(({ labels }): (QuickPickItem & { index: number | 'any' })[] => [
    ...(any === undefined ? [] : [{ label: any, index: 'any' as const }]),
    ...labels.map((label, index) => ({ label, description: String(index), index })),
  ]);
  const choice = await window.showQuickPick(items, { title, placeHolder: `Class of ${modelTitle(model)}`, matchOnDescription: true });
  return choice?.index;
}

/** The layer that draws most comes first. @throws FoveaError */
export async function askForLayer(engine: EngineClient, model: ModelReference, title: string): Promise<string | undefined> {
  checkModelAllowed(model);
  const items = engine.describeModel(model).then(({ layers, drawnLayer }) => layers
    .map(({ name, channels, height, width }): QuickPickItem => ({ label: name, description: `${channels} × ${height} × ${width}` }))
    .sort((a, b) => Number(b.label === drawnLayer) - Number(a.label === drawnLayer)));
  const choice = await window.showQuickPick(items, { title, placeHolder: 'What this layer sees is drawn into the picture: early ones see lines, late ones things' });
  return choice?.label;
}
