/** What an explain session needs of the panel around it, and of the engine. */
import type { ExplainResult, ModelReference, RuntimeChoice } from '../../protocol/engine.ts';
import type { EngineClient } from '../engine-client.ts';
import type { TrustHost } from './map-trust.ts';
import type { ShowingHost } from './showing.ts';

export interface SessionHost extends ShowingHost, Omit<TrustHost, 'show'> {
  /** Absolute path of a picture. @throws FoveaError where there is none, e.g. in a virtual workspace */
  picturePath(uri: string): string;
  /** SHA-256 of a picture's file; undefined where it cannot be read. */
  pictureHash(uri: string): Promise<string | undefined>;
  /** @throws FoveaError `model-untrusted` */
  checkModel(model: ModelReference): void;
  runtime(): RuntimeChoice;
  /** Whether maps have a badge that says if they passed a sanity check. */
  sanityBadge(): boolean;
  /** What is to be noted with a result besides what the engine notes. */
  notes(result: ExplainResult): string[];
  /** Called with every result that is shown. */
  explained(result: ExplainResult): void;
}

/** The part of the engine that a session uses. */
export type SessionEngine = Pick<
  EngineClient, 'describeModel' | 'explain' | 'layerStrip' | 'predict' | 'exportResult' | 'techniques' | 'check' | 'planEvaluation' | 'evaluate'
>;
