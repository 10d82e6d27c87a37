/** Where Fovea itself is installed: the folder that holds package.json, models/ and, once built, dist/. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';

const manifestSchema = z.object({ version: z.string() });

/** The nearest folder above this file that holds the bundled models; the same for sources and bundles. */
export function findPackageRoot(): string {
  let folder = path.dirname(fileURLToPath(import.meta.url));
  while (!existsSync(path.join(folder, 'models', 'index.json')) && path.dirname(folder) !== folder) folder = path.dirname(folder);
  return folder;
}

/** Fovea's version, as its package.json states it. */
export function readVersion(packageRoot: string): string {
  return manifestSchema.parse(JSON.parse(readFileSync(path.join(packageRoot, 'package.json'), 'utf8'))).version;
}
