/** A guess at a model's preprocessing where nothing states it, from the shape and type of its input and what it does to it first. */
import type { Graph, Tensor } from '../../graph/graph.ts';
import type { Model } from '../../graph/model.ts';
import { numbersOf } from '../../graph/tensor.ts';
import { applyPreset, preprocessingPresets } from '../../protocol/preprocessing-presets.ts';
import type { Preprocessing } from '../../protocol/preprocessing.ts';

/** What of the file's own graph is looked at. */
export interface InputHints {
  /** The range of numbers that the first node takes away from the input, or its type implies. */
  readonly range: '0..255' | '0..1' | undefined;
  /** Channels come last, as TensorFlow has them. */
  readonly channelsLast: boolean;
}

/** Hints from a graph as imported, before it was normalised. */
export function inputHints(graph: Graph): InputHints {
  const [input] = graph.inputs;
  const shape = input?.shape;
  const few = (dim: unknown): boolean => dim === 1 || dim === 3 || dim === 4;
  return {
    range: input === undefined ? undefined : rangeOf(graph, input.name, input.type),
    channelsLast: shape?.length === 4 && few(shape[3]) && !few(shape[1]),
  };
}

function rangeOf(graph: Graph, input: string, type: string): InputHints['range'] {
  if (/^u?int/.test(type)) return '0..255';
  const first = graph.nodes.find((node) => node.inputs.includes(input));
  const constant = first && graph.initializers.get(first.inputs.find((name) => name !== input) ?? '');
  if (!first || !constant) return undefined;
  const size = largest(constant);
  switch (first.op) {
    case 'Mul': return size > 0 && size <= 1 / 100 ? '0..255' : undefined;
    case 'Div': return size >= 100 ? '0..255' : '0..1';
    case 'Sub': case 'Add': return size > 2 ? '0..255' : '0..1';
    default: return undefined;
  }
}

function largest(tensor: Tensor): number {
  return Array.from(numbersOf(tensor)).reduce((top, value) => Math.max(top, Math.abs(value)), 0);
}

/** torchvision's and timm's usual preprocessing, or [−1, 1] for a model with channels last; plain numbers where the model normalises by itself. */
export function guessPreprocessing(input: Model['input'], hints: InputHints): Preprocessing {
  const channels = input.channels === 1 ? 'grey' : input.channels === 4 ? 'rgba' : 'rgb';
  const base: Preprocessing = {
    width: input.width, height: input.height, fit: 'crop', interpolation: 'bilinear', channels, scale: 1 / 255,
    mean: new Array<number>(input.channels).fill(0), std: new Array<number>(input.channels).fill(1), pad: 114,
  };
  if (hints.range === '0..255') return { ...base, scale: 1 };
  if (hints.range === '0..1' || channels !== 'rgb') return base;
  return applyPreset(base, preprocessingPresets[hints.channelsLast ? 1 : 0]);
}
