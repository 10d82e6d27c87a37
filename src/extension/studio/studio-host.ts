/** What a studio's session needs of the panel around it, and of the engine. */
import type { RuntimeChoice } from '../../protocol/engine.ts';
import type { GenerateResult } from '../../protocol/generate.ts';
import type { MadeRecipe } from '../../protocol/recipe.ts';
import type { StudioHostMessage, Work } from '../../protocol/studio-panel.ts';
import type { EngineClient } from '../engine-client.ts';

export interface StudioHost {
  post(message: StudioHostMessage): void;
  /** Absolute path of a picture. @throws FoveaError where there is none */
  picturePath(uri: string): string;
  /** @throws FoveaError `model-untrusted` */
  checkModel(model: string): void;
  runtime(): RuntimeChoice;
  /** Keeps what has been made as a run. @returns its id; undefined where it cannot be kept */
  made(result: GenerateResult, work: Work): Promise<string | undefined>;
  /** What is to be noted with a result that a saved recipe made, besides what the engine notes. */
  notes(saved: MadeRecipe, result: GenerateResult): string[];
  /** Called when what is made has changed. */
  changed(): void;
}

export type StudioEngine = Pick<EngineClient, 'describeModel' | 'generators' | 'generate' | 'steer' | 'pixels' | 'savePixels'>;
