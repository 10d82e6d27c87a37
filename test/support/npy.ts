/** Reads the .npy files that NumPy writes, for references. */
import { readFileSync } from 'node:fs';

export interface NpyArray {
  readonly dims: readonly number[];
  readonly data: Float32Array | Float64Array;
}

/** Little-endian float32 or float64 in row-major order; anything else is an error. */
export function readNpy(path: string): NpyArray {
  const file = readFileSync(path);
  const [lengthBytes, start] = file[6] === 1 ? [2, 10] : [4, 12];
  const headerLength = file.readUIntLE(8, lengthBytes);
  const header = file.toString('latin1', start, start + headerLength);
  const fields = /'descr': '<f([48])', 'fortran_order': False, 'shape': \(([\d, ]*)\)/.exec(header);
  if (!fields) throw new Error(`${path} is not an array of float32 or float64: ${header}`);
  const dims = fields[2].split(',').filter((entry) => entry.trim() !== '').map(Number);
  const bytes = new Uint8Array(file.subarray(start + headerLength)).buffer; // a copy, since the data need not be aligned in the file
  return { dims, data: fields[1] === '4' ? new Float32Array(bytes) : new Float64Array(bytes) };
}
