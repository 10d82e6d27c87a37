/** A result made again from what it carries: by its command line in a shell, with the bytes that the panel exports. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { findPackageRoot } from '../../src/engine/package-root.ts';
import { explainArguments, shellLine } from '../../src/extension/recipes/command-line.ts';
import type { ExplainRequest } from '../../src/protocol/engine.ts';
import { recipeSchema } from '../../src/protocol/recipe.ts';
import { useEngine } from '../support/engine-rig.ts';

const root = findPackageRoot();

/** Of the classes, one of which shells and the program's own options could take for something else. */
const labels = ['zero', 'it\'s 5" of "tape" --model', 'two'];

const cases: [string, Partial<ExplainRequest>][] = [
  ['a class by name, with quotes', { technique: 'grad-cam', parameters: { relu: false }, class: labels[1] }],
  ['samples from a seed', { technique: 'smooth-grad', parameters: { samples: 5 }, seed: 7, score: 'probability' }],
  ['masks from a seed', { technique: 'rise', parameters: { samples: 20 }, seed: 3, class: 2 }],
  ['a text among the parameters', { technique: 'integrated-gradients', parameters: { steps: 'auto', baseline: 'blurred' } }],
];

describe('a result made again by its command line has the same bytes', () => {
  const rig = useEngine();

  for (const [what, settings] of [...cases, ['a preprocessing that was chosen', { technique: 'saliency' }] as const]) {
    it(`${what}: ${settings.technique}`, async function () {
      if (process.platform === 'win32') {
        console.log('      skipped: the line is for a POSIX shell');
        this.skip();
      }
      const request = { ...await rig.request({ technique: 'grad-cam' }), ...settings };
      await writeFile(rig.at('net.fovea.json'), JSON.stringify({ labels }));
      const picture = rig.at('it\'s a "picture" $HOME.png');
      await copyFile(request.picture.path, picture);
      const { preprocessing: own } = await rig.engine.describeModel({ model: request.model });
      const isPreprocessingChosen = what.startsWith('a preprocessing');
      const preprocessing = isPreprocessingChosen ? { ...own, fit: 'letterbox' as const, interpolation: 'nearest' as const, mean: [0.5, 0.4, 0.3], pad: 7, resize: undefined } : undefined;
      const asked: ExplainRequest = { ...request, picture: { path: picture }, preprocessing };
      const { recipe: made } = await rig.engine.explain(asked);
      const { file } = await rig.engine.exportResult({ ...asked, what: 'values', file: rig.at('panel.npy') });
      const recipe = recipeSchema.parse(JSON.parse(JSON.stringify(made)));
      const words = [
        process.execPath, '--import', 'tsx', path.join(root, 'src/cli/main.ts'),
        ...explainArguments({ picture, model: request.model, recipe, isPreprocessingChosen, out: rig.at('out') }), '--json',
      ];
      const printed = JSON.parse(execFileSync('/bin/sh', ['-c', shellLine(words, 'posix')], { encoding: 'utf8', cwd: root, stdio: ['ignore', 'pipe', 'ignore'] })) as { files: string[]; recipe: object };
      assert.deepEqual(await readFile(printed.files.find((name) => name.endsWith('.npy'))!), await readFile(file));
      assert.deepEqual(printed.recipe, JSON.parse(JSON.stringify(made)));
      if (isPreprocessingChosen) {
        await rig.engine.exportResult({ ...asked, preprocessing: undefined, what: 'values', file: rig.at('own.npy') });
        assert.notDeepEqual(await readFile(rig.at('own.npy')), await readFile(file), 'it makes a difference');
      }
    });
  }
});
