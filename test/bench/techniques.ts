/** Techniques of many passes and steps of generated pictures, beside PyTorch's loops of the same arithmetic and the packages that people use. */
import { prepareModel } from '../../src/graph/prepare-model.ts';
import type { Graph, Tensor } from '../../src/graph/graph.ts';
import { tensorOf } from '../../src/graph/tensor.ts';
import { classVisualization } from '../../src/techniques/class-visualization.ts';
import type { Generator } from '../../src/techniques/generator.ts';
import { integratedGradients } from '../../src/techniques/integrated-gradients.ts';
import { occlusion } from '../../src/techniques/occlusion.ts';
import { rise } from '../../src/techniques/rise.ts';
import { scoreCam } from '../../src/techniques/score-cam.ts';
import { smoothGrad } from '../../src/techniques/smooth-grad.ts';
import { styleTransfer } from '../../src/techniques/style-transfer.ts';
import type { Technique } from '../../src/techniques/technique.ts';
import { GeneratorBench } from '../support/generator-bench.ts';
import { runTechnique, TechniqueBench } from '../support/technique-bench.ts';
import type { PyTorchPeer } from './peer.ts';

export interface ManyPasses {
  readonly title: string;
  readonly technique: Technique;
  readonly parameters: Record<string, unknown>;
}

/** With the sizes that peer.py has too. */
export const manyPasses: readonly ManyPasses[] = [
  { title: 'integrated gradients, 50 steps', technique: integratedGradients, parameters: { steps: 50, baseline: 'zero' } },
  { title: 'SmoothGrad, 25 samples', technique: smoothGrad, parameters: { samples: 25 } },
  { title: 'occlusion, 169 windows', technique: occlusion, parameters: { window: 32, stride: 16, baseline: 'zero' } },
  { title: 'RISE, 200 masks', technique: rise, parameters: { samples: 200 } },
  { title: 'Score-CAM, 1280 channels', technique: scoreCam, parameters: {} },
] as unknown as readonly ManyPasses[];

export interface ManySteps {
  readonly title: string;
  readonly network: 'mobilenet_v2' | 'squeezenet1_1';
  readonly generator: Generator;
  readonly parameters: Record<string, unknown>;
  /** Shorter side of the pictures that it is given, px; absent where it needs none. */
  readonly pictures?: number;
}

/** Each of the arithmetic that peer.py has too. */
export const manySteps: readonly ManySteps[] = [
  { title: 'class visualization, a step', network: 'mobilenet_v2', generator: classVisualization, parameters: { recipe: 'classic' } },
  { title: 'class visualization, a step', network: 'squeezenet1_1', generator: classVisualization, parameters: { recipe: 'classic' } },
  { title: 'style transfer 192 px, a step', network: 'squeezenet1_1', generator: styleTransfer, parameters: { preset: 'composition-vii' }, pictures: 192 },
] as unknown as readonly ManySteps[];

/** Medians of milliseconds, by what was measured. */
export type Medians = Record<string, number>;

/** @returns `ours`, `first` partial result, and where there is a peer `tuned` and `shipped`; all in turn */
export async function measureTechnique(
  { technique, parameters }: ManyPasses, network: string, graph: Graph, rounds: number, peer: PyTorchPeer | undefined,
): Promise<Medians> {
  const bench = new TechniqueBench(() => prepareModel(graph));
  const { input: { channels, height, width } } = await bench.model;
  const request = { input: waves(channels, height, width), classes: [5], parameters };
  const times = new Times();
  // The first run compiles programs.
  await runTechnique(bench, technique, request);
  for (let round = 0; round < rounds; round++) {
    let start = performance.now();
    await runTechnique(bench, technique, request);
    times.add('ours', performance.now() - start);
    const controller = new AbortController();
    start = performance.now();
    const report = (): void => {
      times.add('first', performance.now() - start);
      controller.abort();
    };
    await runTechnique(bench, technique, { ...request, signal: controller.signal, report }).catch(() => undefined);
    for (const [name, what] of [['tuned', technique.id], ['shipped', `shipped ${technique.id}`]]) times.add(name, ...await peer?.time(network, what, 1, 1) ?? []);
  }
  await bench.dispose();
  return times.medians();
}

/** @returns of one step: `ours`, and where there is a peer `tuned`; in turn */
export async function measureSteps(
  { network, generator, parameters, pictures }: ManySteps, graph: Graph, rounds: number, peer: PyTorchPeer | undefined,
): Promise<Medians> {
  const bench = new GeneratorBench(prepareModel(graph), { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] });
  const picture = pictures === undefined ? undefined : waves(3, pictures, pictures);
  const [steps, untimed] = [25, 5];
  const times = new Times();
  for (let round = 0; round < rounds; round++) {
    let before = 0;
    const report = ({ step }: { readonly step: number }): 'continue' => {
      const now = performance.now();
      if (step > untimed) times.add('ours', now - before);
      before = now;
      return 'continue';
    };
    await bench.run(generator, { classes: [5], content: picture, style: picture, parameters: { ...parameters, steps }, report });
    times.add('tuned', ...await peer?.time(network, generator.id, steps - untimed, untimed) ?? []);
  }
  await bench.dispose();
  return times.medians();
}

function waves(channels: number, height: number, width: number): Tensor {
  return tensorOf('float32', Float32Array.from({ length: channels * height * width }, (_, i) => Math.sin(i * 1.3)), [1, channels, height, width]);
}

class Times {
  readonly #of = new Map<string, number[]>();

  add(name: string, ...milliseconds: readonly number[]): void {
    this.#of.set(name, [...this.#of.get(name) ?? [], ...milliseconds]);
  }

  medians(): Medians {
    const filled = [...this.#of].filter(([, values]) => values.length > 0);
    return Object.fromEntries(filled.map(([name, values]) => [name, values.sort((a, b) => a - b)[values.length >> 1]]));
  }
}
