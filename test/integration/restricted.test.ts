import assert from 'node:assert/strict';
import { commands } from 'vscode';
import { api, bundled, cat, closeAll, copyIn, onlyPanel } from './extension.ts';

describe('Restricted Mode', () => {
  afterEach(closeAll);

  it('explains with the bundled model', async () => {
    await commands.executeCommand('fovea.explain.grad-cam', await copyIn(cat, 'cat.png'));
    const panel = await onlyPanel();
    assert.equal(panel.error, undefined);
    assert.ok(panel.className);
  });

  it('does not use a model of the workspace', async () => {
    const picture = await copyIn(cat, 'cat.png');
    await commands.executeCommand('fovea.useModel', await copyIn(bundled.file, 'mine.onnx'));
    await commands.executeCommand('fovea.explain.grad-cam', picture);
    const panel = await onlyPanel();
    assert.equal(panel.model, bundled.reference);
    assert.ok((await api()).status().includes(bundled.title));
  });
});
