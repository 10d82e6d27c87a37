/** The compare panel: results side by side with one zoom, one pointer and one scale. */
import {
  compareStateSchema, compareViewSchema,
  type Cell, type CompareHostMessage, type CompareMessage, type CompareState, type CompareView, type DifferenceView,
} from '../../src/protocol/compare-panel.ts';
import { cellLabel, comparisonTitle, varyingParts, type ComparedNames, type Comparison } from '../../src/protocol/comparison.ts';
import { colorMapOf } from '../../src/protocol/display.ts';
import { Announcer } from '../ui/announcer.ts';
import { commonScale } from '../ui/common-scale.ts';
import { element } from '../ui/element.ts';
import { Host } from '../ui/host.ts';
import { pictureCanvas } from '../ui/painted-result.ts';
import type { Point } from '../ui/viewport.ts';
import { CellList, type ListedCell } from './cell-list.ts';
import type { CellView } from './cell-view.ts';
import { hasDifference } from './difference.ts';
import { DifferenceCell } from './difference-cell.ts';
import { exportPage, exportPicture } from './export.ts';
import { arrangeCells } from './grid.ts';
import { LinkedZoom } from './linked-zoom.ts';
import { Toolbar } from './toolbar.ts';

/** Lengths of compare.css, in pixels. */
const room = { gap: 12, frame: { width: 18, height: 48 }, words: { beneath: 165, beside: 196 }, least: 220 };

export class ComparePanel {
  private readonly host = new Host<CompareHostMessage, CompareMessage, CompareState>(compareStateSchema, (message) => this.receive(message));
  private readonly toolbar: Toolbar;
  private readonly grid = element('div', { class: 'compare-grid' });
  private readonly scroller = element('main', { class: 'compare-scroller', 'aria-label': 'Results' }, this.grid);
  private readonly announcer = new Announcer();
  private readonly linked: LinkedZoom;
  private readonly pictures = new Map<string, HTMLCanvasElement>();
  private readonly list: CellList;
  private readonly difference: DifferenceCell;
  private view: CompareView;
  private comparison: Comparison | undefined;
  private names: ComparedNames = { techniques: {}, models: {} };
  /** Key of the cell that had the focus last. */
  private focused: string | undefined;

  constructor(root: HTMLElement) {
    const state = this.host.readState();
    this.comparison = state?.comparison;
    this.view = state?.view ?? compareViewSchema.parse({});
    this.linked = new LinkedZoom(this.view.zoom, (zoom) => this.change({ zoom }));
    const pointed = (cell: CellView, share: Point | undefined, spoken: boolean): void => this.pointed(cell, share, spoken);
    const action = (id: string): void => this.host.post({ type: 'action', id });
    this.list = new CellList({
      pointed, action,
      open: (index) => this.host.post({ type: 'open', index }),
      change: (cell, part) => this.host.post({ type: 'change', cell, part }),
      remove: (cell) => this.host.post({ type: 'remove', cell }),
      move: (cell, to) => this.host.post({ type: 'move', cell, to }),
      made: (view) => this.linked.link(view),
      gone: (view) => this.linked.unlink(view),
    });
    this.difference = new DifferenceCell({ pointed, action }, (patch) => this.changeDifference(patch));
    this.linked.link(this.difference.view);
    this.toolbar = new Toolbar({
      changed: (patch) => this.change(patch),
      display: (patch) => this.change({ display: { ...this.view.display, ...patch } }),
      fit: () => this.linked.fit(),
      cancel: () => this.host.post({ type: 'cancel' }),
      run: () => this.host.post({ type: 'run' }),
      export: (what) => void this.export(what),
      add: (part) => {
        const base = this.list.all.find(({ key }) => key === this.focused) ?? this.list.all.at(-1);
        if (base) this.host.post({ type: 'add', cell: base.key, part });
      },
      undo: () => this.host.post({ type: 'undo' }),
      redo: () => this.host.post({ type: 'redo' }),
      difference: () => this.changeDifference({ shown: !this.isDifferenceShown }),
    });
    root.append(element('div', { class: 'compare', id: 'compare' }, this.toolbar.root, this.scroller, this.announcer.root));
    this.grid.addEventListener('focusin', ({ target }) => {
      this.focused = this.list.all.find(({ view }) => view.root.contains(target as Node))?.key ?? this.focused;
    });
    addEventListener('keydown', (event) => this.keyDown(event));
    new ResizeObserver(() => this.arrange()).observe(this.scroller);
    this.refresh();
    this.host.post({ type: 'ready', state });
  }

  private receive(message: CompareHostMessage): void {
    switch (message.type) {
      case 'comparison':
        this.compare(message);
        break;
      case 'picture':
        this.pictures.set(message.picture, pictureCanvas(message.pixels));
        break;
      case 'cell': {
        const listed = this.list.all.at(message.index);
        if (listed) this.show(listed, message.cell);
        break;
      }
      case 'announce':
        this.announcer.show(message.message);
        break;
    }
    this.refresh();
  }

