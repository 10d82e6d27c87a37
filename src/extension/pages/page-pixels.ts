/** Pixels on their way to a page. */
import type { ExplainResult, Pixels } from '../../protocol/engine.ts';

/** VS Code carries an array to a page if its class is one of the standard ones; bytes from another process may be a Buffer. */
export function pagePixels(pixels: Pixels): Pixels {
  const { buffer, byteOffset, byteLength } = pixels.data;
  return { ...pixels, data: new Uint8Array(buffer, byteOffset, byteLength) };
}

/** The picture of one page: its pixels, of which there are megabytes, cross from the engine and to the page once. */
export class PagePicture {
  private known: { readonly picture: string; readonly hash: string; readonly pixels: Pixels } | undefined;

  /** Hash of a picture whose pixels are here already. @param picture URI */
  hashOf(picture: string): string | undefined {
    return this.known?.picture === picture ? this.known.hash : undefined;
  }

  /** A result as the page is sent it, which has seen those before, and with its pixels. */
  share(picture: string, result: ExplainResult): { sent: ExplainResult; whole: ExplainResult } {
    const { hash } = result.recipe.picture;
    if (this.hashOf(picture) === hash) return { sent: without(result), whole: { ...result, pixels: this.known?.pixels } };
    const whole = { ...result, pixels: result.pixels && pagePixels(result.pixels) };
    if (whole.pixels) this.known = { picture, hash, pixels: whole.pixels };
    return { sent: whole, whole };
  }
}

function without({ pixels: _, ...result }: ExplainResult): ExplainResult {
  return result;
}
