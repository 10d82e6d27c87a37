/**
 * Style transfer on real networks: the losses fall, the colours go over where the statistic holds them, and the pictures are kept in
 * .cache/pictures/style to be looked at.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { Engine } from '../../src/engine/engine.ts';
import { findPackageRoot } from '../../src/engine/package-root.ts';
import type { Pixels } from '../../src/protocol/engine.ts';
import type { GenerateRequest } from '../../src/protocol/generate.ts';
import { preprocessingSchema } from '../../src/protocol/preprocessing.ts';
import { runtimeLoaders, Runtimes } from '../../src/runtimes/choose.ts';
import { techniques } from '../../src/techniques/registry.ts';

const root = findPackageRoot();
const data = path.join(root, '../shared/data');
const squeezeNet = path.join(data, 'models/squeezenet1.1-gluon.onnx');
const photograph = path.join(data, 'styles/content-cat.jpg');
const paintings = ['composition-vii', 'the-scream', 'starry-night'];

/** What the network's publishers state. */
const imagenet = preprocessingSchema.parse({ width: 224, height: 224, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] });

/** Mean of each colour, 0..255. */
async function meanColour(file: string): Promise<number[]> {
  return (await sharp(file).removeAlpha().stats()).channels.map(({ mean }) => mean);
}

function meanOf({ data: pixels }: Pixels): number[] {
  return [0, 1, 2].map((c) => {
    let sum = 0;
    for (let i = c; i < pixels.length; i += 4) sum += pixels[i];
    return sum / (pixels.length / 4);
  });
}

const distance = (a: readonly number[], b: readonly number[]): number => Math.hypot(...a.map((value, i) => value - b[i]));

describe('style transfer on real networks', function () {
  this.timeout(300_000);
  let engine: Engine;

  before(function () {
    if (!existsSync(photograph)) {
      console.log(`      skipped: ${path.relative(root, data)} is not here`);
      this.skip();
    }
    engine = new Engine({ packageRoot: root, runtimes: new Runtimes(runtimeLoaders), techniques });
  });

  // Not there where all was skipped
  after(() => (engine as Engine | undefined)?.dispose());

  /** @returns mean colours of the painting, of the photograph and of the result */
  async function paint(painting: string, name: string, request: Omit<GenerateRequest, 'generator'>): Promise<[number[], number[], number[]]> {
    const style = path.join(data, 'styles', `${painting}.jpg`);
    const result = await engine.generate({ generator: 'style-transfer', content: { path: photograph }, style: { path: style }, ...request });
    await engine.savePixels({ pixels: result.pictures[0], file: path.join(root, `.cache/pictures/style/${name}-${painting}.png`) });
    const [first, last] = [result.curves[0].values, result.curves.at(-1)!.values];
    for (const title of Object.keys(first).filter((one) => one.startsWith('style '))) {
      assert.ok(last[title] < first[title], `${title}: ${first[title]} to ${last[title]}`);
    }
    assert.ok(last.total < first.total, `total: ${first.total} to ${last.total}`);
    return [await meanColour(style), await meanColour(photograph), meanOf(result.pictures[0])];
  }

  for (const painting of paintings) {
    // Gram matrices of rectified maps hold correlations, not the mean colour: these pictures may become brighter than both sources.
    it(`paints ${painting} with the course's weights on SqueezeNet 1.1`, async () => {
      await paint(painting, 'squeezenet', { model: squeezeNet, preprocessing: imagenet, parameters: { preset: painting, size: 112 } });
    });

    // The default statistic of the bundled model holds the mean of every map, the first of which follow the colours.
    it(`paints ${painting} in its colours with the bundled model`, async () => {
      const parameters = { size: 128, styleSize: 192, steps: 80 };
      const [wanted, before, after] = await paint(painting, 'bundled', { model: 'bundled:efficientnet-lite0', parameters });
      assert.ok(distance(after, wanted) < distance(before, wanted), `${after.join()} from ${before.join()} to ${wanted.join()}`);
    });
  }
});