  /** Cells of subjects that stay are kept, with what has the focus. */
  private compare({ comparison, names, canUndo, canRedo }: Extract<CompareHostMessage, { type: 'comparison' }>): void {
    const before = this.list.all;
    const active = document.activeElement;
    const place = before.findIndex(({ view }) => view.root.contains(active));
    const [from, less] = [before.at(this.view.difference.from)?.key, before.at(this.view.difference.less)?.key];
    this.comparison = comparison;
    this.names = names;
    const roots = this.list.show(comparison.subjects, names.techniques);
    this.grid.replaceChildren(...roots);
    if (before.length > 0) this.followTerms(from, less);
    if (place >= 0) {
      if (this.grid.contains(active)) (active as HTMLElement).focus();
      else this.list.all[Math.min(place, this.list.all.length - 1)].view.focus();
    }
    this.toolbar.showTitle(comparisonTitle(comparison, names));
    this.toolbar.showEdits({ canUndo, canRedo, canAdd: !this.list.isFull });
    for (const listed of this.list.all) this.show(listed, listed.cell);
    this.save();
  }

  /** The difference stays that of the same two cells, wherever they are now. */
  private followTerms(...keys: readonly (string | undefined)[]): void {
    const [from, less] = keys.map((key) => this.list.all.findIndex((one) => one.key === key));
    const wanted = from >= 0 && less >= 0 ? { from, less } : { from: 1, less: 0 };
    this.view = { ...this.view, difference: { ...this.view.difference, ...wanted } };
  }

  private show(listed: ListedCell, cell: Cell): void {
    if (!this.comparison) return;
    const { subject, view } = listed;
    listed.cell = cell;
    view.name = cellLabel(subject, varyingParts(this.comparison), this.names, 'result' in cell ? cell.result : undefined);
    view.show(cell, this.pictures.get(subject.picture));
    this.linked.apply(view);
    this.arrange();
  }

  private get isDifferenceShown(): boolean {
    const subjects = this.comparison?.subjects ?? [];
    return subjects.length > 1 && (this.view.difference.shown ?? hasDifference(subjects));
  }

  private subtract(): void {
    const { all } = this.list;
    const { root } = this.difference.view;
    this.toolbar.showDifference(this.isDifferenceShown, all.length > 1);
    if (!this.isDifferenceShown) {
      root.remove();
      return;
    }
    if (root.parentElement !== this.grid) this.grid.append(root);
    const last = all.length - 1;
    const { from, less } = this.view.difference;
    const shown = from > last || less > last ? { ...this.view.difference, from: 1, less: 0 } : this.view.difference;
    const terms = all.map(({ view, cell }) => (cell.state === 'done' ? { name: view.name, result: cell.result } : undefined));
    this.difference.show(shown, all.map(({ view }) => view.name), terms, this.pictures.get(all[shown.from].subject.picture));
    this.linked.apply(this.difference.view);
  }

  private changeDifference(patch: Partial<DifferenceView>): void {
    this.change({ difference: { ...this.view.difference, ...patch } });
    this.arrange();
    if (this.difference.sentence !== '') this.announcer.say(this.difference.sentence);
  }

  /** The cells that are seen. */
  private get views(): CellView[] {
    return [...this.list.all.map(({ view }) => view), ...(this.isDifferenceShown ? [this.difference.view] : [])];
  }

  private pointed(from: CellView, share: Point | undefined, spoken: boolean): void {
    const words = this.views.map((view) => {
      const value = view.point(share, view !== from);
      return value && `${view.name}: ${value}`;
    });
    if (spoken && share) this.announcer.say(words.filter(Boolean).join('; '));
  }

  private keyDown(event: KeyboardEvent): void {
    if (!(event.ctrlKey || event.metaKey)) return;
    const key = event.key.toLowerCase();
    if (key !== 'z' && key !== 'y') return;
    event.preventDefault();
    this.host.post({ type: key === 'y' || event.shiftKey ? 'redo' : 'undo' });
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
    this.subtract();
    const maps = this.list.all.flatMap(({ view: { painted } }) => painted ?? []);
    const common = commonScale(maps.map(({ plane, result }) => ({ plane, unit: result.map.unit })));
    const scale = this.shared && 'range' in common ? common : undefined;
    for (const view of this.views) {
      const one = view === this.difference.view ? undefined : scale;
      view.recolour(one ? { ...display, colorMap: colorMapOf(display, one.signed) } : display, layout, one?.range);
    }
    this.toolbar.showView(this.view, this.shared, 'reason' in common ? common.reason : undefined);
    const count = (...states: Cell['state'][]): number => this.list.all.filter(({ cell: { state } }) => states.includes(state)).length;
    const busy = count('busy', 'waiting') > 0;
    this.toolbar.showProgress(count('done'), this.list.all.length, busy, count('stopped'));
    document.body.dataset.state = this.list.all.length === 0 ? 'empty' : busy ? 'busy' : 'result';
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
        const cells = await exportPage(shown, this.view.layout, (view) => (
          view === this.difference.view ? { note: this.difference.sentence } : { index: this.list.indexOf(view) }
        ));
        this.host.post({ type: 'export-page', cells });
      }
    } catch (error) {
      this.announcer.show(`The export failed: ${error instanceof Error ? error.message : String(error)}.`);
    }
  }
}
