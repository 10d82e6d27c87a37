import assert from 'node:assert/strict';
import { isBuiltin } from 'node:module';
import { fileURLToPath } from 'node:url';
import esbuild from 'esbuild';

const root = fileURLToPath(new URL('../../../', import.meta.url));

describe('bundle of the extension host', () => {
  let output: esbuild.Metafile['outputs'][string];

  before(async () => {
    const { metafile } = await esbuild.build({
      absWorkingDir: root, entryPoints: ['src/extension/extension.ts'], outfile: 'extension.cjs', write: false, metafile: true,
      bundle: true, minify: true, platform: 'node', format: 'cjs', target: 'node20', external: ['vscode'], logLevel: 'silent',
    });
    output = metafile.outputs['extension.cjs'];
  });

  it('is under 200 KB', () => {
    assert.ok(output.bytes < 200 * 1024, `${output.bytes} bytes`);
  });

  it('holds no tensor code and no native module', () => {
    const rooms = new Set(Object.keys(output.inputs).flatMap((file) => /^src\/([^/]+)/.exec(file)?.[1] ?? []));
    assert.deepEqual([...rooms].sort(), ['extension', 'protocol']);
    const packages = new Set(Object.keys(output.inputs).flatMap((file) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []));
    for (const name of ['onnxruntime-node', 'onnxruntime-web', 'sharp', 'protobufjs']) assert.ok(!packages.has(name), name);
    const outside = output.imports.filter(({ external, path }) => external && path !== 'vscode' && !isBuiltin(path));
    assert.deepEqual(outside, []);
  });
});
