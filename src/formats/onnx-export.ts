/** Writes a graph as an ONNX file. */
import protobuf from 'protobufjs/light.js';
import { elementCodes } from '../graph/element-types.ts';
import type { Attribute, Dim, Graph, Node, ValueInfo } from '../graph/graph.ts';
import { formatDim } from '../graph/shape.ts';
import { FoveaError } from '../protocol/errors.ts';
import type { AttributeProto, DimensionProto, GraphProto, NodeProto, ValueInfoProto } from './onnx-schema.ts';
import { attributeTypes, encodeGraph, encodeModel, fieldIds, toInt64 } from './onnx-schema.ts';
import { tensorPieces } from './onnx-tensor.ts';

/** The newest that all readers of `graphOpset` know. */
const irVersion = 8;

/** Protocol buffers count in 31 bits. */
const sizeLimit = 2 ** 31 - 1;

/** Attributes that the ONNX schema declares as float or floats; a graph keeps all numbers alike. */
const floatAttributes = new Set([
  'alpha', 'beta', 'gamma', 'epsilon', 'momentum', 'ratio', 'bias', 'lambd', 'cubic_coeff_a', 'extrapolation_value', 'scales',
  'value_float', 'value_floats', 'spatial_scale', 'scale', 'mean', 'high', 'low', 'seed', 'activation_alpha', 'activation_beta', 'clip',
  'max', 'min', 'value', 'activation_params', 'mask_filter_value', 'softcap', 'norm_coefficient',
]);

/** Attributes with such a name that are int nevertheless. */
const intAttributes = new Set(['Dropout.seed']);

/**
 * A graph as the bytes of an ONNX file: IR version 8, the graph's own operator set; N becomes the dimension "N", k·N "kN".
 * Weights are copied once, into the result.
 * @throws FoveaError `model-too-large` beyond 2 GB, `operator-unsupported` for tensors of text
 */
export function exportOnnx(graph: Graph): Uint8Array {
  const { producer_name: producerName, doc_string: docString, ...metadata } = graph.metadata;
  const model = encodeModel({
    irVersion, producerName, docString,
    opsetImport: [{ domain: '', version: graph.opset }, ...[...foreignDomains(graph)].map((domain) => ({ domain, version: 1 }))],
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
  });
  // The order of fields is free, so the weights follow the rest of the graph, each as a header and the tensor's own memory.
  const pieces = [encodeGraph(graphProto(graph))];
  for (const [name, tensor] of graph.initializers) {
    const tensorBytes = tensorPieces(name, tensor);
    pieces.push(header(fieldIds.graphInitializer, length(tensorBytes)), ...tensorBytes);
  }
  return concatenate([model, header(fieldIds.modelGraph, length(pieces)), ...pieces]);
}

function length(pieces: readonly Uint8Array[]): number {
  const total = pieces.reduce((sum, piece) => sum + piece.length, 0);
  if (total <= sizeLimit) return total;
  throw new FoveaError('model-too-large', 'The graph takes more than 2 GB, which an ONNX file cannot hold.', 'Use a smaller model.');
}

function header(fieldId: number, size: number): Uint8Array {
  return protobuf.Writer.create().uint32((fieldId << 3) | 2).uint32(size).finish();
}

function concatenate(pieces: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(length(pieces));
  let at = 0;
  for (const piece of pieces) {
    result.set(piece, at);
    at += piece.length;
  }
  return result;
}

function foreignDomains(graph: Graph): Set<string> {
  const domains = new Set<string>();
  for (const node of graph.nodes) {
    if (node.domain !== '') domains.add(node.domain);
    for (const value of Object.values(node.attributes)) {
      if (typeof value === 'object' && 'nodes' in value) foreignDomains(value).forEach((domain) => domains.add(domain));
    }
  }
  return domains;
}

/** Everything but the initialisers. */
function graphProto(graph: Graph): GraphProto {
  const declared = new Set([...graph.inputs, ...graph.outputs].map(({ name }) => name));
  return {
    name: graph.name,
    node: graph.nodes.map(nodeProto),
    input: graph.inputs.map(valueInfoProto),
    output: graph.outputs.map(valueInfoProto),
    valueInfo: [...graph.values.values()].filter(({ name }) => !declared.has(name) && !graph.initializers.has(name)).map(valueInfoProto),
  };
}

function valueInfoProto({ name, type, shape }: ValueInfo): ValueInfoProto {
  return { name, type: { tensorType: { elemType: elementCodes[type], shape: shape && { dim: shape.map(dimensionProto) } } } };
}

function dimensionProto(dim: Dim): DimensionProto {
  return typeof dim === 'number' ? { dimValue: dim } : { dimParam: formatDim(dim) };
}

function nodeProto(node: Node): NodeProto {
  return {
    input: [...node.inputs], output: [...node.outputs], name: node.name, opType: node.op, domain: node.domain,
    attribute: Object.entries(node.attributes).map(([name, value]) => ({ name, ...attributeValue(node, name, value) })),
  };
}

function attributeValue(node: Node, name: string, value: Attribute): AttributeProto {
  if (typeof value === 'number') {
    return isFloat(node, name, [value]) ? { type: attributeTypes.float, f: value } : { type: attributeTypes.int, i: toInt64(value) };
  }
  if (typeof value === 'string') return { type: attributeTypes.string, s: Buffer.from(value) };
  if (isTensor(value)) return { type: attributeTypes.tensor, t: concatenate(tensorPieces('', value)) };
  if ('nodes' in value) {
    const initializer = [...value.initializers].map(([key, tensor]) => concatenate(tensorPieces(key, tensor)));
    return { type: attributeTypes.graph, g: { ...graphProto(value), initializer } };
  }
  if (isTexts(value)) return { type: attributeTypes.strings, strings: value.map((text) => Buffer.from(text)) };
  const numbers = value as readonly number[];
  return isFloat(node, name, numbers)
    ? { type: attributeTypes.floats, floats: [...numbers] }
    : { type: attributeTypes.ints, ints: numbers.map(toInt64) };
}

function isTensor(value: Exclude<Attribute, number | string>): value is Extract<Attribute, { dims: unknown }> {
  return 'dims' in value;
}

function isTexts(value: readonly number[] | readonly string[]): value is readonly string[] {
  return typeof value[0] === 'string';
}

function isFloat(node: Node, name: string, values: readonly number[]): boolean {
  if (intAttributes.has(`${node.op}.${name}`)) return false;
  return floatAttributes.has(name) || values.some((value) => !Number.isInteger(value));
}
