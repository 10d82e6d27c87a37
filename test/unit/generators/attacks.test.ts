/** Attacks on a linear model, whose best answers are known. */
import assert from 'node:assert/strict';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import { N, type Tensor } from '../../../src/graph/graph.ts';
import { prepareModel } from '../../../src/graph/prepare-model.ts';
import { tensorOf } from '../../../src/graph/tensor.ts';
import { ascent } from '../../../src/techniques/ascent.ts';
import { deepFool } from '../../../src/techniques/deep-fool.ts';
import { fgsm } from '../../../src/techniques/fgsm.ts';
import { runAttack } from '../../../src/techniques/fooling.ts';
import { fromNoise } from '../../../src/techniques/from-noise.ts';
import type { Generator } from '../../../src/techniques/generator.ts';
import { pgd } from '../../../src/techniques/pgd.ts';
import { rejects } from '../../support/errors.ts';
import { GeneratorBench } from '../../support/generator-bench.ts';
import { linear, photograph, scoreOf, side, size, weights } from '../../support/linear-model.ts';

const any = (generator: unknown): Generator => generator as Generator;

describe('Attacks', () => {
  const bench = new GeneratorBench(prepareModel(linear()));
  after(() => bench.dispose());
  const content = photograph(7);
  const x = Array.from(content.data as Float32Array);

  it('DeepFool goes the closed-form way to the nearest boundary of a linear model', async () => {
    const overshoot = 0.1;
    const from = [0, 1, 2].reduce((best, k) => (scoreOf(x, k) > scoreOf(x, best) ? k : best));
    const gaps = [0, 1, 2].filter((k) => k !== from).map((k) => ({
      k, gap: scoreOf(x, from) - scoreOf(x, k), w: weights[k].map((value, i) => value - weights[from][i]),
    }));
    const distanceTo = ({ gap, w }: typeof gaps[number]): number => gap / Math.hypot(...w);
    const nearest = gaps.reduce((a, b) => (distanceTo(a) <= distanceTo(b) ? a : b));
    for (const aimed of [undefined, ...gaps.map(({ k }) => k)]) {
      const goal = aimed === undefined ? nearest : gaps.find(({ k }) => k === aimed)!;
      const result = await bench.run(any(deepFool), { classes: aimed === undefined ? [] : [aimed], content, parameters: { overshoot } });
      assert.deepEqual([result.ended, result.step], ['reached', 1]);
      // The range from black to white is 2; float32 gradients and sums over 108 values
      assert.ok(Math.abs(result.metrics.l2 - ((1 + overshoot) * distanceTo(goal)) / 2) < 1e-5 * result.metrics.l2);
      const moved = (result.picture.data as Float32Array).map((value, i) => value - x[i]);
      const cosine = moved.reduce((sum, v, i) => sum + v * goal.w[i], 0) / Math.hypot(...moved) / Math.hypot(...goal.w);
      assert.ok(cosine > 1 - 1e-6);
    }
  });

  it('FGSM moves every value by ε along the sign of the weights that decide', async () => {
    // With a softmax the gradient of log p is w_target − Σ p·w.
    const p = [0, 1, 2].map((k) => Math.exp(scoreOf(x, k)));
    const total = p.reduce((a, b) => a + b);
    const slope = weights[1].map((w, i) => w - p.reduce((sum, one, k) => sum + (one / total) * weights[k][i], 0));
    const result = await bench.run(any(fgsm), { classes: [1], content, parameters: { epsilon: 4 } });
    (result.picture.data as Float32Array).forEach((value, i) => assert.ok(Math.abs(value - x[i] - (2 * 4 * Math.sign(slope[i])) / 255) < 1e-6));
    assert.deepEqual([result.step, result.total], [1, 1]);
    assert.ok(Math.abs(result.metrics.linf - 4 / 255) < 1e-6);
  });

  it('PGD keeps to its bound and to pixels, from a random start or not, and fools where FGSM\'s step would', async () => {
    for (const [parameters, norm, bound] of [[{ epsilon: 20 }, 'linf', 20 / 255], [{ norm: 'l2', radius: 1 }, 'l2', 1]] as const) {
      for (const randomStart of [true, false]) {
        const result = await bench.run(any(pgd), { classes: [2], content, parameters: { ...parameters, randomStart, confidence: 1 } });
        assert.ok(result.metrics[norm] <= bound + 1e-6, `${norm} ${result.metrics[norm]}`);
        // On a linear model the best point of the ball is known: the score difference to any class grows, so the bound is used up.
        assert.ok(result.metrics[norm] > 0.99 * bound);
        assert.equal(result.step, 40);
      }
    }
  });

  it('PGD begins at points all over the ball, other ones for other seeds', async () => {
    const distances = async (parameters: Record<string, unknown>): Promise<number[]> => {
      const found: number[] = [];
      for (let seed = 0; seed < 12; seed++) {
        // A step that is too short to be seen.
        const still = { steps: 1, stepSize: 1e-5, confidence: 1 };
        const result = await bench.run(any(pgd), { classes: [2], content, seed, parameters: { ...parameters, ...still } });
        found.push(result.metrics.l2);
      }
      return found.sort((a, b) => a - b);
    };
    const round = await distances({ norm: 'l2', radius: 1 });
    // Twelve uniform numbers: that none is below 0.4, or none above 0.6, happens once in 460 times, and the seeds are fixed.
    assert.ok(round[0] > 0 && round[0] < 0.4 && round[11] > 0.6 && round[11] < 1, round.join());
    // 108 uniform numbers within ±b: the root of their squares' sum is b·√(108/3), give or take a tenth.
    const cube = await distances({ epsilon: 20 });
    for (const distance of cube) assert.ok(Math.abs(distance / ((20 / 255) * Math.sqrt(size / 3)) - 1) < 0.25, cube.join());
    assert.equal(new Set([...round, ...cube]).size, 24);
  });

  it('ascent takes steps of its length along the target\'s weights until the rounded picture is of that class', async () => {
    const result = await bench.run(any(ascent), { classes: [1], content, parameters: { stepSize: 0.5 } });
    assert.equal(result.ended, 'reached');
    // One of ImageNet's deviations is 2 · 0.229 of this model's units in red, and so on.
    const scale = Array.from(weights[1], (_, i) => 2 * [0.229, 0.224, 0.225][Math.floor(i / side / side)]);
    const norm = Math.hypot(...weights[1].map((w, i) => w * scale[i]));
    (result.picture.data as Float32Array).forEach((value, i) => {
      const wanted = Math.min(1, Math.max(-1, x[i] + (result.step * 0.5 * scale[i] ** 2 * weights[1][i]) / norm));
      assert.ok(Math.abs(value - wanted) < 1e-5); // some float32 roundings a step
    });
    const grid = (result.picture.data as Float32Array).map((value) => -1 + (2 * Math.round(127.5 * (value + 1))) / 255);
    assert.ok(scoreOf(grid, 1) > Math.max(scoreOf(grid, 0), scoreOf(grid, 2)));
  });

  it('ends at a picture that is of the class also when its pixels are rounded', async () => {
    const pixel = (value: number): number => -1 + (2 * value) / 255;
    const picture = { ...content, data: new Float32Array(content.data.length).fill(pixel(150)) };
    // The second class from a value on that no pixel has.
    const evaluate = async ({ data }: Tensor) => ({ logits: Float32Array.of(0, Number(data[0]) >= pixel(150.3) ? 1 : -1, 0) });
    const attack = { picture, evaluate, move: (_: unknown, step: number) => picture.data.fill(pixel([150.4, 151, 152][step])).length > 0 };
    const context = bench.context(() => ({ confidence: 0 }), { content });
    const { ended, step } = await runAttack(context, attack, { target: 1, from: 0 }, await evaluate(picture), () => 3);
    assert.deepEqual([ended, step], ['reached', 2]);
  });

  it('from noise the target gets the confidence that is asked for', async () => {
    const result = await bench.run(any(fromNoise), { classes: [2], parameters: { confidence: 0.999 } });
    assert.equal(result.ended, 'reached');
    assert.ok(result.curves['probability of the target'] >= 0.999);
    assert.deepEqual(result.metrics, {});
  });

  it('refuse the class that the picture has already, and two targets', async () => {
    const own = [0, 1, 2].reduce((best, k) => (scoreOf(x, k) > scoreOf(x, best) ? k : best));
    for (const attack of [ascent, fgsm, pgd, deepFool]) {
      await rejects(bench.run(any(attack), { classes: [own], content }), 'class-unsuitable', new RegExp(`class ${own} already`));
      await rejects(bench.run(any(attack), { classes: [1, 2], content }), 'parameter-invalid', /one class/);
    }
  });

  it('say so where the score does not change with the picture', async () => {
    const b = new GraphBuilder();
    const flat = b.add('Flatten', [b.input('pixels', 'float32', [N, 3, side, side])], { axis: 1 });
    const none = b.constant(tensorOf('float32', new Float32Array(3 * size), [3, size]));
    const scores = b.add('Gemm', [flat, none, b.constant(tensorOf('float32', [1, 0, 0]))], { transB: 1 });
    const constant = new GeneratorBench(prepareModel(b.build('constant', { scores })));
    for (const attack of [ascent, fgsm, pgd, deepFool]) {
      const result = await constant.run(any(attack), { classes: [1], content });
      assert.equal(result.ended, 'dead', attack.id);
      assert.match(result.notes.join(), /gradient is zero/);
    }
    await constant.dispose();
  });
});
