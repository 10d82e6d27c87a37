/** The stage: the canvas with picture and map, its zoom, pan and crosshair, and the divider of the swipe layout. */
import { element } from './element.ts';
import type { PaintedResult } from './painted-result.ts';
import { drawScene, panesOf } from './scene.ts';
import { StageInput } from './stage-input.ts';
import { SwipeHandle } from './swipe-handle.ts';
import type { ViewState } from './view-state.ts';
import { fitScale, nextLevel, panBy, resolveZoom, toPane, toPicture, wheelScale, zoomTo, type Pane, type Point, type Size, type Zoom } from './viewport.ts';

export interface StageListener {
  /** The point of the picture that is pointed at, in its pixels, or undefined when none is. @param spoken by the keyboard, so it is to be said */
  pointed(point: Point | undefined, spoken: boolean): void;
  /** The scale drawn with; 1 is a pixel of the picture on a CSS pixel. */
  zoomed(scale: number): void;
  /** Clicked, or Enter pressed; without this a click zooms. */
  activated?(): void;
}

/** Share of the pane at its borders into which the crosshair is not let before the picture follows. */
const crosshairMargin = 0.2;

const keysHelp = 'Arrow keys move a crosshair and say the value under it, with Shift by single pixels. Plus and minus zoom, 0 fits, 1 shows the true size.';

export class Stage {
  readonly root: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  private readonly handle: SwipeHandle;
  private readonly keys: HTMLElement;
  private size: Size = { width: 0, height: 0 };
  private painted: PaintedResult | undefined;
  private crosshair: Point | undefined;
  private paints = 0;
  private frame = 0;

  /** @param id of the canvas */
  constructor(private readonly view: ViewState, private readonly listener: StageListener, id = 'map') {
    this.canvas = element('canvas', {
      id, class: 'map', tabindex: 0, role: 'application', 'aria-roledescription': 'heat map', 'aria-label': 'Heat map', 'aria-describedby': `${id}-keys`,
      'data-vscode-context': JSON.stringify({ preventDefaultContextMenuItems: true }), // cut and paste mean nothing here
    });
    this.canvas.classList.toggle('opens', listener.activated !== undefined);
    this.handle = new SwipeHandle((swipe) => view.change({ swipe }));
    this.keys = element('p', { class: 'visually-hidden', id: `${id}-keys` }, listener.activated ? `${keysHelp} Enter opens it.` : keysHelp);
    this.root = element('div', { class: 'stage' }, this.canvas, this.handle.root, this.keys);
    new StageInput(this.canvas, this);
    new ResizeObserver(() => this.resize()).observe(this.root);
    view.follow(() => this.schedule());
  }

  /** @param id of the canvas from now on */
  place(id: string): void {
    if (this.canvas.id === id) return;
    this.canvas.id = id;
    this.canvas.setAttribute('aria-describedby', `${id}-keys`);
    this.keys.id = `${id}-keys`;
  }

  get result(): PaintedResult | undefined {
    return this.painted;
  }

  /** Draws at once: this is what people wait for. */
  show(painted: PaintedResult, description: string): void {
    this.painted = painted;
    this.crosshair = undefined;
    this.canvas.setAttribute('aria-label', description);
    const { result } = painted;
    Object.assign(this.canvas.dataset, { class: result.class.index, className: result.class.name, layer: result.layer?.name ?? '', technique: result.technique });
    this.draw();
  }

  /** Takes away what is shown. */
  clear(): void {
    this.painted = undefined;
    this.crosshair = undefined;
    delete this.canvas.dataset.painted;
    this.canvas.getContext('2d')?.clearRect(0, 0, this.canvas.width, this.canvas.height);
  }

  zoomStep(direction: 1 | -1, anchor?: Point): void {
    this.zoomAt(anchor, (zoom) => nextLevel(zoom.scale, direction));
  }

  click(point: Point, backwards: boolean): void {
    if (this.listener.activated) this.listener.activated();
    else this.zoomStep(backwards ? -1 : 1, point);
  }

  enter(): void {
    this.listener.activated?.();
  }

  zoomToScale(scale: number): void {
    this.zoomAt(undefined, () => scale);
  }

  wheel(deltaY: number, anchor: Point): void {
    this.zoomAt(anchor, (zoom) => wheelScale(zoom.scale, deltaY));
  }

  fit(): void {
    this.view.change({ zoom: null });
  }

  /** The scale at which the whole picture is seen; undefined before there is one. */
  get fitted(): number | undefined {
    const at = this.locate();
    return at && fitScale(at.size, at.pane);
  }

  /** Whether the picture reaches beyond its pane, so that there is something to pan to. */
  get canPan(): boolean {
    const at = this.locate();
    return at !== undefined && (at.size.width * at.zoom.scale > at.pane.width + 1 || at.size.height * at.zoom.scale > at.pane.height + 1);
  }

