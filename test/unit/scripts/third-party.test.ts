import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageFolders, thirdPartyNotices } from '../../../scripts/third-party.ts';

const modules = fileURLToPath(new URL('../../../node_modules', import.meta.url));

describe('the licences of others', () => {
  let folder: string;

  beforeEach(async () => { folder = await mkdtemp(path.join(tmpdir(), 'fovea-licences-')); });
  afterEach(() => rm(folder, { recursive: true }));

  async function made(manifest: Record<string, unknown>, files: Record<string, string> = {}): Promise<string> {
    const place = path.join(folder, String(manifest.name));
    await mkdir(place, { recursive: true });
    for (const [file, text] of Object.entries({ ...files, 'package.json': JSON.stringify(manifest) })) await writeFile(path.join(place, file), text);
    return place;
  }

  it('knows the packages of files, the innermost of nested ones, each once', () => {
    const files = ['src/a.ts', 'node_modules/zod/v4/a.js', 'node_modules/zod/b.js', 'node_modules/@x/y', 'node_modules/@x/y/a.js', 'node_modules/@x/y/node_modules/tslib/a.js'];
    assert.deepEqual(packageFolders(files), ['node_modules/zod', 'node_modules/@x/y', 'node_modules/@x/y/node_modules/tslib']);
  });

  it('has one text for all packages that share it', async () => {
    const license = { LICENSE: 'Copyright A\r\nMIT\n' };
    const a = await made({ name: 'a', version: '1.0.0', license: 'MIT' }, license);
    const b = await made({ name: 'b', version: '2.0.0', license: 'MIT' }, license);
    const text = await thirdPartyNotices([a, b, a]);
    assert.match(text, /a 1\.0\.0 \(MIT\)\nb 2\.0\.0 \(MIT\)\n\nCopyright A\nMIT\n/);
    assert.equal(text.split('Copyright A').length, 2);
  });

  it('names a package that comes without one', async () => {
    const bare = await made({ name: 'bare', version: '1.0.0', license: 'MIT', author: 'Somebody' });
    await assert.rejects(thirdPartyNotices([bare]), /bare has no text of its licence \(MIT\)/);
  });

  it('adds what ONNX Runtime and libvips leave out', async () => {
    const vips = await made({ name: 'vips', version: '1.0.0', license: 'LGPL-3.0-or-later' }, { 'README.md': 'glib is under LGPLv3' });
    const text = await thirdPartyNotices([path.join(modules, 'onnxruntime-node'), vips]);
    for (const part of ['Copyright (c) Microsoft Corporation', 'protocolbuffers/protobuf', 'glib is under LGPLv3', 'GNU LESSER GENERAL PUBLIC LICENSE', 'GNU GENERAL PUBLIC LICENSE\n']) {
      assert.ok(text.includes(part), part);
    }
  });
});
