/** ONNX Runtime's published library tells its maker how it is used unless it is told not to; Fovea promises that nothing leaves the machine. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findPackageRoot } from '../../../src/engine/package-root.ts';
import { foveaWords } from '../../support/command.ts';

describe('a run of a model', () => {
  let home: string;

  beforeEach(async () => { home = await mkdtemp(path.join(tmpdir(), 'fovea-home-')); });
  afterEach(() => rm(home, { recursive: true, force: true }));

  it('reports nothing: the library does not even make the name under which it would', async () => {
    const { ORT_DISABLE_TELEMETRY: _, XDG_CACHE_HOME: __, ...env } = process.env;
    const [command, args] = foveaWords(['predict', 'media/samples/espresso.jpg', '--runtime', 'onnxruntime']);
    const { status, stdout, stderr } = spawnSync(command, args, { cwd: findPackageRoot(), env: { ...env, HOME: home }, encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    assert.match(stdout, /espresso/);
    assert.deepEqual(await readdir(home, { recursive: true }), []);
  });
});
