/** The targets of visualizations as parameters: a class, a layer, one of its channels, or one neuron of that. */
import * as z from 'zod';
import type { Layer } from '../graph/model.ts';
import { FoveaError } from '../protocol/errors.ts';
import type { Ascent, Target } from './objective.ts';

/** An index, or `all`. */
function orAll(most: number) {
  return z.union([z.literal('all'), z.int().min(0).max(most)]).default('all');
}

/** Parameters that name a unit of the layer. */
export const unitParameters = {
  channel: orAll(1_000_000).meta({ title: 'Channel', description: 'Of the layer that is the target; all: the layer as a whole' }),
  x: orAll(8192).meta({ title: 'Column', description: 'Of the channel\'s map; with a row, that neuron is the target; all: the whole channel' }),
  y: orAll(8192).meta({ title: 'Row', description: 'Of the channel\'s map, counted from 0 at the top' }),
};

/** What `unitParameters` are parsed to. */
export interface Unit {
  readonly channel: number | 'all';
  readonly x: number | 'all';
  readonly y: number | 'all';
}

/** @throws FoveaError `parameter-invalid` for a unit that the layer does not have */
export function targetOf(classes: readonly number[], layer: Layer | undefined, { channel, x, y }: Unit): Target {
  if (!layer) {
    if (channel === 'all' && x === 'all' && y === 'all') return { kind: 'class', classes };
    throw new FoveaError('parameter-invalid', 'A channel, row or column needs a layer that it belongs to.', 'Name the layer, or leave channel, x and y out.');
  }
  const { channels, width, height } = layer.map;
  if (channel === 'all') {
    if (x === 'all' && y === 'all') return { kind: 'layer', layer };
    throw new FoveaError('parameter-invalid', 'A row or column needs the channel whose neuron is meant.', 'Set channel.');
  }
  if (channel >= channels) {
    throw new FoveaError('parameter-invalid', `"${layer.name}" has no channel ${channel}; it has ${channels}.`, `Channels are numbered from 0 to ${channels - 1}.`);
  }
  if (x === 'all' && y === 'all') return { kind: 'channel', layer, channel };
  if (x === 'all' || y === 'all' || x >= width || y >= height) {
    throw new FoveaError('parameter-invalid', `"${layer.name}" has no neuron at column ${x}, row ${y}; its maps are ${width} × ${height}.`, 'Set both x and y, counted from 0.');
  }
  return { kind: 'channel', layer, channel, position: { x, y } };
}

/** Follows whether pictures respond to their target, step by step. */
export class Response {
  #norms: readonly number[] = [];

  constructor(private readonly target: Target, private readonly className?: (index: number) => string) {}

  /** A curve of the scores, or one for each picture of a contact sheet; and whether there is no use in going on. */
  outcome({ scores, norms }: Ascent): { curves: Record<string, number>; end?: 'dead' } {
    this.#norms = norms;
    const title = (n: number): string => (scores.length === 1 ? 'score' : `score ${n + 1}`);
    const curves = Object.fromEntries(Array.from(scores, (score, n) => [title(n), score]));
    return norms.every((norm) => norm === 0) ? { curves, end: 'dead' } : { curves };
  }

  /** What is to be said of pictures that give no gradient: of all at once, else one by one. */
  notes(): string[] {
    const silent = [...this.#norms.keys()].filter((n) => this.#norms[n] === 0);
    const why = 'It is dead, or silent on such pictures; another seed may tell.';
    if (silent.length === 0) return [];
    if (silent.length === this.#norms.length) return [`${this.#describe()} does not respond to any of the pictures tried: its gradient is zero. ${why}`];
    return silent.map((n) => `Picture ${n + 1} of ${this.#norms.length} was not drawn: ${lowerFirst(this.#describe(n))} does not respond to it, its gradient is zero. ${why}`);
  }

  #describe(n?: number): string {
    const { target, className } = this;
    if (target.kind === 'class') return n === undefined || !className ? 'The class' : `The class ${className(target.classes[n])}`;
    if (target.kind === 'layer') return `The layer "${target.layer.name}"`;
    const { layer, channel, position } = target;
    return position ? `The neuron at column ${position.x}, row ${position.y} of channel ${channel} of "${layer.name}"` : `Channel ${channel} of "${layer.name}"`;
  }
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
