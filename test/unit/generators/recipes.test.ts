/** Whole generators on small networks whose answers can be worked out, or computed in a few independent lines. */
import assert from 'node:assert/strict';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import { N, type Graph } from '../../../src/graph/graph.ts';
import { prepareModel } from '../../../src/graph/prepare-model.ts';
import { tensorOf } from '../../../src/graph/tensor.ts';
import { loadNative } from '../../../src/runtimes/onnxruntime/native.ts';
import { classVisualization } from '../../../src/techniques/class-visualization.ts';
import { deepDream } from '../../../src/techniques/deep-dream.ts';
import { fgsm } from '../../../src/techniques/fgsm.ts';
import type { Generator, GeneratorResult } from '../../../src/techniques/generator.ts';
import { generators } from '../../../src/techniques/generators.ts';
import { objective, type Target } from '../../../src/techniques/objective.ts';
import { RandomStream } from '../../../src/techniques/random.ts';
import { rejects } from '../../support/errors.ts';
import { GeneratorBench } from '../../support/generator-bench.ts';
import { linear, noise, photograph, side, size, weights } from '../../support/linear-model.ts';
import { convolutional } from '../../support/small-models.ts';

const any = (generator: unknown): Generator => generator as Generator;
/** A relu whose channel 0 never is active, channel 1 sometimes. */
function halfDead(): Graph {
  const b = new GraphBuilder();
  const image = b.input('pixels', 'float32', [N, 3, 4, 4]);
  const kernel = tensorOf('float32', [0.1, 0.1, 0.1, 1, -1, 1], [2, 3, 1, 1]);
  const conv = b.add('Conv', [image, b.constant(kernel), b.constant(tensorOf('float32', [-5, 0]))], { kernel_shape: [1, 1] });
  const relu = b.add('Relu', [conv], {}, { outputs: ['relu'] });
  return b.build('half-dead', { scores: b.add('Flatten', [b.add('GlobalAveragePool', [relu])], { axis: 1 }) });
}

