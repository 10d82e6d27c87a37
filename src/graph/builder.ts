/**
 * Builds a graph node by node. Every node's shape is inferred as it is added, nodes whose inputs are all constant are computed at once,
 * and a node that is there already is not added again. Operator rewrites, gradients and techniques all write graphs with it.
 */
import { FoveaError, UnsupportedOperatorError } from '../protocol/errors.ts';
import type { Attribute, Dim, ElementType, Graph, Node, Shape, Tensor, ValueInfo } from './graph.ts';
import { checkInferred } from './check-inferred.ts';
import { ConstantFolding } from './constant-folding.ts';
import { contentKey } from './content-key.ts';
import { finishGraph } from './finish-graph.ts';
import type { NodeContext, Operator, OutputInfo } from './operators/operator.ts';
import { operatorKey, operators } from './operators/registry.ts';
import { formatShape, sameShape, staticShape } from './shape.ts';
import { numbersOf, tensorOf } from './tensor.ts';

export interface AddOptions {
  /** Names of the outputs; made up where absent. '' leaves an optional output out. */
  readonly outputs?: readonly string[];
  /** Number of outputs where no names are given. */
  readonly count?: number;
  readonly domain?: string;
  /** For messages; the first output's name where absent. */
  readonly name?: string;
}

interface Value {
  readonly type: ElementType;
  readonly shape: Shape;
  readonly dims: readonly Dim[] | undefined;
}

export class GraphBuilder {
  readonly #inputs: ValueInfo[] = [];
  readonly #nodes: Node[] = [];
  readonly #initializers = new Map<string, Tensor>();
  readonly #values = new Map<string, Value>();
  /** Nodes by what they compute, for finding one that is there already. */
  readonly #known = new Map<string, readonly string[]>();
  readonly #producers = new Map<string, Node>();
  readonly #names = new Set<string>();
  readonly #folding = new ConstantFolding();
  readonly #nodeNames = new Set<string>();

  /** Starts from a normalised graph (its outputs are not taken over), or from nothing. */
  static from(graph: Graph): GraphBuilder {
    const builder = new GraphBuilder();
    for (const input of graph.inputs) builder.input(input.name, input.type, input.shape ?? []);
    for (const [name, tensor] of graph.initializers) builder.constant(tensor, name);
    for (const node of graph.nodes) {
      for (const name of node.outputs) {
        const info = graph.values.get(name) ?? graph.outputs.find((output) => output.name === name);
        if (name !== '' && info?.shape) builder.#define(name, { type: info.type, shape: info.shape, dims: undefined });
      }
      builder.#push(node);
    }
    return builder;
  }

  /** Declares an input of the graph. */
  input(name: string, type: ElementType, shape: Shape): string {
    this.#define(name, { type, shape, dims: undefined });
    this.#inputs.push({ name, type, shape });
    return name;
  }

  /** Adds a constant; the same value is kept once where no name is asked for. */
  constant(tensor: Tensor, name?: string): string {
    this.#folding.given(tensor);
    return this.#constant(tensor, name);
  }

