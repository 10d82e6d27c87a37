import assert from 'node:assert/strict';
import { foolingOutcome } from '../../../src/engine/fooling-outcome.ts';
import type { LoadedModel } from '../../../src/engine/models.ts';
import type { Tensor } from '../../../src/graph/graph.ts';
import { tensorOf } from '../../../src/graph/tensor.ts';
import { preprocess } from '../../../src/pictures/preprocess.ts';
import { preprocessingSchema } from '../../../src/protocol/preprocessing.ts';

/** Pixels go to the model as they are, from 0 to 255. */
const preprocessing = preprocessingSchema.parse({ width: 4, height: 4, fit: 'squash', scale: 1 });
const loaded = { model: { finalActivation: 'none' }, facts: { labels: ['cat', 'dog', 'fish'] } } as unknown as LoadedModel;
const picture = { name: 'p.png', path: '/p.png', hash: 'p', width: 4, height: 4, data: new Uint8Array(64).fill(100), notes: [] };
const content = { picture, key: 'p', ...preprocess(picture, preprocessing) };

/** The photograph with another value in every place. */
const changedTo = (value: number): Tensor => tensorOf('float32', new Float32Array(48).fill(value), [1, 3, 4, 4]);

/** Sees a dog in values from 101.3 on, and else a cat; never a fish. */
async function predict({ data }: Tensor): Promise<Float32Array> {
  return Number(data[0]) >= 101.3 ? Float32Array.of(1, 2, 0) : Float32Array.of(2, 1, 0);
}

describe('what came of an attack', () => {
  const outcomeOf = (value: number, target: number | undefined, from: typeof content | null = content) =>
    foolingOutcome({ loaded, preprocessing, content: from ?? undefined, target, picture: changedTo(value), predict }, 2);

  it('is judged in full precision and as saved, and a note says where they differ', async () => {
    for (const target of [undefined, 1]) {
      const fine = await outcomeOf(101.4, target);
      assert.deepEqual([fine.outcome.fooled, fine.outcome.fooledAsSaved], [true, false]);
      assert.deepEqual([fine.outcome.before[0].name, fine.outcome.after[0].name, fine.outcome.asSaved[0].name], ['cat', 'dog', 'cat']);
      assert.match(fine.notes.join(), /full precision only: saved with 8 bits it is seen as cat \(66\.5 %\)/); // e² / (e² + e + 1)
      const { outcome, notes } = await outcomeOf(102, target);
      assert.deepEqual([outcome.fooled, outcome.fooledAsSaved, notes], [true, true, []]);
    }
  });

  it('is another class where none was aimed at, and only the target where one was', async () => {
    const missed = await outcomeOf(102, 2);
    assert.deepEqual([missed.outcome.fooled, missed.outcome.target?.name], [false, 'fish']);
    assert.match(missed.notes.join(), /still sees dog \(66\.5 %\), and gives fish 9\.0 %/);
    const same = await outcomeOf(101, undefined);
    assert.deepEqual([same.outcome.fooled, same.outcome.target], [false, undefined]);
  });

  it('comes with the picture to save, the photograph, and ten times their difference around grey', async () => {
    const { outcome: { saved, original, difference, before } } = await outcomeOf(102, 1);
    assert.deepEqual([saved.data[0], original!.data[0], difference!.data[0]], [102, 100, 128 + 10 * 2]);
    assert.equal(before.length, 2);
    const { outcome: fromNoise } = await outcomeOf(102, 1, null);
    assert.deepEqual([fromNoise.before, fromNoise.original, fromNoise.difference], [[], undefined, undefined]);
  });
});
