import assert from 'node:assert/strict';
import { findDesktopEditor, type Machine } from '../../../scripts/desktop-editor.ts';

function found(platform: NodeJS.Platform, env: Machine['env'], ...files: string[]): string | undefined {
  return findDesktopEditor({ platform, env, exists: (file) => files.includes(file) });
}

describe('the desktop editor', () => {
  const linux = { DISPLAY: ':0', PATH: '/usr/local/bin:/usr/bin' };

  it('is the first of its commands on the path', () => {
    assert.equal(found('linux', linux, '/usr/bin/code', '/usr/local/bin/codium'), '/usr/bin/code');
    assert.equal(found('linux', linux, '/usr/bin/codium'), '/usr/bin/codium');
    assert.equal(found('win32', { Path: 'C:\\x;C:\\VS Code\\bin' }, 'C:\\VS Code\\bin\\code.cmd'), 'C:\\VS Code\\bin\\code.cmd');
  });

  it('is found where installers put it, without its command', () => {
    const mac = '/Applications/Visual Studio Code.app/Contents/Resources/app/bin/code';
    assert.equal(found('darwin', { HOME: '/Users/a', PATH: '/usr/bin' }, mac), mac);
    const own = '/Users/a/Applications/VSCodium.app/Contents/Resources/app/bin/codium';
    assert.equal(found('darwin', { HOME: '/Users/a', PATH: '/usr/bin' }, own), own);
    const windows = 'C:\\Users\\a\\AppData\\Local\\Programs\\Microsoft VS Code\\bin\\code.cmd';
    assert.equal(found('win32', { LOCALAPPDATA: 'C:\\Users\\a\\AppData\\Local' }, windows), windows);
    assert.equal(found('linux', linux, '/snap/bin/code'), '/snap/bin/code');
  });

  it('is none where no window can open, and none that belongs to another system', () => {
    assert.equal(found('linux', { PATH: '/usr/bin' }, '/usr/bin/code'), undefined);
    assert.equal(found('linux', { ...linux, VSCODE_IPC_HOOK_CLI: '/tmp/x.sock' }, '/usr/bin/code'), undefined);
    assert.equal(found('linux', { ...linux, WSL_DISTRO_NAME: 'Debian', PATH: '/mnt/c/code/bin' }, '/mnt/c/code/bin/code'), undefined);
    assert.equal(found('linux', linux), undefined);
  });
});
