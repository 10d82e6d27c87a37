/** Making and reading dense tensors. */
import { FoveaError } from '../protocol/errors.ts';
import type { ElementType, Tensor, TensorData } from './graph.ts';

/** The typed array that holds the elements of each type. */
export const arrays = {
  float32: Float32Array, float64: Float64Array, float16: Uint16Array, bfloat16: Uint16Array,
  int8: Int8Array, int16: Int16Array, int32: Int32Array, int64: BigInt64Array,
  uint8: Uint8Array, uint16: Uint16Array, uint32: Uint32Array, uint64: BigUint64Array, bool: Uint8Array,
} as const;

/** Zeros. @throws FoveaError `operator-unsupported` for strings */
export function makeTensor(type: ElementType, dims: readonly number[]): Tensor {
  if (type === 'string') throw new FoveaError('operator-unsupported', 'Tensors of text are not supported.');
  return { type, dims, data: new arrays[type](dims.reduce((a, b) => a * b, 1)) };
}

/** A tensor of numbers; int64 and uint64 take whole numbers, float16 is written as its bits. `dims` defaults to one axis. */
export function tensorOf(type: ElementType, values: ArrayLike<number>, dims: readonly number[] = [values.length]): Tensor {
  const tensor = makeTensor(type, dims);
  const write = writer(type, tensor.data);
  for (let i = 0; i < values.length; i++) write(i, values[i]);
  return tensor;
}

function writer(type: ElementType, data: TensorData): (index: number, value: number) => void {
  if (type === 'int64' || type === 'uint64') {
    const wide = data as BigInt64Array;
    return (index, value) => { wide[index] = toBigInt(value); };
  }
  const plain = data as Float32Array;
  if (type === 'float16') return (index, value) => { plain[index] = toHalf(value); };
  if (type === 'bool') return (index, value) => { plain[index] = value === 0 ? 0 : 1; };
  return (index, value) => { plain[index] = value; };
}

function toBigInt(value: number): bigint {
  if (Number.isNaN(value)) return 0n;
  if (value >= 2 ** 63) return 2n ** 63n - 1n;
  if (value <= -(2 ** 63)) return -(2n ** 63n);
  return BigInt(Math.trunc(value));
}

/** All elements as numbers, int64 rounded to the nearest double, float16 and bfloat16 decoded. */
export function numbersOf(tensor: Tensor): ArrayLike<number> {
  switch (tensor.type) {
    case 'int64': case 'uint64': return Float64Array.from(tensor.data as BigInt64Array, Number);
    case 'float16': return decodeHalf(tensor.data as Uint16Array);
    case 'bfloat16': {
      const bits = Uint32Array.from(tensor.data as Uint16Array, (value) => value << 16);
      return new Float32Array(bits.buffer);
    }
    default: return tensor.data as Float32Array;
  }
}

/** The same values in another element type (C casts; NaN becomes 0 in integers). */
export function castTensor(tensor: Tensor, type: ElementType): Tensor {
  if (tensor.type === type) return tensor;
  if (tensor.type === 'float16' && type === 'float32') return { type, dims: tensor.dims, data: numbersOf(tensor) as Float32Array };
  return tensorOf(type, numbersOf(tensor), tensor.dims);
}

/** The value of every binary16; made when first needed, since weights are millions of them. */
let halves: Float32Array | undefined;

function decodeHalf(bits: Uint16Array): Float32Array {
  halves ??= Float32Array.from({ length: 1 << 16 }, (_, half) => fromHalf(half));
  const values = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) values[i] = halves[bits[i]];
  return values;
}

/** Decodes IEEE 754 binary16. */
export function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Encodes IEEE 754 binary16, rounding to nearest, ties to even. */
export function toHalf(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  if (magnitude >= 65520) return sign | 0x7c00;
  const exponent = magnitude < 2 ** -14 ? -14 : Math.floor(Math.log2(magnitude));
  const scaled = magnitude / 2 ** (exponent - 10);
  const floor = Math.floor(scaled);
  const rest = scaled - floor;
  const rounded = rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
  // A carry out of the fraction runs into the exponent, which is what rounding up means there.
  return sign | (magnitude < 2 ** -14 ? rounded : ((exponent + 15) << 10) + rounded - 1024);
}

/** Distance in elements between neighbours along each axis of a dense tensor. */
export function stridesOf(dims: readonly number[]): number[] {
  const strides = new Array<number>(dims.length).fill(1);
  for (let axis = dims.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1] * dims[axis + 1];
  return strides;
}

/**
 * A dense copy of a strided view: out[i0, i1, ...] = data[offset + i0·strides[0] + i1·strides[1] + ...]. A stride of 0 repeats, a
 * negative one reverses. Transposes, slices and broadcasts are all of this form.
 */
export function copyView(tensor: Tensor, dims: readonly number[], strides: readonly number[], offset = 0): Tensor {
  const out = makeTensor(tensor.type, dims);
  const target = out.data as Float32Array;
  const source = tensor.data as Float32Array;
  const index = new Array<number>(dims.length).fill(0);
  let from = offset;
  for (let to = 0; to < target.length; to++) {
    target[to] = source[from];
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      from += strides[axis];
      if (++index[axis] < dims[axis]) break;
      from -= strides[axis] * dims[axis];
      index[axis] = 0;
    }
  }
  return out;
}
