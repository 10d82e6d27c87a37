/**
 * Well-known networks at their full size with seeded random weights, for measuring: speed does not depend on what a network has learnt.
 * Input `input` (N,3,224,224), output `logits` (N,1000).
 */
import { GraphBuilder } from '../../src/graph/builder.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { N } from '../../src/graph/graph.ts';
import { tensorOf } from '../../src/graph/tensor.ts';

interface ConvOptions {
  readonly kernel?: number;
  readonly stride?: number;
  readonly groups?: number;
  readonly padding?: number;
  /** Batch normalization after the convolution, in place of a bias. */
  readonly normalized?: boolean;
}

/** Writes layers with random weights, scaled so that activations keep their size from layer to layer (He et al. 2015). */
class NetworkBuilder {
  readonly b = new GraphBuilder();
  readonly input = this.b.input('input', 'float32', [N, 3, 224, 224]);
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** Uniform in [-1, 1); a linear congruential generator (Numerical Recipes) is random enough for weights. */
  #random(): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return this.#state / 2 ** 31 - 1;
  }

  #weights(dims: readonly number[], size: number): string {
    const values = Float32Array.from({ length: dims.reduce((a, d) => a * d, 1) }, () => this.#random() * size);
    return this.b.constant(tensorOf('float32', values, dims));
  }

  #perChannel(channels: number, from: number, to: number): string {
    return this.b.constant(tensorOf('float32', Float32Array.from({ length: channels }, () => from + (to - from) * (this.#random() + 1) / 2)));
  }

  channels(x: string): number {
    return this.b.shape(x)[1] as number;
  }

  conv(x: string, output: number, { kernel = 1, stride = 1, groups = 1, padding = (kernel - 1) / 2, normalized = true }: ConvOptions = {}): string {
    const input = this.channels(x) / groups;
    const weights = this.#weights([output, input, kernel, kernel], Math.sqrt(6 / (input * kernel * kernel)));
    const attributes = { kernel_shape: [kernel, kernel], strides: [stride, stride], group: groups, pads: [padding, padding, padding, padding] };
    if (!normalized) return this.b.add('Conv', [x, weights, this.#perChannel(output, -0.1, 0.1)], attributes);
    const statistics = [[0.5, 1], [-0.2, 0.2], [-0.2, 0.2], [0.5, 1.5]].map(([from, to]) => this.#perChannel(output, from, to));
    return this.b.add('BatchNormalization', [this.b.add('Conv', [x, weights], attributes), ...statistics], { epsilon: 1e-5 });
  }

  relu(x: string): string {
    return this.b.add('Relu', [x]);
  }

  relu6(x: string): string {
    return this.b.add('Clip', [x, this.b.scalar(0), this.b.scalar(6)]);
  }

  maxPool(x: string, padding: number, ceil = false): string {
    return this.b.add('MaxPool', [x], { kernel_shape: [3, 3], strides: [2, 2], pads: [padding, padding, padding, padding], ceil_mode: ceil ? 1 : 0 });
  }

  /** Mean over the image, then a linear layer. */
  classify(x: string): string {
    const channels = this.channels(x);
    const features = this.b.add('Flatten', [this.b.add('GlobalAveragePool', [x])], { axis: 1 });
    return this.b.add('Gemm', [features, this.#weights([1000, channels], Math.sqrt(3 / channels)), this.#perChannel(1000, -0.1, 0.1)], { transB: 1 });
  }

  finish(name: string, logits: string): Graph {
    return this.b.build(name, { logits });
  }
}

/** MobileNetV2 1.0 (Sandler et al. 2018): 3.5 M parameters. */
export function mobilenetV2(): Graph {
  const n = new NetworkBuilder(2);
  let x = n.relu6(n.conv(n.input, 32, { kernel: 3, stride: 2 }));
  const stages = [[1, 16, 1, 1], [6, 24, 2, 2], [6, 32, 3, 2], [6, 64, 4, 2], [6, 96, 3, 1], [6, 160, 3, 2], [6, 320, 1, 1]];
  for (const [expansion, output, count, first] of stages) {
    for (let i = 0; i < count; i++) {
      const stride = i === 0 ? first : 1;
      const hidden = n.channels(x) * expansion;
      const expanded = expansion === 1 ? x : n.relu6(n.conv(x, hidden));
      const projected = n.conv(n.relu6(n.conv(expanded, hidden, { kernel: 3, stride, groups: hidden })), output);
      x = stride === 1 && n.channels(x) === output ? n.b.add('Add', [x, projected]) : projected;
    }
  }
  return n.finish('mobilenet-v2', n.classify(n.relu6(n.conv(x, 1280))));
}

/** ResNet-50, stride at the 3×3 convolution (He et al. 2016): 25.6 M parameters. */
export function resnet50(): Graph {
  const n = new NetworkBuilder(50);
  let x = n.maxPool(n.relu(n.conv(n.input, 64, { kernel: 7, stride: 2 })), 1);
  for (const [width, count, first] of [[64, 3, 1], [128, 4, 2], [256, 6, 2], [512, 3, 2]]) {
    for (let i = 0; i < count; i++) {
      const stride = i === 0 ? first : 1;
      const middle = n.relu(n.conv(n.relu(n.conv(x, width)), width, { kernel: 3, stride }));
      const shortcut = i === 0 ? n.conv(x, 4 * width, { stride }) : x;
      x = n.relu(n.b.add('Add', [n.conv(middle, 4 * width), shortcut]));
    }
  }
  return n.finish('resnet-50', n.classify(x));
}

/** SqueezeNet 1.1 (Iandola et al. 2016): 1.2 M parameters, no batch normalization. */
export function squeezenet11(): Graph {
  const n = new NetworkBuilder(11);
  const conv = (x: string, output: number, options: ConvOptions = {}): string => n.relu(n.conv(x, output, { ...options, normalized: false }));
  const fire = (x: string, squeezed: number, expanded: number): string => {
    const s = conv(x, squeezed);
    return n.b.add('Concat', [conv(s, expanded), conv(s, expanded, { kernel: 3 })], { axis: 1 });
  };
  let x = n.maxPool(conv(n.input, 64, { kernel: 3, stride: 2, padding: 0 }), 0, true);
  x = n.maxPool(fire(fire(x, 16, 64), 16, 64), 0, true);
  x = n.maxPool(fire(fire(x, 32, 128), 32, 128), 0, true);
  x = fire(fire(fire(fire(x, 48, 192), 48, 192), 64, 256), 64, 256);
  const classes = n.b.add('GlobalAveragePool', [conv(x, 1000)]);
  return n.finish('squeezenet-1.1', n.b.add('Flatten', [classes], { axis: 1 }));
}
