/** What style transfer makes small: a weighted sum of losses between a picture and what was measured of the photograph and of the style picture. */
import type { Tensor } from '../graph/graph.ts';
import type { Layer } from '../graph/model.ts';
import { tensorOf } from '../graph/tensor.ts';
import { euclideanNorm } from '../metrics/distance.ts';
import { FoveaError } from '../protocol/errors.ts';
import type { CourseUnits } from './course-units.ts';
import type { GeneratorContext } from './generator.ts';
import { lossGraph, targetGraph, type Features, type Terms } from './style-losses.ts';
import { trunkFor } from './style-trunk.ts';

/** A picture in course units, with its dimensions [1,C,H,W]. */
export interface CoursePicture {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

export interface ObjectiveSettings {
  readonly units: CourseUnits;
  readonly features: Features;
  /** Layer and picture whose features are kept; absent where there is no content. */
  readonly content?: { readonly layer: Layer; readonly picture: CoursePicture };
  /** Layers and the picture whose statistics are kept; absent where there is no style. */
  readonly style?: { readonly layers: readonly Layer[]; readonly picture: CoursePicture };
  /** Of the picture that is made. */
  readonly dims: readonly number[];
}

export interface Losses {
  /** Without their weights: content where there is one, style layers, total variation. */
  readonly terms: Float32Array;
  /** Of Σ weight·term with respect to the picture. */
  readonly gradient: Float32Array;
}

export interface StyleObjective {
  /** One for each term. */
  readonly titles: readonly string[];
  /** @throws FoveaError `output-not-finite`, `runtime-failed`; CancelledError */
  evaluate(picture: Float32Array, weights: ArrayLike<number>): Promise<Losses>;
  /**
   * What each term is large beside: the features' own spread for content, the loss of the picture that a run starts from for style, the number of
   * values for total variation.
   */
  scales(start: Float32Array): Promise<Float32Array>;
}

type Context = Pick<GeneratorContext<unknown>, 'model' | 'program' | 'signal'>;

/** @throws FoveaError `layer-unsuitable` where a layer does not fit a picture's size, and what programs throw */
export async function styleObjective(context: Context, settings: ObjectiveSettings): Promise<StyleObjective> {
  const { content, style, dims, features } = settings;
  const terms: Terms = { ...features, content: content?.layer.name, style: style?.layers.map((layer) => layer.name) ?? [] };
  const targets: Record<string, Tensor> = {
    ...content && await measure(context, settings, 'content', [content.layer], content.picture, { ...terms, style: [] }),
    ...style && await measure(context, settings, 'style', style.layers, style.picture, { ...terms, content: undefined }),
  };
  const layers = [...(content ? [content.layer] : []), ...style?.layers ?? []];
  const [, , height, width] = dims;
  const trunk = trunkFor(context.model, layers, { width, height }, settings.units);
  const program = await context.program('style-losses', () => lossGraph(trunk, terms));

  const evaluate: StyleObjective['evaluate'] = async (picture, weights) => {
    const inputs = { ...targets, [trunk.picture]: { type: 'float32', dims, data: picture } as const, weights: tensorOf('float32', weights) };
    const { losses, gradient } = await program.run(inputs, { signal: context.signal });
    const result = { terms: losses.data as Float32Array, gradient: gradient.data as Float32Array };
    if (result.terms.every(Number.isFinite) && Number.isFinite(euclideanNorm(result.gradient))) return result;
    throw new FoveaError('output-not-finite', 'A loss or its gradient is not a finite number.', 'Try smaller weights; the model may be damaged, or its preprocessing wrong.');
  };
  return {
    titles: [...(content ? ['content'] : []), ...terms.style.map((name) => `style ${name}`), 'total variation'],
    evaluate,
    async scales(start) {
      const { terms: scales } = await evaluate(start, new Float32Array(layers.length + 1));
      if (content) scales[0] = spread(targets.content.data as Float32Array);
      scales[scales.length - 1] = start.length;
      // A term that starts at its minimum has no measure of its own.
      return scales.map((scale) => (scale > 0 ? scale : 1));
    },
  };
}

async function measure(
  { model, program, signal }: Context, { units }: ObjectiveSettings, key: 'content' | 'style',
  layers: readonly Layer[], { dims, data }: CoursePicture, terms: Terms,
): Promise<Record<string, Tensor>> {
  const [, , height, width] = dims;
  const trunk = trunkFor(model, layers, { width, height }, units);
  const compiled = await program(`style-targets ${key}`, () => targetGraph(trunk, terms));
  return compiled.run({ [trunk.picture]: { type: 'float32', dims, data } }, { signal });
}

/** Σ (v − mean)² */
function spread(values: Float32Array): number {
  let [sum, squares] = [0, 0];
  for (const value of values) sum += value;
  const mean = sum / values.length;
  for (const value of values) squares += (value - mean) ** 2;
  return squares;
}
