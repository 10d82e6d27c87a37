/** Order and names of a graph's nodes, checked before anything else relies on them. */
import type { Graph, Node } from '../graph/graph.ts';
import { FoveaError } from '../protocol/errors.ts';

function invalid(message: string): FoveaError {
  return new FoveaError('graph-invalid', message, 'The model file is damaged or was written by a faulty exporter.');
}

/** Names that a graph uses but does not define: for a subgraph those of the graph around it. */
function freeNames(graph: Graph): Set<string> {
  const free = new Set<string>(graph.outputs.map(({ name }) => name));
  for (const node of graph.nodes) usedNames(node).forEach((name) => free.add(name));
  for (const { name } of graph.inputs) free.delete(name);
  for (const name of graph.initializers.keys()) free.delete(name);
  for (const node of graph.nodes) node.outputs.forEach((name) => free.delete(name));
  return free;
}

/** The tensors that a node needs, those used inside its subgraphs included. */
function usedNames(node: Node): Set<string> {
  const used = new Set(node.inputs);
  for (const value of Object.values(node.attributes)) {
    if (typeof value === 'object' && 'nodes' in value) freeNames(value).forEach((name) => used.add(name));
  }
  used.delete('');
  return used;
}

/**
 * The nodes in an order in which each comes after those that it needs; the given order where that is one.
 * @throws FoveaError `graph-invalid` for a cycle or a tensor with two producers
 */
export function sortNodes(nodes: readonly Node[]): Node[] {
  const producers = new Map<string, number>();
  nodes.forEach((node, index) => {
    for (const name of node.outputs) {
      if (name === '') continue;
      if (producers.has(name)) throw invalid(`Two nodes of the model produce "${name}".`);
      producers.set(name, index);
    }
  });
  const waiting = nodes.map(() => 0);
  const consumers = nodes.map((): number[] => []);
  nodes.forEach((node, index) => {
    for (const name of usedNames(node)) {
      const producer = producers.get(name);
      if (producer === undefined) continue;
      waiting[index]++;
      consumers[producer].push(index);
    }
  });
  const sorted: Node[] = [];
  // Depth first from the front, so that an order that is right already stays as it is.
  for (let start = 0; start < nodes.length; start++) {
    const ready = waiting[start] === 0 ? [start] : [];
    while (ready.length > 0) {
      const index = ready.pop() as number;
      waiting[index] = -1;
      sorted.push(nodes[index]);
      for (const consumer of consumers[index]) {
        // Nodes further on are reached by the loop in their turn.
        if (--waiting[consumer] === 0 && consumer <= start) ready.push(consumer);
      }
    }
  }
  if (sorted.length === nodes.length) return sorted;
  const stuck = nodes[waiting.findIndex((count) => count > 0)];
  throw invalid(`The node "${stuck.name}" (${stuck.op}) of the model depends on its own output.`);
}

/** @throws FoveaError `graph-invalid` where a whole graph (no subgraph) uses a tensor that it does not define, or defines one twice */
export function checkNames(graph: Graph): void {
  const given = new Set<string>();
  for (const name of [...graph.inputs.map((input) => input.name), ...graph.initializers.keys()]) {
    if (name === '' || given.has(name)) throw invalid(`The model has ${name === '' ? 'an input without a name' : `two inputs named "${name}"`}.`);
    given.add(name);
  }
  const doubled = graph.nodes.flatMap((node) => node.outputs).find((name) => given.has(name));
  if (doubled !== undefined) throw invalid(`A node of the model produces "${doubled}", which is an input or a weight already.`);
  const [missing] = freeNames(graph);
  if (missing !== undefined) throw invalid(`The model uses a tensor "${missing}" that nothing in it produces.`);
}
