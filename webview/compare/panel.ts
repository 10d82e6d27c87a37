/** The compare panel: a cell for each result, looked at with one zoom, one pointer and, where it makes sense, one scale of colours. */
import {
  compareStateSchema, compareViewSchema, type Cell, type CompareHostMessage, type CompareMessage, type CompareState, type CompareView,
} from '../../src/protocol/compare-panel.ts';
import { cellLabel, comparisonTitle, varyingParts, type ComparedNames, type Comparison } from '../../src/protocol/comparison.ts';
import { colorMapOf } from '../../src/protocol/display.ts';
import { Announcer } from '../ui/announcer.ts';
import { element } from '../ui/element.ts';
import { Host } from '../ui/host.ts';
import { pictureCanvas } from '../ui/painted-result.ts';
import type { Point } from '../ui/viewport.ts';
import { CellView, type CellListener } from './cell-view.ts';
import { differenceOf, hasDifference } from './difference.ts';
import { exportPage, exportPicture } from './export.ts';
import { arrangeCells } from './grid.ts';
import { LinkedZoom } from './linked-zoom.ts';
import { commonScale } from '../ui/common-scale.ts';
import { Toolbar } from './toolbar.ts';

/** Lengths of compare.css, in pixels. */
const room = { gap: 12, frame: { width: 18, height: 46 }, words: { beneath: 165, beside: 196 }, least: 220 };

export class ComparePanel {
  private readonly host = new Host<CompareHostMessage, CompareMessage, CompareState>(compareStateSchema, (message) => this.receive(message));
  private readonly toolbar: Toolbar;
  private readonly grid = element('div', { class: 'compare-grid' });
  private readonly scroller = element('main', { class: 'compare-scroller', 'aria-label': 'Results' }, this.grid);
  private readonly announcer = new Announcer();
  private readonly linked: LinkedZoom;
  private readonly pictures = new Map<string, HTMLCanvasElement>();
  private view: CompareView;
  private comparison: Comparison | undefined;
  private names: ComparedNames = { techniques: {}, models: {} };
  private cells: Cell[] = [];
  /** One for each subject and, last, one for their difference where there is one. */
  private views: CellView[] = [];
  private difference: CellView | undefined;

  constructor(root: HTMLElement) {
    const state = this.host.readState();
    this.comparison = state?.comparison;
    this.view = state?.view ?? compareViewSchema.parse({});
    this.linked = new LinkedZoom(this.view.zoom, (zoom) => this.change({ zoom }));
    this.toolbar = new Toolbar({
      changed: (patch) => this.change(patch),
      display: (patch) => this.change({ display: { ...this.view.display, ...patch } }),
      fit: () => this.linked.fit(),
      cancel: () => this.host.post({ type: 'cancel' }),
      run: () => this.host.post({ type: 'run' }),
      export: (what) => void this.export(what),
    });
    root.append(element('div', { class: 'compare', id: 'compare' }, this.toolbar.root, this.scroller, this.announcer.root));
    new ResizeObserver(() => this.arrange()).observe(this.scroller);
    this.refresh();
    this.host.post({ type: 'ready', state });
  }

  private receive(message: CompareHostMessage): void {
    switch (message.type) {
      case 'comparison':
        this.start(message.comparison, message.names);
        break;
      case 'picture':
        this.pictures.set(message.picture, pictureCanvas(message.pixels));
        break;
      case 'cell':
        this.show(message.index, message.cell);
        break;
      case 'announce':
        this.announcer.show(message.message);
        break;
    }
    this.refresh();
  }

  private start(comparison: Comparison, names: ComparedNames): void {
    this.comparison = comparison;
    this.names = names;
    this.pictures.clear();
    this.linked.clear();
    this.cells = comparison.subjects.map(() => ({ state: 'waiting' }));
    const listener: CellListener = {
      pointed: (cell, share, spoken) => this.pointed(cell, share, spoken),
      action: (id) => this.host.post({ type: 'action', id }),
    };
    const make = (id: string, technique: string, open?: () => void): CellView => {
      const view = new CellView(id, names.techniques[technique] ?? technique, { ...listener, open });
      this.linked.link(view);
      return view;
    };
    this.views = comparison.subjects.map(({ technique }, index) => make(`cell-${index}`, technique, () => this.host.post({ type: 'open', index })));
    this.difference = hasDifference(comparison.subjects) ? make('difference', comparison.subjects[0].technique) : undefined;
    if (this.difference) {
      this.difference.name = 'Difference';
      this.views.push(this.difference);
    }
    this.grid.replaceChildren(...this.views.map(({ root }) => root));
    this.toolbar.showTitle(comparisonTitle(comparison, names));
    this.cells.forEach((cell, index) => this.show(index, cell));
    this.save();
  }

