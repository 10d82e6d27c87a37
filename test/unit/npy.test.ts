import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import type { ElementType, Tensor } from '../../src/graph/graph.ts';
import { decodeNpy, encodeNpy, readNpy } from '../../src/pictures/npy.ts';
import { FoveaError } from '../../src/protocol/errors.ts';
import { rejects } from '../support/errors.ts';

interface Case { name: string; type: ElementType; dims: number[]; file: string; values: number[] }

const bytesOf = ({ file }: Case): Uint8Array => new Uint8Array(Buffer.from(file, 'base64'));

describe('.npy files', () => {
  let cases: Case[];
  before(async () => {
    cases = (JSON.parse(await readFile(new URL('../reference/data/numpy-files.json', import.meta.url), 'utf8')) as { cases: Case[] }).cases;
  });

  it('reads what NumPy writes: every type, both orders, every version', () => {
    for (const one of cases) {
      const { type, dims, data } = decodeNpy(bytesOf(one));
      const values = Array.from(data as Float32Array, Number);
      assert.deepEqual({ type, dims, values }, { type: one.type, dims: one.dims, values: one.values }, one.name);
    }
  });

  it('writes the very bytes that NumPy writes', () => {
    for (const one of cases) {
      if (/Fortran|version/.test(one.name)) continue; // always written in C order as version 1
      assert.deepEqual(encodeNpy(decodeNpy(bytesOf(one))), bytesOf(one), one.name);
    }
  });

  it('reads from bytes at any offset', () => {
    const bytes = bytesOf(cases[0]);
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    assert.deepEqual(decodeNpy(shifted.subarray(3)), decodeNpy(bytes));
  });

  it('keeps shape and bits of any float32 array', () => {
    const shapes = fc.array(fc.nat(4), { maxLength: 5 });
    fc.assert(fc.property(shapes.chain((dims) => {
      const length = dims.reduce((a, b) => a * b, 1);
      return fc.tuple(fc.constant(dims), fc.float32Array({ minLength: length, maxLength: length }));
    }), ([dims, data]) => {
      assert.deepEqual(decodeNpy(encodeNpy({ type: 'float32', dims, data })), { type: 'float32', dims, data });
    }));
  });

  it('answers damaged files with array-invalid or an array whose size fits its shape', () => {
    fc.assert(fc.property(
      fc.constantFrom(...cases.map(bytesOf)), fc.array(fc.tuple(fc.nat(140), fc.nat(255)), { maxLength: 3 }), fc.option(fc.nat(240)),
      (seed, changes, length) => {
        const bytes = seed.slice(0, length ?? seed.length);
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
        let tensor: Tensor;
        try {
          tensor = decodeNpy(bytes);
        } catch (error) {
          return assert.ok(error instanceof FoveaError && error.reason === 'array-invalid', String(error));
        }
        assert.equal(tensor.data.length, tensor.dims.reduce((a, b) => a * b, 1));
      }), { numRuns: 2000, seed: 3 });
  });

  it('says what is wrong', () => {
    const text = (header: string, values = 0): Uint8Array => {
      const bytes = Buffer.concat([Buffer.from('\x93NUMPY\x01\0\0\0', 'latin1'), Buffer.from(header), Buffer.alloc(values)]);
      bytes.writeUInt16LE(header.length, 8);
      return bytes;
    };
    const plain = (descr: string, shape: string): string => `{'descr': ${descr}, 'fortran_order': False, 'shape': ${shape}, }`;
    const wrong: [Uint8Array, RegExp][] = [
      [Buffer.from('PK'), /no \.npy header/],
      [text(plain("'>f4'", '(2,)'), 8), />f4/],
      [text(plain("'<U5'", '(2,)'), 40), /<U5/],
      [text(plain("'|O'", '(2,)'), 16), /\|O/],
      [text(plain("[('a', '<f4')]", '(2,)'), 8), /cannot be understood/],
      [text(plain("'<f4'", '(2, 3)'), 20), /shape \(2, 3\) and 20 bytes of values instead of 24/],
      [text(plain("'<f4'", '(99999999999, 99999999999)')), /bytes of values instead of/],
    ];
    for (const [bytes, message] of wrong) {
      assert.throws(() => decodeNpy(bytes), (error) => error instanceof FoveaError && message.test(error.message), String(message));
    }
  });

  it('names the file that cannot be read', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'fovea-npy-'));
    try {
      await rejects(readNpy(path.join(folder, 'none.npy')), 'array-invalid', /none\.npy/);
      await rejects(readNpy(folder), 'array-invalid', /not a file/);
      const file = path.join(folder, 'text.npy');
      await writeFile(file, 'text');
      await rejects(readNpy(file), 'array-invalid', /text\.npy/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
