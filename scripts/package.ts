/**
 * Makes platform packages: `npm run package [TARGET...]` for the current or the named platforms, `npm run package:all` for all.
 * Each is staged in .cache/staging/TARGET with that platform's libraries alone, and becomes .cache/packages/fovea-TARGET-VERSION.vsix.
 */
import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import { installNode, installTool, npmInstall, outerEnvironment, repositoryRoot } from '../test/e2e/rig/install-tools.ts';
import { currentTarget, packageFile, targets, type Target } from './targets.ts';
import { packageFolders, thirdPartyNotices } from './third-party.ts';

/** Bytes of a packed extension. */
const packageLimit = 40_000_000;

/** Bytes of all code that the extension host can load. */
const hostLimit = 200 * 1024;

const vsceVersion = '4.1.0';

/** Packages that stay outside the bundles, as in esbuild.mjs. */
const external = ['onnxruntime-common', 'onnxruntime-node', 'onnxruntime-web', 'sharp'];

const shipped = ['bin', 'media', 'models', 'README.md', 'CHANGELOG.md', 'LICENSE', '.vscodeignore'];

/** A second copy of the macOS library, and GPU compilers that the CPU provider never loads: 12 and 18 MB packed. */
const unusedLibraries = [/^libonnxruntime\.\d+\.\d+\.\d+\.dylib$/, /^DirectML\.dll$/, /^dxcompiler\.dll$/, /^dxil\.dll$/];

const names = process.argv.includes('--all') ? targets.map((target) => target.name) : process.argv.slice(2);
const chosen = (names.length > 0 ? names : [currentTarget()]).map((name) => {
  const target = targets.find((candidate) => candidate.name === name);
  if (!target) throw new Error(`No target ${name}; there are ${targets.map((candidate) => candidate.name).join(', ')}.`);
  return target;
});

let packedWasm: Promise<Buffer> | undefined;

const bundles = path.join('.cache', 'staging', 'dist');
execFileSync(process.execPath, ['esbuild.mjs', '--production', bundles], { cwd: repositoryRoot, stdio: 'inherit' });
await checkHostSize(path.join(repositoryRoot, bundles, 'extension'));
for (const target of chosen) {
  const file = await pack(target, await stage(target));
  await checkSize(file);
}

/** Lays out what the package holds. @returns the folder */
async function stage(target: Target): Promise<string> {
  const folder = path.join(repositoryRoot, '.cache', 'staging', target.name);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const name of shipped) {
    const source = path.join(repositoryRoot, name);
    if (existsSync(source)) await cp(source, path.join(folder, name), { recursive: true });
  }
  await cp(path.join(repositoryRoot, bundles), path.join(folder, 'dist'), { recursive: true });
  const { scripts: _, devDependencies: __, ...manifest } = await readJson(path.join(repositoryRoot, 'package.json'));
  const dependencies: Record<string, string> = {};
  for (const name of external.filter((candidate) => target.native || candidate !== 'onnxruntime-node')) {
    dependencies[name] = String((await readJson(path.join(repositoryRoot, 'node_modules', name, 'package.json'))).version);
  }
  await writeFile(path.join(folder, 'package.json'), JSON.stringify({ ...manifest, dependencies }, null, 2));
  await npmInstall(folder, [`--os=${target.os}`, `--cpu=${target.cpu}`, ...(target.libc ? [`--libc=${target.libc}`] : [])]);
  await packWasm(folder);
  await writeFile(path.join(folder, 'ThirdPartyNotices.txt'), await thirdPartyNotices([...await bundledPackages(), ...await shippedPackages(folder)]));
  if (target.native) await keepLibraries(path.join(folder, 'node_modules', 'onnxruntime-node', 'bin', 'napi-v6'), target);
  return folder;
}

/** @returns folders of the packages inside the bundles */
async function bundledPackages(): Promise<string[]> {
  const inputs = JSON.parse(await readFile(path.join(repositoryRoot, bundles, 'inputs.json'), 'utf8')) as string[];
  return packageFolders(inputs).map((name) => path.join(repositoryRoot, name));
}

/** @returns folders of the installed packages that .vscodeignore lets through */
async function shippedPackages(folder: string): Promise<string[]> {
  const rules = await readFile(path.join(folder, '.vscodeignore'), 'utf8');
  const kept = [...rules.matchAll(/^!(node_modules\/[^/*]+\/)/gm)].map(([, name]) => path.normalize(name));
  const files = await readdir(path.join(folder, 'node_modules'), { recursive: true });
  const own = files.map((file) => path.join('node_modules', file)).filter((file) => kept.some((name) => file.startsWith(name)));
  return packageFolders(own.map((file) => path.join(folder, file)));
}

/** Removes every library that the target does not load. */
async function keepLibraries(folder: string, target: Target): Promise<void> {
  for (const os of await readdir(folder)) {
    for (const cpu of await readdir(path.join(folder, os))) {
      if (os !== target.os || cpu !== target.cpu) await rm(path.join(folder, os, cpu), { recursive: true });
    }
  }
  const kept = path.join(folder, target.os, target.cpu);
  for (const file of await readdir(kept)) {
    if (unusedLibraries.some((pattern) => pattern.test(file))) await rm(path.join(kept, file));
  }
}

/** As the WebAssembly runtime unpacks it: a third smaller than in the .vsix alone. Done once for all targets, for it takes a while. */
async function packWasm(folder: string): Promise<void> {
  const name = 'ort-wasm-simd-threaded.wasm';
  packedWasm ??= readFile(path.join(folder, 'node_modules', 'onnxruntime-web', 'dist', name)).then((content) => {
    const params = { [constants.BROTLI_PARAM_QUALITY]: 10, [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS };
    return promisify(brotliCompress)(content, { params });
  });
  await writeFile(path.join(folder, 'dist', 'engine', `${name}.br`), await packedWasm);
}

/** @returns the .vsix */
async function pack(target: Target, folder: string): Promise<string> {
  const file = packageFile(target.name);
  await mkdir(path.dirname(file), { recursive: true });
  await rm(file, { force: true });
  const vsce = path.join(await installTool('@vscode/vsce', vsceVersion), '@vscode', 'vsce', 'vsce');
  const node = await installNode();
  const env = { ...outerEnvironment(), PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH}` };
  const options = ['--target', target.name, '--out', file, '--allow-missing-repository', '--no-rewrite-relative-links'];
  await promisify(execFile)(node, [vsce, 'package', ...options], { cwd: folder, env, maxBuffer: 1 << 24 });
  return file;
}

async function checkHostSize(folder: string): Promise<void> {
  const sizes = await Promise.all((await readdir(folder)).map(async (name) => (await stat(path.join(folder, name))).size));
  const size = sizes.reduce((sum, one) => sum + one, 0);
  console.log(`Code of the extension host: ${(size / 1024).toFixed(1)} KB (limit ${hostLimit / 1024} KB)`);
  if (size > hostLimit) throw new Error('The code of the extension host is larger than allowed; `npx esbuild --analyze` shows what is in it.');
}

async function checkSize(file: string): Promise<void> {
  const { size } = await stat(file);
  console.log(`${path.relative(repositoryRoot, file)}: ${(size / 1e6).toFixed(2)} MB (limit ${packageLimit / 1e6} MB)`);
  if (size > packageLimit) throw new Error(`${path.basename(file)} is larger than allowed.`);
}

async function readJson(file: string): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
}
