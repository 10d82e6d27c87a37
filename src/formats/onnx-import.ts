/** Reads ONNX files: operator sets 7 to 22, weights inside the file or beside it. */
import { basename } from 'node:path';
import { elementTypeOf } from '../graph/element-types.ts';
import type { Attribute, Dim, Graph, Node, Tensor, ValueInfo } from '../graph/graph.ts';
import { FoveaError, UnsupportedOperatorError } from '../protocol/errors.ts';
import type { FormatReader, ModelFile } from './format.ts';
import { inlineFunctions } from './onnx-functions.ts';
import type { AttributeProto, GraphProto, ModelProto, NodeProto, ValueInfoProto } from './onnx-schema.ts';
import { attributeTypes, decodeModel, isOnnxStart, toNumber } from './onnx-schema.ts';
import type { ReadBudget } from './onnx-tensor.ts';
import { readTensor } from './onnx-tensor.ts';
import { checkNames, sortNodes } from './order.ts';

const oldestOpset = 7;
const newestOpset = 22;

/** Weights beyond this could not be written to a file for a runtime. */
const weightLimit = 2 ** 31 - 1;

export const onnx: FormatReader = {
  id: 'onnx',
  title: 'ONNX',
  extensions: ['.onnx'],
  sniff: (head, name) => name.toLowerCase().endsWith('.onnx') || isOnnxStart(head),
  read: readOnnx,
};

async function readOnnx(file: ModelFile): Promise<Graph> {
  let model: ModelProto;
  try {
    model = decodeModel(file.bytes);
  } catch (error) {
    throw corrupt(`${basename(file.path)} is no valid ONNX model: it is damaged, cut short or something else.`, error);
  }
  if (!model.graph) throw corrupt(`${basename(file.path)} is no valid ONNX model: it holds no graph.`);
  const budget: ReadBudget = { bytes: weightLimit, pending: [] };
  const opset = standardOpset(model, file.path);
  const graph = new GraphReader(opset, budget).read({ ...model.graph, node: inlineFunctions(model, opset) });
  checkNames(graph);
  for (const { tensor, location, offset, target } of budget.pending) {
    const bytes = await file.readBeside(location, offset, target.length);
    if (bytes.length !== target.length) throw corrupt(`The file "${location}" ends within the tensor "${tensor}".`);
    target.set(bytes);
  }
  return { ...graph, metadata: metadataOf(model) };
}

function corrupt(message: string, cause?: unknown): FoveaError {
  return new FoveaError('model-corrupt', message, 'The file is damaged; get or export it again.', { cause });
}

function standardOpset(model: ModelProto, path: string): number {
  const versions = (model.opsetImport ?? []).filter(({ domain = '' }) => domain === '' || domain === 'ai.onnx').map(({ version }) => toNumber(version));
  // Files older than operator sets mean the first.
  const opset = versions.length > 0 ? Math.max(...versions) : 1;
  if (Number.isInteger(opset) && opset >= oldestOpset && opset <= newestOpset) return opset;
  throw new FoveaError('model-unsuitable', `${basename(path)} is written for ONNX opset ${opset}; Fovea reads opset ${oldestOpset} to ${newestOpset}.`,
    `Export it again with an opset from ${oldestOpset} to ${newestOpset}, e.g. 17.`);
}

function metadataOf(model: ModelProto): Record<string, string> {
  const entries = (model.metadataProps ?? []).map(({ key = '', value = '' }) => [key, value]);
  if (model.producerName) entries.push(['producer_name', model.producerName]);
  if (model.docString) entries.push(['doc_string', model.docString]);
  return Object.fromEntries(entries) as Record<string, string>;
}

/** Turns messages into a graph; the same for the file's graph and for the subgraphs in attributes. */
class GraphReader {
  constructor(private readonly opset: number, private readonly budget: ReadBudget) {}

