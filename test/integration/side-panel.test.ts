import assert from 'node:assert/strict';
import { commands, env, TabInputCustom, window, workspace } from 'vscode';
import { api, bundled, cat, closeAll, copyIn, extension, onlyPanel, until, workspaceFile } from './extension.ts';

interface Contributions {
  views: Record<string, { id: string }[]>;
}

describe('the side panel', () => {
  afterEach(closeAll);

  it('has every view that the manifest contributes', async () => {
    await api();
    const { views } = (extension().packageJSON as { contributes: Contributions }).contributes;
    const registered = await commands.getCommands(true);
    assert.deepEqual(views.fovea.map(({ id }) => id), ['fovea.tune', 'fovea.runs', 'fovea.models']);
    for (const { id } of views.fovea) assert.ok(registered.includes(`${id}.focus`), id);
    for (const { id } of views.fovea) await commands.executeCommand(`${id}.focus`);
  });

  it('gives the command line of the focused result', async () => {
    const picture = await copyIn(cat, 'a cat.png');
    await commands.executeCommand('fovea.explain.grad-cam', picture);
    await commands.executeCommand('fovea.copyCommandLine');
    const line = await env.clipboard.readText();
    assert.match(line, /^fovea explain '.*a cat\.png' --technique grad-cam --model \S+ --class \d+ --layer \S+ --set relu=true --runtime \S+ --out \.$/);
  });

  it('opens a recipe as its result, and says what has changed or is missing', async () => {
    const picture = await copyIn(cat, 'recipe-cat.png');
    const file = workspaceFile('cat.fovea-run.json');
    const recipe = {
      version: '0.1.0', picture: { name: 'recipe-cat.png', hash: '0'.repeat(64) }, model: { title: bundled.title, hash: '0'.repeat(64) },
      preprocessing: { width: 224, height: 224 }, technique: 'saliency', parameters: {}, class: 281, score: 'logit', seed: 0, runtime: 'onnxruntime',
    };
    const write = (content: object): Thenable<void> => workspace.fs.writeFile(file, Buffer.from(JSON.stringify(content)));
    await write({ recipe, files: { picture: 'elsewhere/recipe-cat.png', model: bundled.reference } });
    await commands.executeCommand('vscode.open', file);
    await until('the recipe is explained', async () => (await api()).panels()[0]?.className !== undefined);
    const panel = await onlyPanel();
    assert.deepEqual([panel.picture, panel.technique, panel.error], [picture.toString(), 'saliency', undefined]);
    assert.ok(window.tabGroups.activeTabGroup.activeTab?.input instanceof TabInputCustom);
    await closeAll();

    await write({ recipe: { ...recipe, picture: { name: 'gone.png', hash: '0'.repeat(64) } }, files: { picture: 'gone.png', model: bundled.reference } });
    await commands.executeCommand('vscode.open', file);
    await until('the editor is open', () => window.tabGroups.activeTabGroup.activeTab?.input instanceof TabInputCustom);
    assert.deepEqual((await api()).panels(), [], 'a page says what is missing');
  });
});
