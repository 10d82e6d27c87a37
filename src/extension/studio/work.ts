/** What a studio makes, as a request to the engine and as a recipe has it. Pure functions. */
import type { Pixels, RuntimeChoice } from '../../protocol/engine.ts';
import type { GenerateRequest, GenerateResult, GeneratorDescription } from '../../protocol/generate.ts';
import type { MadeRecipe } from '../../protocol/recipe.ts';
import type { PictureRole, StudioResult, Work, WorkChange } from '../../protocol/studio-panel.ts';
import { pagePixels } from '../pages/page-pixels.ts';

export interface RequestOptions {
  /** What the generator needs; undefined where that is not known, and everything that was chosen is sent. */
  readonly needs: GeneratorDescription['needs'] | undefined;
  readonly runtime: RuntimeChoice;
  /** What the run goes on from, or is to be like. */
  readonly past?: Pick<GenerateRequest, 'resume' | 'from' | 'replay'>;
  /** Absolute path of a picture. @throws FoveaError where there is none */
  picturePath(uri: string): string;
}

/** Only what the generator needs: what was chosen for another one stays chosen. */
export function requestOf(work: Work, { needs, runtime, past, picturePath }: RequestOptions): GenerateRequest {
  const { generator, model, content, style, classes, layer, parameters, seed, preprocessing } = work;
  const picture = (uri: string | undefined) => (uri === undefined ? undefined : { path: picturePath(uri) });
  return {
    generator, model, parameters, seed, runtime, ...past, ...(preprocessing && { preprocessing }),
    content: needs?.content === false ? undefined : picture(content),
    style: needs?.style === false ? undefined : picture(style),
    ...(layer === undefined ? { classes: needs?.target === 'none' ? [] : classes } : { layer }),
  };
}

/** What a recipe made, with the parameters that it ended with. @param places where model and pictures are */
export function workOf(
  { generator, classes, layer, seed, parameters, steered }: MadeRecipe, places: Pick<Work, 'model' | 'content' | 'style' | 'preprocessing'>,
): Work {
  return { ...places, generator, classes, layer, seed, parameters: steered.reduce((all, change) => ({ ...all, ...change.parameters }), parameters) };
}

/** What was chosen with a change: another generator has parameters of its own. */
export function changed(work: Work, { layer = work.layer, ...others }: WorkChange): Work {
  const parameters = others.parameters ?? (others.generator === undefined || others.generator === work.generator ? work.parameters : {});
  return { ...work, ...others, parameters, layer: layer ?? undefined };
}

/** All that an ended run and the one that goes on from it must share. */
export function runKey({ generator, model, content, style, classes, layer, seed, preprocessing }: Work): string {
  return JSON.stringify([generator, model, content, style, classes, layer, seed, preprocessing]);
}

/** A picture's name for a person. */
export function nameOf(uri: string): string {
  return decodeURIComponent(uri.slice(uri.lastIndexOf('/') + 1));
}

/** Of the pictures that were chosen. */
export function namesOf({ content, style }: Work): Partial<Record<PictureRole, string>> {
  return { ...(content !== undefined && { content: nameOf(content) }), ...(style !== undefined && { style: nameOf(style) }) };
}

/** What is written to a file: of a fooling image, the photograph with the changed pixels in it. */
export function pixelsToSave(result: GenerateResult | undefined, what: 'picture' | 'difference', index: number): Pixels | undefined {
  return what === 'difference' ? result?.fooling?.difference : result?.fooling?.saved ?? result?.pictures[index];
}

/** A result as a page gets it. */
export function pageResult({ curves: _, history: __, fooling, pictures, ...result }: GenerateResult): StudioResult {
  if (!fooling) return { ...result, pictures: pictures.map(pagePixels) };
  const { saved: ___, original, difference, ...outcome } = fooling;
  return {
    ...result, pictures: pictures.map(pagePixels),
    fooling: { ...outcome, original: original && pagePixels(original), difference: difference && pagePixels(difference) },
  };
}
