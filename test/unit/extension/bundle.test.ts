import assert from 'node:assert/strict';
import { isBuiltin } from 'node:module';
import { fileURLToPath } from 'node:url';
import esbuild from 'esbuild';

const root = fileURLToPath(new URL('../../../', import.meta.url));

describe('bundle of the extension host', () => {
  const outfolder = 'out/bundle-test';
  let outputs: esbuild.Metafile['outputs'];
  /** Everything, as one output. */
  let output: Pick<esbuild.Metafile['outputs'][string], 'inputs' | 'imports'>;

  before(async () => {
    const { metafile } = await esbuild.build({
      absWorkingDir: root, entryPoints: ['src/extension/extension.ts'], outdir: outfolder, write: false, metafile: true, splitting: true,
      bundle: true, minify: true, platform: 'node', format: 'esm', target: 'node20', external: ['vscode'], logLevel: 'silent',
    });
    ({ outputs } = metafile);
    const all = Object.values(outputs);
    const inputs = Object.assign({}, ...all.map((one) => one.inputs)) as typeof output.inputs;
    output = { inputs, imports: all.flatMap(({ imports }) => imports) };
  });

  it('reads under 64 KB when it is activated', () => {
    const read = new Set([`${outfolder}/extension.js`]);
    for (const file of read) {
      for (const { path, kind, external } of outputs[file].imports) if (!external && kind === 'import-statement') read.add(path);
    }
    const bytes = [...read].reduce((sum, file) => sum + outputs[file].bytes, 0);
    assert.ok(bytes < 64 * 1024, `${bytes} bytes`);
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
