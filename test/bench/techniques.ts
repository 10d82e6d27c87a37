/** Techniques of many passes, beside PyTorch's loops of the same arithmetic and the packages that people use. */
import { prepareModel } from '../../src/graph/prepare-model.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { tensorOf } from '../../src/graph/tensor.ts';
import { integratedGradients } from '../../src/techniques/integrated-gradients.ts';
import { occlusion } from '../../src/techniques/occlusion.ts';
import { rise } from '../../src/techniques/rise.ts';
import { scoreCam } from '../../src/techniques/score-cam.ts';
import { smoothGrad } from '../../src/techniques/smooth-grad.ts';
import type { Technique } from '../../src/techniques/technique.ts';
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

/** @returns milliseconds: `ours`, `first` partial result, and where there is a peer `tuned` and `shipped` (medians of `rounds`, all in turn) */
export async function measureTechnique(
  { technique, parameters }: ManyPasses, network: string, graph: Graph, rounds: number, peer: PyTorchPeer | undefined,
): Promise<Record<string, number>> {
  const bench = new TechniqueBench(() => prepareModel(graph));
  const { input: { channels, height, width } } = await bench.model;
  const input = tensorOf('float32', Float32Array.from({ length: channels * height * width }, (_, i) => Math.sin(i * 1.3)), [1, channels, height, width]);
  const times: Record<string, number[]> = {};
  const keep = (name: string, values: readonly number[]): void => { (times[name] ??= []).push(...values); };
  for (let round = -1; round < rounds; round++) {
    const start = performance.now();
    let first: number | undefined;
    const report = (): void => { first ??= performance.now() - start; };
    await runTechnique(bench, technique, { input, classes: [5], parameters, report });
    // The first round compiles programs.
    if (round < 0) continue;
    keep('ours', [performance.now() - start]);
    if (first !== undefined) keep('first', [first]);
    for (const [name, what] of [['tuned', technique.id], ['shipped', `shipped ${technique.id}`]]) {
      keep(name, await peer?.time(network, what, 1, 0) ?? []);
    }
  }
  await bench.dispose();
  const median = (values: readonly number[]): number => values.slice().sort((a, b) => a - b)[values.length >> 1];
  return Object.fromEntries(Object.entries(times).filter(([, values]) => values.length > 0).map(([name, values]) => [name, median(values)]));
}
