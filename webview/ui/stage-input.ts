/** Pointer, wheel and keyboard of the stage, with the manners of VS Code's image preview. */
import type { Point } from './viewport.ts';

/** What the stage can be told to do. Points are CSS pixels of the canvas. */
export interface StageActions {
  readonly canPan: boolean;
  zoomStep(direction: 1 | -1, anchor?: Point): void;
  zoomToScale(scale: number): void;
  wheel(deltaY: number, anchor: Point): void;
  fit(): void;
  pan(dx: number, dy: number): void;
  point(point: Point | undefined): void;
  moveCrosshair(dx: number, dy: number, fine: boolean): void;
  hideCrosshair(): void;
  /** @param backwards with Alt or Ctrl held down */
  click(point: Point, backwards: boolean): void;
  enter(): void;
}

/** A press that moves less than this is a click. */
const clickTolerance = 4;

const arrows: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class StageInput {
  private press: { last: Point; start: Point; moved: boolean; focusing: boolean } | undefined;

  constructor(private readonly canvas: HTMLCanvasElement, private readonly actions: StageActions) {
    canvas.addEventListener('pointerdown', (event) => this.pointerDown(event));
    canvas.addEventListener('pointermove', (event) => this.pointerMove(event));
    canvas.addEventListener('pointerup', (event) => this.pointerUp(event));
    canvas.addEventListener('pointercancel', () => this.release());
    canvas.addEventListener('pointerleave', () => actions.point(undefined));
    canvas.addEventListener('wheel', (event) => this.wheel(event), { passive: false });
    canvas.addEventListener('keydown', (event) => this.keyDown(event));
    canvas.addEventListener('blur', () => actions.hideCrosshair());
    addEventListener('keydown', (event) => this.showCursor(event));
    addEventListener('keyup', (event) => this.showCursor(event));
  }

  private pointOf(event: MouseEvent): Point {
    const { left, top } = this.canvas.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  }

  private pointerDown(event: PointerEvent): void {
    if (event.button !== 0) return;
    const point = this.pointOf(event);
    // The click that brings the panel to the front only does that.
    this.press = { last: point, start: point, moved: false, focusing: !document.hasFocus() };
    this.canvas.setPointerCapture(event.pointerId);
  }

  private pointerMove(event: PointerEvent): void {
    const point = this.pointOf(event);
    this.actions.point(point);
    const { press } = this;
    if (!press) return;
    if (Math.hypot(point.x - press.start.x, point.y - press.start.y) >= clickTolerance) press.moved = true;
    if (!press.moved) return;
    this.canvas.classList.toggle('dragging', this.actions.canPan);
    this.actions.pan(point.x - press.last.x, point.y - press.last.y);
    press.last = point;
  }

  private pointerUp(event: PointerEvent): void {
    const { press } = this;
    this.release();
    if (!press || press.moved || press.focusing) return;
    this.actions.click(this.pointOf(event), event.altKey || event.ctrlKey);
  }

  private release(): void {
    this.press = undefined;
    this.canvas.classList.remove('dragging');
  }

  /** With ctrl or alt (a pinch comes as ctrl) zooms; without, scrolls a picture that is larger than its pane. */
  private wheel(event: WheelEvent): void {
    if (event.ctrlKey || event.altKey) this.actions.wheel(event.deltaY || event.deltaX, this.pointOf(event));
    else if (this.actions.canPan) this.actions.pan(...(event.shiftKey ? [-event.deltaY, 0] as const : [-event.deltaX, -event.deltaY] as const));
    else return;
    event.preventDefault();
    this.actions.point(this.pointOf(event));
  }

  private keyDown(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in arrows) this.actions.moveCrosshair(...arrows[event.key], event.shiftKey);
    else if (event.key === '+' || event.key === '=') this.actions.zoomStep(1);
    else if (event.key === '-') this.actions.zoomStep(-1);
    else if (event.key === '0') this.actions.fit();
    else if (event.key === '1') this.actions.zoomToScale(1);
    else if (event.key === 'Enter') this.actions.enter();
    else {
      if (event.key === 'Escape') this.actions.hideCrosshair(); // it may close something else besides
      return;
    }
    event.preventDefault();
  }

  private showCursor(event: KeyboardEvent): void {
    this.canvas.classList.toggle('zoom-out', event.altKey || event.ctrlKey);
  }
}
