/** A picture that was made in a few words. Pure functions. */
import type { GenerateResult } from '../../protocol/generate.ts';

type Named = Pick<GenerateResult, 'classes' | 'layer' | 'recipe'>;

/** What it was made of, or what it aims at. */
export function targetName({ classes, layer, recipe: { content, style, parameters: { channel } } }: Named): string {
  const place = layer && `${layer.name}${typeof channel === 'number' ? `, channel ${channel}` : ''}`;
  const aim = place ?? classes.map(({ name }) => name.split(',')[0]).join(', ');
  const sources = [content?.name, style?.name].filter((name) => name !== undefined).join(' in the manner of ');
  return [sources, aim].filter(Boolean).join(' → ');
}

const ways = { done: 'done', reached: 'goal reached', stopped: 'stopped', dead: 'the target does not respond' } as const;

/** How it ended. */
export function outcomeWords({ ended, step, fooling }: Pick<GenerateResult, 'ended' | 'step' | 'fooling'>): string {
  const verdict = fooling && (fooling.fooledAsSaved ? 'the model is fooled' : fooling.fooled ? 'fooled, but not as saved' : 'the model is not fooled');
  return [verdict, `${ways[ended]} after ${step} ${step === 1 ? 'step' : 'steps'}`].filter(Boolean).join(', ');
}
