/** Preprocessing as Hugging Face's files state it, against transformers' own image processors; how the numbers were made stands with them. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { readHuggingFace, readHuggingFaceSize } from '../../src/engine/facts/hugging-face.ts';
import type { Picture } from '../../src/pictures/decode.ts';
import { preprocess } from '../../src/pictures/preprocess.ts';
import { preprocessingSchema } from '../../src/protocol/preprocessing.ts';

interface Case {
  name: string;
  config: object;
  /** Height and width of the model's input. */
  size: [number, number];
  /** Channel, row, column and value of some of its numbers. */
  values: [number, number, number, number][];
}

function drawn(width: number, height: number): Picture {
  const data = new Uint8Array(4 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const pixel = [0, 1, 2].map((c) => (x * (7 + c) + y * 13 + c * 50 + Math.floor((x * y) / 8)) % 256);
      data.set([...pixel, 255], 4 * (y * width + x));
    }
  }
  return { name: 'drawn.png', path: '/drawn.png', hash: '', width, height, data, notes: [] };
}

describe('transformers\' image processors as the reference', () => {
  let folder: string;
  before(async () => { folder = await mkdtemp(path.join(os.tmpdir(), 'fovea-processors-')); });
  after(() => rm(folder, { recursive: true, force: true }));

  it('gives the models of many families their input, in the files\' present and former layout', async () => {
    const file = new URL('data/hugging-face-processors.json', import.meta.url);
    const { picture: [across, down], cases } = JSON.parse(await readFile(file, 'utf8')) as { picture: [number, number]; cases: Case[] };
    const picture = drawn(across, down);
    const model = path.join(folder, 'model.onnx');
    for (const { name, config, size: [height, width], values } of cases) {
      await writeFile(path.join(folder, 'preprocessor_config.json'), JSON.stringify(config));
      assert.deepEqual(await readHuggingFaceSize(model), { width, height }, name);
      const { preprocessing } = await readHuggingFace(model, { width, height });
      const { input } = preprocess(picture, preprocessingSchema.parse({ width, height, ...preprocessing }));
      const data = input.data as Float32Array;
      for (const [c, y, x, value] of values) {
        const got = data[(c * height + y) * width + x];
        // One pixel value of 255 is at least 0.0039 here, so this is the same pixel; float32 of the processors and six decimals differ by less.
        assert.ok(Math.abs(got - value) < 1e-4, `${name}: ${got} instead of ${value} in channel ${c} at ${x}, ${y}`);
      }
    }
  });
});
