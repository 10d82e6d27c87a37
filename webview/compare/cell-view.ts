/** One cell: its name, its map on the picture, the scale of its colours, the value pointed at, and what is known about it. */
import { formatValue, type Display, type DisplayRange } from '../../src/protocol/display.ts';
import type { Cell } from '../../src/protocol/compare-panel.ts';
import type { ExplainResult } from '../../src/protocol/engine.ts';
import { viewSchema } from '../../src/protocol/result-panel.ts';
import { ColourBar } from '../ui/colour-bar.ts';
import { button } from '../ui/controls.ts';
import { element, icon, newId } from '../ui/element.ts';
import { MenuButton, type MenuItem } from '../ui/menu.ts';
import { PaintedResult } from '../ui/painted-result.ts';
import { Stage } from '../ui/stage.ts';
import { ViewState } from '../ui/view-state.ts';
import type { Point } from '../ui/viewport.ts';
import { describeResult } from '../ui/words.ts';
import { factsOf, type Fact } from '../ui/facts.ts';

export interface CellListener {
  /** A point of the cell's picture, as shares of its width and height. @param spoken by the keyboard, so it is to be said */
  pointed(cell: CellView, share: Point | undefined, spoken: boolean): void;
  /** Undefined for a cell that has no result of its own. */
  readonly open?: () => void;
  /** What can be done with it. */
  readonly menu?: { readonly items: readonly MenuItem[]; pick(id: string): void };
  action(id: string): void;
}

export class CellView {
  readonly root: HTMLElement;
  /** It is dragged by. */
  readonly handle: HTMLElement;
  readonly menu: MenuButton | undefined;
  /** For controls of its own, beneath its facts. */
  readonly tools = element('div', { class: 'cell-tools' });
  readonly stage: Stage;
  readonly view = new ViewState(viewSchema.parse({}));
  private readonly bar = new ColourBar();
  private readonly title: HTMLElement;
  private readonly label = element('span', { class: 'cell-label' });
  private readonly cover = element('div', { class: 'cell-cover' });
  private readonly progress = element('div', { class: 'progress', hidden: true });
  private readonly unit = element('span', { class: 'cell-unit' });
  private readonly value = element('output', { class: 'cell-value' });
  private readonly facts = element('dl', { class: 'cell-facts' });
  private known: readonly Fact[] = [];

  /** @param id of its canvas @param technique title, for a description */
  constructor(id: string, private readonly technique: string, private readonly listener: CellListener) {
    const titleId = newId('cell-title');
    const { open, menu } = listener;
    this.stage = new Stage(this.view, {
      pointed: (point, spoken) => listener.pointed(this, point && this.share(point), spoken),
      zoomed: () => {},
      activated: open,
    }, id);
    this.title = open
      ? element('button', { class: 'cell-open', type: 'button', title: 'Open this result' }, this.label, icon('link-external'))
      : element('span', { class: 'cell-open' }, this.label);
    if (open) this.title.addEventListener('click', open);
    this.menu = menu && new MenuButton('Change, move or remove', 'ellipsis', menu.items, (id) => menu.pick(id));
    this.handle = element('h2', { class: 'cell-title', id: titleId }, this.title);
    this.root = element('article', { class: 'cell', 'aria-labelledby': titleId, 'data-state': 'waiting' },
      element('div', { class: 'cell-head' }, this.handle, ...(this.menu ? [this.menu.root] : [])),
      element('div', { class: 'cell-stage' }, this.stage.root, this.progress, this.cover),
      element('div', { class: 'cell-scale' }, element('div', { class: 'cell-reading' }, this.unit, this.value), this.bar.root),
      element('div', { class: 'cell-words' }, this.facts, this.tools));
  }

  /** @param id of its canvas from now on */
  place(id: string): void {
    this.stage.place(id);
  }

  focus(): void {
    this.title.focus();
  }

  get painted(): PaintedResult | undefined {
    return this.stage.result;
  }

  /** What is said beneath the picture. */
  get said(): readonly Fact[] {
    return this.known;
  }

  get name(): string {
    return this.label.textContent;
  }

  set name(name: string) {
    this.label.textContent = name;
    this.title.title = name;
  }

  /**
   * @param picture pixels of the picture, once they are there
   * @param facts what is said beneath
   * @param description of the map, for a screen reader
   */
  show(cell: Cell, picture: HTMLCanvasElement | undefined, facts?: readonly Fact[], description?: string): void {
    this.root.dataset.state = cell.state;
    const result = 'result' in cell ? cell.result : undefined;
    if (result) this.paint(result, picture, facts ?? factsOf(result), description);
    this.cover.replaceChildren(...this.coverOf(cell, result !== undefined));
    this.progress.hidden = cell.state !== 'busy';
    if (cell.state === 'busy') {
      this.progress.classList.toggle('indeterminate', cell.fraction === undefined);
      this.progress.style.setProperty('--share', String(cell.fraction ?? 0));
    }
  }

  /** In the place of a result: why there is none. */
  explain(reason: string, ...remedies: HTMLElement[]): void {
    this.root.dataset.state = 'absent';
    this.cover.replaceChildren(icon('circle-slash'), element('p', {}, reason), ...remedies);
    this.unit.textContent = '';
    this.known = [];
    this.facts.replaceChildren();
    this.stage.clear();
  }

  /** @param range of the colours; undefined for the map's own */
  recolour(display: Display, layout: 'overlay' | 'map', range: DisplayRange | undefined): void {
    const { painted } = this;
    if (painted) {
      painted.range = range ?? painted.ownRange;
      this.bar.show(painted, display);
    }
    this.view.change({ display, layout });
  }

  /** @param share what is pointed at in any cell @param mark whether to draw a crosshair there @returns the value in words */
  point(share: Point | undefined, mark: boolean): string {
    const { painted } = this;
    if (!painted) return '';
    const point = share && { x: share.x * painted.size.width, y: share.y * painted.size.height };
    if (mark) this.stage.mark(point);
    const value = point && painted.valueAt(point);
    this.bar.mark(value);
    const words = !point ? '' : value !== undefined ? formatValue(value) : painted.isSeen(point) ? 'not a number' : 'not seen';
    this.value.value = words;
    return words;
  }

  private share({ x, y }: Point): Point {
    const { width, height } = this.painted!.size;
    return { x: x / width, y: y / height };
  }

  private paint(result: ExplainResult, picture: HTMLCanvasElement | undefined, facts: readonly Fact[], description?: string): void {
    const painted = new PaintedResult(result, picture);
    this.stage.show(painted, description ?? `${this.name}. ${describeResult(result, this.technique, painted.peak())}`);
    this.unit.textContent = result.map.unit;
    this.known = facts;
    this.facts.replaceChildren(...facts.map(({ term, value, hint }) => (
      element('div', { title: hint ?? `${term}: ${value}` }, element('dt', {}, term), element('dd', {}, value))
    )));
  }

  private coverOf(cell: Cell, hasResult: boolean): HTMLElement[] {
    switch (cell.state) {
      case 'waiting': return [icon('ellipsis'), element('p', {}, 'Waiting')];
      case 'busy': return hasResult ? [] : [element('p', {}, cell.message)];
      case 'done': return [];
      case 'stopped': return hasResult ? [] : [icon('debug-stop'), element('p', {}, 'Stopped')];
      case 'failed': return [
        icon('error'), element('p', { class: 'cell-error' }, cell.error.message), ...(cell.error.help ? [element('p', {}, cell.error.help)] : []),
        element('div', { class: 'error-actions' }, ...cell.actions.map(({ id, title }) => button(title, () => this.listener.action(id)))),
      ];
    }
  }
}
