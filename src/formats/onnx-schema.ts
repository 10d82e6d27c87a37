/**
 * The messages of an ONNX file (onnx.proto), as far as Fovea reads and writes them; other fields are skipped. Tensors are kept as bytes
 * here and taken apart in onnx-tensor.ts, so that weights are neither copied nor turned into lists of numbers on the way.
 */
import protobuf from 'protobufjs/light.js';
import type { Type } from 'protobufjs/light.js';

/** int64 as protobufjs takes and gives it: two halves of 32 bits. */
export interface Int64 { low: number; high: number; unsigned: boolean }

export interface ModelProto {
  irVersion?: Int64 | number;
  producerName?: string;
  docString?: string;
  graph?: GraphProto;
  opsetImport?: { domain?: string; version?: Int64 | number }[];
  metadataProps?: { key?: string; value?: string }[];
  functions?: FunctionProto[];
}

export interface GraphProto {
  node?: NodeProto[];
  name?: string;
  /** Serialized TensorProto messages. */
  initializer?: Uint8Array[];
  input?: ValueInfoProto[];
  output?: ValueInfoProto[];
  valueInfo?: ValueInfoProto[];
  /** Serialized SparseTensorProto messages. */
  sparseInitializer?: Uint8Array[];
}

export interface NodeProto {
  input?: string[];
  output?: string[];
  name?: string;
  opType?: string;
  attribute?: AttributeProto[];
  domain?: string;
  overload?: string;
}

export interface AttributeProto {
  name?: string;
  f?: number;
  i?: Int64 | number;
  s?: Uint8Array;
  t?: Uint8Array;
  g?: GraphProto;
  floats?: number[];
  ints?: (Int64 | number)[];
  strings?: Uint8Array[];
  type?: number;
  refAttrName?: string;
}

export interface ValueInfoProto {
  name?: string;
  type?: { tensorType?: { elemType?: number; shape?: { dim?: DimensionProto[] } } };
}

export interface DimensionProto {
  dimValue?: Int64 | number;
  dimParam?: string;
}

export interface FunctionProto {
  name?: string;
  input?: string[];
  output?: string[];
  attribute?: string[];
  node?: NodeProto[];
  opsetImport?: { domain?: string; version?: Int64 | number }[];
  domain?: string;
  attributeProto?: AttributeProto[];
  overload?: string;
}

/** AttributeProto.AttributeType */
export const attributeTypes = { float: 1, int: 2, string: 3, tensor: 4, graph: 5, floats: 6, ints: 7, strings: 8 } as const;

/** Field numbers that are written by hand. */
export const fieldIds = { modelGraph: 7, graphInitializer: 5 } as const;

type Field = readonly [type: string, id: number, rule?: 'repeated'];

/** In proto2 a field that is there counts, even if it is zero. */
function message(fields: Readonly<Record<string, Field>>) {
  return { edition: 'proto2', fields: Object.fromEntries(Object.entries(fields).map(([name, [type, id, rule]]) => [name, { type, id, rule }])) };
}

const root = protobuf.Root.fromJSON({
  nested: {
    ModelProto: message({
      irVersion: ['int64', 1], producerName: ['string', 2], docString: ['string', 6], graph: ['GraphProto', fieldIds.modelGraph],
      opsetImport: ['OperatorSetIdProto', 8, 'repeated'], metadataProps: ['StringStringEntryProto', 14, 'repeated'],
      functions: ['FunctionProto', 25, 'repeated'],
    }),
    GraphProto: message({
      node: ['NodeProto', 1, 'repeated'], name: ['string', 2], initializer: ['bytes', fieldIds.graphInitializer, 'repeated'],
      input: ['ValueInfoProto', 11, 'repeated'], output: ['ValueInfoProto', 12, 'repeated'], valueInfo: ['ValueInfoProto', 13, 'repeated'],
      sparseInitializer: ['bytes', 15, 'repeated'],
    }),
    NodeProto: message({
      input: ['string', 1, 'repeated'], output: ['string', 2, 'repeated'], name: ['string', 3], opType: ['string', 4],
      attribute: ['AttributeProto', 5, 'repeated'], domain: ['string', 7], overload: ['string', 8],
    }),
    AttributeProto: message({
      name: ['string', 1], f: ['float', 2], i: ['int64', 3], s: ['bytes', 4], t: ['bytes', 5], g: ['GraphProto', 6],
      floats: ['float', 7, 'repeated'], ints: ['int64', 8, 'repeated'], strings: ['bytes', 9, 'repeated'],
      type: ['int32', 20], refAttrName: ['string', 21],
    }),
    ValueInfoProto: message({ name: ['string', 1], type: ['TypeProto', 2] }),
    TypeProto: message({ tensorType: ['TensorTypeProto', 1] }),
    TensorTypeProto: message({ elemType: ['int32', 1], shape: ['TensorShapeProto', 2] }),
    TensorShapeProto: message({ dim: ['DimensionProto', 1, 'repeated'] }),
    DimensionProto: message({ dimValue: ['int64', 1], dimParam: ['string', 2] }),
    OperatorSetIdProto: message({ domain: ['string', 1], version: ['int64', 2] }),
    StringStringEntryProto: message({ key: ['string', 1], value: ['string', 2] }),
    FunctionProto: message({
      name: ['string', 1], input: ['string', 4, 'repeated'], output: ['string', 5, 'repeated'], attribute: ['string', 6, 'repeated'],
      node: ['NodeProto', 7, 'repeated'], opsetImport: ['OperatorSetIdProto', 9, 'repeated'], domain: ['string', 10],
      attributeProto: ['AttributeProto', 11, 'repeated'], overload: ['string', 13],
    }),
  },
});

const [modelType, graphType, entryType]: readonly Type[] =
  ['ModelProto', 'GraphProto', 'StringStringEntryProto'].map((name) => root.lookupType(name));

function reader(bytes: Uint8Array): protobuf.Reader {
  const created = protobuf.Reader.create(bytes);
  created.discardUnknown = true;
  return created;
}

/** @throws Error where the bytes are not a ModelProto */
export function decodeModel(bytes: Uint8Array): ModelProto {
  return modelType.decode(reader(bytes)) as ModelProto;
}

/** @throws Error where the bytes are not a StringStringEntryProto */
export function decodeEntry(bytes: Uint8Array): { key?: string; value?: string } {
  return entryType.decode(reader(bytes)) as { key?: string; value?: string };
}

export function encodeModel(model: ModelProto): Uint8Array {
  return modelType.encode(model).finish();
}

export function encodeGraph(graph: GraphProto): Uint8Array {
  return graphType.encode(graph).finish();
}

/** An int64 field as a number, rounded beyond 2^53. */
export function toNumber(value: Int64 | number | undefined): number {
  if (typeof value !== 'object') return value ?? 0;
  return (value.unsigned ? value.high >>> 0 : value.high) * 2 ** 32 + (value.low >>> 0);
}

/** A whole number as an int64 field, clamped: the largest int64, which stands for "to the end" in slices, is no double. */
export function toInt64(value: number): Int64 | number {
  if (value >= 2 ** 63) return { low: -1, high: 0x7fffffff, unsigned: false };
  return Math.max(value, -(2 ** 63));
}

/** Whether a file may start like this: an ONNX file has no signature, but its fields are few and the IR version is small and mostly first. */
export function isOnnxStart(head: Uint8Array): boolean {
  const [tag, version, next] = head;
  const knownFields = new Set([0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42, 0x72]);
  return tag === 0x08 && version > 0 && version < 32 && knownFields.has(next);
}
