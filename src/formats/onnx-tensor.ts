/** TensorProto, the part of an ONNX file that holds values: read from and written to its bytes. */
import protobuf from 'protobufjs/light.js';
import type { Reader } from 'protobufjs/light.js';
import { elementCodes, elementTypeOf } from '../graph/element-types.ts';
import type { ElementType, Tensor, TensorData } from '../graph/graph.ts';
import { arrays } from '../graph/tensor.ts';
import { FoveaError } from '../protocol/errors.ts';
import type { Int64 } from './onnx-schema.ts';
import { decodeEntry, toNumber } from './onnx-schema.ts';

const field = {
  dims: 1, dataType: 2, segment: 3, floatData: 4, int32Data: 5, stringData: 6, int64Data: 7, name: 8, rawData: 9, doubleData: 10,
  uint64Data: 11, externalData: 13, dataLocation: 14,
} as const;

/** The typed field that holds values of a type when raw_data does not. */
function typedField(type: ElementType): number {
  switch (type) {
    case 'float32': return field.floatData;
    case 'float64': return field.doubleData;
    case 'int64': return field.int64Data;
    case 'uint32': case 'uint64': return field.uint64Data;
    default: return field.int32Data;
  }
}

/** Values of a tensor that lie in another file. */
export interface ExternalData {
  readonly tensor: string;
  readonly location: string;
  readonly offset: number;
  /** The tensor's memory, to be filled. */
  readonly target: Uint8Array;
}

/** What a file may still make the reader allocate. */
export interface ReadBudget {
  bytes: number;
  readonly pending: ExternalData[];
}

function corrupt(name: string, what: string): FoveaError {
  return new FoveaError('model-corrupt', `The tensor "${name}" of the model file ${what}.`, 'The file is damaged; get or export it again.');
}

interface Fields {
  name: string;
  dims: number[];
  type: number;
  raw: Uint8Array | undefined;
  /** By field number: packed runs, or single values with their wire bytes. */
  typed: Map<number, Uint8Array[]>;
  external: Record<string, string>;
  isExternal: boolean;
  segmented: boolean;
}

/** A TensorProto split into its fields. @throws Error where the bytes are none */
function split(bytes: Uint8Array): Fields {
  const fields: Fields = { name: '', dims: [], type: 0, raw: undefined, typed: new Map(), external: {}, isExternal: false, segmented: false };
  const reader = protobuf.Reader.create(bytes);
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    const [id, wire] = [tag >>> 3, tag & 7];
    if (id === field.dims && (wire === 0 || wire === 2)) readDims(reader, wire, fields.dims);
    else if (id === field.dataType && wire === 0) fields.type = reader.int32();
    else if (id === field.name && wire === 2) fields.name = reader.string();
    else if (id === field.rawData && wire === 2) fields.raw = reader.bytes();
    else if (id === field.dataLocation && wire === 0) fields.isExternal = reader.int32() === 1;
    else if (id === field.segment) {
      fields.segmented = true;
      reader.skipType(wire);
    } else if (id === field.externalData && wire === 2) {
      const { key = '', value = '' } = decodeEntry(reader.bytes());
      fields.external[key] = value;
    } else if (id === field.floatData || id === field.int32Data || id === field.int64Data || id === field.doubleData || id === field.uint64Data) {
      const start = reader.pos;
      const run = wire === 2 ? reader.bytes() : (reader.skipType(wire), bytes.subarray(start, reader.pos));
      const runs = fields.typed.get(id);
      if (runs) runs.push(run);
      else fields.typed.set(id, [run]);
    } else reader.skipType(wire);
  }
  return fields;
}

function readDims(reader: Reader, wire: number, dims: number[]): void {
  const end = wire === 2 ? reader.uint32() + reader.pos : reader.pos + 1;
  while (reader.pos < end) dims.push(toNumber(halvesOf(reader.int64())));
}

/** The reader's int64 is declared as a class of the package `long`; only its two halves matter here. */
function halvesOf(value: unknown): Int64 {
  return value as Int64;
}

/**
 * Reads a serialized TensorProto into memory of its own. Values in another file are left zero and noted in `budget.pending`.
 * @throws FoveaError `model-corrupt`, `model-unsuitable` (element types that Fovea does not have), `model-too-large`
 */
