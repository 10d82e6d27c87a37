/** An explain session in the hands of a test: an engine whose answers the test gives, and a host that writes down what is posted. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { SessionEngine } from '../../src/extension/result/explain-host.ts';
import { ExplainSession } from '../../src/extension/result/explain-session.ts';
import type { ExplainRequest, ExplainResult, LayerStripEntry, ModelDescription, PredictRequest } from '../../src/protocol/engine.ts';
import { CancelledError, FoveaError } from '../../src/protocol/errors.ts';
import { preprocessingSchema } from '../../src/protocol/preprocessing.ts';
import type { HostMessage, Subject } from '../../src/protocol/result-panel.ts';
import type { CheckRequest, CheckResult } from '../../src/protocol/trust.ts';

export const subject: Subject = {
  picture: 'file:///pictures/a%20cat.png', model: 'bundled:net', technique: 'grad-cam', class: 'top', score: 'logit', parameters: {}, seed: 0,
};
export const preprocessing = preprocessingSchema.parse({ width: 8, height: 8 });

/** @param hash of the picture */
export const resultOf = (name: string, hash = 'a'): ExplainResult => ({
  class: { index: 3, name }, notes: [] as string[], milliseconds: { run: 20 }, recipe: { picture: { hash }, model: { hash: 'm' }, parameters: {} },
} as ExplainResult);

export const types = (messages: readonly HostMessage[]): string[] => messages.map((message) => message.type);

/** An engine whose answers the test gives, one by one. */
class ManualEngine implements SessionEngine {
  readonly explained: {
    request: ExplainRequest;
    answer: (result: ExplainResult) => void;
    fail: (error: unknown) => void;
    signal: AbortSignal;
  }[] = [];
  readonly predicted: PredictRequest[] = [];
  readonly checked: { request: CheckRequest; answer: (result: CheckResult) => void; signal: AbortSignal }[] = [];
  note: ((message: string) => void) | undefined;
  partial: ((result: ExplainResult) => void) | undefined;

  explain: SessionEngine['explain'] = (request, { signal, onProgress, onPartial } = {}) => new Promise((answer, fail) => {
    this.note = (message) => onProgress?.({ token: '', message });
    this.partial = onPartial;
    signal!.addEventListener('abort', () => fail(new CancelledError()));
    this.explained.push({ request, answer, fail, signal: signal! });
  });

  check: SessionEngine['check'] = (request, { signal } = {}) => new Promise((answer, fail) => {
    signal!.addEventListener('abort', () => fail(new CancelledError()));
    this.checked.push({ request, answer, signal: signal! });
  });

  /** The first check, which leaves the result alone for a moment. */
  async asked(): Promise<ManualEngine['checked'][number]> {
    for (let i = 0; i < 100 && this.checked.length === 0; i++) await sleep(10);
    return this.checked[0];
  }

  planEvaluation: SessionEngine['planEvaluation'] = async () => [];
  evaluate: SessionEngine['evaluate'] = () => Promise.reject(new CancelledError());
  describeModel: SessionEngine['describeModel'] = async () => ({ title: 'Net', preprocessing } as ModelDescription);
  techniques: SessionEngine['techniques'] = async () => [];
  layerStrip: SessionEngine['layerStrip'] = async () => [{} as LayerStripEntry];
  exportResult: SessionEngine['exportResult'] = async ({ file }) => ({ file });
  predict: SessionEngine['predict'] = async (request) => {
    this.predicted.push(request);
    return { predictions: [], preprocessing: request.preprocessing! };
  };
}

/** For one test. */
export class ExplainBench {
  readonly engine = new ManualEngine();
  readonly posted: HostMessage[] = [];
  /** Model that the workspace does not trust. */
  untrusted: string | undefined;
  readonly session: ExplainSession;

  /** @param badge whether maps have the badge of the sanity check */
  constructor({ badge = false } = {}) {
    this.session = new ExplainSession(subject, this.engine, {
      post: (message) => this.posted.push(message),
      picturePath: (uri) => decodeURIComponent(uri.slice('file://'.length)),
      pictureHash: async () => 'a',
      checkModel: (model) => {
        if (model === this.untrusted) throw new FoveaError('model-untrusted', 'No trust.');
      },
      runtime: () => 'wasm',
      sanityBadge: () => badge,
      notes: () => [],
      explained: () => {},
      trustOf: async () => undefined,
      measured: () => {},
      changed: () => {},
    });
  }

  /** Explains, and answers at once. */
  async explained(change: Partial<Subject> = {}, result = resultOf('cat')): Promise<void> {
    const done = this.session.explain({ ...subject, ...change });
    this.engine.explained.at(-1)!.answer(result);
    await done;
  }
}
