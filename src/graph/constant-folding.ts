/** Nodes whose inputs are all constant are computed while a graph is built, within bounds: what a file asks for may be without end. */
import type { Tensor } from './graph.ts';
import type { NodeContext, Operator, OutputInfo } from './operators/operator.ts';
import { countElements } from './shape.ts';

/** Nothing larger is computed (elements); such nodes are left to the runtime. */
const largest = 1 << 24;

/** All that is computed reads and writes at most this many times the elements of the constants that are given, and `largest` beyond. */
const factor = 8;

/** For one graph. */
export class ConstantFolding {
  /** Elements that may still be read and written. */
  #room = largest;

  /** A constant was given: it makes room, which what is computed does not. */
  given(constant: Tensor): void {
    this.#room += factor * constant.data.length;
  }

  /** @returns the node's outputs; undefined where they depend on the graph's inputs, the operator cannot be computed, or there is no room */
  compute(operator: Operator, context: NodeContext, infos: readonly OutputInfo[]): readonly Tensor[] | undefined {
    const { node } = context;
    const inputs = node.inputs.map((_, i) => context.constant(i));
    if (!operator.evaluate || node.outputs.includes('') || inputs.some((input, i) => !input && context.has(i))) return undefined;
    const counts = infos.map(({ shape }) => Number(countElements(shape) ?? Infinity));
    const touched = inputs.reduce((sum, input) => sum + (input?.data.length ?? 0), counts.reduce((sum, count) => sum + count, 0));
    if (!counts.every((count) => count <= largest) || touched > this.#room) return undefined;
    this.#room -= touched;
    return operator.evaluate(context, inputs);
  }
}
