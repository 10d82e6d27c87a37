/** What a studio makes, as a request to the engine. Pure functions. */
import type { RuntimeChoice } from '../protocol/engine.ts';
import type { GenerateRequest, GenerateResult, GeneratorDescription } from '../protocol/generate.ts';
import type { StudioResult, Work } from '../protocol/studio-panel.ts';
import { pagePixels } from './page-pixels.ts';

export interface RequestOptions {
  /** What the generator needs; undefined where that is not known, and everything that was chosen is sent. */
  readonly needs: GeneratorDescription['needs'] | undefined;
  readonly runtime: RuntimeChoice;
  /** Token of the ended run that is gone on with. */
  readonly resume: string | undefined;
  /** Absolute path of a picture. @throws FoveaError where there is none */
  picturePath(uri: string): string;
}

/** Only what the generator needs: what was chosen for another one stays chosen. */
export function requestOf(work: Work, { needs, runtime, resume, picturePath }: RequestOptions): GenerateRequest {
  const { generator, model, content, style, classes, layer, parameters, seed } = work;
  const picture = (uri: string | undefined) => (uri === undefined ? undefined : { path: picturePath(uri) });
  return {
    generator, model, parameters, seed, resume, runtime,
    content: needs?.content === false ? undefined : picture(content),
    style: needs?.style === false ? undefined : picture(style),
    ...(layer === undefined ? { classes: needs?.target === 'none' ? [] : classes } : { layer }),
  };
}

/** All that an ended run and the one that goes on from it must share. */
export function runKey({ generator, model, content, style, classes, layer, seed }: Work): string {
  return JSON.stringify([generator, model, content, style, classes, layer, seed]);
}

/** A picture's name for a person. */
export function nameOf(uri: string): string {
  return decodeURIComponent(uri.slice(uri.lastIndexOf('/') + 1));
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
