import assert from 'node:assert/strict';
import { commands } from 'vscode';
import { api, bundled, extension } from './extension.ts';

// Runs first: nothing has asked for the engine yet.
describe('activation', () => {
  it('starts no engine', async () => {
    const { enginePid, panels } = await api();
    assert.ok(extension().isActive);
    assert.equal(enginePid(), undefined);
    assert.deepEqual(panels(), []);
  });

  it('registers the commands that the manifest contributes, and no others, and each does something', async () => {
    const { commands: handled } = await api();
    const { contributes } = extension().packageJSON as { contributes: { commands: { command: string }[]; views: Record<string, { id: string }[]> } };
    const views = Object.values(contributes.views).flat();
    const isOfView = (command: string): boolean => views.some(({ id }) => command.startsWith(`${id}.`)); // made by the editor
    const registered = (await commands.getCommands(true)).filter((command) => command.startsWith('fovea.') && !isOfView(command));
    const contributed = contributes.commands.map(({ command }) => command).sort();
    assert.deepEqual(registered.sort(), contributed);
    assert.deepEqual((await handled()).sort(), contributed);
  });

  it('names the default model in the status bar', async () => {
    assert.ok((await api()).status().includes(bundled.title));
  });
});
