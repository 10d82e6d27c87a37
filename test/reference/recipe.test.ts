/** A result made again from what it carries: by its command line in a shell, and by its recipe in the engine. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFile, readFile } from 'node:fs/promises';
import path from 'node:path';
import { findPackageRoot } from '../../src/engine/package-root.ts';
import { explainArguments, shellLine } from '../../src/extension/command-line.ts';
import { recipeSchema } from '../../src/protocol/recipe.ts';
import { decodeNpy } from '../../src/pictures/npy.ts';
import { useEngine } from '../support/engine-rig.ts';

const root = findPackageRoot();

describe('a result made again', () => {
  const rig = useEngine();

  for (const [technique, settings] of [['grad-cam', { parameters: { relu: false }, class: 2 }], ['smooth-grad', { parameters: { samples: 5 }, seed: 7, score: 'probability' }]] as const) {
    it(`by its command line has the same bytes: ${technique}`, async function () {
      if (process.platform === 'win32') this.skip(); // the line is for a POSIX shell
      const request = await rig.request({ technique, ...settings });
      const picture = rig.at('it\'s a "picture" $HOME.png');
      await copyFile(request.picture.path, picture);
      const result = await rig.engine.explain({ ...request, picture: { path: picture } });
      const recipe = recipeSchema.parse(JSON.parse(JSON.stringify(result.recipe)));
      const words = [
        process.execPath, '--import', 'tsx', path.join(root, 'src/cli/main.ts'), ...explainArguments(picture, request.model, recipe, rig.at('out')), '--json',
      ];
      const printed = JSON.parse(execFileSync('/bin/sh', ['-c', shellLine(words, 'posix')], { encoding: 'utf8', cwd: root, stdio: ['ignore', 'pipe', 'ignore'] })) as { files: string[]; recipe: object };
      const values = decodeNpy(await readFile(printed.files.find((file) => file.endsWith('.npy'))!));
      assert.deepEqual(values.data, result.map.values);
      assert.deepEqual(printed.recipe, JSON.parse(JSON.stringify(result.recipe)));
    });
  }
});
