/** The platforms that packages are made for. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** A platform that a package is made for, in vsce's words, and how npm and ONNX Runtime name it. */
export interface Target {
  readonly name: string;
  readonly os: string;
  readonly cpu: string;
  readonly libc?: 'glibc' | 'musl';
  /** Whether onnxruntime-node holds a library for it; elsewhere the WebAssembly build runs the models. */
  readonly native: boolean;
}

export const targets: readonly Target[] = [
  { name: 'linux-x64', os: 'linux', cpu: 'x64', libc: 'glibc', native: true },
  { name: 'linux-arm64', os: 'linux', cpu: 'arm64', libc: 'glibc', native: true },
  { name: 'alpine-x64', os: 'linux', cpu: 'x64', libc: 'musl', native: false },
  { name: 'alpine-arm64', os: 'linux', cpu: 'arm64', libc: 'musl', native: false },
  { name: 'darwin-arm64', os: 'darwin', cpu: 'arm64', native: true },
  { name: 'darwin-x64', os: 'darwin', cpu: 'x64', native: false },
  { name: 'win32-x64', os: 'win32', cpu: 'x64', native: true },
  { name: 'win32-arm64', os: 'win32', cpu: 'arm64', native: true },
];

/** The machine that this runs on; glibc is assumed on Linux. */
export function currentTarget(): string {
  return `${process.platform}-${process.arch}`;
}

/** Where the package of a target is written. */
export function packageFile(target: string): string {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string };
  return path.join(root, '.cache', 'packages', `fovea-${target}-${version}.vsix`);
}
