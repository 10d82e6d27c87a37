/** What a sweep's session needs of the panel around it, and of the engine. */
import type { RuntimeChoice } from '../../protocol/engine.ts';
import type { SweepHostMessage } from '../../protocol/sweep-panel.ts';
import type { EngineClient } from '../engine-client.ts';
import type { SweptCell } from './sweep-recorder.ts';

export interface SweepHost {
  post(message: SweepHostMessage): void;
  /** Absolute path of a picture. @throws FoveaError where there is none */
  picturePath(uri: string): string;
  /** @throws FoveaError `model-untrusted` */
  checkModel(model: string): void;
  runtime(): RuntimeChoice;
  /** Called when there is another title. */
  described(title: string): void;
  /** Keeps a grid with one more cell that is done. */
  done(cell: SweptCell): void;
  /** Hashes of the pictures that are there now, in the order of what is swept; undefined for one that is gone. */
  pictureHashes(): Promise<(string | undefined)[]>;
}

export type SweepEngine = Pick<EngineClient, 'describeModel' | 'generators' | 'techniques' | 'generate' | 'explain'>;