  read(proto: GraphProto): Graph {
    if (proto.sparseInitializer?.length) {
      throw new FoveaError('model-unsuitable', 'The model has sparse tensors, which Fovea does not support.', 'Export it with dense weights.');
    }
    const initializers = new Map<string, Tensor>();
    for (const bytes of proto.initializer ?? []) {
      const { name, tensor } = readTensor(bytes, this.budget);
      if (name === '' || initializers.has(name)) throw corrupt(`The model has ${name === '' ? 'a tensor without a name' : `two tensors named "${name}"`}.`);
      initializers.set(name, tensor);
    }
    const values = new Map<string, ValueInfo>();
    for (const value of proto.valueInfo ?? []) {
      const type = elementTypeOf(value.type?.tensorType?.elemType ?? 0);
      if (value.name && type) values.set(value.name, { name: value.name, type, shape: shapeOf(value) });
    }
    return {
      name: proto.name ?? '',
      opset: this.opset,
      inputs: (proto.input ?? []).filter(({ name = '' }) => !initializers.has(name)).map(declaredValue),
      outputs: (proto.output ?? []).map((value) => (value.type ? declaredValue(value) : values.get(value.name ?? '') ?? undeclaredValue(value))),
      nodes: sortNodes(this.#nodes(proto.node ?? [])),
      initializers,
      values,
      metadata: {},
    };
  }

  #nodes(protos: readonly NodeProto[]): Node[] {
    const taken = new Set<string>();
    return protos.map((proto) => {
      const op = proto.opType ?? '';
      const outputs = proto.output ?? [];
      const name = unique(proto.name || outputs.find((output) => output !== '') || op, taken);
      const attributes = Object.fromEntries((proto.attribute ?? []).map((attribute) => [attribute.name ?? '', this.#attribute(attribute, op, name)]));
      return { op, domain: proto.domain === 'ai.onnx' ? '' : proto.domain ?? '', name, inputs: proto.input ?? [], outputs, attributes };
    });
  }

  #attribute(proto: AttributeProto, op: string, node: string): Attribute {
    switch (proto.type || guessType(proto)) {
      case attributeTypes.float: return proto.f ?? 0;
      case attributeTypes.int: return toNumber(proto.i);
      case attributeTypes.string: return text(proto.s);
      case attributeTypes.floats: return proto.floats ?? [];
      case attributeTypes.ints: return (proto.ints ?? []).map(toNumber);
      case attributeTypes.strings: return (proto.strings ?? []).map(text);
      case attributeTypes.tensor: return readTensor(proto.t ?? new Uint8Array(), this.budget).tensor;
      case attributeTypes.graph: return this.read(proto.g ?? {});
      default: throw new UnsupportedOperatorError(op, node, 'operator', `its attribute "${proto.name}" has a type that Fovea does not read.`);
    }
  }
}

/** Files older than IR version 2 leave the type out: the field that is set tells it. */
function guessType(proto: AttributeProto): number | undefined {
  const fields = { f: 'float', i: 'int', s: 'string', t: 'tensor', g: 'graph', floats: 'floats', ints: 'ints', strings: 'strings' } as const;
  const found = (Object.keys(fields) as (keyof typeof fields)[]).find((field) => Object.hasOwn(proto, field) && !isEmptyList(proto[field]));
  return found && attributeTypes[fields[found]];
}

/** Lists are there even where the file has none. */
function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function text(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString('utf8');
}

function unique(name: string, taken: Set<string>): string {
  let chosen = name;
  for (let i = 2; taken.has(chosen); i++) chosen = `${name}_${i}`;
  taken.add(chosen);
  return chosen;
}

/** An input or output. @throws FoveaError `model-unsuitable` where it is no tensor of a known type */
function declaredValue(value: ValueInfoProto): ValueInfo {
  const name = value.name ?? '';
  const type = elementTypeOf(value.type?.tensorType?.elemType ?? 0);
  if (type && type !== 'string') return { name, type, shape: shapeOf(value) };
  throw new FoveaError('model-unsuitable', `"${name}", an input or output of the model, is not a tensor of numbers of a type that Fovea supports.`,
    'Export the model with plain tensors of numbers as inputs and outputs.');
}

/** Subgraphs and old files may leave the type of an output to be inferred. */
function undeclaredValue({ name = '' }: ValueInfoProto): ValueInfo {
  return { name, type: 'float32', shape: undefined };
}

/** Sizes that the file leaves open (some exporters write -1) get a name of their own. */
function shapeOf(value: ValueInfoProto): Dim[] | undefined {
  return value.type?.tensorType?.shape?.dim?.map((dim, axis) => {
    if (dim.dimParam) return dim.dimParam;
    const size = Object.hasOwn(dim, 'dimValue') ? toNumber(dim.dimValue) : -1;
    return size >= 0 ? size : `${value.name}:${axis}`;
  });
}
