/** The picture as it is seen, on the clipboard. */
import { context2d, paintable, type PaintedResult } from '../ui/painted-result.ts';
import type { View } from '../../src/protocol/result-panel.ts';

/**
 * Copies the picture with its heat map (the map alone in the layout `map`), at the size of the pixels at hand.
 * @throws where the clipboard is refused
 */
export async function copyPicture(painted: PaintedResult, view: View): Promise<void> {
  const canvas = paintable(painted.picture ?? painted.raster);
  const context = context2d(canvas);
  const { width, height } = canvas;
  painted.recolour(view.display);
  const alone = view.layout === 'map';
  if (painted.picture && !alone) context.drawImage(painted.picture, 0, 0);
  context.globalAlpha = alone ? 1 : view.display.opacity;
  context.drawImage(painted.raster, 0, 0, width, height);
  const png = new Promise<Blob>((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('the picture could not be encoded'))), 'image/png');
  });
  window.focus(); // the clipboard is given to the focused page only
  await navigator.clipboard.write([new ClipboardItem({ 'image/png': png })]);
}
