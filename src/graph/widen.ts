/** Explanations are computed in float32: models stored or written in half or double precision are brought to it. */
import { elementCodes, elementTypeOf } from './element-types.ts';
import type { Attribute, ElementType, Graph, Node, Tensor, ValueInfo } from './graph.ts';
import { castTensor } from './tensor.ts';

const replaced: ReadonlySet<ElementType> = new Set(['float16', 'float64', 'bfloat16']);

/** The same graph with float16, bfloat16 and float64 replaced by float32 everywhere. */
export function widenToFloat32(graph: Graph): Graph {
  return {
    ...graph,
    inputs: graph.inputs.map(widenInfo),
    outputs: graph.outputs.map(widenInfo),
    values: new Map([...graph.values].map(([name, info]) => [name, widenInfo(info)])),
    initializers: new Map([...graph.initializers].map(([name, tensor]) => [name, widenTensor(tensor)])),
    nodes: graph.nodes.map(widenNode),
  };
}

function widenInfo(info: ValueInfo): ValueInfo {
  return replaced.has(info.type) ? { ...info, type: 'float32' } : info;
}

function widenTensor(tensor: Tensor): Tensor {
  return replaced.has(tensor.type) ? castTensor(tensor, 'float32') : tensor;
}

function widenNode(node: Node): Node {
  const attributes = Object.entries(node.attributes).map(([name, value]): [string, Attribute] => {
    if (name === 'to' && typeof value === 'number' && replaced.has(elementTypeOf(value) ?? 'float32')) return [name, elementCodes.float32];
    if (typeof value !== 'object' || Array.isArray(value)) return [name, value];
    return [name, 'nodes' in value ? widenToFloat32(value) : widenTensor(value as Tensor)];
  });
  return { ...node, attributes: Object.fromEntries(attributes) };
}
