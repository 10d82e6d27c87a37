/** Words on a white sheet, and the sheet as a PNG file. */
export const font = 'system-ui, "Segoe UI", sans-serif';
export const ink = '#1f2328';
export const faint = '#57606a';

/** @param most width; longer text is cut @returns the width taken */
export function write(context: CanvasRenderingContext2D, text: string, x: number, y: number, most: number, style: string, colour: string): number {
  context.font = style;
  context.fillStyle = colour;
  let shown = text;
  while (shown.length > 1 && context.measureText(shown).width > most) shown = `${shown.slice(0, -2)}…`;
  context.fillText(shown, x, y);
  return context.measureText(shown).width;
}

/** @throws Error where the browser has no room for it */
export async function encode(canvas: HTMLCanvasElement): Promise<Uint8Array<ArrayBuffer>> {
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (!blob) throw new Error('the picture could not be encoded');
  return new Uint8Array(await blob.arrayBuffer());
}
