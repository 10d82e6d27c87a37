import assert from 'node:assert/strict';
import { commands, TabInputWebview, window, workspace, type Tab } from 'vscode';
import { api, bundled, cat, closeAll, copyIn, espresso, onlyPanel, until, workspaceFile } from './extension.ts';

describe('explaining', () => {
  afterEach(closeAll);

  it('opens the sample, explains it beside, and says which runtime did it', async () => {
    await commands.executeCommand('fovea.explainSample');
    const panel = await onlyPanel();
    assert.equal(panel.error, undefined);
    assert.ok(panel.className);
    assert.equal(panel.busy, false);
    const { enginePid, status } = await api();
    assert.ok(enginePid());
    assert.match(status().slice(status().indexOf(bundled.title) + bundled.title.length), /^ · \S/);
    const columns = window.tabGroups.all.map((group) => group.activeTab?.input instanceof TabInputWebview);
    assert.deepEqual(columns, [false, true], 'the picture on the left, the panel beside');
  });

  it('explains the sample beside the walkthrough, which stays', async () => {
    await commands.executeCommand('workbench.action.openWalkthrough', 'fovea.fovea#start', false);
    const isWalkthrough = (tab?: Tab): boolean => /Welcome|Walkthrough/.test(tab?.label ?? '');
    await until('the walkthrough is open', () => isWalkthrough(window.tabGroups.activeTabGroup.activeTab));
    await commands.executeCommand('fovea.explainSample');
    await onlyPanel();
    await until('the panel is beside it', () => window.tabGroups.all.length === 2);
    const [left, right] = window.tabGroups.all;
    assert.ok(isWalkthrough(left.activeTab));
    assert.ok(right.activeTab?.input instanceof TabInputWebview);
  });

  it('opens one panel per chosen picture and leaves out what is none', async () => {
    const pictures = [await copyIn(cat, 'Cat.PNG'), await copyIn(espresso, 'cup.jpg')];
    const text = workspaceFile('notes.txt');
    await workspace.fs.writeFile(text, Buffer.from('no picture'));
    await commands.executeCommand('fovea.explain.grad-cam', pictures[0], [...pictures, text]);
    const panels = (await api()).panels();
    assert.deepEqual(panels.map(({ picture }) => picture).sort(), pictures.map(String).sort());
    assert.match(panels.find(({ picture }) => picture.endsWith('cup.jpg'))!.className!, /espresso/);
    assert.match(panels.find(({ picture }) => picture.endsWith('Cat.PNG'))!.className!, /tabby|tiger cat|Egyptian cat/);
    assert.equal(window.tabGroups.all.length, 1, 'all in one column');
  });

  it('explains the picture of the active editor when none is named, and the panel\'s own with another technique', async () => {
    const picture = await copyIn(cat, 'active.png');
    await commands.executeCommand('vscode.open', picture);
    await commands.executeCommand('fovea.explain.grad-cam');
    assert.equal((await onlyPanel()).picture, picture.toString());
    await until('the panel has the focus', () => window.tabGroups.activeTabGroup.activeTab?.input instanceof TabInputWebview);
    await commands.executeCommand('fovea.explain.saliency');
    const panels = (await api()).panels();
    assert.deepEqual(panels.map(({ technique }) => technique), ['grad-cam', 'saliency']);
    assert.deepEqual(panels.map((panel) => panel.picture), [picture.toString(), picture.toString()]);
    assert.ok(panels.every(({ className, error }) => className && !error));
  });

  it('uses the panel again that a picture and technique have', async () => {
    const picture = await copyIn(cat, 'twice.png');
    await commands.executeCommand('fovea.explain.grad-cam', picture);
    await commands.executeCommand('fovea.explain.grad-cam', picture);
    assert.equal((await onlyPanel()).error, undefined);
  });

  it('survives the death of the engine in mid-run, says so, and explains again', async () => {
    const picture = await copyIn(cat, 'crash.png');
    const { enginePid, panels } = await api();
    await commands.executeCommand('fovea.restartEngine');
    const explained = commands.executeCommand('fovea.explain.grad-cam', picture);
    await until('the engine has started', () => enginePid() !== undefined);
    process.kill(enginePid()!, 'SIGKILL');
    await explained;
    assert.equal(panels()[0].error, 'engine-crashed');
    await commands.executeCommand('fovea.explain.grad-cam', picture);
    const panel = await onlyPanel();
    assert.equal(panel.error, undefined);
    assert.ok(panel.className);
  });

  it('says what is wrong with a file that is no picture', async () => {
    const file = workspaceFile('fake.png');
    await workspace.fs.writeFile(file, Buffer.from('this is no picture at all'));
    await commands.executeCommand('fovea.explain.grad-cam', file);
    const panel = await onlyPanel();
    assert.equal(panel.error, 'picture-not-a-picture');
    assert.equal(panel.className, undefined);
  });

  it('notices when the picture is replaced, deleted and put back', async () => {
    const picture = await copyIn(cat, 'changing.png');
    await commands.executeCommand('fovea.explain.grad-cam', picture);
    const first = (await onlyPanel()).className;
    await copyIn(espresso, 'changing.png');
    await until('the new picture is explained', async () => ![first, undefined].includes((await onlyPanel()).className));
    await workspace.fs.delete(picture);
    await until('the loss is shown', async () => (await onlyPanel()).error === 'picture-missing');
    await copyIn(cat, 'changing.png');
    await until('the first picture is explained again', async () => {
      const { className, error } = await onlyPanel();
      return error === undefined && className === first;
    });
  });
});
