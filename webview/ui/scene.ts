/** Draws a painted result on a canvas in one of the layouts. */
import type { View } from '../../src/protocol/result-panel.ts';
import { context2d, paintable, type PaintedResult } from './painted-result.ts';
import { pixelatedFrom, resolveZoom, splitPanes, toPane, type Pane, type Point, type Size, type Zoom } from './viewport.ts';

/** What is drawn in a pane. */
type Content = 'picture' | 'overlay' | 'map';

/** The panes of a layout on a stage; every pane shows the same part of the picture. */
export function panesOf(layout: View['layout'], stage: Size, picture: Size): Pane[] {
  return layout === 'side-by-side' ? splitPanes(stage, picture) : [{ x: 0, y: 0, ...stage }];
}

/**
 * The rectangle of the picture on its pane, on whole pixels of the device so that its edges are sharp.
 * @param density device pixels of a CSS pixel
 */
function pictureRectangle(picture: Size, zoom: Zoom, pane: Pane, density: number): Pane {
  const whole = (length: number): number => Math.round(length * density) / density;
  const corner = toPane({ x: 0, y: 0 }, zoom, pane);
  const [width, height] = [whole(picture.width * zoom.scale), whole(picture.height * zoom.scale)];
  return { x: whole(pane.x + corner.x), y: whole(pane.y + corner.y), width, height };
}

/** @param crosshair point of the picture that is marked, in its pixels */
export function drawScene(canvas: HTMLCanvasElement, stage: Size, painted: PaintedResult, view: View, crosshair: Point | undefined): void {
  const context = context2d(canvas);
  const density = canvas.width / stage.width;
  context.setTransform(density, 0, 0, density, 0, 0);
  context.clearRect(0, 0, stage.width, stage.height);
  const panes = panesOf(view.layout, stage, painted.size);
  panes.forEach((pane, index) => {
    const zoom = resolveZoom(view.zoom, painted.size, pane);
    const content: Content = view.layout === 'map' ? 'map' : view.layout === 'side-by-side' && index === 0 ? 'picture' : 'overlay';
    context.save();
    clip(context, pane);
    drawPane(context, painted, view, zoom, pane, content);
    if (crosshair) drawCrosshair(context, toPane(crosshair, zoom, pane), pane);
    context.restore();
  });
}

function drawPane(context: CanvasRenderingContext2D, painted: PaintedResult, view: View, zoom: Zoom, pane: Pane, content: Content): void {
  const to = pictureRectangle(painted.size, zoom, pane, context.getTransform().a);
  if (content === 'map') frame(context, to);
  else {
    drawChecks(context, to);
    if (painted.picture) drawPicture(context, painted.picture, to, zoom.scale);
  }
  if (content === 'picture') return;
  context.save();
  if (view.layout === 'swipe') clip(context, { ...pane, x: pane.x + pane.width * view.swipe, width: pane.width * (1 - view.swipe) });
  context.imageSmoothingEnabled = true;
  context.globalAlpha = content === 'map' ? 1 : view.display.opacity;
  context.drawImage(painted.raster, to.x, to.y, to.width, to.height);
  context.restore();
  if (painted.isCropped) drawCrop(context, painted, zoom, pane);
}

function clip(context: CanvasRenderingContext2D, { x, y, width, height }: Pane): void {
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
}

/** Shows where the picture is that a map alone belongs to. */
function frame(context: CanvasRenderingContext2D, { x, y, width, height }: Pane): void {
  context.lineWidth = 1;
  context.strokeStyle = 'rgba(128, 128, 128, 0.6)';
  context.strokeRect(x - 0.5, y - 0.5, width + 1, height + 1);
}

/** Neighbours are mixed below half size only: above it that is not seen and would take several times as long. */
function drawPicture(context: CanvasRenderingContext2D, picture: HTMLCanvasElement, to: Pane, scale: number): void {
  context.imageSmoothingEnabled = scale < pixelatedFrom;
  context.imageSmoothingQuality = to.width * context.getTransform().a < picture.width / 2 ? 'medium' : 'low';
  context.drawImage(picture, to.x, to.y, to.width, to.height);
}

let checks: HTMLCanvasElement | undefined;

/** Shows through where a picture is transparent. */
function drawChecks(context: CanvasRenderingContext2D, picture: Pane): void {
  if (!checks) {
    checks = paintable({ width: 16, height: 16 });
    const tile = context2d(checks);
    tile.fillStyle = '#ffffff';
    tile.fillRect(0, 0, 16, 16);
    tile.fillStyle = '#d0d0d0';
    tile.fillRect(0, 0, 8, 8);
    tile.fillRect(8, 8, 8, 8);
  }
  context.fillStyle = context.createPattern(checks, 'repeat') ?? '#ffffff';
  context.fillRect(picture.x, picture.y, picture.width, picture.height);
}

/** A dashed line around the part of the picture that the model saw. */
function drawCrop(context: CanvasRenderingContext2D, { placement }: PaintedResult, zoom: Zoom, pane: Pane): void {
  const from = toPane(placement, zoom, pane);
  const rectangle = [pane.x + from.x, pane.y + from.y, placement.width * zoom.scale, placement.height * zoom.scale] as const;
  strokeTwice(context, () => context.strokeRect(...rectangle), [5, 4]);
}

function drawCrosshair(context: CanvasRenderingContext2D, at: Point, pane: Pane): void {
  const [x, y] = [pane.x + at.x, pane.y + at.y];
  const [inner, outer] = [4, 14];
  strokeTwice(context, () => {
    context.beginPath();
    for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
      context.moveTo(x + dx * inner, y + dy * inner);
      context.lineTo(x + dx * outer, y + dy * outer);
    }
    context.stroke();
  }, []);
}

/** Dark below light, so that it is seen on every picture. */
function strokeTwice(context: CanvasRenderingContext2D, stroke: () => void, dash: number[]): void {
  context.setLineDash([]);
  context.lineWidth = 3;
  context.strokeStyle = 'rgba(0, 0, 0, 0.55)';
  stroke();
  context.setLineDash(dash);
  context.lineWidth = 1.25;
  context.strokeStyle = '#ffffff';
  stroke();
  context.setLineDash([]);
}
