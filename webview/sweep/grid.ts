/**
 * The grid: values along its sides, a cell for each pair of them. By the grid pattern of the ARIA Authoring Practices: one cell can be reached with
 * Tab, arrow keys go on from there.
 */
import type { ParameterControl } from '../../src/protocol/parameter-controls.ts';
import type { PlanState } from '../../src/protocol/sweep-panel.ts';
import { sideTitle, valueWords } from '../../src/protocol/sweep-plan.ts';
import { breakable } from '../ui/breakable.ts';
import { element, setAttributes } from '../ui/element.ts';
import { pixelatedFrom } from '../ui/viewport.ts';
import { CellView } from './cell-view.ts';
import { Enlargement } from './enlargement.ts';

/** In CSS pixels, as in sweep.css. */
const gap = 6;
const side = { least: 96, most: 400 };

export interface GridListener {
  /** A cell has become the current one. */
  chosen(index: number): void;
  open(index: number): void;
}

export class SweepGrid {
  readonly root: HTMLElement;
  cells: CellView[] = [];
  private readonly across = element('p', { class: 'across', 'aria-hidden': 'true' });
  private readonly down = element('p', { class: 'down', 'aria-hidden': 'true' });
  private readonly table = element('div', { class: 'sweep-grid', id: 'grid' });
  private readonly scroller: HTMLElement;
  private readonly enlargement = new Enlargement();
  private columns = 1;
  private current = 0;

  constructor(private readonly listener: GridListener) {
    this.scroller = element('div', { class: 'sweep-scroller' }, this.across, this.down, this.table);
    this.root = element('div', { class: 'sweep-box', hidden: true }, this.scroller, this.enlargement.root);
    this.scroller.addEventListener('scroll', () => this.enlargement.hide());
    new ResizeObserver(() => this.arrange()).observe(this.root);
  }

  /** Begins anew with empty cells. @param title of the whole @param current cell that Tab reaches */
  start({ columns, rows }: PlanState, controls: readonly ParameterControl[], title: string, current: number): void {
    const control = (name: string) => controls.find((one) => one.name === name);
    const titleOf = (name: string): string => control(name)?.title ?? name;
    const words = ({ parameter }: PlanState['columns'], value: unknown): string => valueWords(control(parameter), value);
    const unit = ({ parameter }: PlanState['columns']): string => (control(parameter)?.unit === undefined ? '' : ` ${control(parameter)!.unit!}`);
    const named = (axis: PlanState['columns'], value: unknown): string => `${titleOf(axis.parameter)}: ${words(axis, value)}${unit(axis)}`;
    this.columns = columns.values.length;
    this.across.textContent = sideTitle(control(columns.parameter), columns.parameter);
    this.down.textContent = rows ? sideTitle(control(rows.parameter), rows.parameter) : '';
    this.enlargement.hide();
    const down = rows?.values ?? [undefined];
    this.cells = down.flatMap((value, row) => columns.values.map((across, column) => this.cell(
      row * this.columns + column, [named(columns, across), ...(rows ? [named(rows, value)] : [])].join(' · '))));
    const heads = columns.values.map((value) => element('span', { class: 'column-head', role: 'columnheader', 'aria-label': named(columns, value), title: words(columns, value) }, ...breakable(words(columns, value))));
    const corner = element('span', { class: 'corner', role: 'columnheader' }, element('span', { class: 'visually-hidden' }, rows ? titleOf(rows.parameter) : 'Row'));
    this.table.replaceChildren(
      element('div', { class: 'sweep-row', role: 'row' }, corner, ...heads),
      ...down.map((value, row) => element('div', { class: 'sweep-row', role: 'row' },
        element('span', { class: 'row-head', role: 'rowheader', 'aria-label': rows ? named(rows, value) : 'Only row', title: rows && words(rows, value) }, ...breakable(rows ? words(rows, value) : '')),
        ...this.cells.slice(row * this.columns, (row + 1) * this.columns).map(({ root }) => root))));
    this.table.setAttribute('role', 'grid');
    this.table.setAttribute('aria-label', title);
    this.table.style.setProperty('--columns', String(this.columns));
    this.root.classList.toggle('single-row', rows === undefined);
    this.root.hidden = false;
    this.current = Math.min(current, this.cells.length - 1);
    this.mark(true);
    this.arrange();
  }

  get currentCell(): CellView | undefined {
    return this.cells.at(this.current);
  }

  /** A cell shows something else: so does its enlargement, and the first picture says how wide all are. */
  changed(cell: CellView): void {
    this.enlargement.repaint(cell);
    if (cell.ratio !== undefined) this.arrange();
  }

  /** Cells as large as there is room for all of them; smaller ones than can be looked at scroll. */
  arrange(): void {
    const ratio = this.cells.find((cell) => cell.ratio !== undefined)?.ratio ?? 1;
    const rows = this.cells.length / this.columns;
    const headWidth = (this.table.querySelector<HTMLElement>('.row-head')?.offsetWidth ?? 0) + this.down.offsetWidth + 24;
    const width = (this.root.clientWidth - headWidth - gap * this.columns) / this.columns;
    const headHeight = Math.max(...[...this.table.querySelectorAll<HTMLElement>('.column-head')].map((head) => head.offsetHeight), 0) + this.across.offsetHeight;
    const height = (this.root.clientHeight - headHeight - gap * rows - 16) / rows;
    const fitted = Math.min(width, height * ratio);
    const size = Math.floor(Math.min(Math.max(fitted, side.least), side.most * Math.max(ratio, 1)));
    this.table.style.setProperty('--cell', `${size}px`);
    this.table.style.setProperty('--ratio', String(ratio));
    for (const { canvas } of this.cells) canvas.classList.toggle('pixelated', size / canvas.width >= pixelatedFrom);
  }

  private cell(index: number, name: string): CellView {
    const view = new CellView(index, name);
    view.root.addEventListener('focus', () => {
      this.choose(index);
      if (view.root.matches(':focus-visible')) this.enlargement.show(view);
    });
    view.root.addEventListener('blur', () => this.enlargement.hide());
    view.root.addEventListener('pointerenter', () => this.enlargement.offer(view));
    view.root.addEventListener('pointerleave', () => this.enlargement.hide());
    view.root.addEventListener('dblclick', () => this.listener.open(index));
    view.root.addEventListener('keydown', (event) => this.keyDown(event));
    return view;
  }

  private choose(index: number): void {
    this.mark(false);
    this.current = index;
    this.mark(true);
    this.listener.chosen(index);
  }

  /** The current cell, as the one that Tab reaches. */
  private mark(isCurrent: boolean): void {
    setAttributes(this.cells[this.current].root, { tabindex: isCurrent ? 0 : -1, 'aria-selected': String(isCurrent) });
  }

  private keyDown(event: KeyboardEvent): void {
    const { current, columns, cells } = this;
    const column = current % columns;
    const start = current - column;
    const next = {
      ArrowRight: column + 1 < columns ? current + 1 : current, ArrowLeft: column > 0 ? current - 1 : current,
      ArrowDown: current + columns < cells.length ? current + columns : current, ArrowUp: current >= columns ? current - columns : current,
      Home: event.ctrlKey ? 0 : start, End: event.ctrlKey ? cells.length - 1 : start + columns - 1,
    }[event.key];
    if (event.key === 'Enter') this.listener.open(current);
    else if (event.key === 'Escape') this.enlargement.hide();
    else if (next === undefined || event.altKey || event.metaKey) return;
    else cells[next].root.focus();
    event.preventDefault();
  }
}
