/** Writes what follows from other facts: the generated parts of package.json and README.md, and JSON schemas. Run by `npm run generate`. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { techniques } from '../src/techniques/registry.ts';
import { recipeJsonSchema, sidecarJsonSchema } from './file-schemas.ts';
import { contributes, hostFacts } from './manifest.ts';
import { withGeneratedParts } from './readme.ts';

const root = new URL('../', import.meta.url);

async function writeJson(file: string, content: object): Promise<void> {
  await mkdir(new URL('.', new URL(file, root)), { recursive: true });
  await writeFile(new URL(file, root), `${JSON.stringify(content, undefined, 2)}\n`);
}

const manifest = JSON.parse(await readFile(new URL('package.json', root), 'utf8')) as object;
await writeJson('package.json', { ...manifest, ...hostFacts, contributes: contributes(techniques) });
await writeJson('media/schemas/sidecar.schema.json', sidecarJsonSchema());
await writeJson('media/schemas/recipe.schema.json', recipeJsonSchema());

const readme = new URL('README.md', root);
await writeFile(readme, withGeneratedParts(await readFile(readme, 'utf8')));
