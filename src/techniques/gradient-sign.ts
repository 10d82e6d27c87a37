/** What FGSM and PGD have in common: the direction in which the cross-entropy gets better, and pixels as parts of the way from black to white. */
import type { Tensor } from '../graph/graph.ts';
import { aimAt, beginning, type Aim, type Position } from './fooling.ts';
import type { GeneratorContext } from './generator.ts';
import { objective } from './objective.ts';
import { eachChannel, fromShares, pixelRanges, toShares } from './pixel-range.ts';
import { mostLikely } from './score-value.ts';

/** Where an attack is: `direction` leads to the target, or away from the photograph's class; per share, not per unit of input. */
export interface Directed extends Position {
  readonly direction: Float32Array;
}

export interface SignedAttack {
  readonly aim: Aim;
  readonly first: Directed;
  /** [1,C,H,W], where the attack is. */
  readonly picture: Tensor;
  /** Of the photograph. */
  readonly original: Float32Array;
  evaluate(picture: Tensor): Promise<Directed>;
  /** The picture's shares of white, to be changed and given back to `put`, which clamps them. */
  shares(): Float32Array;
  put(shares: Float32Array): void;
}

export async function startSigned(context: GeneratorContext<object>): Promise<SignedAttack> {
  const content = context.pictures.content!;
  const ranges = pixelRanges(context.preprocessing, context.model.input.channels);
  const picture = beginning(context, content);
  // Without a target the class to leave is known from a pass towards any.
  const probe = await objective(context, { kind: 'class', classes: [context.classes[0] ?? 0], score: 'log-probability' })(content);
  const aim = aimAt(context, probe.logits!.data as Float32Array);
  const followed = aim.target ?? mostLikely(probe.logits!.data as Float32Array);
  const towards = aim.target === undefined ? -1 : 1;
  const ascend = objective(context, { kind: 'class', classes: [followed], score: 'log-probability' });
  const evaluate = async (current: Tensor): Promise<Directed> => {
    const { logits, gradients } = await ascend(current);
    eachChannel(gradients, (values, channel) => {
      const scale = towards * (ranges[channel].high - ranges[channel].low);
      for (let i = 0; i < values.length; i++) values[i] *= scale;
    });
    return { logits: logits!.data as Float32Array, direction: gradients.data as Float32Array };
  };
  return {
    aim, picture, evaluate,
    first: await evaluate(content),
    original: toShares(content, ranges),
    shares: () => toShares(picture, ranges),
    put(shares) {
      for (let i = 0; i < shares.length; i++) shares[i] = Math.min(Math.max(shares[i], 0), 1);
      fromShares(shares, picture, ranges);
    },
  };
}
