import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { decodePicture } from '../../src/pictures/decode.ts';
import { CancelledError, FoveaError } from '../../src/protocol/errors.ts';
import { rejects } from '../support/errors.ts';
import { writeBadPictures } from './bad-pictures.ts';

describe('decodePicture', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'fovea-decode-'));
  });
  after(() => rm(folder, { recursive: true }));

  async function write(name: string, bytes: Uint8Array): Promise<string> {
    const file = path.join(folder, name);
    await writeFile(file, bytes);
    return file;
  }

  function pixel(data: Uint8Array, index: number): number[] {
    return [...data.subarray(4 * index, 4 * index + 4)];
  }

  it('answers every bad picture with its reason, naming the file', async () => {
    for (const [name, { path: file, reason }] of Object.entries(await writeBadPictures(folder))) {
      await assert.rejects(decodePicture(file), (error: unknown) => {
        assert.ok(error instanceof FoveaError, `${name}: ${String(error)}`);
        assert.equal(error.reason, reason, `${name}: ${error.message}`);
        assert.ok(error.message.includes(path.basename(file)), `${name}: ${error.message}`);
        assert.ok(error.help !== '', name);
        return true;
      });
    }
  });

  it('names the size of a picture that is too large', async () => {
    const { '30,000 x 30,000 PNG': { path: huge } } = await writeBadPictures(await mkdtemp(path.join(folder, 'huge-')));
    await rejects(decodePicture(huge), 'picture-too-large', /30,000 × 30,000 pixels/);
  });

  it('says that a file may not be read', async function () {
    if (process.platform === 'win32') return this.skip(); // permissions are lists there, which chmod does not make
    const file = await write('secret.png', Buffer.from('secret'));
    await chmod(file, 0);
    const root = process.geteuid!() === 0;
    if (root) process.seteuid!(65534); // root may read everything
    try {
      await rejects(decodePicture(file), 'picture-unreadable', /secret\.png cannot be read: you may not read it/);
    } finally {
      if (root) process.seteuid!(0);
    }
  });

  it('refuses what is not a file without waiting for it', async () => {
    if (process.platform !== 'win32') await rejects(decodePicture('/dev/zero'), 'picture-unreadable', /zero is not a regular file/);
  });

  it('gives name, path and hash of the file', async () => {
    const bytes = await sharp({ create: { width: 3, height: 2, channels: 3, background: '#0a141e' } }).png().toBuffer();
    const file = await write('Small.PNG', bytes);
    const picture = await decodePicture(file);
    assert.deepEqual(
      { ...picture, data: [...picture.data] },
      { name: 'Small.PNG', path: file, hash: createHash('sha256').update(bytes).digest('hex'), width: 3, height: 2,
        data: Array.from({ length: 6 }, () => [10, 20, 30, 255]).flat(), notes: [] },
    );
  });

  it('goes by content, not by extension', async () => {
    const file = await write('really-a-png.jpg', await sharp({ create: { width: 2, height: 2, channels: 3, background: 'red' } }).png().toBuffer());
    assert.deepEqual(pixel((await decodePicture(file)).data, 3), [255, 0, 0, 255]);
  });

  it('turns pictures by each of the eight EXIF orientations', async () => {
    // Rows of greys as they are shown; what is stored is ABC over DEF. From the EXIF specification (tag 0x0112), not from a library.
    const shown = ['ABC/DEF', 'CBA/FED', 'FED/CBA', 'DEF/ABC', 'AD/BE/CF', 'DA/EB/FC', 'FC/EB/DA', 'CF/BE/AD'];
    const stored = Buffer.from('ABCDEF', 'latin1');
    for (const [i, rows] of shown.entries()) {
      const bytes = await sharp(stored, { raw: { width: 3, height: 2, channels: 1 } }).withMetadata({ orientation: i + 1 }).png().toBuffer();
      const { width, height, data, notes } = await decodePicture(await write(`turned-${i + 1}.png`, bytes));
      const text = Array.from({ length: width * height }, (_, k) => String.fromCharCode(data[4 * k])).join('');
      assert.equal(Array.from({ length: height }, (_, y) => text.slice(y * width, (y + 1) * width)).join('/'), rows, `orientation ${i + 1}`);
      assert.deepEqual(notes, i === 0 ? [] : ['Turned as its EXIF orientation says.']);
    }
  });

  it('explains the first frame of an animation, and says so', async () => {
    const frames = Buffer.from([...Array<number[]>(4).fill([255, 0, 0]), ...Array<number[]>(4).fill([0, 0, 255])].flat());
    const strip = sharp(frames, { raw: { width: 2, height: 4, channels: 3, pageHeight: 2 } });
    for (const [format, bytes] of [['GIF', await strip.clone().gif().toBuffer()], ['WebP', await strip.clone().webp({ lossless: true }).toBuffer()]] as const) {
      const picture = await decodePicture(await write(`moving.${format}`, bytes));
      assert.deepEqual([picture.width, picture.height], [2, 2]);
      assert.deepEqual(pixel(picture.data, 3), [255, 0, 0, 255]);
      assert.deepEqual(picture.notes, [`Animated ${format}: the first frame is explained.`]);
    }
  });

  it('reads 16-bit pictures as 8 bits', async () => {
    const values = Uint16Array.from([0, 0x1234, 0x80ff, 0xffff, 0xff00, 0x00ff]);
    const bytes = await sharp(values, { raw: { width: 2, height: 1, channels: 3 } }).toColourspace('rgb16').png().toBuffer();
    const { data, notes } = await decodePicture(await write('deep.png', bytes));
    // The high byte, as libpng's own reduction; rounding would be within one of it.
    assert.deepEqual([pixel(data, 0), pixel(data, 1)], [[0, 0x12, 0x80, 255], [0xff, 0xff, 0, 255]]);
    assert.deepEqual(notes, ['16-bit picture read as 8 bits.']);
  });

  it('converts CMYK', async () => {
    const white = sharp({ create: { width: 8, height: 8, channels: 3, background: 'white' } });
    const file = await write('print.jpg', await white.toColourspace('cmyk').jpeg().toBuffer());
    const { data, notes } = await decodePicture(file);
    // Paper white comes back as white; JPEG and two profile conversions may each move it by one or two.
    assert.ok(data.every((value) => value >= 250), `white became ${pixel(data, 0)}`);
    assert.deepEqual(notes, ['CMYK converted to sRGB.']);
  });

  it('reads grey as three equal channels', async () => {
    const file = await write('grey.png', await sharp(Buffer.from([0, 77, 255]), { raw: { width: 3, height: 1, channels: 1 } }).png().toBuffer());
    assert.deepEqual([...(await decodePicture(file)).data], [0, 0, 0, 255, 77, 77, 77, 255, 255, 255, 255, 255]);
  });

  it('keeps alpha and the colours beneath, and says so', async () => {
    const stored = [200, 100, 50, 0, 10, 20, 30, 128];
    const bytes = await sharp(Buffer.from(stored), { raw: { width: 2, height: 1, channels: 4 } }).png().toBuffer();
    const { data, notes } = await decodePicture(await write('clear.png', bytes));
    assert.deepEqual([...data], stored);
    assert.equal(notes.length, 1);
    assert.match(notes[0], /Transparent pixels count as the colours beneath/);
  });

  it('applies an embedded profile, but leaves the values of sRGB alone', async () => {
    const colour = sharp({ create: { width: 2, height: 2, channels: 3, background: { r: 200, g: 60, b: 90 } } });
    const standard = await decodePicture(await write('srgb.png', await colour.clone().withIccProfile('srgb').png().toBuffer()));
    assert.deepEqual(pixel(standard.data, 0), [200, 60, 90, 255]);
    assert.deepEqual(standard.notes, []);
    const wide = await decodePicture(await write('p3.png', await colour.clone().withIccProfile('p3').png().toBuffer()));
    // The file holds the same colour in Display P3 numbers; read back it is the colour again, within rounding on the way there and back.
    pixel(wide.data, 0).forEach((value, c) => assert.ok(Math.abs(value - [200, 60, 90, 255][c]) <= 2, `channel ${c}: ${value}`));
    assert.deepEqual(wide.notes, ['Colours converted to sRGB by the embedded colour profile.']);
  });

  it('stops when it is cancelled', async () => {
    const file = await write('cancelled.png', await sharp({ create: { width: 2, height: 2, channels: 3, background: 'red' } }).png().toBuffer());
    await assert.rejects(decodePicture(file, AbortSignal.abort()), CancelledError);
  });

  it('answers damaged files of every format with a picture or a typed error', async () => {
    const small = sharp({ create: { width: 9, height: 7, channels: 3, background: 'grey', noise: { type: 'gaussian', mean: 128, sigma: 60 } } });
    const indexed = Buffer.concat([Buffer.alloc(54), Buffer.alloc(64, 7), Buffer.from([4, 0x12, 0, 0, 0, 3, 0x12, 0x30, 0, 1])]);
    indexed.write('BM');
    [[10, 118], [14, 40], [18, 5], [22, 2], [30, 2], [46, 16]].forEach(([at, value]) => indexed.writeUInt32LE(value, at));
    indexed.writeUInt16LE(4, 28);
    const seeds = [await small.clone().png().toBuffer(), await small.clone().jpeg().toBuffer(), await small.clone().webp().toBuffer(),
      await small.clone().gif().toBuffer(), await small.clone().tiff().toBuffer(), indexed];
    await fc.assert(fc.asyncProperty(
      fc.constantFrom(...seeds), fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 4 }), fc.option(fc.nat(600)),
      async (seed, changes, length) => {
        const bytes = Buffer.from(seed.subarray(0, length ?? seed.length));
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
        const file = await write('damaged', bytes);
        try {
          const { width, height, data } = await decodePicture(file);
          assert.equal(data.length, 4 * width * height);
        } catch (error) {
          assert.ok(error instanceof FoveaError && error.reason !== 'internal', String(error));
        }
      }), { numRuns: 400, seed: 5 });
  });
});