export function readTensor(bytes: Uint8Array, budget: ReadBudget): { name: string; tensor: Tensor } {
  let fields: Fields;
  try {
    fields = split(bytes);
  } catch (error) {
    throw new FoveaError('model-corrupt', 'The model file holds a tensor that cannot be read.', 'The file is damaged; get or export it again.', { cause: error });
  }
  const { name, dims } = fields;
  const type = elementTypeOf(fields.type);
  if (!type || type === 'string') {
    throw new FoveaError('model-unsuitable', `The tensor "${name}" has ${type ? 'texts' : `the element type ${fields.type}`}, which Fovea does not support.`,
      'Export the model with tensors of numbers only (float, half or integer).');
  }
  if (fields.segmented) throw corrupt(name, 'is stored in segments, which no reader of ONNX supports');
  const count = countElements(name, dims);
  const size = count * arrays[type].BYTES_PER_ELEMENT;
  if (fields.isExternal) {
    take(budget, size, name);
    const target = new Uint8Array(size);
    budget.pending.push({ tensor: name, target, ...externalRange(fields, size) });
    return { name, tensor: { type, dims, data: new arrays[type](target.buffer) } };
  }
  if (fields.raw) {
    if (fields.raw.length !== size) throw corrupt(name, `has ${fields.raw.length} bytes of data where its shape [${dims.join(', ')}] asks for ${size}`);
    take(budget, size, name);
    return { name, tensor: { type, dims, data: new arrays[type](new Uint8Array(fields.raw).buffer) } };
  }
  const runs = fields.typed.get(typedField(type)) ?? [];
  // A value takes a byte at least, so a shape that asks for more than is there allocates nothing.
  if (runs.reduce((sum, run) => sum + run.length, 0) < count) throw corrupt(name, `has fewer values than its shape [${dims.join(', ')}] asks for`);
  take(budget, size, name);
  const data = new arrays[type](count);
  if (fillFromRuns(type, data, runs) !== count) throw corrupt(name, `has not as many values as its shape [${dims.join(', ')}] asks for`);
  return { name, tensor: { type, dims, data } };
}

function countElements(name: string, dims: readonly number[]): number {
  if (dims.some((dim) => dim < 0)) throw corrupt(name, `has the impossible shape [${dims.join(', ')}]`);
  const count = dims.includes(0) ? 0 : dims.reduce((product, dim) => product * dim, 1);
  if (!Number.isSafeInteger(count * 8)) throw corrupt(name, `has the impossible shape [${dims.join(', ')}]`);
  return count;
}

function take(budget: ReadBudget, size: number, name: string): void {
  budget.bytes -= size;
  if (budget.bytes < 0) {
    throw new FoveaError('model-too-large', `The model's weights take more than 2 GB (at the tensor "${name}").`, 'Use a smaller model.');
  }
}

function externalRange({ name, external }: Fields, size: number): { location: string; offset: number } {
  const location = external.location ?? '';
  const offset = Number(external.offset ?? 0);
  const length = Number(external.length ?? size);
  if (location === '') throw corrupt(name, 'lies in another file, but the model file does not say in which');
  if (!Number.isSafeInteger(offset) || offset < 0) throw corrupt(name, `lies in "${location}" at the impossible offset ${external.offset}`);
  if (length !== size) throw corrupt(name, `has ${external.length} bytes in "${location}" where its shape asks for ${size}`);
  return { location, offset };
}

/** @returns the number of values found, which the data's length should be; stops beyond it */
function fillFromRuns(type: ElementType, data: TensorData, runs: readonly Uint8Array[]): number {
  if (type === 'float32' || type === 'float64') return copyRuns(data, runs);
  const reader = runs.length === 1 ? protobuf.Reader.create(runs[0]) : protobuf.Reader.create(Buffer.concat(runs));
  const write = type === 'int64' || type === 'uint64' ? wideWriter(data as BigInt64Array) : narrowWriter(data as Int32Array, type);
  let found = 0;
  try {
    for (; reader.pos < reader.len && found <= data.length; found++) write(found, reader);
  } catch {
    return -1;
  }
  return found;
}

/** Fixed-size values lie in a packed run as they do in memory. */
function copyRuns(data: TensorData, runs: readonly Uint8Array[]): number {
  const bytes = new Uint8Array(data.buffer);
  let at = 0;
  for (const run of runs) {
    if (at + run.length <= bytes.length) bytes.set(run, at);
    at += run.length;
  }
  return at / data.BYTES_PER_ELEMENT;
}

type Write = (index: number, reader: Reader) => void;

/** int64 as its two halves: no value passes through a double or a bigint. */
function wideWriter(data: BigInt64Array): Write {
  const halves = new Int32Array(data.buffer);
  return (index, reader) => {
    const value = halvesOf(reader.int64());
    halves[2 * index] = value.low;
    halves[2 * index + 1] = value.high;
  };
}

/** Assignment to a typed array keeps the low bits, which is what int32_data means for the smaller types. */
function narrowWriter(data: Int32Array, type: ElementType): Write {
  if (type === 'uint32') return (index, reader) => { data[index] = toNumber(halvesOf(reader.uint64())); };
  if (type === 'bool') return (index, reader) => { data[index] = reader.int32() === 0 ? 0 : 1; };
  return (index, reader) => { data[index] = reader.int32(); };
}

/**
 * A tensor as the pieces of a serialized TensorProto; the second piece is the tensor's own memory.
 * @throws FoveaError `operator-unsupported` for texts
 */
export function tensorPieces(name: string, tensor: Tensor): readonly [Uint8Array, Uint8Array] {
  if (tensor.type === 'string') throw new FoveaError('operator-unsupported', `The tensor "${name}" holds texts, which are not supported.`);
  const { data } = tensor;
  const writer = protobuf.Writer.create();
  for (const dim of tensor.dims) writer.uint32(field.dims << 3).int64(dim);
  writer.uint32(field.dataType << 3).int32(elementCodes[tensor.type]);
  if (name !== '') writer.uint32((field.name << 3) | 2).string(name);
  writer.uint32((field.rawData << 3) | 2).uint32(data.byteLength);
  return [writer.finish(), new Uint8Array(data.buffer, data.byteOffset, data.byteLength)];
}
