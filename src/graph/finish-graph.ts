/** The last step of building a graph: what no output depends on is left out, and outputs get their names. */
import { FoveaError } from '../protocol/errors.ts';
import type { ElementType, Graph, Node, Shape, Tensor, ValueInfo } from './graph.ts';
import { graphOpset } from './graph.ts';

/** What a builder holds when it is done. */
export interface Draft {
  readonly name: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** Names of the graph's outputs, and the tensors that they are. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly inputs: readonly ValueInfo[];
  /** In topological order. */
  readonly nodes: readonly Node[];
  readonly initializers: ReadonlyMap<string, Tensor>;
  value(tensor: string): { readonly type: ElementType; readonly shape: Shape };
  /** Whether a tensor has this name. */
  taken(name: string): boolean;
  /** Whether a node computes the tensor. */
  computed(tensor: string): boolean;
  fresh(stem: string): string;
}

/** @throws FoveaError `graph-invalid` if an output would have the name of an input */
export function finishGraph(draft: Draft): Graph {
  const { name, metadata, outputs, inputs, initializers } = draft;
  const renamed = renaming(draft);
  const rename = (tensor: string): string => renamed.get(tensor) ?? tensor;
  const needed = new Set(Object.values(outputs));
  const kept: Node[] = [];
  for (const node of [...draft.nodes].reverse()) {
    if (!node.outputs.some((output) => needed.has(output))) continue;
    for (const input of node.inputs) needed.add(input);
    kept.push(node);
  }
  const values = new Map<string, ValueInfo>();
  const nodes = kept.reverse().map((node): Node => {
    const named = node.outputs.map((tensor) => {
      if (tensor === '') return '';
      const { type, shape } = draft.value(tensor);
      values.set(rename(tensor), { name: rename(tensor), type, shape });
      return rename(tensor);
    });
    return { ...node, inputs: node.inputs.map(rename), outputs: named };
  });
  for (const [output, tensor] of Object.entries(outputs)) {
    if (rename(tensor) === output) continue;
    // Inputs, constants, and tensors that are several outputs keep their names; a node of its own carries the output.
    nodes.push({ op: 'Identity', domain: '', name: output, inputs: [rename(tensor)], outputs: [output], attributes: {} });
  }
  return {
    name, opset: graphOpset, metadata, nodes, values, inputs,
    outputs: Object.entries(outputs).map(([output, tensor]) => {
      const { type, shape } = draft.value(tensor);
      return { name: output, type, shape };
    }),
    initializers: new Map([...initializers].filter(([tensor]) => needed.has(tensor)).map(([tensor, data]) => [rename(tensor), data])),
  };
}

/** Tensors that get an output's name, and those that must give theirs up for it. */
function renaming({ outputs, inputs, taken, computed, fresh }: Draft): Map<string, string> {
  const renamed = new Map<string, string>();
  for (const [output, tensor] of Object.entries(outputs)) {
    if (computed(tensor) && !renamed.has(tensor)) renamed.set(tensor, output);
  }
  for (const output of Object.keys(outputs)) {
    if (!taken(output) || renamed.has(output)) continue;
    if (inputs.some((input) => input.name === output)) {
      throw new FoveaError('graph-invalid', `The graph's output "${output}" has the name of an input.`);
    }
    if (outputs[output] !== output) renamed.set(output, fresh(output));
  }
  return renamed;
}
