/** Maps on photographs of two things: the evidence for each class lies where that thing is, in the model that comes with Fovea. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { Engine } from '../../src/engine/engine.ts';
import { findPackageRoot } from '../../src/engine/package-root.ts';
import type { ExplainResult } from '../../src/protocol/engine.ts';
import type { Preprocessing } from '../../src/protocol/preprocessing.ts';
import { runtimeLoaders, Runtimes } from '../../src/runtimes/choose.ts';
import { techniques } from '../../src/techniques/registry.ts';

const root = findPackageRoot();
const sample = path.join(root, 'media', 'samples', 'cat-and-espresso.jpg');
/** Macaw in the left half, espresso in the right one; see ../shared/data/README.md. */
const pair = path.join(root, '..', 'shared', 'data', 'photos', 'pair-macaw-espresso.png');
const mobileNet = path.join(root, '..', 'shared', 'data', 'models', 'mobilenet_v1_0.25_224.onnx');
const [macaw, tigerCat, espresso] = [88, 282, 967];

/** A fifth of the usual passes tell the sides as well. */
const quick: Readonly<Record<string, Record<string, unknown>>> = {
  'integrated-gradients': { steps: 10 }, 'layer-conductance': { steps: 10 }, 'smooth-grad': { samples: 10 }, occlusion: { stride: 32 },
};

/**
 * The share of a map's positive values in its left or upper half. A sum over half of the map depends on no threshold and on no single
 * cell, and it is known what a map has that knows nothing of the place: one half.
 */
function share({ map }: ExplainResult, half: 'left' | 'upper'): number {
  const { values, height, width } = map;
  const side = half === 'left' ? width : height;
  let [within, total] = [0, 0];
  values.forEach((value, i) => {
    const at = half === 'left' ? i % width : Math.floor(i / width) % height;
    // Of an odd number of columns or rows the middle one belongs to both halves.
    within += Math.max(0, value) * Math.min(1, Math.max(0, side / 2 - at));
    total += Math.max(0, value);
  });
  assert.ok(total > 0, 'there is evidence');
  return within / total;
}

/** What the values add up to in the left and in the right half. */
function sums({ map: { values, width } }: ExplainResult): [left: number, right: number] {
  let [left, right] = [0, 0];
  values.forEach((value, i) => {
    if (i % width < width / 2) left += value;
    else right += value;
  });
  return [left, right];
}

