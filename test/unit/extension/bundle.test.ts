import assert from 'node:assert/strict';
import { isBuiltin } from 'node:module';
import { fileURLToPath } from 'node:url';
import esbuild from 'esbuild';

const root = fileURLToPath(new URL('../../../', import.meta.url));

describe('bundles of the extension host', () => {
  const common = {
    absWorkingDir: root, outdir: 'out/bundle-test', write: false, metafile: true, bundle: true, minify: true, charset: 'utf8',
    platform: 'node', target: 'node20', logLevel: 'silent',
  } as const;
  let activation: esbuild.Metafile['outputs'][string];
  /** Everything, as one output. */
  let output: Pick<esbuild.Metafile['outputs'][string], 'bytes' | 'inputs' | 'imports'>;

  before(async () => {
    const [first, rest] = await Promise.all([
      esbuild.build({ ...common, entryPoints: ['src/extension/extension.ts'], format: 'cjs', external: ['vscode', './main.js'] }),
      esbuild.build({ ...common, entryPoints: ['src/extension/main.ts'], format: 'esm', splitting: true, external: ['vscode'] }),
    ]);
    [activation] = Object.values(first.metafile.outputs);
    const all = [activation, ...Object.values(rest.metafile.outputs)];
    const inputs = Object.assign({}, ...all.map((one) => one.inputs)) as typeof output.inputs;
    output = { bytes: all.reduce((sum, { bytes }) => sum + bytes, 0), inputs, imports: all.flatMap(({ imports }) => imports) };
  });

  it('reads under 16 KB when it is activated', () => {
    assert.ok(activation.bytes < 16 * 1024, `${activation.bytes} bytes`);
    const atOnce = activation.imports.filter(({ kind }) => kind !== 'dynamic-import').map(({ path }) => path);
    assert.deepEqual([...new Set(atOnce)].filter((path) => !isBuiltin(path)), ['vscode']);
  });

  it('holds under 200 KB, whatever is opened', () => {
    assert.ok(output.bytes < 200 * 1024, `${output.bytes} bytes`);
  });

  it('throws no errors of its own there: main.ts would not know their class', () => {
    const used = Object.entries(activation.inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([file]) => file);
    assert.ok(used.includes('src/extension/extension.ts'));
    assert.ok(!used.includes('src/protocol/errors.ts'));
  });

  it('holds no tensor code and no native module', () => {
    const rooms = new Set(Object.keys(output.inputs).flatMap((file) => /^src\/([^/]+)/.exec(file)?.[1] ?? []));
    assert.deepEqual([...rooms].sort(), ['extension', 'protocol']);
    const packages = new Set(Object.keys(output.inputs).flatMap((file) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []));
    for (const name of ['onnxruntime-node', 'onnxruntime-web', 'sharp', 'protobufjs']) assert.ok(!packages.has(name), name);
    const outside = output.imports.filter(({ external, path }) => external && !['vscode', './main.js'].includes(path) && !isBuiltin(path));
    assert.deepEqual(outside, []);
  });
});
