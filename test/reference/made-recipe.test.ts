/** Pictures made again from what they carry, byte for byte: by their command line in a shell, whatever happened on the way. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import { findPackageRoot } from '../../src/engine/package-root.ts';
import { shellLine } from '../../src/extension/recipes/command-line.ts';
import { makeArguments } from '../../src/extension/recipes/made-command-line.ts';
import { decodePicture } from '../../src/pictures/decode.ts';
import type { GeneratorFamily, GenerateRequest } from '../../src/protocol/generate.ts';
import { useEngine } from '../support/engine-rig.ts';

const root = findPackageRoot();

const cases: Readonly<Record<string, { family: GeneratorFamily; content?: boolean; style?: boolean; request: Partial<GenerateRequest> }>> = {
  'class-visualization': { family: 'visualization', request: { classes: [1, 2], parameters: { steps: 4 }, seed: 3 } },
  'deep-dream': { family: 'visualization', content: true, request: { layer: 'features', parameters: { channel: 2, steps: 3 } } },
  pgd: { family: 'fooling', content: true, request: { parameters: { steps: 4, epsilon: 2 } } },
  'style-transfer': { family: 'style', content: true, style: true, request: { parameters: { steps: 4, size: 24, styleSize: 16, keepColours: true } } },
};

describe('Pictures that are made again by their command line', () => {
  const rig = useEngine();

  for (const [generator, { family, content, style, request }] of Object.entries(cases)) {
    it(`have the same bytes: ${generator}, steered, gone on with and stopped`, async function () {
      if (process.platform === 'win32') {
        console.log('      skipped: the line is for a POSIX shell');
        this.skip();
      }
      const picture = rig.at('it\'s a "picture" $HOME.png');
      await copyFile(await rig.picture(), picture);
      const model = await rig.model();
      const asked: GenerateRequest = {
        generator, model, ...request, token: 'first', content: content ? { path: picture } : undefined, style: style ? { path: picture } : undefined,
      };
      await rig.engine.generate(asked);
      const steps = { ...request.parameters, steps: 40 };
      const result = await rig.engine.generate({ ...asked, token: 'second', resume: 'first', parameters: steps, replay: { steered: [], stopped: 7 } });
      assert.equal(result.ended, 'stopped', result.notes.join());
      const { steered, continued, stopped } = result.recipe;
      assert.deepEqual([steered.length, continued?.length, stopped], [1, 1, 7]);
      const places = { content: content ? picture : undefined, style: style ? picture : undefined };
      const recipe = { ...result.recipe, layer: result.recipe.layer };
      const words = [
        process.execPath, '--import', 'tsx', path.join(root, 'src/cli/main.ts'),
        ...makeArguments({ family, model, ...places, recipe, isPreprocessingChosen: false, out: rig.at('out') }), '--json',
      ];
      const printed = JSON.parse(execFileSync('/bin/sh', ['-c', shellLine(words, 'posix')], { encoding: 'utf8', cwd: root, stdio: ['ignore', 'pipe', 'ignore'] })) as { files: string[]; recipe: object };
      assert.deepEqual(printed.recipe, JSON.parse(JSON.stringify(result.recipe)));
      const made = result.fooling ? [result.fooling.saved] : result.pictures;
      for (const [n, pixels] of made.entries()) assert.deepEqual(Buffer.from((await decodePicture(printed.files[n])).data), Buffer.from(pixels.data));
    });
  }
});
