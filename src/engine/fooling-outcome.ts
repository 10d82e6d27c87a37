/** What came of an attack: the classes before and after, and of the picture as saved. */
import type { Tensor } from '../graph/graph.ts';
import { decodeEncoded } from '../pictures/decode.ts';
import { differencePicture } from '../pictures/difference.ts';
import { preprocess } from '../pictures/preprocess.ts';
import { encodePng } from '../pictures/render-png.ts';
import { restorePixels } from '../pictures/restore.ts';
import { savedPicture } from '../pictures/saved-picture.ts';
import type { Prediction } from '../protocol/engine.ts';
import type { FoolingOutcome } from '../protocol/generate.ts';
import type { Preprocessing } from '../protocol/preprocessing.ts';
import { mostLikely } from '../techniques/score-value.ts';
import { className, prediction, topPredictions } from './predictions.ts';
import type { LoadedModel } from './models.ts';
import type { PictureInput } from './picture-input.ts';

/** How much stronger than it is the difference is shown. */
const gain = 10;

export interface FoolingEnd {
  readonly loaded: LoadedModel;
  readonly preprocessing: Preprocessing;
  readonly content: PictureInput | undefined;
  readonly target: number | undefined;
  /** [1,C,H,W], in full precision. */
  readonly picture: Tensor;
  /** The logits of a model input [1,C,H,W]. */
  predict(input: Tensor): Promise<Float32Array>;
}

/** @param shown how many predictions */
export async function foolingOutcome(end: FoolingEnd, shown: number): Promise<{ outcome: FoolingOutcome; notes: string[] }> {
  const { loaded: { model, facts }, preprocessing, content, target, picture, predict } = end;
  const saved = savedPicture(content?.picture, picture, preprocessing);
  const reopened = await decodeEncoded(Buffer.from(await encodePng(saved)), 'saved.png');
  const logits = {
    before: content && await predict(content.input),
    after: await predict(picture),
    asSaved: await predict(preprocess(reopened, preprocessing).input),
  };
  const list = (row: Float32Array): Prediction[] => topPredictions(row, shown, facts.labels, model.finalActivation);
  const one = (row: Float32Array, index: number): Prediction => prediction(row, index, facts.labels, model.finalActivation);
  const from = logits.before && mostLikely(logits.before);
  const isFooled = (row: Float32Array): boolean => (target === undefined ? mostLikely(row) !== from : mostLikely(row) === target);
  const original = content && restorePixels(content.input, preprocessing);
  const outcome: FoolingOutcome = {
    target: target === undefined ? undefined : one(logits.after, target),
    before: logits.before ? list(logits.before) : [], after: list(logits.after), asSaved: list(logits.asSaved),
    fooled: isFooled(logits.after), fooledAsSaved: isFooled(logits.asSaved),
    saved, original,
    difference: original && differencePicture(original, restorePixels(picture, preprocessing), gain),
  };
  const [seen] = outcome.asSaved;
  const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;
  const notes: string[] = [];
  if (!outcome.fooled) {
    const aim = target === undefined ? '' : `, and gives ${className(facts.labels, target)} ${percent(one(logits.after, target).probability)}`;
    notes.push(`The model was not fooled: it still sees ${outcome.after[0].name} (${percent(outcome.after[0].probability)})${aim}.`);
  } else if (!outcome.fooledAsSaved) {
    notes.push(`The picture fools the model in full precision only: saved with 8 bits it is seen as ${seen.name} (${percent(seen.probability)}).`);
  }
  return { outcome, notes };
}
