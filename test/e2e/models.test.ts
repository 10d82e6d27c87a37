/** Models of the workspace, and what Restricted Mode keeps from running. */
import assert from 'node:assert/strict';
import { cp, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { repositoryRoot } from './rig/install-tools.ts';
import { ResultPanel } from './rig/result-panel.ts';
import { editorSession } from './rig/session.ts';

/** A model without a sidecar, and one that is none. */
async function prepare(folder: string): Promise<void> {
  await cp(path.join(repositoryRoot, 'models', 'efficientnet-lite0.onnx'), path.join(folder, 'mine.onnx'));
  await writeFile(path.join(folder, 'broken.onnx'), 'not a model');
}

describe('a model of the workspace', () => {
  const session = editorSession({ prepare });

  it('is used once it is made active; the status bar says so', async () => {
    const { workbench } = session;
    assert.match(await workbench.statusItem('fovea').innerText(), /EfficientNet-Lite0/);
    await workbench.explorerMenu('mine.onnx', 'Use as Active Model');
    await workbench.statusItem('fovea').filter({ hasText: 'mine.onnx' }).waitFor();
    await workbench.explorerMenu('espresso.jpg', 'Explain with Grad-CAM');
    const panel = await ResultPanel.painted(workbench);
    assert.match(await panel.find('#preprocessing-source').innerText(), /guess/);
    assert.match(await workbench.statusItem('fovea').innerText(), /mine\.onnx · .*ONNX Runtime/);
    await panel.screenshot('model of the workspace');
  });

  it('shows why it cannot be used', async () => {
    const { workbench } = session;
    await workbench.explorerMenu('broken.onnx', 'Use as Active Model');
    const panel = await ResultPanel.failed(workbench);
    assert.match((await panel.find('#error').getAttribute('data-reason')) ?? '', /^model-/);
    await panel.screenshot('broken model');
  });

  it('gives way to the bundled model, chosen from the list', async () => {
    const { workbench } = session;
    await workbench.command('Fovea: Select Model…');
    await workbench.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: 'broken.onnx' }).waitFor();
    await workbench.screenshot('list of models');
    await workbench.pick('EfficientNet-Lite0');
    await workbench.statusItem('fovea').filter({ hasText: 'EfficientNet-Lite0' }).waitFor();
    await ResultPanel.painted(workbench);
  });
});

describe('Restricted Mode', () => {
  const session = editorSession({ prepare, workspaceTrust: true });

  it('refuses models of the workspace and explains with the bundled one', async () => {
    const { workbench } = session;
    await workbench.explorerMenu('mine.onnx', 'Use as Active Model');
    assert.match((await workbench.notifications()).join(), /"mine\.onnx" is not used in Restricted Mode/);
    await workbench.screenshot('restricted mode');
    await workbench.page.keyboard.press('Escape');
    await workbench.explorerMenu('espresso.jpg', 'Explain with Grad-CAM');
    assert.match(await (await ResultPanel.painted(workbench)).explainedClass(), /espresso/);
    assert.match(await workbench.statusItem('fovea').innerText(), /EfficientNet-Lite0/);
  });
});
