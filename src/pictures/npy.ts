/** NumPy's array files (.npy), format versions 1 to 3, little endian. https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html */
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ElementType, Tensor, TensorData } from '../graph/graph.ts';
import { FoveaError } from '../protocol/errors.ts';

type ArrayConstructor = new (buffer: ArrayBuffer) => TensorData;

/** NumPy's name of each element type that is read and written, without the byte order. */
const elementTypes: readonly { readonly type: ElementType; readonly code: string; readonly array: ArrayConstructor; readonly bytes: number }[] = [
  { type: 'float32', code: 'f4', array: Float32Array, bytes: 4 },
  { type: 'float64', code: 'f8', array: Float64Array, bytes: 8 },
  { type: 'float16', code: 'f2', array: Uint16Array, bytes: 2 },
  { type: 'int8', code: 'i1', array: Int8Array, bytes: 1 },
  { type: 'int16', code: 'i2', array: Int16Array, bytes: 2 },
  { type: 'int32', code: 'i4', array: Int32Array, bytes: 4 },
  { type: 'int64', code: 'i8', array: BigInt64Array, bytes: 8 },
  { type: 'uint8', code: 'u1', array: Uint8Array, bytes: 1 },
  { type: 'uint16', code: 'u2', array: Uint16Array, bytes: 2 },
  { type: 'uint32', code: 'u4', array: Uint32Array, bytes: 4 },
  { type: 'uint64', code: 'u8', array: BigUint64Array, bytes: 8 },
  { type: 'bool', code: 'b1', array: Uint8Array, bytes: 1 },
];

const magic = Buffer.from('\x93NUMPY', 'latin1');
/** The header and what stands before it fill a multiple of this. */
const alignment = 64;
/** NumPy's own bound on the header is 10,000. */
const longestHeader = 1 << 16;
const mostAxes = 32;
/** Larger files are not read. */
const largestFile = 1 << 30;

/** @throws FoveaError `array-invalid` for bfloat16 and text, which NumPy lacks or keeps otherwise */
export function encodeNpy({ type, dims, data }: Tensor): Uint8Array {
  const element = elementTypes.find((one) => one.type === type);
  if (!element) throw new FoveaError('array-invalid', `Values of the type ${type} cannot be saved as .npy.`);
  const order = element.bytes === 1 ? '|' : '<';
  const shape = `(${dims.join(', ')}${dims.length === 1 ? ',' : ''})`;
  const header = `{'descr': '${order}${element.code}', 'fortran_order': False, 'shape': ${shape}, }`;
  const before = magic.length + 4;
  const start = Math.ceil((before + header.length + 1) / alignment) * alignment;
  const bytes = new Uint8Array(start + data.byteLength);
  bytes.set(magic);
  bytes.set([1, 0, (start - before) & 255, (start - before) >> 8], magic.length);
  bytes.set(Buffer.from(`${header.padEnd(start - before - 1)}\n`, 'latin1'), before);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), start);
  return bytes;
}

/**
 * @param bytes a whole .npy file
 * @returns row-major values; arrays in Fortran order are transposed
 * @throws FoveaError `array-invalid`
 */
export function decodeNpy(bytes: Uint8Array): Tensor {
  const { descr, fortran, dims, start } = parseHeader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
  const element = elementTypes.find(({ code, bytes: size }) => descr === `<${code}` || (size === 1 && (descr === `|${code}` || descr === `>${code}`)));
  if (!element) throw invalid(`values of the type ${descr}`, 'Save it as little-endian numbers: array.astype("<f4").');
  const length = dims.reduce((product, size) => product * size, 1) * element.bytes;
  const found = bytes.length - start;
  if (found !== length) throw invalid(`the shape (${dims.join(', ')}) and ${found} bytes of values instead of ${length}`);
  const data = new element.array(new Uint8Array(bytes.subarray(start)).buffer);
  return { type: element.type, dims, data: fortran ? fromFortranOrder(data, dims) : data };
}

/**
 * Reads a `.npy` file.
 * @throws FoveaError `array-invalid`, naming the file, also where it is missing or unreadable; `git-lfs-pointer` is not told apart
 */
export async function readNpy(file: string): Promise<Tensor> {
  const name = path.basename(file);
  try {
    const found = await stat(file);
    if (!found.isFile() || found.size > largestFile) throw invalid(found.isFile() ? 'more than 1 GiB' : 'no content: it is not a file');
    return decodeNpy(await readFile(file));
  } catch (error) {
    const { message, help } = error instanceof FoveaError ? error : { message: `It cannot be read: ${(error as Error).message}.`, help: 'Check the path.' };
    throw new FoveaError('array-invalid', `${name}: ${message}`, help, { cause: error });
  }
}

interface Header {
  /** Byte order and element type, e.g. '<f4'. */
  readonly descr: string;
  readonly fortran: boolean;
  readonly dims: number[];
  /** Where the values start. */
  readonly start: number;
}

function parseHeader(bytes: Buffer): Header {
  if (!bytes.subarray(0, magic.length).equals(magic)) throw invalid('no .npy header', 'Save arrays with numpy.save.');
  const version = bytes[magic.length];
  if (bytes.length < 12 || version < 1 || version > 3) throw invalid(`the format version ${version}`);
  const before = version === 1 ? 10 : 12;
  const length = version === 1 ? bytes.readUInt16LE(8) : bytes.readUInt32LE(8);
  const start = before + length;
  if (length > longestHeader || start > bytes.length) throw invalid(`a header of ${length} bytes`);
  const text = bytes.toString(version === 3 ? 'utf8' : 'latin1', before, start);
  // A Python dictionary with three keys in any order; structured types have a list where the text of a plain type is.
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(text)?.[1];
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
  const shape = /'shape'\s*:\s*\(([\d\s,L]*)\)/.exec(text)?.[1];
  if (descr === undefined || order === undefined || shape === undefined) throw invalid('a header that cannot be understood', 'Save plain arrays of numbers.');
  const dims = (shape.match(/\d+/g) ?? []).map(Number);
  if (dims.length > mostAxes || !dims.every(Number.isSafeInteger)) throw invalid(`the shape (${shape})`);
  return { descr, fortran: order === 'True', dims, start };
}

function fromFortranOrder(data: TensorData, dims: readonly number[]): TensorData {
  const out = data.slice();
  const index = new Array<number>(dims.length).fill(0);
  const strides = dims.map((_, axis) => dims.slice(0, axis).reduce((product, size) => product * size, 1));
  for (let to = 0, from = 0; to < out.length; to++) {
    out[to] = data[from];
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      from += strides[axis];
      if (++index[axis] < dims[axis]) break;
      from -= strides[axis] * dims[axis];
      index[axis] = 0;
    }
  }
  return out;
}

function invalid(what: string, help = 'The file may be damaged; save the array again.'): FoveaError {
  return new FoveaError('array-invalid', `The array has ${what}.`, help);
}