function bytes(result: GeneratorResult): Buffer {
  const data = result.picture.data as Float32Array;
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

/** Without transformations, which change the score more than a step does where a network is so small. */
const still = { shift: 0, lastShift: 0, zoom: 0, turn: 0 };

describe('Class visualization', () => {
  const imagenet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
  const flat = new GeneratorBench(prepareModel(linear()), imagenet);
  const net = new GeneratorBench(prepareModel(convolutional()));
  const dead = new GeneratorBench(prepareModel(halfDead()));
  after(() => Promise.all([flat, net, dead].map((bench) => bench.dispose())));

  it('follows the course\'s recipe step by step', async () => {
    const [eta, lambda, jitter, steps, index] = [0.7, 0.01, 3, 4, 2];
    const frames: Float32Array[] = [];
    await flat.run(any(classVisualization), {
      classes: [index], seed: 5, parameters: { recipe: 'classic', stepSize: eta, decay: lambda, jitter, steps, blur: 0.6, blurEvery: 2 },
      report: async (_, picture): Promise<'continue'> => {
        frames.push((await picture()).data as Float32Array);
        return 'continue';
      },
    });
    const at = (c: number, y: number, x: number): number => (c * side + ((y + 9 * side) % side)) * side + ((x + 9 * side) % side);
    const each = (make: (c: number, y: number, x: number) => number): number[] =>
      Array.from({ length: size }, (_, i) => make(Math.floor(i / side / side), Math.floor(i / side) % side, i % side));
    let image = Array.from(frames[0]);
    for (let t = 0; t < steps; t++) {
      const random = new RandomStream(5 ^ 0x5eed, 0);
      const [ox, oy] = [random.below(jitter + 1, 2 * t), random.below(jitter + 1, 2 * t + 1)];
      const shifted = each((c, y, x) => image[at(c, y - oy, x - ox)]);
      const g = shifted.map((value, i) => weights[index][i] - 2 * lambda * value);
      const norm = Math.hypot(...g);
      const moved = shifted.map((value, i) => value + (eta * g[i]) / norm);
      const [black, white] = [0, 1].map((share) => imagenet.mean.map((mean, c) => (share - mean) / imagenet.std[c]));
      image = each((c, y, x) => Math.min(white[c], Math.max(black[c], moved[at(c, y + oy, x + ox)])));
      if (t % 2 === 0) {
        const tap = [-2, -1, 0, 1, 2].map((d) => Math.exp(-0.5 * (d / 0.6) ** 2)); // reach ⌊4 · 0.6 + 0.5⌋ = 2
        const sum = tap.reduce((a, b) => a + b);
        const inside = (i: number): number => (i < 0 ? -1 - i : i >= side ? 2 * side - 1 - i : i);
        const source = image;
        image = each((c, y, x) => tap.reduce((total, wy, j) => total + tap.reduce(
          (row, wx, i) => row + (wy * wx * source[at(c, inside(y + j - 2), inside(x + i - 2))]) / sum ** 2, 0), 0));
      }
      // float32 pictures and gradients, a few roundings in each step
      image.forEach((value, i) => assert.ok(Math.abs(value - frames[t + 1][i]) < 5e-6, `step ${t}, value ${i}: ${value} ${frames[t + 1][i]}`));
    }
  });

  it('raises its target with both recipes, and tells how', async () => {
    for (const recipe of ['classic', 'modern']) {
      for (const request of [{ classes: [1] }, { layer: 'features/relu' }, { layer: 'features', parameters: { channel: 2 } },
        { layer: 'features', parameters: { channel: 3, x: 1, y: 2 } }]) {
        const scores: number[] = [];
        const result = await net.run(any(classVisualization), {
          ...request, parameters: { recipe, steps: 30, stepSize: 0.3, blur: 0, jitter: 0, learningRate: 0.005, ...still, ...request.parameters },
          report: ({ curves }) => {
            if ('score' in curves) scores.push(curves.score);
            return 'continue';
          },
        });
        assert.deepEqual([result.step, result.total, result.ended, scores.length], [30, 30, 'done', 30]);
        assert.ok(scores[29] > scores[0], `${recipe} ${JSON.stringify(request)}: ${scores[0]} ${scores[29]}`);
        (result.picture.data as Float32Array).forEach((value) => assert.ok(value >= -1 && value <= 1));
      }
    }
  });

  it('scores a neuron, a channel and a layer by their definitions, whatever the number of pictures', async () => {
    const { model } = net;
    const layer = model.layers.find(({ name }) => name === 'features')!;
    const pictures = tensorOf('float32', noise(2 * 3 * 64, 4), [2, 3, 8, 8]);
    const b = GraphBuilder.from(model.graph);
    const program = await (await loadNative()).compile(b.build('features', { features: 'features' }));
    const { features } = await program.run({ [model.input.name]: pictures });
    await program.dispose();
    const [, channels, height, width] = features.dims;
    const map = (n: number, k: number): Float32Array => {
      const start = (n * channels + k) * height * width;
      return (features.data as Float32Array).subarray(start, start + height * width);
    };
    const context = net.context(() => ({}));
    for (const n of [0, 1]) {
      const mean = (values: Float32Array): number => values.reduce((a, c) => a + c, 0) / values.length;
      const squares = Array.from({ length: channels }, (_, k) => mean(map(n, k).map((v) => v * v)));
      const wanted = [map(n, 4)[2 * width + 1], mean(map(n, 4)), squares.reduce((a, c) => a + c, 0) / channels];
      const found = await Promise.all([
        objective(context, { kind: 'channel', layer, channel: 4, position: { x: 1, y: 2 } })(pictures),
        objective(context, { kind: 'channel', layer, channel: 4 })(pictures), objective(context, { kind: 'layer', layer })(pictures),
      ]);
      // float32 means of 16 to 96 values below 1
      found.forEach(({ scores }, i) => assert.ok(Math.abs(scores[n] - wanted[i]) < 1e-6, `${scores[n]} ${wanted[i]}`));
    }
  });

  it('goes along gradients that are as long as the scores rise, those of each picture its own', async () => {
    const layer = net.model.layers.find(({ name }) => name === 'features')!;
    const start = noise(2 * 3 * 64, 4);
    const targets: Target[] = [
      { kind: 'class', classes: [2, 0] }, { kind: 'layer', layer }, { kind: 'channel', layer, channel: 4 },
      { kind: 'channel', layer, channel: 4, position: { x: 1, y: 2 } },
    ];
    for (const target of targets) {
      const evaluate = objective(net.context(() => ({})), target);
      const { gradients, norms } = await evaluate(tensorOf('float32', start, [2, 3, 8, 8]));
      const away = (length: number) => evaluate(tensorOf('float32', start.map((value, i) => (
        value + length * Number(gradients.data[i]) / norms[Math.floor(i / 192)])), [2, 3, 8, 8]));
      const [ahead, behind] = [await away(1e-2), await away(-1e-2)];
      for (const n of [0, 1]) {
        const rise = (ahead.scores[n] - behind.scores[n]) / 2e-2;
        // Scores of about 1 in float32 over a length of 2e-2, along which a few rectifiers switch.
        assert.ok(Math.abs(rise - norms[n]) < 0.05 * norms[n] + 1e-4, `${target.kind}: ${rise} instead of ${norms[n]}`);
      }
    }
  });

  it('diagnoses a dead channel instead of drawing it, with both recipes', async () => {
    for (const recipe of ['classic', 'modern']) {
      const result = await dead.run(any(classVisualization), { layer: 'relu', parameters: { recipe, channel: 0, steps: 40 } });
      assert.equal(result.ended, 'dead');
      assert.match(result.notes.join(), /Channel 0 of "relu" does not respond/);
      assert.ok(result.step < 40);
    }
    assert.equal((await dead.run(any(classVisualization), { layer: 'relu', parameters: { channel: 1, steps: 5 } })).ended, 'done');
  });

  it('diagnoses the one picture of a contact sheet whose class does not respond', async () => {
    for (const recipe of ['classic', 'modern']) {
      const result = await dead.run(any(classVisualization), { classes: [1, 0], parameters: { recipe, steps: 20, ...still } });
      assert.deepEqual([result.ended, result.notes.length], ['done', 1]);
      assert.match(result.notes[0], /^Picture 2 of 2 was not drawn: the class does not respond to it/);
      const both = await dead.run(any(classVisualization), { classes: [1, 1], parameters: { recipe, steps: 20, ...still } });
      assert.deepEqual(both.notes, []);
    }
  });

  it('wakes a channel that is silent on the start only: gradients pass it in the first steps', async () => {
    const b = new GraphBuilder();
    const image = b.input('pixels', 'float32', [N, 3, 4, 4]);
    const kernel = b.constant(tensorOf('float32', [1, 1, 1], [1, 3, 1, 1]));
    const conv = b.add('Conv', [image, kernel, b.constant(tensorOf('float32', [-0.5]))], { kernel_shape: [1, 1] });
    const relu = b.add('Relu', [conv], {}, { outputs: ['relu'] });
    const scores = b.add('Flatten', [b.add('GlobalAveragePool', [relu])], { axis: 1 });
    const bench = new GeneratorBench(prepareModel(b.build('sleeper', { scores })));
    const result = await bench.run(any(classVisualization), { layer: 'relu', parameters: { channel: 0, steps: 60, learningRate: 0.3, ...still } });
    assert.equal(result.ended, 'done');
    assert.ok(result.curves.score > 0);
    assert.ok(bench.keys.some((key) => key.endsWith('waking')));
    await bench.dispose();
  });

  it('makes of several classes and seeds the pictures that each would be alone', async () => {
    const parameters = { recipe: 'modern', steps: 4 };
    const together = await net.run(any(classVisualization), { classes: [0, 3], seed: 8, parameters });
    const alone = await net.run(any(classVisualization), { classes: [0], seed: 8, parameters });
    assert.deepEqual(together.picture.dims, [2, 3, 8, 8]);
    // The runtime may sum in another order for another batch size.
    alone.picture.data.forEach((value, i) => assert.ok(Math.abs(Number(value) - Number(together.picture.data[i])) < 1e-4));
    const seeds = await net.run(any(classVisualization), { classes: [2], parameters: { ...parameters, pictures: 3 } });
    assert.deepEqual(seeds.picture.dims, [3, 3, 8, 8]);
  });

  it('refuses units that the layer does not have, and units without a layer', async () => {
    const run = (request: object, parameters: object) => net.run(any(classVisualization), { ...request, parameters: { ...parameters } });
    await rejects(run({ layer: 'features' }, { channel: 6 }), 'parameter-invalid', /has no channel 6; it has 6/);
    await rejects(run({ layer: 'features' }, { channel: 0, x: 4, y: 0 }), 'parameter-invalid', /4 × 4/);
    await rejects(run({ layer: 'features' }, { channel: 0, x: 1 }), 'parameter-invalid', /row all/);
    await rejects(run({ layer: 'features' }, { x: 1, y: 1 }), 'parameter-invalid', /channel/);
    await rejects(run({ classes: [0] }, { channel: 1 }), 'parameter-invalid', /layer/);
  });
});

describe('Every generator', () => {
  const bench = new GeneratorBench(prepareModel(convolutional()));
  after(() => bench.dispose());
  const requests = generators.filter(({ family }) => family !== 'style').flatMap((generator) => [
    { generator, classes: [1], parameters: { steps: 3 } as Record<string, unknown> },
    ...(generator === any(classVisualization) ? [{ generator, classes: [1], parameters: { steps: 3, recipe: 'classic' } }] : []),
  ]).map((one) => (one.generator === any(fgsm) ? { ...one, parameters: {} } : one));

  for (const { generator, ...request } of requests) {
    it(`${generator.id} ${JSON.stringify(request.parameters)}: the same seed gives the same bytes; it stops when told to`, async () => {
      const content = photograph(3, 8);
      const run = (seed: number) => bench.run(generator, { ...request, content, seed });
      const [first, again] = [await run(11), await run(11)];
      assert.deepEqual(bytes(first), bytes(again));
      const stopped = await bench.run(generator, { ...request, content, seed: 11, report: () => 'stop' });
      assert.deepEqual([stopped.ended, stopped.step], ['stopped', 0]);
    });
  }

  const resumable = [[classVisualization, { recipe: 'classic' }], [classVisualization, { recipe: 'modern' }], [deepDream, {}]] as const;
  for (const [generator, parameters] of resumable) {
    it(`${generator.id} ${JSON.stringify(parameters)} goes on from where it ended as if it had not`, async () => {
      const run = (steps: number, resume?: GeneratorResult['state']) =>
        bench.run(any(generator), { classes: [2], content: photograph(3, 8), seed: 4, resume, parameters: { ...parameters, steps } });
      const [whole, half] = [await run(6), await run(3)];
      assert.deepEqual(bytes(await run(6, half.state)), bytes(whole));
    });
  }
});
