/** Scores of pictures that are seen through masks. The program mixes them, which is quicker than writing out each picture. */
import { GraphBuilder } from '../graph/builder.ts';
import type { Graph, Node, Tensor, ValueInfo } from '../graph/graph.ts';
import type { Model } from '../graph/model.ts';
import type { ScoreKind } from '../protocol/techniques.ts';
import { runBatches } from './batches.ts';
import { scoreValue } from './score-value.ts';
import type { TechniqueContext } from './technique.ts';

export interface MaskedPictures {
  readonly count: number;
  /** What is where a mask is 0, and where it is 1 (C·H·W values). */
  readonly hidden: Float32Array;
  readonly shown: Float32Array;
  /** The explained number; the context's where absent. */
  readonly kind?: ScoreKind;
  /** Writes mask `index` (H·W values), which stays until it was read; `slot` tells it from the others of its batch. */
  make(index: number, mask: Float32Array, slot: number): void;
  /** Is told the score of the context's first class; in the order of the indices. */
  read(index: number, score: number, slot: number): void;
  /** After each batch. */
  after?(done: number): void;
}

/** Runs hidden + mask·(shown − hidden) through the model. @throws FoveaError `runtime-failed`; CancelledError */
export async function scoreMasked(context: TechniqueContext<unknown>, pictures: MaskedPictures): Promise<void> {
  const { model, classes: [chosen], score } = context;
  const { hidden, shown, kind = score } = pictures;
  const program = await context.program('masked', () => maskedGraph(model));
  const { channels, height, width } = model.input;
  const picture = (data: Float32Array): Tensor => ({ type: 'float32', dims: [1, channels, height, width], data });
  const [mask, base, difference] = inputNames(model);
  await runBatches(context, program, {
    count: pictures.count,
    input: { name: mask, channels: 1 },
    shared: { [base]: picture(hidden), [difference]: picture(shown.map((value, i) => value - hidden[i])) },
    make: (index, into, slot) => pictures.make(index, into, slot),
    read: (index, { logits }, slot) => pictures.read(index, scoreValue(logits, chosen, kind, model.finalActivation), slot),
    after: pictures.after && ((done) => pictures.after!(done)),
  });
}

/** @returns a graph: inputs mask (N,1,H,W), hidden and difference (1,C,H,W), see inputNames; output `logits` */
function maskedGraph(model: Model): Graph {
  const { graph, input: { name: image, channels, height, width } } = model;
  const [mask, hidden, difference] = inputNames(model);
  const part = `${difference}.part`;
  const shape = graph.inputs.find(({ name }) => name === image)!.shape!;
  const value = (name: string, dims: ValueInfo['shape']): ValueInfo => ({ name, type: 'float32', shape: dims });
  const node = (op: string, inputs: string[], output: string): Node => ({ op, domain: '', name: output, inputs, outputs: [output], attributes: {} });
  const mixed: Graph = {
    ...graph,
    inputs: [value(mask, [shape[0], 1, height, width]), value(hidden, [1, channels, height, width]), value(difference, [1, channels, height, width])],
    nodes: [node('Mul', [mask, difference], part), node('Add', [part, hidden], image), ...graph.nodes],
    values: new Map([...graph.values, [part, value(part, shape)], [image, value(image, shape)]]),
  };
  return GraphBuilder.from(mixed).build('masked', { logits: model.logits.name });
}

/** Names that no tensor of the model has. */
function inputNames({ graph }: Model): readonly [mask: string, hidden: string, difference: string] {
  const taken = [...graph.inputs.map(({ name }) => name), ...graph.initializers.keys(), ...graph.values.keys()];
  const prefix = taken.reduce((sofar, name) => (name.startsWith(sofar) ? `${sofar}_` : sofar), 'masking');
  return [`${prefix}.mask`, `${prefix}.hidden`, `${prefix}.difference`];
}