  private show(index: number, cell: Cell): void {
    const { comparison } = this;
    if (!comparison || index >= this.cells.length) return;
    this.cells[index] = cell;
    const subject = comparison.subjects[index];
    const view = this.views[index];
    const result = 'result' in cell ? cell.result : undefined;
    view.name = cellLabel(subject, varyingParts(comparison), this.names, result);
    view.show(cell, this.pictures.get(subject.picture));
    this.linked.apply(view);
    this.subtract();
    this.arrange();
  }

  /** Fills the cell of the difference once both results are there. */
  private subtract(): void {
    const [first, second] = this.cells;
    if (!this.difference || !this.comparison) return;
    this.difference.show({ state: 'waiting' }, undefined);
    if (first.state !== 'done' || second.state !== 'done') return;
    this.difference.name = `${this.views[1].name} − ${this.views[0].name}`;
    const difference = differenceOf(first.result, second.result);
    if ('reason' in difference) this.difference.explain(difference.reason);
    else this.difference.show({ state: 'done', result: difference.result }, this.pictures.get(this.comparison.subjects[0].picture), difference.facts);
    this.linked.apply(this.difference);
  }

  private pointed(from: CellView, share: Point | undefined, spoken: boolean): void {
    const words = this.views.map((view) => {
      const value = view.point(share, view !== from);
      return value && `${view.name}: ${value}`;
    });
    if (spoken && share) this.announcer.say(words.filter(Boolean).join('; '));
  }

  private change(patch: Partial<CompareView>): void {
    this.view = { ...this.view, ...patch };
    this.refresh();
    this.save();
  }

  private save(): void {
    if (this.comparison) this.host.saveState({ comparison: this.comparison, view: this.view });
  }

  private get shared(): boolean {
    const varying = this.comparison ? varyingParts(this.comparison) : [];
    return this.view.shared ?? !(varying.includes('technique') || varying.includes('layer'));
  }

  /** Colours, names of the buttons and the state that the page says of itself. */
  private refresh(): void {
    const { display, layout } = this.view;
    const maps = this.views.flatMap((view) => (view === this.difference || !view.painted ? [] : [view.painted]));
    const common = commonScale(maps.map(({ plane, result }) => ({ plane, unit: result.map.unit })));
    const scale = this.shared && 'range' in common ? common : undefined;
    for (const view of this.views) {
      const one = view === this.difference ? undefined : scale;
      view.recolour(one ? { ...display, colorMap: colorMapOf(display, one.signed) } : display, layout, one?.range);
    }
    this.toolbar.showView(this.view, this.shared, 'reason' in common ? common.reason : undefined);
    const count = (...states: Cell['state'][]): number => this.cells.filter(({ state }) => states.includes(state)).length;
    const busy = count('busy', 'waiting') > 0;
    this.toolbar.showProgress(count('done'), this.cells.length, busy, count('stopped'));
    document.body.dataset.state = this.cells.length === 0 ? 'empty' : busy ? 'busy' : 'result';
  }

  private arrange(): void {
    const { width, height } = this.scroller.getBoundingClientRect();
    const size = this.views.find(({ painted }) => painted)?.painted?.size ?? { width: 1, height: 1 };
    const aspect = Math.min(Math.max(size.width / size.height, 0.5), 2);
    const inside = { ...room, width: width - 2 * room.gap, height: height - 2 * room.gap };
    const { columns, picture, beside } = arrangeCells(this.views.length, aspect, inside, this.comparison?.columns);
    this.grid.classList.toggle('beside', beside);
    this.grid.style.setProperty('--columns', String(columns));
    this.grid.style.setProperty('--picture', `${Math.floor(picture)}px`);
    for (const view of this.views) this.linked.apply(view);
  }

  private async export(what: 'picture' | 'page'): Promise<void> {
    const { comparison } = this;
    const shown = this.views.filter(({ painted }) => painted);
    if (!comparison || shown.length === 0) return;
    try {
      if (what === 'picture') {
        const title = comparisonTitle(comparison, this.names);
        this.host.post({ type: 'export-picture', png: await exportPicture(title, shown, this.view.layout) });
      } else {
        const cells = await exportPage(shown, this.view.layout, (view) => (view === this.difference ? undefined : this.views.indexOf(view)));
        this.host.post({ type: 'export-page', cells });
      }
    } catch (error) {
      this.announcer.show(`The export failed: ${error instanceof Error ? error.message : String(error)}.`);
    }
  }
}
