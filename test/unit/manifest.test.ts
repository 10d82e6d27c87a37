import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { techniques } from '../../src/techniques/registry.ts';
import { recipeJsonSchema, sidecarJsonSchema } from '../../scripts/file-schemas.ts';
import { contributes, hostFacts } from '../../scripts/manifest.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const readJson = (file: string): Record<string, unknown> => JSON.parse(readFileSync(path.join(root, file), 'utf8')) as Record<string, unknown>;
const manifest = readJson('package.json');
const remedy = 'out of date: run `npm run generate`';

describe('manifest', () => {
  it('contributes what the techniques, pictures and settings are', () => {
    assert.deepEqual(manifest.contributes, JSON.parse(JSON.stringify(contributes(techniques))), remedy);
    for (const [key, value] of Object.entries(hostFacts)) assert.deepEqual(manifest[key], value, `${key}: ${remedy}`);
  });

  it('describes sidecar and recipe as they are parsed', () => {
    assert.deepEqual(readJson('media/schemas/sidecar.schema.json'), JSON.parse(JSON.stringify(sidecarJsonSchema())), remedy);
    assert.deepEqual(readJson('media/schemas/recipe.schema.json'), JSON.parse(JSON.stringify(recipeJsonSchema())), remedy);
  });

  it('names only files that are there', () => {
    const files = JSON.stringify(manifest.contributes).match(/(?<=")(\.\/)?media\/[^"]+/g) ?? [];
    assert.ok(files.length > 4);
    for (const file of [...files, hostFacts.icon]) assert.ok(existsSync(path.join(root, file)), file);
  });

  it('offers pictures of any case and nothing else in the Explorer', () => {
    const menu = (manifest.contributes as { menus: Record<string, { command: string; when: string }[]> }).menus['explorer/context'];
    const source = /\/(.*)\/i$/.exec(menu.find(({ command }) => command === 'fovea.explain.grad-cam')!.when)![1];
    const pattern = new RegExp(source, 'i');
    for (const extension of ['.png', '.JPG', '.jpeg', '.WebP', '.gif', '.bmp', '.tif', '.TIFF', '.avif']) assert.match(extension, pattern);
    for (const extension of ['', '.pngx', '.svg', '.jpg.txt', '.onnx']) assert.doesNotMatch(extension, pattern);
  });
});
