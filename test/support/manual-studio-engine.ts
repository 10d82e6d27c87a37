/** An engine for studios whose answers the test gives, and what it makes. */
import type { StudioEngine } from '../../src/extension/studio/studio-host.ts';
import type { ModelDescription } from '../../src/protocol/engine.ts';
import { CancelledError, FoveaError } from '../../src/protocol/errors.ts';
import type { FrameNote, GenerateRequest, GenerateResult, GeneratorDescription, SteerRequest } from '../../src/protocol/generate.ts';
import type { Work } from '../../src/protocol/studio-panel.ts';

export const work: Work = { generator: 'paint', model: 'bundled:net', classes: [7], parameters: {}, seed: 1 };

export const generators = [
  {
    id: 'paint', title: 'Paint', family: 'visualization', needs: { content: false, style: false, target: 'class' },
    parameters: { properties: { steps: { default: 100, live: true }, size: { default: 1 },
      rate: { default: 0.5, live: true }, blur: { default: 2, live: true } } },
  },
  { id: 'mix', title: 'Mix', family: 'style', needs: { content: true, style: true, target: 'none' }, parameters: { properties: {} } },
] as unknown as GeneratorDescription[];

export const pixels = (level: number) => ({ width: 1, height: 1, data: Buffer.from([level, 0, 0, 255]) as Uint8Array });
export const note = (step: number, patch: Partial<FrameNote> = {}): FrameNote => ({
  token: 't', step, total: 100, paused: false, pictures: [pixels(step)], curves: [{ step, values: { score: step / 10 } }],
  history: { parameters: { rate: 0.5 }, steered: [], identity: 'x' }, ...patch,
});
export const resultOf = (patch: Partial<GenerateResult> = {}): GenerateResult => (
  { pictures: [pixels(99)], curves: [{ step: 1, values: { score: 1 } }], step: 100, ended: 'done', notes: [] as string[], ...patch } as GenerateResult
);

export interface Call {
  request: Omit<GenerateRequest, 'token'>;
  token: string;
  signal: AbortSignal;
  frame: (frame: FrameNote) => void;
  note: (message: string) => void;
  answer: (result: GenerateResult) => void;
  fail: (error: unknown) => void;
}

/** An engine whose answers the test gives, one by one. */
export class ManualEngine implements StudioEngine {
  readonly calls: Call[] = [];
  readonly steered: SteerRequest[] = [];
  /** Pictures that are not there. */
  readonly gone = new Set<string>();
  /** Answers wait for it. */
  gate: Promise<void> = Promise.resolve();

  generate: StudioEngine['generate'] = (request, { signal, onStart, onFrame, onProgress } = {}) => new Promise((answer, fail) => {
    const token = `run-${this.calls.length + 1}`;
    onStart?.(token);
    signal!.addEventListener('abort', () => fail(new CancelledError()));
    const say = (message: string) => onProgress?.({ token, message });
    this.calls.push({ request, token, signal: signal!, frame: (frame) => onFrame?.(frame), note: say, answer, fail });
  });

  steer: StudioEngine['steer'] = async (request) => {
    this.steered.push(request);
    await this.gate;
    return true;
  };

  generators: StudioEngine['generators'] = async () => generators;
  describeModel: StudioEngine['describeModel'] = async (reference) => ({ reference, title: 'Net', labels: ['a'], layers: [] } as unknown as ModelDescription);
  pixels: StudioEngine['pixels'] = async ({ picture }) => {
    if (this.gone.has(picture.path)) throw new FoveaError('picture-missing', 'Gone.');
    return pixels(5);
  };

  savePixels: StudioEngine['savePixels'] = async ({ file }) => ({ file });
}
