/** An engine for sweeps whose answers the test gives, and what is swept. */
import type { CallOptions } from '../../src/extension/engine-client.ts';
import type { SweepEngine } from '../../src/extension/sweep/sweep-host.ts';
import type { ExplainRequest, ExplainResult, ModelDescription } from '../../src/protocol/engine.ts';
import { CancelledError } from '../../src/protocol/errors.ts';
import type { GenerateRequest, GenerateResult, GeneratorDescription } from '../../src/protocol/generate.ts';
import type { PlanState, Swept } from '../../src/protocol/sweep-panel.ts';
import type { TechniqueDescription } from '../../src/protocol/techniques.ts';

export const pixels = (level: number) => ({ width: 1, height: 1, data: Buffer.from([level, 0, 0, 255]) as Uint8Array });
export const made: Extract<Swept, { kind: 'make' }> = {
  kind: 'make', work: { generator: 'paint', model: 'bundled:net', content: 'file:///p/a.png', classes: [1], parameters: { rate: 9, blur: 3 }, seed: 4 },
};
export const explained: Swept = {
  kind: 'explain', subject: { picture: 'file:///p/a.png', model: 'bundled:net', technique: 'cam', class: 'top', score: 'logit', parameters: { smooth: 1 }, seed: 4 },
};
export const plan: PlanState = { columns: { parameter: 'rate', values: [1, 2] }, rows: { parameter: 'seed', values: [7, 8] } };

const number = { type: 'number', default: 1 };
const generators = [{ id: 'paint', title: 'Paint', needs: { content: true, style: false, target: 'class' }, parameters: { properties: { rate: number } } }];
const techniques = [{ id: 'cam', title: 'CAM', needs: { class: true, layer: true, secondPicture: false }, parameters: { properties: { smooth: number } } }];
export const resultOf = (level: number, patch: Partial<GenerateResult> = {}): GenerateResult => ({
  pictures: [pixels(level)], predictions: [[{ index: 1, name: 'cat', logit: 2, probability: 0.5 }]], ended: 'done', step: 10, metrics: {},
  curves: [{ step: 1, values: { score: 1 } }, { step: 10, values: { score: 5 } }], recipe: { version: '1', seed: level }, ...patch,
} as unknown as GenerateResult);

interface Call<Request, Result> {
  request: Request;
  options: CallOptions;
  answer: (result: Result) => void;
  fail: (error: unknown) => void;
}

/** An engine whose answers the test gives, one by one. */
export class ManualEngine implements SweepEngine {
  readonly generated: Call<Omit<GenerateRequest, 'token'>, GenerateResult>[] = [];
  readonly explained: Call<ExplainRequest, ExplainResult>[] = [];

  generate: SweepEngine['generate'] = (request, options = {}) => wait(this.generated, request, options);
  explain: SweepEngine['explain'] = (request, options = {}) => wait(this.explained, request, options);
  generators: SweepEngine['generators'] = async () => generators as unknown as GeneratorDescription[];
  techniques: SweepEngine['techniques'] = async () => techniques as unknown as TechniqueDescription[];
  describeModel: SweepEngine['describeModel'] = async () => (
    { title: 'Net', hash: 'net', labels: ['dog', 'cat'], layers: [{ name: 'early' }, { name: 'late' }], defaultLayer: 'late' } as unknown as ModelDescription);
}

function wait<Request, Result>(calls: Call<Request, Result>[], request: Request, options: CallOptions): Promise<Result> {
  return new Promise((answer, fail) => {
    options.signal!.addEventListener('abort', () => fail(new CancelledError()));
    calls.push({ request, options, answer, fail });
  });
}
