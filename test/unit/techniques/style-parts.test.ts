/** The parts of style transfer: layers by architecture, networks at another size, units, luminance. */
import assert from 'node:assert/strict';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import { N, type Graph } from '../../../src/graph/graph.ts';
import { prepareModel } from '../../../src/graph/prepare-model.ts';
import { tensorOf } from '../../../src/graph/tensor.ts';
import { preprocessingSchema, type Preprocessing } from '../../../src/protocol/preprocessing.ts';
import { loadNative } from '../../../src/runtimes/onnxruntime/native.ts';
import { courseUnits, fromCourse, toCourse } from '../../../src/techniques/course-units.ts';
import { greyPicture, luminanceOf, matched, recoloured } from '../../../src/techniques/luminance.ts';
import { defaultStyleLayers } from '../../../src/techniques/style-layers.ts';
import { trunkFor } from '../../../src/techniques/style-trunk.ts';
import { hasReason } from '../../support/errors.ts';
import { convolutional, perceptron } from '../../support/small-models.ts';

const plain = preprocessingSchema.parse({ width: 8, height: 8 });
const imagenet = { ...plain, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
const caffe: Preprocessing = { ...plain, channels: 'bgr', scale: 1, mean: [103.939, 116.779, 123.68] };

/** Convolutions with a rectifier each, in stages that halve the resolution: the plan of VGG. */
function staged(stages: number, side: number): Graph {
  const b = new GraphBuilder();
  let x = b.input('pixels', 'float32', [N, 3, side, side]);
  for (let stage = 1; stage <= stages; stage++) {
    for (const k of [1, 2]) {
      const channels = Number(b.shape(x)[1]);
      const weights = tensorOf('float32', Float32Array.from({ length: 4 * channels * 9 }, (_, i) => Math.sin(i + stage + k)), [4, channels, 3, 3]);
      x = b.add('Conv', [x, b.constant(weights)], { pads: [1, 1, 1, 1] });
      x = b.add('Relu', [x], {}, { outputs: [`relu${stage}_${k}`] });
    }
    if (stage < stages) x = b.add('MaxPool', [x], { kernel_shape: [2, 2], strides: [2, 2] });
  }
  const pooled = b.add('Flatten', [b.add('GlobalAveragePool', [x])], { axis: 1 });
  return b.build('staged', { scores: b.add('Gemm', [pooled, b.constant(tensorOf('float32', [1, 2, 3, 4, 5, 6, 7, 8], [4, 2]))]) });
}

/** A first convolution and eight fire modules. */
function squeezeNet(): Graph {
  const b = new GraphBuilder();
  const conv = (x: string, to: number, side: number, name: string): string => {
    const weights = tensorOf('float32', new Float32Array(to * Number(b.shape(x)[1]) * side * side).fill(0.1), [to, Number(b.shape(x)[1]), side, side]);
    return b.add('Relu', [b.add('Conv', [x, b.constant(weights)], { pads: new Array<number>(4).fill((side - 1) / 2) })], {}, { outputs: [name] });
  };
  let x = conv(b.input('pixels', 'float32', [N, 3, 16, 16]), 4, 3, 'first');
  for (let fire = 2; fire <= 9; fire++) {
    const squeezed = conv(x, 2, 1, `fire${fire}/squeeze`);
    x = b.add('Concat', [conv(squeezed, 3, 1, `fire${fire}/1`), conv(squeezed, 3, 3, `fire${fire}/3`)], { axis: 1 }, { outputs: [`fire${fire}`] });
  }
  return b.build('squeezenet', { scores: b.add('Flatten', [b.add('GlobalAveragePool', [x])], { axis: 1 }) });
}

describe('style layers', () => {
  const names = (graph: Graph) => {
    const { content, style } = defaultStyleLayers(prepareModel(graph));
    return [content.name, ...style.map(({ name }) => name)];
  };

  it('are the first rectifiers of each resolution, as in the paper, and content from the third', () => {
    assert.deepEqual(names(staged(5, 32)), ['relu3_2', 'relu1_1', 'relu2_1', 'relu3_1', 'relu4_1']);
  });

  it('are what there is in a shallow network', () => {
    assert.deepEqual(names(convolutional()), ['features/relu', 'relu', 'features/relu']);
  });

  it('are those of the courses in a SqueezeNet', () => {
    assert.deepEqual(names(squeezeNet()), ['fire2', 'first', 'fire3', 'fire4', 'fire5']);
  });

  it('are missing where no layer has positions', () => {
    assert.throws(() => names(perceptron()), hasReason('no-spatial-layer'));
  });
});

describe('a trunk', () => {
  const model = prepareModel(staged(3, 16));
  const layer = model.layers.find(({ name }) => name === 'relu3_1')!;

  it('computes at the model\'s own size what the model does', async () => {
    const runtime = await loadNative();
    const input = tensorOf('float32', Float32Array.from({ length: 3 * 256 }, (_, i) => Math.cos(i)), [1, 3, 16, 16]);
    const trunk = trunkFor(model, [layer], { width: 16, height: 16 }, courseUnits(imagenet));
    const whole = GraphBuilder.from(model.graph).build('whole', { relu3_1: 'relu3_1' });
    const [cut, full] = [await runtime.compile(trunk.graph), await runtime.compile(whole)];
    const [{ relu3_1: found }, { relu3_1: wanted }] = [await cut.run({ [trunk.picture]: input }), await full.run({ image: input })];
    assert.deepEqual(found.data, wanted.data);
    await Promise.all([cut.dispose(), full.dispose()]);
  });

  it('takes pictures of other sizes and proportions', () => {
    const { graph } = trunkFor(model, [layer], { width: 40, height: 24 }, courseUnits(imagenet));
    assert.deepEqual(graph.outputs.map(({ shape }) => shape), [[1, 4, 6, 10]]);
  });

  it('says where a picture is too narrow for a layer', () => {
    assert.throws(() => trunkFor(model, [layer], { width: 40, height: 3 }, courseUnits(imagenet)), hasReason('layer-unsuitable', /40 × 3/));
  });
});

describe('course units', () => {
  const pixels = Float32Array.from({ length: 12 }, (_, i) => (i * 53) % 256);
  const dims = [1, 3, 2, 2];
  const inputOf = ({ scale, mean, std }: Preprocessing, order: readonly number[]) => {
    const channel = (from: number, c: number): number[] => Array.from(
      pixels.subarray(4 * from, 4 * from + 4), (pixel) => (pixel * scale - (mean[c] ?? mean[0])) / (std[c] ?? std[0]));
    return tensorOf('float32', order.flatMap(channel), dims);
  };

  it('are a model\'s own where it is normalised as the courses do', () => {
    const { scale, shift } = courseUnits(imagenet);
    assert.deepEqual([scale, shift], [[1, 1, 1], [0, 0, 0]]);
  });

  it('are the same for a picture whatever the model takes, and lead back', () => {
    const wanted = inputOf(imagenet, [0, 1, 2]).data as Float32Array;
    for (const [preprocessing, order] of [[plain, [0, 1, 2]], [caffe, [2, 1, 0]]] as const) {
      const units = courseUnits(preprocessing);
      const input = inputOf(preprocessing, order);
      const course = toCourse(input, units);
      // float32 rounding of values up to 255
      for (let i = 0; i < 12; i++) assert.ok(Math.abs(course[4 * order[Math.floor(i / 4)] + (i % 4)] - wanted[i]) < 1e-5);
      const back = fromCourse(course, dims, units).data as Float32Array;
      back.forEach((value, i) => assert.ok(Math.abs(value - Number(input.data[i])) < 1e-4));
    }
  });

  it('know black and white', () => {
    const { ranges } = courseUnits(caffe);
    assert.ok(Math.abs(ranges[2].low - -0.485 / 0.229) < 1e-6 && Math.abs(ranges[0].high - (1 - 0.406) / 0.225) < 1e-6);
  });
});

describe('luminance', () => {
  const units = courseUnits(imagenet);
  const picture = (seed: number) => Float32Array.from({ length: 12 }, (_, i) => 0.3 * Math.sin(seed * i + seed));

  it('of a grey picture is what it was made of', () => {
    const luminance = Float32Array.of(0, 0.25, 0.5, 1);
    luminanceOf(greyPicture(luminance, units), units).forEach((value, i) => assert.ok(Math.abs(value - luminance[i]) < 1e-6));
  });

  it('of a recoloured picture is the picture\'s, and the differences of its colours are the photograph\'s', () => {
    const [made, photograph] = [picture(2), picture(3)];
    const result = recoloured(made, photograph, units);
    const [wanted, found] = [luminanceOf(made, units), luminanceOf(result, units)];
    const pixel = (of: Float32Array, c: number, i: number): number => of[4 * c + i] * units.colours[c].std;
    for (let i = 0; i < 4; i++) {
      // Nothing is near black or white, so nothing is clamped; float32 sums of values below 2
      assert.ok(Math.abs(wanted[i] - found[i]) < 1e-6);
      for (const c of [1, 2]) {
        assert.ok(Math.abs(pixel(result, c, i) - pixel(result, 0, i) - (pixel(photograph, c, i) - pixel(photograph, 0, i))) < 1e-6);
      }
    }
  });

  it('matched to another has its mean and deviation', () => {
    const moved = matched(Float32Array.of(0, 1, 0, 1), Float32Array.of(0.2, 0.4, 0.2, 0.4));
    [0.2, 0.4, 0.2, 0.4].forEach((value, i) => assert.ok(Math.abs(moved[i] - value) < 1e-6));
    assert.deepEqual(Array.from(matched(Float32Array.of(3, 3), Float32Array.of(0.5, 0.5))), [0.5, 0.5]);
  });
});
