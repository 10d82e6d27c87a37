import assert from 'node:assert/strict';
import { commands, workspace } from 'vscode';
import { api, bundled, cat, closeAll, copyIn, onlyPanel, until, workspaceFile } from './extension.ts';

describe('models of the workspace', () => {
  afterEach(async () => {
    await closeAll();
    await commands.executeCommand('fovea.selectModel', bundled.reference);
  });

  it('become the active model and make visible panels anew', async () => {
    const picture = await copyIn(cat, 'cat.png');
    await commands.executeCommand('fovea.explain.grad-cam', picture);
    const model = await copyIn(bundled.file, 'mine.onnx');
    await commands.executeCommand('fovea.useModel', model);
    await until('the panel is made with the new model', async () => {
      const panel = await onlyPanel();
      return panel.model === model.fsPath && !panel.busy;
    });
    assert.equal((await onlyPanel()).error, undefined);
    assert.match((await api()).status(), /mine\.onnx/);
  });

  it('are named when they cannot be read, and the editor goes on', async () => {
    const picture = await copyIn(cat, 'cat.png');
    const broken = workspaceFile('broken.onnx');
    await workspace.fs.writeFile(broken, Buffer.from('not a model'));
    await commands.executeCommand('fovea.useModel', broken);
    await commands.executeCommand('fovea.explain.grad-cam', picture);
    assert.match((await onlyPanel()).error!, /^model-/);
    await commands.executeCommand('fovea.selectModel', bundled.reference);
    await until('the panel is well again', async () => (await onlyPanel()).error === undefined && !(await onlyPanel()).busy);
  });
});