  #constant(tensor: Tensor, name?: string): string {
    const small = tensor.data.length <= 64;
    const key = small ? `constant ${tensor.type} ${tensor.dims.join()} ${contentKey(tensor)}` : '';
    const known = small && name === undefined ? this.#known.get(key) : undefined;
    if (known) return known[0];
    const chosen = name ?? this.fresh('constant');
    const integral = tensor.type === 'int64' || tensor.type === 'int32';
    const dims = integral && tensor.dims.length <= 1 && small ? Array.from(numbersOf(tensor)) : undefined;
    this.#define(chosen, { type: tensor.type, shape: tensor.dims, dims });
    this.#initializers.set(chosen, tensor);
    if (small && name === undefined) this.#known.set(key, [chosen]);
    return chosen;
  }

  /** A float32 constant without axes. */
  scalar(value: number): string {
    return this.constant(tensorOf('float32', [value], []));
  }

  /** An int64 constant with one axis, e.g. a shape or axes. */
  ints(values: readonly number[]): string {
    return this.constant(tensorOf('int64', values));
  }

  /**
   * Adds a node with one output.
   * @param inputs tensor names; '' for an omitted optional input
   * @returns the output's name
   * @throws UnsupportedOperatorError, FoveaError `shape-mismatch`, `graph-invalid`
   */
  add(op: string, inputs: readonly string[], attributes: Readonly<Record<string, Attribute>> = {}, options: AddOptions = {}): string {
    return this.addAll(op, inputs, attributes, options)[0];
  }

  /** Adds a node and returns the names of all its outputs. */
  addAll(op: string, inputs: readonly string[], attributes: Readonly<Record<string, Attribute>> = {}, options: AddOptions = {}): readonly string[] {
    const domain = options.domain ?? '';
    const key = options.outputs ? '' : `${domain} ${op} ${inputs.join()} ${options.count ?? 1} ${contentKey(attributes)}`;
    const known = this.#known.get(key);
    if (known) return known;

    const operator = operators.get(operatorKey({ op, domain }));
    const label = options.name ?? options.outputs?.find((output) => output !== '') ?? op;
    if (!operator) throw new UnsupportedOperatorError(domain === '' ? op : `${domain}:${op}`, label);
    const outputs = options.outputs ?? Array.from({ length: options.count ?? 1 }, () => this.fresh(op.toLowerCase()));
    const node: Node = { op, domain, name: options.name ?? outputs[0], inputs, outputs, attributes };
    const context = this.context(node);
    const infos = operator.infer(context);
    checkInferred(node, infos);
    if (!this.#fold(operator, context, infos)) {
      outputs.forEach((name, i) => {
        if (name !== '') this.#define(name, { type: infos[i].type, shape: infos[i].shape, dims: infos[i].dims });
      });
      this.#push(node);
    }
    if (key !== '') this.#known.set(key, outputs);
    return outputs;
  }

  /** A view of a node's inputs as they are known in this graph. */
  context(node: Node): NodeContext {
    const value = (index: number): Value => {
      const name = node.inputs[index];
      if (name === undefined || name === '') {
        throw new FoveaError('graph-invalid', `${node.op} (node "${node.name}") lacks its input ${index}.`, 'The model file is damaged.');
      }
      return this.#value(name);
    };
    const has = (index: number): boolean => (node.inputs[index] ?? '') !== '';
    return {
      node,
      has,
      type: (index) => value(index).type,
      shape: (index) => value(index).shape,
      constant: (index) => (has(index) ? this.#initializers.get(node.inputs[index]) : undefined),
      dims: (index) => (has(index) ? value(index).dims : undefined),
    };
  }

  shape(name: string): Shape {
    return this.#value(name).shape;
  }

  type(name: string): ElementType {
    return this.#value(name).type;
  }

  /** The tensor's value where it is constant. */
  constantOf(name: string): Tensor | undefined {
    return this.#initializers.get(name);
  }

  /** Known entries of a small integer tensor, see NodeContext.dims. */
  dims(name: string): readonly Dim[] | undefined {
    return this.#value(name).dims;
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** The node that computes a tensor; undefined for inputs and constants. */
  producer(name: string): Node | undefined {
    return this.#producers.get(name);
  }

  /** In order of their adding, which is topological. */
  get nodes(): readonly Node[] {
    return this.#nodes;
  }

  /** Keeps names for tensors that are added later, so that none is made up for another. */
  reserve(names: Iterable<string>): void {
    for (const name of names) this.#names.add(name);
  }

  /** A name that no tensor has yet. */
  fresh(stem: string): string {
    let name = stem;
    for (let i = this.#names.size; this.#names.has(name); i++) name = `${stem}.${i}`;
    this.#names.add(name);
    return name;
  }

  /** Whether a tensor is computed by a node that was added when there were `count` nodes or more. */
  isNewer(name: string, count: number): boolean {
    return this.#nodes.slice(count).some((node) => node.outputs.includes(name));
  }

  /** Gives a tensor that a node computes another name, everywhere. */
  rename(from: string, to: string): void {
    const change = (name: string): string => (name === from ? to : name);
    this.#define(to, this.#value(from));
    this.#values.delete(from);
    this.#nodes.forEach((node, i) => {
      if (!node.inputs.includes(from) && !node.outputs.includes(from)) return;
      this.#nodes[i] = { ...node, inputs: node.inputs.map(change), outputs: node.outputs.map(change) };
      for (const output of this.#nodes[i].outputs) this.#producers.set(output, this.#nodes[i]);
    });
    this.#producers.delete(from);
    for (const [key, names] of this.#known) if (names.includes(from)) this.#known.set(key, names.map(change));
  }

  /** The tensor reshaped; one dimension may depend on the batch. The tensor itself where it has the shape already. */
  reshape(name: string, shape: Shape): string {
    if (sameShape(this.shape(name), shape)) return name;
    if (shape.filter((dim) => typeof dim !== 'number').length > 1) {
      throw new FoveaError('shape-mismatch', `A reshape to ${formatShape(shape)} leaves more than one size open.`);
    }
    const sizes = this.ints(shape.map((dim) => (typeof dim === 'number' ? dim : -1)));
    return this.add('Reshape', [name, sizes], shape.includes(0) ? { allowzero: 1 } : {});
  }

  /** The shape as an int64 tensor: a constant, or computed from a tensor `like` that has this shape when it depends on the batch. */
  shapeTensor(shape: Shape, like: string): string {
    const fixed = staticShape(shape);
    return fixed ? this.ints(fixed) : this.add('Shape', [like]);
  }

  /** The tensor repeated along axes of size 1 to the shape of `like`. */
  expandLike(name: string, like: string): string {
    if (sameShape(this.shape(name), this.shape(like))) return name;
    return this.add('Expand', [name, this.shapeTensor(this.shape(like), like)]);
  }

  /** Undoes broadcasting: the tensor summed over the axes along which `shape` was repeated. For gradients. */
  sumTo(name: string, shape: Shape): string {
    const from = this.shape(name);
    if (sameShape(from, shape)) return name;
    const lead = from.length - shape.length;
    const axes = from.flatMap((dim, axis) => (axis < lead || (shape[axis - lead] === 1 && dim !== 1) ? [axis] : []));
    const summed = axes.length === 0 ? name : this.add('ReduceSum', [name, this.ints(axes)], { keepdims: 1 });
    return this.reshape(summed, shape);
  }

  /**
   * The finished graph, without nodes and constants that no output depends on.
   * @param outputs names of the graph's outputs, and the tensors that they are
   */
  build(name: string, outputs: Readonly<Record<string, string>>, metadata: Readonly<Record<string, string>> = {}): Graph {
    return finishGraph({
      name, metadata, outputs, inputs: this.#inputs, nodes: this.#nodes, initializers: this.#initializers,
      value: (tensor) => this.#value(tensor),
      taken: (tensor) => this.#values.has(tensor),
      computed: (tensor) => this.#producers.has(tensor),
      fresh: (stem) => this.fresh(stem),
    });
  }

  #value(name: string): Value {
    const value = this.#values.get(name);
    if (value) return value;
    throw new FoveaError('graph-invalid', `The graph uses the tensor "${name}", which nothing computes.`, 'The model file is damaged.');
  }

  #define(name: string, value: Value): void {
    if (this.#values.has(name)) throw new FoveaError('graph-invalid', `The graph defines the tensor "${name}" twice.`, 'The model file is damaged.');
    this.#values.set(name, value);
    this.#names.add(name);
  }

  /** Files may name two nodes alike, or as a node here was named; runtimes refuse that. */
  #push(given: Node): void {
    let { name } = given;
    for (let i = this.#nodes.length; this.#nodeNames.has(name); i++) name = `${given.name}.${i}`;
    this.#nodeNames.add(name);
    const node = name === given.name ? given : { ...given, name };
    this.#nodes.push(node);
    for (const output of node.outputs) if (output !== '') this.#producers.set(output, node);
  }

  /** Computes a node whose outputs do not depend on the graph's inputs; false where that cannot be done. */
  #fold(operator: Operator, context: NodeContext, infos: readonly OutputInfo[]): boolean {
    const { node } = context;
    const [info] = infos;
    if (node.outputs.length === 1 && info.dims && staticShape(info.dims)) {
      // Sizes that do not depend on the batch are constants, though the tensor whose sizes they are is not.
      this.constant(tensorOf(info.type, info.dims as number[], info.shape as number[]), node.outputs[0]);
      return true;
    }
    const computed = this.#folding.compute(operator, context, infos);
    computed?.forEach((tensor, i) => this.#constant(tensor, node.outputs[i]));
    return computed !== undefined;
  }
}
