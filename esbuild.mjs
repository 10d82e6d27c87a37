/**
 * Bundles what ships: extension host, engine with command line, and webviews into dist/, and the integration tests into out/. For a package
 * (--production) smaller, without sources and tests, into a folder that is emptied before, with the list of what went in (inputs.json).
 *
 *   node esbuild.mjs [--watch | --production FOLDER]
 */
import { chmod, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import esbuild from 'esbuild';

const production = process.argv.includes('--production');
const dist = production ? process.argv[process.argv.indexOf('--production') + 1] : 'dist';
const watch = process.argv.includes('--watch');

/** Loaded from node_modules at run time: they find their native libraries and .wasm files beside themselves. */
const native = ['onnxruntime-node', 'onnxruntime-web', 'onnxruntime-common', 'sharp'];

const common = {
  bundle: true,
  minify: production,
  sourcemap: production ? false : 'linked',
  legalComments: 'none',
  charset: 'utf8',
  metafile: true,
  logLevel: 'warning',
};

/** Modules for Node: entries, and chunks that they share or that are read when they are first used. */
function node(entryPoints, outdir, external) {
  return {
    ...common,
    entryPoints,
    outdir,
    external,
    platform: 'node',
    format: 'esm',
    splitting: true,
    target: 'node20',
    chunkNames: '[name]-[hash]',
  };
}

/** Gives CommonJS packages inside modules the `require` that these lack. */
const withRequire = { banner: { js: 'import{createRequire as requireOf}from"node:module";const require=requireOf(import.meta.url);' } };

/** What is read when the extension is activated. With `require`, for it is loaded in one go then, whatever else the window is starting. */
const activation = {
  ...common,
  entryPoints: ['src/extension/extension.ts'],
  outfile: `${dist}/extension/extension.cjs`,
  external: ['vscode', './main.js'],
  platform: 'node',
  format: 'cjs',
  target: 'node20',
};

/** The integration tests, which the extension host loads with `require`. */
const integrationTests = {
  ...common,
  entryPoints: ['test/integration/index.ts'],
  outfile: 'out/integration/index.cjs',
  external: ['vscode', 'mocha'],
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  define: { 'import.meta.url': 'bundleUrl' },
  banner: { js: '"use strict";const bundleUrl=require("node:url").pathToFileURL(__filename).href;' },
};

const bundles = [
  activation,
  node(['src/extension/main.ts'], `${dist}/extension`, ['vscode']),
  { ...node([{ in: 'src/engine/server.ts', out: 'engine' }, { in: 'src/cli/main.ts', out: 'cli' }], `${dist}/engine`, native), ...withRequire },
  ...['result', 'tune', 'studio', 'compare', 'sweep'].map((page) => ({
    ...common,
    entryPoints: ['main.ts', `${page}.css`].map((file) => ({ in: `webview/${page}/${file}`, out: page })),
    outdir: `${dist}/webview`,
    platform: 'browser',
    format: 'esm',
    target: 'chrome134',
    loader: { '.ttf': 'file' },
    assetNames: '[name]',
  })),
  ...(production ? [] : [integrationTests]),
];

if (watch) {
  for (const bundle of bundles) await (await esbuild.context({ ...bundle, logLevel: 'info' })).watch();
} else {
  if (production) await rm(dist, { recursive: true, force: true });
  const results = await Promise.allSettled(bundles.map((bundle) => esbuild.build(bundle)));
  const outputs = results.flatMap((result) => (result.status === 'fulfilled' ? Object.entries(result.value.metafile.outputs) : []));
  for (const [file, { bytes }] of outputs) {
    if (!file.endsWith('.map')) console.log(`${String(Math.ceil(bytes / 1024)).padStart(6)} KB  ${path.normalize(file)}`);
  }
  if (results.some((result) => result.status === 'rejected')) process.exitCode = 1;
  else await chmod(`${dist}/engine/cli.js`, 0o755);
  if (production) await writeFile(`${dist}/inputs.json`, JSON.stringify(results.flatMap(({ value }) => Object.keys(value?.metafile.inputs ?? {}))));
}
