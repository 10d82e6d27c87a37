/**
 * Bundles what ships: extension host, engine, command line and webviews into dist/, and the integration tests into out/.
 *
 *   node esbuild.mjs [--production] [--watch]
 */
import { chmod, rm } from 'node:fs/promises';
import path from 'node:path';
import esbuild from 'esbuild';

const production = process.argv.includes('--production');
const watch = process.argv.includes('--watch');

/** Loaded from node_modules at run time: they find their native libraries and .wasm files beside themselves. */
const native = ['onnxruntime-node', 'onnxruntime-web', 'onnxruntime-common', 'sharp'];

const common = {
  bundle: true,
  minify: production,
  sourcemap: production ? false : 'linked',
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
};

/** A CommonJS bundle for Node; `import.meta.url` is the bundle's own address there. */
function node(entry, outfile, external, banner = '') {
  return {
    ...common,
    entryPoints: [entry],
    outfile,
    external,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    define: { 'import.meta.url': 'bundleUrl' },
    banner: { js: `${banner}"use strict";const bundleUrl=require("node:url").pathToFileURL(__filename).href;` },
  };
}

/**
 * The extension host as modules: what activation needs, and chunks that are read when they are first used. The banner gives CommonJS
 * packages inside the `require` that modules lack.
 */
const extension = {
  ...common,
  entryPoints: ['src/extension/extension.ts'],
  outdir: 'dist/extension',
  external: ['vscode'],
  platform: 'node',
  format: 'esm',
  splitting: true,
  target: 'node20',
  chunkNames: '[name]-[hash]',
  banner: { js: 'import{createRequire as requireOf}from"node:module";const require=requireOf(import.meta.url);' },
};

const bundles = [
  extension,
  node('src/engine/server.ts', 'dist/engine.cjs', native),
  node('src/cli/main.ts', 'dist/cli.cjs', native, '#!/usr/bin/env node\n'),
  ...['result', 'tune', 'studio', 'compare'].map((page) => ({
    ...common,
    entryPoints: ['main.ts', `${page}.css`].map((file) => ({ in: `webview/${page}/${file}`, out: page })),
    outdir: 'dist/webview',
    platform: 'browser',
    format: 'esm',
    target: 'chrome134',
    loader: { '.ttf': 'file' },
    assetNames: '[name]',
  })),
  ...(production ? [] : [node('test/integration/index.ts', 'out/integration/index.cjs', ['vscode', 'mocha'])]),
];

if (watch) {
  for (const bundle of bundles) await (await esbuild.context({ ...bundle, logLevel: 'info' })).watch();
} else {
  if (production) await rm('dist', { recursive: true, force: true });
  const results = await Promise.allSettled(bundles.map((bundle) => esbuild.build(bundle)));
  const outputs = results.flatMap((result) => (result.status === 'fulfilled' ? Object.entries(result.value.metafile.outputs) : []));
  for (const [file, { bytes }] of outputs) {
    if (!file.endsWith('.map')) console.log(`${String(Math.ceil(bytes / 1024)).padStart(6)} KB  ${path.normalize(file)}`);
  }
  if (results.some((result) => result.status === 'rejected')) process.exitCode = 1;
  else await chmod('dist/cli.cjs', 0o755);
}
