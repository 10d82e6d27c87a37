/** A result ready to be drawn: the picture as a canvas, the map as a plane and, in its colours, as a canvas over the whole picture. */
import { displayRange, paint, reduceChannels, scalePlacement, valueAt, type Display, type DisplayRange, type Plane } from '../../src/protocol/display.ts';
import type { AttributionMap, ExplainResult, Pixels } from '../../src/protocol/engine.ts';
import type { Placement } from '../../src/protocol/preprocessing.ts';
import type { Point, Size } from './viewport.ts';

/** Longer side of the painted map: fine enough for a screen, painted in a few milliseconds, so that sliders follow the hand. */
const rasterSide = 512;

export class PaintedResult {
  readonly size: Size;
  readonly plane: Plane;
  /** Of the map's values. */
  readonly ownRange: DisplayRange;
  /** What the colours span: the map's own range, until another one is set. */
  range: DisplayRange;
  /** Covers the whole picture, opaque where the map is shown; stretched over it when drawn. */
  readonly raster: HTMLCanvasElement;
  private painted: { display: Display; range: DisplayRange } | undefined;

  /** @param picture pixels of the picture at any scale; undefined where only the map is there */
  constructor(readonly result: ExplainResult, readonly picture: HTMLCanvasElement | undefined) {
    this.size = { width: result.picture.width, height: result.picture.height };
    this.plane = reduceChannels(result.map);
    this.ownRange = displayRange(this.plane.values, this.plane.signed);
    this.range = this.ownRange;
    this.raster = paintable(fitInto(this.size, rasterSide));
  }

  get placement(): Placement {
    return this.result.placement;
  }

  /** Whether the model saw only a part of the picture. */
  get isCropped(): boolean {
    const { x, y, width, height } = this.placement;
    return x > 0.5 || y > 0.5 || x + width < this.size.width - 0.5 || y + height < this.size.height - 0.5;
  }

  /** Paints the raster unless it already shows this. Opacity is applied when it is drawn. */
  recolour(display: Display): void {
    const { painted, range } = this;
    if (painted?.range === range && painted.display.colorMap === display.colorMap && painted.display.threshold === display.threshold) return;
    paintPlane(this.raster, this.plane, range, { ...display, opacity: 1 }, scalePlacement(this.placement, this.raster.width / this.size.width));
    this.painted = { display, range };
  }

  /** The value shown at the middle of the pixel that a point of the picture lies in; undefined outside the map and for NaN. */
  valueAt(point: Point): number | undefined {
    return valueAt(this.plane, this.placement, Math.floor(point.x) + 0.5, Math.floor(point.y) + 0.5);
  }

  /** The standard error of the value of the cell at a point of the picture; undefined where there is none, or one for each channel. */
  standardErrorAt({ x, y }: Point): number | undefined {
    const { placement, plane, result: { standardError, map } } = this;
    if (!standardError || map.channels !== 1) return undefined;
    const column = Math.floor(((x - placement.x) / placement.width) * plane.width);
    const row = Math.floor(((y - placement.y) / placement.height) * plane.height);
    return standardError[row * plane.width + column];
  }

  /** Whether a point of the picture lies in the part that the model saw. */
  isSeen({ x, y }: Point): boolean {
    const { placement } = this;
    return x >= placement.x && y >= placement.y && x < placement.x + placement.width && y < placement.y + placement.height;
  }

  /** The middle of the strongest cell, as a point of the picture; undefined where the map is zero everywhere. */
  peak(): Point | undefined {
    const { values, width, height } = this.plane;
    let best = -1;
    values.forEach((value, index) => {
      if (Number.isFinite(value) && Math.abs(value) > (best < 0 ? 0 : Math.abs(values[best]))) best = index;
    });
    if (best < 0) return undefined;
    const { x, y, width: across, height: down } = this.placement;
    return { x: x + (((best % width) + 0.5) / width) * across, y: y + ((Math.floor(best / width) + 0.5) / height) * down };
  }
}

/** The picture with its map, or the map alone, in the colours that are shown. */
export function drawResult(
  context: CanvasRenderingContext2D, painted: PaintedResult, display: Display, layout: 'overlay' | 'map', { x, y, width, height }: Placement,
): void {
  painted.recolour(display);
  context.imageSmoothingQuality = 'high';
  if (painted.picture && layout === 'overlay') context.drawImage(painted.picture, x, y, width, height);
  context.globalAlpha = layout === 'map' ? 1 : display.opacity;
  context.drawImage(painted.raster, x, y, width, height);
  context.globalAlpha = 1;
}

/** A map on a small square canvas, in its own range, over the part of the picture that it covers. */
export function paintThumbnail(canvas: HTMLCanvasElement, map: AttributionMap, display: Display, beneath: PaintedResult | undefined): void {
  const plane = reduceChannels(map);
  const { width, height } = canvas;
  const context = context2d(canvas);
  context.clearRect(0, 0, width, height);
  if (beneath?.picture) {
    const { x, y, width: across, height: down } = scalePlacement(beneath.placement, beneath.picture.width / beneath.size.width);
    context.drawImage(beneath.picture, x, y, across, down, 0, 0, width, height);
  }
  const colours = paintable({ width, height });
  paintPlane(colours, plane, displayRange(plane.values, plane.signed), { ...display, opacity: 1, threshold: 0 }, { x: 0, y: 0, width, height });
  context.globalAlpha = beneath?.picture ? thumbnailOpacity : 1;
  context.drawImage(colours, 0, 0);
  context.globalAlpha = 1;
}

const thumbnailOpacity = 0.65;

function paintPlane(canvas: HTMLCanvasElement, plane: Plane, range: DisplayRange, display: Display, placement: Placement): void {
  const { width, height } = canvas;
  context2d(canvas).putImageData(new ImageData(paint(plane, range, display, { width, height, placement }), width, height), 0, 0);
}

/** Pixels of the engine as something that can be drawn. */
export function pictureCanvas({ width, height, data }: Pixels): HTMLCanvasElement {
  const canvas = paintable({ width, height });
  const bytes = new Uint8ClampedArray(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength); // megabytes: no copy
  context2d(canvas).putImageData(new ImageData(bytes, width, height), 0, 0);
  return canvas;
}

export function context2d(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext('2d');
  if (!context) throw new Error('This browser has no 2-D canvas.');
  return context;
}

/** A canvas of whole pixels that is not in the page. */
export function paintable({ width, height }: Size): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(width));
  canvas.height = Math.max(1, Math.round(height));
  return canvas;
}

function fitInto({ width, height }: Size, side: number): Size {
  const scale = side / Math.max(width, height);
  return { width: width * scale, height: height * scale };
}
