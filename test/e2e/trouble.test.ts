/** Bad pictures, a dying engine, a folder that cannot be written: a clear message, and the editor goes on. */
import assert from 'node:assert/strict';
import { chmod, copyFile, readFile, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { enginesBelow } from './rig/engine-processes.ts';
import { ResultPanel } from './rig/result-panel.ts';
import { editorSession } from './rig/session.ts';
import { repositoryRoot } from './rig/install-tools.ts';

const explain = 'Explain with Grad-CAM';

/** File name, expected reason. */
const bad: [string, string][] = [
  ['text.png', 'picture-not-a-picture'],
  ['empty.jpg', 'picture-empty'],
  ['truncated.jpg', 'picture-corrupt'],
  ['pointer.png', 'git-lfs-pointer'],
  ['huge.png', 'picture-too-large'],
];

async function prepareBadPictures(folder: string): Promise<void> {
  const file = (name: string): string => path.join(folder, name);
  await writeFile(file('text.png'), 'This is no picture.');
  await writeFile(file('empty.jpg'), '');
  await copyFile(file('espresso.jpg'), file('truncated.jpg'));
  await truncate(file('truncated.jpg'), 20_000);
  await writeFile(file('pointer.png'), `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 12345\n`);
  // A real PNG whose header claims 30,000 × 30,000 pixels.
  const png = await sharp({ create: { width: 1, height: 1, channels: 3, background: 'red' } }).png().toBuffer();
  png.writeUInt32BE(30_000, 16);
  png.writeUInt32BE(30_000, 20);
  await writeFile(file('huge.png'), png);
  const frames = await Promise.all(['red', 'blue'].map((background) => sharp({ create: { width: 64, height: 64, channels: 3, background } }).png().toBuffer()));
  await sharp(frames, { join: { animated: true } }).gif().toFile(file('animated.gif'));
}

describe('bad pictures', () => {
  const session = editorSession({ prepare: prepareBadPictures });

  for (const [name, reason] of bad) {
    it(`${name} is refused: ${reason}`, async () => {
      const { workbench } = session;
      await workbench.explorerMenu(name, explain);
      const panel = await ResultPanel.failed(workbench);
      assert.equal(await panel.find('#error').getAttribute('data-reason'), reason);
      assert.match(await panel.find('.error-message').innerText(), new RegExp(name.replace('.', '\\.')), 'the message names the file');
      assert.notEqual(await panel.find('.error-help').innerText(), '', 'the message says what to do');
      await panel.screenshot(`bad picture ${name}`);
      await workbench.command('View: Close All Editors');
    });
  }

  it('an animated picture is explained by its first frame, which is said', async () => {
    const { workbench } = session;
    await workbench.explorerMenu('animated.gif', explain);
    const panel = await ResultPanel.painted(workbench);
    assert.match(await panel.find('#notes').innerText(), /first/i);
    await panel.screenshot('animated gif');
  });
});

describe('an engine that is killed', () => {
  const session = editorSession();

  it('is reported in mid-run, and the next try has a new one', async function () {
    if (process.platform !== 'linux') this.skip();
    const { workbench, server } = session;
    await workbench.explorerMenu('espresso.jpg', explain);
    let panel = await ResultPanel.painted(workbench);
    const [engine] = enginesBelow(server.pid);
    assert.ok(engine, 'an engine runs');
    // Stopped, it is certainly in the middle of the request when it dies.
    process.kill(engine, 'SIGSTOP');
    await panel.predictions().nth(1).click();
    await workbench.webview('body[data-state="busy"]');
    process.kill(engine, 'SIGKILL');
    panel = await ResultPanel.failed(workbench);
    assert.equal(await panel.find('#error').getAttribute('data-reason'), 'engine-crashed');
    await panel.screenshot('engine killed');
    await panel.find('[data-action="retry"]').click();
    await ResultPanel.painted(workbench);
    assert.notEqual(enginesBelow(server.pid)[0], engine);
  });
});

describe('a workspace that cannot be written', () => {
  const session = editorSession({
    unprivileged: true,
    prepare: async (folder) => {
      await writeFile(path.join(folder, 'mine.onnx'), await readFile(path.join(repositoryRoot, 'models', 'efficientnet-lite0.onnx')));
      await chmod(folder, 0o555);
    },
  });

  it('is explained in all the same; only saving beside the model fails, and says so', async () => {
    const { workbench } = session;
    await workbench.explorerMenu('mine.onnx', 'Use as Active Model');
    await workbench.explorerMenu('espresso.jpg', explain);
    const panel = await ResultPanel.painted(workbench);
    await panel.find('#correct-preprocessing').click();
    await panel.find('.trial-input').nth(1).check();
    await workbench.screenshot('preprocessing trials');
    await panel.find('#trial-save').click();
    const refused = await ResultPanel.failed(workbench);
    assert.equal(await refused.find('#error').getAttribute('data-reason'), 'write-failed');
    await workbench.screenshot('workspace that cannot be written');
  });
});
