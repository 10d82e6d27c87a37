import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { decodePicture } from '../../src/pictures/decode.ts';
import { preprocess } from '../../src/pictures/preprocess.ts';
import { mapPng, overlayPng } from '../../src/pictures/render-png.ts';
import { shownPixels } from '../../src/pictures/shown-pixels.ts';
import { colorTable, displaySchema, type Plane } from '../../src/protocol/display.ts';
import { preprocessingSchema } from '../../src/protocol/preprocessing.ts';

async function pixelsOf(png: Uint8Array): Promise<{ data: Buffer; width: number; height: number; at(x: number, y: number): number[] }> {
  const { data, info } = await sharp(png).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, at: (x, y) => [...data.subarray(4 * (y * info.width + x), 4 * (y * info.width + x) + 4)] };
}

const picture = { width: 6, height: 2, data: new Uint8Array(48).fill(255).map((value, i) => (i % 4 === 3 ? value : 100)) };
const plane: Plane = { values: Float32Array.from([0, 2]), width: 2, height: 1, signed: false };
const placement = { x: 1, y: 0, width: 4, height: 2 };
const end = [...colorTable('turbo').subarray(765, 768)];

describe('PNG export', () => {
  it('puts the map over the picture at the picture\'s size, and leaves the picture itself alone', async () => {
    const before = picture.data.slice();
    const { width, height, at } = await pixelsOf(await overlayPng(picture, { plane, placement, display: displaySchema.parse({ opacity: 0.5 }) }));
    assert.deepEqual([width, height], [6, 2]);
    assert.deepEqual(at(0, 1), [100, 100, 100, 255]);
    assert.deepEqual(at(4, 0), [...end.map((value) => Math.round((value * 128 + 100 * 127) / 255)), 255]);
    assert.deepEqual(picture.data, before);
  });

  it('writes the coloured map alone, opaque, clear where there is none', async () => {
    const { width, height, at } = await pixelsOf(await mapPng(picture, { plane, placement, display: displaySchema.parse({ opacity: 0.5 }) }));
    assert.deepEqual([width, height], [6, 2]);
    assert.deepEqual([at(0, 0)[3], at(5, 1)[3]], [0, 0]);
    assert.deepEqual(at(4, 1), [...end, 255]);
  });

  it('lies over the object as the picture is shown, for each EXIF orientation', async () => {
    // A bright square on a dark ground, stored turned; the model input serves as its own map, which must light up just the square.
    const folder = await mkdtemp(path.join(os.tmpdir(), 'fovea-render-'));
    try {
      const [width, height] = [90, 60];
      const raw = Buffer.alloc(width * height, 20);
      for (let y = 10; y < 30; y++) raw.fill(240, y * width + 50, y * width + 70);
      for (let orientation = 1; orientation <= 8; orientation++) {
        const file = path.join(folder, `${orientation}.jpg`);
        const stored = sharp(raw, { raw: { width, height, channels: 1 } }).withMetadata({ orientation });
        await writeFile(file, await stored.jpeg({ quality: 100 }).toBuffer());
        const turned = await decodePicture(file);
        const settings = preprocessingSchema.parse({ width: 30, height: 30, channels: 'grey' });
        const { input, placement: seen } = preprocess(turned, settings);
        const map: Plane = { values: input.data as Float32Array, width: 30, height: 30, signed: false };
        const painted = await pixelsOf(await mapPng(turned, { plane: map, placement: seen, display: displaySchema.parse({ threshold: 0.5 }) }));
        assert.deepEqual([painted.width, painted.height], orientation <= 4 ? [90, 60] : [60, 90]);
        let wrong = 0;
        for (let i = 0; i < width * height; i++) if ((painted.data[4 * i + 3] > 0) !== (turned.data[4 * i] > 128)) wrong++;
        // One cell is two pixels of the picture: the square's border, 80 pixels round, may be off by one to either side.
        assert.ok(wrong <= 160 && painted.data.some((value, i) => i % 4 === 3 && value > 0), `orientation ${orientation}: ${wrong} pixels`);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('shownPixels', () => {
  it('gives small pictures as they are', async () => {
    assert.equal((await shownPixels(picture)).data, picture.data);
  });

  it('shrinks large ones to 1600 px on the longer side', async () => {
    const { width, height, data } = await shownPixels({ width: 100, height: 3200, data: new Uint8Array(4 * 320_000).fill(255) });
    assert.deepEqual([width, height, data.length], [50, 1600, 4 * 50 * 1600]);
    assert.ok(data.every((value) => value === 255));
  });
});