  pan(dx: number, dy: number): void {
    const at = this.locate();
    if (at && this.canPan) this.view.change({ zoom: resolveZoom(panBy(at.zoom, dx, dy), at.size, at.pane) });
  }

  /** The pointer is over a point of the stage, or has left it. */
  point(point: Point | undefined): void {
    const at = this.locate(point);
    this.listener.pointed(at && point ? inside(toPicture(relative(point, at.pane), at.zoom, at.pane), at.size) : undefined, false);
  }

  /** Moves the crosshair, in steps of a fiftieth of what is seen or of one pixel; shows it first where it is not yet there. */
  moveCrosshair(dx: number, dy: number, fine: boolean): void {
    const at = this.locate();
    if (!at) return;
    const { zoom, size, pane } = at;
    const step = fine ? 1 : Math.max(1, Math.round(Math.min(size.width, size.height, pane.width / zoom.scale) / 50));
    const from = this.crosshair ?? { x: Math.floor(zoom.offsetX) + 0.5, y: Math.floor(zoom.offsetY) + 0.5 };
    const moved = this.crosshair ? { x: from.x + dx * step, y: from.y + dy * step } : from;
    this.crosshair = { x: Math.min(Math.max(moved.x, 0.5), size.width - 0.5), y: Math.min(Math.max(moved.y, 0.5), size.height - 0.5) };
    this.follow(this.crosshair, zoom, pane, size);
    this.listener.pointed(this.crosshair, true);
    this.schedule();
  }

  hideCrosshair(): void {
    if (!this.crosshair) return;
    this.mark(undefined);
    this.listener.pointed(undefined, false);
  }

  /** Draws the crosshair at a point that is pointed at elsewhere, or takes it away. */
  mark(point: Point | undefined): void {
    this.crosshair = point;
    this.schedule();
  }

  /** Pans so that a point stays away from the borders. */
  private follow(point: Point, zoom: Zoom, pane: Pane, picture: Size): void {
    if (!this.canPan) return;
    const at = toPane(point, zoom, pane);
    const beyond = (position: number, length: number): number =>
      Math.min(0, position - length * crosshairMargin) + Math.max(0, position - length * (1 - crosshairMargin));
    this.view.change({ zoom: resolveZoom(panBy(zoom, -beyond(at.x, pane.width), -beyond(at.y, pane.height)), picture, pane) });
  }

  private zoomAt(anchor: Point | undefined, scaleOf: (zoom: Zoom) => number): void {
    const at = this.locate(anchor);
    if (!at) return;
    const point = anchor ? relative(anchor, at.pane) : { x: at.pane.width / 2, y: at.pane.height / 2 };
    this.view.change({ zoom: resolveZoom(zoomTo(scaleOf(at.zoom), at.zoom, point, at.pane), at.size, at.pane) });
  }

  /** The pane under a point (the first one without a point) and the zoom drawn in it. */
  private locate(point?: Point): { pane: Pane; zoom: Zoom; size: Size } | undefined {
    if (!this.painted || this.size.width === 0) return undefined;
    const { size } = this.painted;
    const panes = panesOf(this.view.value.layout, this.size, size);
    const pane = (point && panes.findLast(({ x, y }) => point.x >= x && point.y >= y)) || panes[0];
    return { pane, size, zoom: resolveZoom(this.view.value.zoom, size, pane) };
  }

  private resize(): void {
    const { width, height } = this.root.getBoundingClientRect();
    if (width === 0 || height === 0) return;
    this.size = { width, height };
    this.canvas.width = Math.round(width * devicePixelRatio);
    this.canvas.height = Math.round(height * devicePixelRatio);
    this.draw(); // a resized canvas is empty: the next frame would flicker
  }

  private schedule(): void {
    if (!this.frame) this.frame = requestAnimationFrame(() => this.draw());
  }

  private draw(): void {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    const { value } = this.view;
    this.handle.update(value.layout === 'swipe' && this.painted !== undefined, value.swipe);
    if (!this.painted || this.size.width === 0) return;
    this.painted.recolour(value.display);
    drawScene(this.canvas, this.size, this.painted, value, this.crosshair);
    this.listener.zoomed(this.locate()?.zoom.scale ?? 1);
    this.canvas.dataset.painted = String(++this.paints);
  }
}

function relative(point: Point, pane: Pane): Point {
  return { x: point.x - pane.x, y: point.y - pane.y };
}

function inside(point: Point, { width, height }: Size): Point | undefined {
  return point.x >= 0 && point.y >= 0 && point.x < width && point.y < height ? point : undefined;
}
