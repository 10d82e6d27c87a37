/** The same computation on another input. */
import { GraphBuilder } from './builder.ts';
import type { Graph } from './graph.ts';

/**
 * Adds the nodes that depend on an input once more, for another tensor in its place.
 * @param input name of an input of the graph
 * @param other name of a tensor of its shape
 * @returns for a tensor's name, the name of the same tensor of the copy; tensors that do not depend on the input are their own copies
 */
export function replicate(b: GraphBuilder, input: string, other: string): (name: string) => string {
  const copies = new Map([[input, other]]);
  const copyOf = (name: string): string => copies.get(name) ?? name;
  for (const node of [...b.nodes]) {
    if (!node.inputs.some((name) => copies.has(name))) continue;
    // One name is made up for each output, also where some are left out.
    const outputs = b.addAll(node.op, node.inputs.map(copyOf), node.attributes, { domain: node.domain, count: node.outputs.length });
    node.outputs.forEach((name, i) => {
      if (name !== '') copies.set(name, outputs[i]);
    });
  }
  return copyOf;
}

/**
 * The graph twice, for two inputs, each node beside its twin: whoever goes through the nodes meets what both halves know at one place.
 * @param input name of an input of the graph
 * @returns a builder of both; the name of the second input; for a tensor's name in either half, the names in the first and the second
 */
export function twin(graph: Graph, input: string): { b: GraphBuilder; second: string; halves: (name: string) => readonly [string, string] } {
  const b = new GraphBuilder();
  const halves = new Map<string, readonly [string, string]>();
  const pair = (first: string, second: string): void => [first, second].forEach((name) => halves.set(name, [first, second]));
  const halvesOf = (name: string): readonly [string, string] => halves.get(name) ?? [name, name];
  for (const { name, type, shape } of graph.inputs) b.input(name, type, shape ?? []);
  for (const [name, tensor] of graph.initializers) b.constant(tensor, name);
  // Names of the first half are kept, and so must not be made up for the second.
  for (const { outputs } of graph.nodes) outputs.filter((name) => name !== '').forEach((name) => b.fresh(name));
  const second = b.input(b.fresh('baseline'), b.type(input), b.shape(input));
  pair(input, second);
  for (const { op, inputs, attributes, outputs, domain, name } of graph.nodes) {
    b.addAll(op, inputs, attributes, { domain, outputs, name });
    if (!inputs.some((one) => halves.has(one))) continue;
    const others = b.addAll(op, inputs.map((one) => halvesOf(one)[1]), attributes, { domain, count: outputs.length });
    outputs.forEach((output, i) => {
      if (output !== '') pair(output, others[i]);
    });
  }
  return { b, second, halves: halvesOf };
}