describe('where the evidence lies', function () {
  this.timeout(120_000);
  let engine: Engine;
  let model: string;
  let squashed: Preprocessing;
  before(async () => {
    engine = new Engine({ packageRoot: root, runtimes: new Runtimes(runtimeLoaders), techniques });
    [{ reference: model }] = await engine.bundledModels();
    squashed = { ...(await engine.describeModel({ model })).preprocessing, fit: 'squash' }; // the model sees all of the picture
  });
  after(() => engine?.dispose());

  const known = new Map<string, Promise<ExplainResult>>();
  const explain = (picture: string, technique: string, index: number): Promise<ExplainResult> => {
    const key = [picture, technique, index].join();
    const request = { picture: { path: picture }, model, technique, class: index, preprocessing: squashed, parameters: quick[technique] };
    const result = known.get(key) ?? engine.explain(request);
    known.set(key, result);
    return result;
  };

  it('for the cat above, for the espresso below', async () => {
    // Head and cup meet at the middle of the picture; of 7 rows one lies on that border, so a good map is not all on one side. Three fifths
    // is above what chance gives and below the 0.86 and 0.74 that were found.
    assert.ok(share(await explain(sample, 'grad-cam', tigerCat), 'upper') > 0.6);
    assert.ok(share(await explain(sample, 'grad-cam', espresso), 'upper') < 0.4);
  });

  describe('in a picture of a macaw at the left and an espresso at the right', () => {
    before(function () {
      if (existsSync(pair)) return;
      console.log(`      skipped: there is no ${path.relative(root, pair)}`);
      this.skip();
    });

    /**
     * What was found for macaw and espresso: the share of a map's positive values on the thing's own side. One half is what a map has that knows
     * nothing. Maps of the last layer's 7 × 7 cells and scores of covered pictures tell the sides well; single pixels see edges everywhere.
     */
    const localising: Readonly<Record<string, readonly [number, number]>> = {
      'grad-cam': [0.84, 0.94], 'hires-cam': [0.84, 0.94], 'guided-grad-cam': [0.92, 0.93], occlusion: [0.9, 0.82],
      'deep-lift': [0.74, 0.76], 'integrated-gradients': [0.74, 0.65],
      // Here positive parts are taken before the sum over channels, so that what speaks against the class elsewhere is left out.
      'grad-cam-plus-plus': [0.61, 0.66], 'layer-cam': [0.61, 0.66], 'layer-gradient-x-activation': [0.61, 0.66], 'layer-conductance': [0.6, 0.65],
      // Magnitudes of gradients: mostly where the network looks at all.
      'smooth-grad': [0.63, 0.59], 'guided-backprop': [0.65, 0.55],
    };
    for (const [technique, found] of Object.entries(localising)) {
      it(`${technique}: most of it on the right side`, async () => {
        const shares = [share(await explain(pair, technique, macaw), 'left'), 1 - share(await explain(pair, technique, espresso), 'left')];
        shares.forEach((own, i) => assert.ok(own > Math.max(0.5, found[i] - 0.05), `${i === 0 ? 'macaw' : 'espresso'} ${own}, ${found[i]} before`));
      });
    }

    // A network of a quarter of the channels, so that 256 and 200 passes are seconds.
    for (const [technique, parameters, found] of [['score-cam', {}, [0.88, 0.84]], ['rise', { samples: 200 }, [0.55, 0.55]]] as const) {
      it(`${technique}, on a small MobileNet: most of it on the right side`, async function () {
        if (!existsSync(mobileNet)) {
          console.log(`        skipped: there is no ${path.relative(root, mobileNet)}`);
          this.skip();
        }
        const { preprocessing } = await engine.describeModel({ model: mobileNet });
        const halves: Preprocessing = { ...preprocessing, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], fit: 'squash' };
        const own = (index: number) =>
          engine.explain({ picture: { path: pair }, model: mobileNet, technique, class: index, preprocessing: halves, parameters });
        const shares = [share(await own(macaw), 'left'), 1 - share(await own(espresso), 'left')];
        // All of RISE's values are near the mean score, and its peak stands little above it.
        const margin = technique === 'rise' ? 0.03 : 0.05;
        shares.forEach((one, i) => assert.ok(one > Math.max(0.5, found[i] - margin), `${one}, ${found[i]} before`));
      });
    }

    it('values in units of the score: what they add up to speaks for the class on its own side, and against it on the other', async () => {
      // Input × gradient has its largest magnitudes on the wrong side (a share of 0.33 for the macaw), but they cancel there.
      for (const technique of ['input-x-gradient', 'integrated-gradients', 'deep-lift', 'occlusion']) {
        for (const index of [macaw, espresso]) {
          const [left, right] = sums(await explain(pair, technique, index));
          const [own, other] = index === macaw ? [left, right] : [right, left];
          assert.ok(own > 0 && other < 0, `${technique} for ${index}: ${own} on its side, ${other} on the other`);
        }
      }
    });

    it('saliency: it moves to the side of the class', async () => {
      // Magnitudes of gradients are large at every edge that the network sees, so no half is promised (0.45 for the macaw, 0.72 for the
      // espresso); but another class weighs them anew.
      const [left, other] = [share(await explain(pair, 'saliency', macaw), 'left'), share(await explain(pair, 'saliency', espresso), 'left')];
      assert.ok(left > other + 0.1, `macaw ${left}, espresso ${other}`);
    });

    it('deconvolution and activations do not depend on the class, and cannot tell the sides', async () => {
      // Deconvolution passes what is positive on the way back whatever the class (Nie et al. 2018; Adebayo et al. 2018): 0.473 and 0.471.
      const [left, other] = [share(await explain(pair, 'deconvnet', macaw), 'left'), share(await explain(pair, 'deconvnet', espresso), 'left')];
      assert.ok(Math.abs(left - other) < 0.05 && Math.abs(left - 0.5) < 0.1, `macaw ${left}, espresso ${other}`);
      const [one, same] = [await explain(pair, 'layer-activation', macaw), await explain(pair, 'layer-activation', espresso)];
      assert.deepEqual(one.map.values, same.map.values);
    });

    it('there is a claim for each technique', () => {
      const others = ['score-cam', 'rise', 'input-x-gradient', 'saliency', 'deconvnet', 'layer-activation'];
      assert.deepEqual([...Object.keys(localising), ...others].sort(), techniques.map(({ id }) => id).sort());
    });
  });
});
