/**
 * Windows bitmaps, which libvips does not read: 1, 4, 8, 16, 24 and 32 bits per pixel, bit fields, RLE4 and RLE8, rows from either end.
 * A library would be welcome, but bmp-ts 1.0.9 ignores where the header says that pixels start, stops after one row of 4-bit pictures of
 * odd width, misplaces run-length pixels, and allocates whatever the header asks for.
 */
import type { Picture } from './decode.ts';

interface BmpHeader {
  readonly width: number;
  readonly height: number;
  readonly topDown: boolean;
  readonly bits: number;
  readonly compression: number;
  /** Where the pixels start. */
  readonly offset: number;
  /** Where the palette starts, and the bytes of one of its entries. */
  readonly palette: number;
  readonly paletteEntry: 3 | 4;
  /** Bit masks of red, green, blue, alpha (0: none). */
  readonly masks: readonly [number, number, number, number];
}

const enum Compression { none = 0, rle8 = 1, rle4 = 2, bitFields = 3, alphaBitFields = 6 }

/** @throws Error, RangeError with the reason where the header makes no sense */
export function readBmpHeader(bytes: Buffer): BmpHeader {
  const offset = bytes.readUInt32LE(10);
  const size = bytes.readUInt32LE(14);
  const old = size === 12; // OS/2 1.x
  if (!old && (size < 40 || size > 1024)) throw new Error(`header of ${size} bytes`);
  const width = old ? bytes.readUInt16LE(18) : bytes.readInt32LE(18);
  const rows = old ? bytes.readUInt16LE(20) : bytes.readInt32LE(22);
  const bits = bytes.readUInt16LE(old ? 24 : 28);
  const compression = old ? Compression.none : bytes.readUInt32LE(30);
  if (width < 1 || rows === 0) throw new Error(`size of ${width} × ${rows}`);
  if (![1, 4, 8, 16, 24, 32].includes(bits)) throw new Error(`${bits} bits per pixel`);
  const fits: Readonly<Record<number, boolean>> = {
    [Compression.none]: true, [Compression.rle8]: bits === 8, [Compression.rle4]: bits === 4,
    [Compression.bitFields]: bits === 16 || bits === 32, [Compression.alphaBitFields]: bits === 16 || bits === 32,
  };
  if (!fits[compression]) throw new Error(`compression ${compression} with ${bits} bits per pixel`);
  const fields = compression === Compression.bitFields || compression === Compression.alphaBitFields;
  const hasAlpha = compression === Compression.alphaBitFields || size >= 56;
  const mask = (index: number): number => bytes.readUInt32LE(54 + 4 * index);
  // Without bit fields the fourth byte means nothing: most writers leave it 0.
  const usual = bits === 16 ? [0x7c00, 0x3e0, 0x1f, 0] as const : [0xff0000, 0xff00, 0xff, 0] as const;
  const masks = fields ? [mask(0), mask(1), mask(2), hasAlpha ? mask(3) : 0] as const : usual;
  const behindHeader = fields && size === 40 ? (hasAlpha ? 16 : 12) : 0;
  return {
    width, height: Math.abs(rows), topDown: rows < 0, bits, compression, offset, palette: 14 + size + behindHeader, paletteEntry: old ? 3 : 4, masks,
  };
}

/**
 * Decodes a bitmap whose size has been found acceptable.
 * @throws Error, RangeError where the file is damaged or too short
 */
export function decodeBmp(bytes: Buffer): Pick<Picture, 'width' | 'height' | 'data' | 'notes'> {
  const header = readBmpHeader(bytes);
  const { width, height, bits, compression } = header;
  let data: Uint8Array;
  if (bits > 8) data = readColors(bytes, header);
  else {
    const run = compression === Compression.rle4 || compression === Compression.rle8;
    data = applyPalette(run ? readRuns(bytes, header) : readIndices(bytes, header), bytes, header);
  }
  return { width, height, data, notes: [] };
}

/** Position of the first pixel of the row that is stored as number `row`. */
function startOfRow({ width, height, topDown }: BmpHeader, row: number): number {
  return (topDown ? row : height - 1 - row) * width;
}

