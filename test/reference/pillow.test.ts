/** Decoding, resizing and preprocessing against Pillow: the numbers and how they were made stand in data/pillow-*. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { decodePicture, type Picture } from '../../src/pictures/decode.ts';
import { preprocess } from '../../src/pictures/preprocess.ts';
import { resample } from '../../src/pictures/resample.ts';
import { preprocessingSchema, type Preprocessing } from '../../src/protocol/preprocessing.ts';

type Interpolation = Preprocessing['interpolation'];

interface ResizeCase { interpolation: Interpolation; from: number[]; to: number[]; source: string; rgb: string; grey: string }
interface PreprocessCase {
  width: number; height: number; resize: number; crop: number; interpolation: Interpolation; source: string; float32: string;
}
interface DecodeCase { name: string; file: string; width: number; height: number; rgba: string }

async function reference<T>(name: string): Promise<T> {
  return JSON.parse(await readFile(new URL(`data/${name}.json`, import.meta.url), 'utf8')) as T;
}

function bytes(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, 'base64'));
}

function pictureOf(rgb: Uint8Array, width: number, height: number): Picture {
  const data = new Uint8Array(4 * width * height).fill(255);
  for (let i = 0; i < width * height; i++) data.set(rgb.subarray(3 * i, 3 * i + 3), 4 * i);
  return { name: 'test.png', path: '/test.png', hash: '', width, height, data, notes: [] };
}

describe('Pillow as the reference', () => {
  it('resizes to the same bytes, colours and grey, with every filter', async () => {
    const { cases } = await reference<{ cases: ResizeCase[] }>('pillow-resize');
    for (const { interpolation, from: [width, height], to, source, rgb, grey } of cases) {
      const size = { width: to[0], height: to[1] };
      const name = `${interpolation} ${width}x${height} to ${to.join('x')}`;
      const resized = resample({ data: bytes(source), width, height, channels: 3 }, size, { left: 0, top: 0, ...size }, interpolation);
      assert.deepEqual(resized.data, bytes(rgb), name);
      const settings = preprocessingSchema.parse({ ...size, fit: 'squash', interpolation, channels: 'grey', scale: 1 });
      const { input } = preprocess(pictureOf(bytes(source), width, height), settings);
      assert.deepEqual(Uint8Array.from(input.data as Float32Array), bytes(grey), `${name}, grey`);
    }
  });

  it('preprocesses as torchvision does on Pillow pictures', async () => {
    const { cases, mean, std } = await reference<{ cases: PreprocessCase[]; mean: number[]; std: number[] }>('pillow-preprocess');
    for (const { width, height, resize, crop, interpolation, source, float32 } of cases) {
      const settings = preprocessingSchema.parse({ width: crop, height: crop, resize, interpolation, mean, std });
      const { input } = preprocess(pictureOf(bytes(source), width, height), settings);
      assert.deepEqual(input.dims, [1, 3, crop, crop]);
      const expected = new Float32Array(bytes(float32).buffer);
      // The reference rounds to float32 after each of three steps on values below 3; Fovea rounds once.
      const worst = expected.reduce((most, value, i) => Math.max(most, Math.abs(value - Number(input.data[i]))), 0);
      assert.ok(worst < 1e-6, `${width}x${height} ${interpolation}: off by ${worst}`);
    }
  });

  it('reads the same pixels from files of every kind', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'fovea-pillow-'));
    try {
      const { cases } = await reference<{ cases: DecodeCase[] }>('pillow-decode');
      for (const { name, file, width, height, rgba } of cases) {
        await writeFile(path.join(folder, name), bytes(file));
        const picture = await decodePicture(path.join(folder, name));
        assert.deepEqual([picture.width, picture.height], [width, height], name);
        assert.deepEqual(new Uint8Array(picture.data), bytes(rgba), name);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
