/**
 * Brings a graph as a file has it into the one form that the rest of the project works with: operator set `graphOpset`, every shape
 * inferred with the batch size left open, constants folded, shape arithmetic resolved.
 */
import { FoveaError, UnsupportedOperatorError } from '../protocol/errors.ts';
import { GraphBuilder } from './builder.ts';
import type { Graph, Node, Shape, ValueInfo } from './graph.ts';
import { N } from './graph.ts';
import { operatorKey, operators } from './operators/registry.ts';

export interface NormaliseOptions {
  /** Shapes of inputs, by name, in place of those that the file states. */
  readonly inputShapes?: Readonly<Record<string, Shape>>;
}

/**
 * @returns a graph with the same inputs and outputs; tensors keep their names, except those of nodes that do nothing at inference
 * @throws UnsupportedOperatorError; FoveaError `graph-invalid`, `shape-mismatch`, `model-unsuitable` when a size other than the batch is open
 */
export function normalise(graph: Graph, options: NormaliseOptions = {}): Graph {
  const b = new GraphBuilder();
  b.reserve(tensorNames(graph));
  const batchNames = new Set(graph.inputs.map(({ shape }) => shape?.[0]).filter((dim) => typeof dim === 'string'));
  for (const input of graph.inputs) {
    b.input(input.name, input.type, options.inputShapes?.[input.name] ?? openBatch(input, batchNames));
  }
  for (const [name, tensor] of graph.initializers) b.constant(tensor, name);
  const outputs = addNodes(b, graph);
  return b.build(graph.name, Object.fromEntries(outputs), graph.metadata);
}

/** Every name that a graph or a branch in it gives to a tensor: what a rewrite adds must have none that comes later in the file. */
function* tensorNames(graph: Graph): Generator<string> {
  yield* graph.initializers.keys();
  for (const { outputs, attributes } of graph.nodes) {
    yield* outputs;
    for (const value of Object.values(attributes)) if (typeof value === 'object' && 'nodes' in value) yield* tensorNames(value);
  }
}

/**
 * Adds the nodes of a file's graph, or of a branch in it, in normalised form.
 * @param graph its inputs and initialisers are in the builder already
 * @param outer names that tensors of the graph around it have
 * @returns for each output of the graph, the tensor that it is now
 */
function addNodes(b: GraphBuilder, graph: Graph, outer: (tensor: string) => string = (tensor) => tensor): [string, string][] {
  /** Tensors whose nodes were replaced by something that has another name. */
  const aliases = new Map<string, string>();
  /** Outputs that nothing stands for, with the nodes that had them: a Dropout's mask. */
  const lost = new Map<string, Node>();
  const named = (tensor: string): string => {
    const node = lost.get(tensor);
    if (node) throw new UnsupportedOperatorError(node.op, node.name, 'operator', `its output "${tensor}" is used.`);
    return aliases.get(tensor) ?? outer(tensor);
  };
  const inline = (branch: Graph): string[] => {
    for (const [name, tensor] of branch.initializers) b.constant(tensor, name);
    return addNodes(b, { ...branch, opset: graph.opset }, named).map(([, tensor]) => tensor);
  };
  for (const node of graph.nodes) {
    const operator = operators.get(operatorKey(node));
    if (!operator) throw new UnsupportedOperatorError(operatorKey(node), node.name);
    if (node.outputs.length === 0 || node.outputs[0] === '') {
      throw new FoveaError('graph-invalid', `${node.op} (node "${node.name}") has no output.`, 'The model file is damaged.');
    }
    const resolved = { ...node, domain: node.domain === 'ai.onnx' ? '' : node.domain, inputs: node.inputs.map(named) };
    const before = b.nodes.length;
    const replaced = operator.rewrite?.({ ...b.context(resolved), opset: graph.opset, b, inline });
    if (!replaced) {
      b.addAll(node.op, resolved.inputs, node.attributes, { outputs: node.outputs, domain: resolved.domain, name: node.name });
      continue;
    }
    node.outputs.forEach((output, i) => {
      if (output === '') return;
      if (replaced[i] === undefined) lost.set(output, node);
      else if (b.isNewer(replaced[i], before) && !b.has(output)) b.rename(replaced[i], output);
      else aliases.set(output, replaced[i]);
    });
  }
  return graph.outputs.map(({ name }) => [name, named(name)]);
}

/** The stated shape, with the open first dimension as the batch. */
function openBatch(input: ValueInfo, batchNames: ReadonlySet<unknown>): Shape {
  if (!input.shape) {
    throw new FoveaError('model-unsuitable', `The model's input "${input.name}" states no shape.`, 'Export the model with a stated input shape.');
  }
  return input.shape.map((dim) => {
    if (typeof dim !== 'string') return dim;
    if (batchNames.has(dim)) return N;
    throw new FoveaError('model-unsuitable', `The size "${dim}" of the model's input "${input.name}" is left open.`,
      'Export the model with fixed sizes except for the batch.');
  });
}