/** Bytes of a stored row; rows are padded to four bytes. Checks that all rows are there before pixels are allocated. */
function rowBytes(bytes: Buffer, { width, height, bits, offset }: BmpHeader): number {
  const stride = 4 * Math.ceil((width * bits) / 32);
  const missing = offset + stride * (height - 1) + Math.ceil((width * bits) / 8) - bytes.length;
  if (missing > 0) throw new Error(`${missing} bytes are missing`);
  return stride;
}

function readColors(bytes: Buffer, header: BmpHeader): Uint8Array {
  const { width, height, bits, offset, masks } = header;
  const stride = rowBytes(bytes, header);
  const fields = masks.map(fieldReader);
  const step = bits / 8;
  const data = new Uint8Array(4 * width * height).fill(255);
  for (let row = 0; row < height; row++) {
    let to = 4 * startOfRow(header, row);
    for (let x = 0, from = offset + row * stride; x < width; x++, from += step, to += 4) {
      const pixel = bytes.readUIntLE(from, step);
      for (let c = 0; c < 4; c++) if (masks[c] !== 0) data[to + c] = fields[c](pixel);
    }
  }
  return data;
}

/** Reads the bits under a mask as 0..255. */
function fieldReader(mask: number): (pixel: number) => number {
  const shift = mask === 0 ? 0 : 31 - Math.clz32(mask & -mask);
  const most = mask >>> shift;
  return most === 255 ? (pixel) => (pixel & mask) >>> shift : (pixel) => Math.floor((((pixel & mask) >>> shift) * 255) / most);
}

function readIndices(bytes: Buffer, header: BmpHeader): Uint8Array {
  const { width, height, bits, offset } = header;
  const stride = rowBytes(bytes, header);
  const perByte = 8 / bits;
  const indices = new Uint8Array(width * height);
  for (let row = 0; row < height; row++) {
    const to = startOfRow(header, row);
    for (let x = 0; x < width; x++) {
      const shift = 8 - bits * ((x % perByte) + 1);
      indices[to + x] = (bytes[offset + row * stride + Math.floor(x / perByte)] >> shift) & ((1 << bits) - 1);
    }
  }
  return indices;
}

/** Run-length codes: a count and a colour; or 0 and: 0 end of row, 1 end of picture, 2 a move, else a count of colours that follow. */
function readRuns(bytes: Buffer, header: BmpHeader): Uint8Array {
  const { width, height, bits } = header;
  const indices = new Uint8Array(width * height);
  let [at, x, row] = [header.offset, 0, 0];
  const next = (): number => bytes.readUInt8(at++);
  const put = (index: number): void => {
    if (x < width && row < height) indices[startOfRow(header, row) + x] = index;
    x++;
  };
  const nibble = (byte: number, i: number): number => (bits === 8 ? byte : i % 2 === 0 ? byte >> 4 : byte & 15);
  while (row < height) {
    const [count, code] = [next(), next()];
    if (count > 0) for (let i = 0; i < count; i++) put(nibble(code, i));
    else if (code === 0) [x, row] = [0, row + 1];
    else if (code === 1) break;
    else if (code === 2) [x, row] = [x + next(), row + next()];
    else {
      const start = at;
      for (let i = 0; i < code; i++) put(nibble(bytes.readUInt8(start + Math.floor((i * bits) / 8)), i));
      at = start + 2 * Math.ceil((code * bits) / 16); // padded to two bytes
    }
  }
  return indices;
}

function applyPalette(indices: Uint8Array, bytes: Buffer, { palette, paletteEntry, offset }: BmpHeader): Uint8Array {
  const end = Math.min(offset, bytes.length);
  const data = new Uint8Array(4 * indices.length).fill(255);
  for (let i = 0; i < indices.length; i++) {
    const from = palette + paletteEntry * indices[i];
    if (from + 3 > end) throw new Error(`colour ${indices[i]} is not in the palette`);
    data[4 * i] = bytes[from + 2];
    data[4 * i + 1] = bytes[from + 1];
    data[4 * i + 2] = bytes[from];
  }
  return data;
}
