/** The same computation on another input. */
import type { GraphBuilder } from './builder.ts';

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
