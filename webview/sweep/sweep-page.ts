/** The sweep panel: the sides of a grid are chosen beside it, its cells fill one after another, and each opens as a run of its own. */
import { colorMapOf, displaySchema } from '../../src/protocol/display.ts';
import type { PanelPlace } from '../../src/protocol/panel-place.ts';
import type { SweepAxis } from '../../src/protocol/sweep.ts';
import {
  sweepStateSchema, type PlanState, type SweepCell, type SweepHostMessage, type SweepMessage, type SweepState,
} from '../../src/protocol/sweep-panel.ts';
import { axisObjection, meaningful, planObjection, usualPlan, usualValues } from '../../src/protocol/sweep-plan.ts';
import { Announcer } from '../ui/announcer.ts';
import { commonScale } from '../ui/common-scale.ts';
import { element } from '../ui/element.ts';
import { Host } from '../ui/host.ts';
import { EmptyNotice, ErrorCard } from '../ui/notices.ts';
import { pictureCanvas } from '../ui/painted-result.ts';
import { AxisForm } from './axis-form.ts';
import { costOf, lengthsIn, Pace, presentOf, type Described } from './cost.ts';
import { Detail } from './detail.ts';
import { exportPage, exportPicture } from './export.ts';
import { SweepGrid } from './grid.ts';
import { RunSection } from './run-section.ts';
import { SweepHeader } from './sweep-header.ts';

/** Cells that come faster than this are not each said. */
const spokenEvery = 3000;

export class SweepPage {
  private readonly host = new Host<SweepHostMessage, SweepMessage, SweepState>(sweepStateSchema, (message) => this.receive(message));
  private readonly header = new SweepHeader({
    layout: (layout) => this.look({ layout }),
    shared: (shared) => this.look({ shared }),
    export: (what) => void this.export(what),
  });
  private readonly grid = new SweepGrid({ chosen: (index) => this.choose(index), open: (index) => this.host.post({ type: 'open', index }) });
  private readonly columns: AxisForm;
  private readonly rows: AxisForm;
  private readonly run = new RunSection({
    run: () => this.start(), continue: () => this.host.post({ type: 'continue' }), cancel: () => this.host.post({ type: 'cancel' }),
  });
  private readonly detail = new Detail(
    () => this.host.post({ type: 'open', index: this.current }), (id) => this.host.post({ type: 'action', id }));
  private readonly error = new ErrorCard((id) => this.host.post({ type: 'action', id }), () => this.closeError());
  private readonly empty = new EmptyNotice();
  private readonly announcer = new Announcer();
  private described: Described | undefined;
  /** As it is edited. */
  private plan: PlanState | undefined;
  /** Whether the plan is the person's own. */
  private edited: boolean;
  /** Of the grid that is shown. */
  private drawn: PlanState | undefined;
  private picture: HTMLCanvasElement | undefined;
  private current: number;
  private place: PanelPlace | undefined;
  private view: Pick<SweepState, 'layout' | 'shared'>;
  private failed = false;
  private spoken = 0;
  private readonly pace = new Pace();
  private painting = 0;
  private unconfirmed: number | undefined;

  constructor(root: HTMLElement) {
    const state = this.host.readState();
    this.plan = state?.plan;
    this.edited = this.plan !== undefined;
    this.current = state?.current ?? 0;
    this.place = state?.place;
    this.view = { layout: state?.layout ?? 'overlay', shared: state?.shared ?? false };
    this.columns = new AxisForm('columns', 'Across', false, (name) => this.take('columns', name), (values) => this.set('columns', values));
    this.rows = new AxisForm('rows', 'Down', true, (name) => this.take('rows', name), (values) => this.set('rows', values));
    root.append(element('div', { class: 'panel sweep' }, this.header.root,
      element('div', { class: 'middle' },
        element('main', { class: 'centre', 'aria-label': 'Grid' }, element('div', { class: 'stage-box' }, this.grid.root, this.empty.root, this.error.root)),
        element('aside', { class: 'sidebar', 'aria-label': 'Sides and run' }, this.run.root, this.columns.root, this.rows.root, this.detail.root)),
      this.announcer.root));
    this.refresh();
    this.host.post({ type: 'ready' });
  }

  private receive(message: SweepHostMessage): void {
    switch (message.type) {
      case 'swept':
        this.described = message;
        this.failed = false;
        this.plan = this.fitting(this.plan) ?? usualPlan(message.controls, presentOf(message.swept)) as PlanState | undefined;
        this.header.show(message);
        if (this.drawn) this.draw(this.drawn, this.grid.cells.map(({ cell }) => cell)); // its sides were not known by name
        this.recolour();
        break;
      case 'grid':
        this.failed = false;
        if (!this.edited) this.plan = message.plan;
        this.draw(message.plan, []);
        break;
      case 'picture':
        this.picture = pictureCanvas(message.pixels);
        break;
      case 'cell':
        this.showCell(message.index, message.cell);
        break;
      case 'error':
        this.failed = true;
        this.error.show(message);
        break;
      case 'place':
        this.place = message.place;
        break;
      case 'announce':
        this.announcer.show(message.message);
        break;
    }
    this.refresh();
  }

  private draw(plan: PlanState, cells: readonly SweepCell[]): void {
    this.drawn = plan;
    this.grid.start(plan, this.described?.controls ?? [], this.header.words, this.current);
    cells.forEach((cell, index) => this.showCell(index, cell));
  }

  /** A plan of an earlier page, unless the technique has changed since. */
  private fitting(plan: PlanState | undefined): PlanState | undefined {
    const known = (axis?: SweepAxis): boolean => !axis || this.described!.controls.some(({ name }) => name === axis.parameter);
    return plan && known(plan.columns) && known(plan.rows) ? plan : undefined;
  }

  private showCell(index: number, cell: SweepCell): void {
    const view = this.grid.cells.at(index);
    if (!view) return;
    view.show(cell, this.picture);
    if (view.painted) this.recolour();
    this.grid.changed(view);
    if (cell.state === 'done' && Date.now() - this.spoken > spokenEvery && this.busy) {
      this.spoken = Date.now();
      this.announcer.say(`${view.name}: done, ${this.count('done')} of ${this.grid.cells.length}.`);
    }
    if (cell.state === 'busy' && cell.frame !== undefined) this.confirm(cell.frame);
    this.pace.follow(index, cell);
  }

  /** A frame is confirmed when the screen is painted, so that a slow or hidden page is not sent more than it can show. */
  private confirm(frame: number): void {
    this.unconfirmed = frame;
    this.painting ||= requestAnimationFrame(() => {
      this.painting = 0;
      this.host.post({ type: 'shown', frame: this.unconfirmed! });
    });
  }

  private recolour(): void {
    const display = displaySchema.parse({});
    const painted = this.grid.cells.flatMap((cell) => cell.painted ?? []);
    const common = commonScale(painted.map(({ plane, result }) => ({ plane, unit: result.map.unit })));
    const one = this.view.shared && 'range' in common ? common : undefined;
    for (const cell of this.grid.cells) {
      const colours = one ? { ...display, colorMap: colorMapOf(display, one.signed) } : display;
      cell.recolour({ display: colours, layout: this.view.layout, range: one?.range });
    }
    this.header.showScale(this.view, 'reason' in common ? common.reason : undefined);
  }

  private look(patch: Partial<SweepPage['view']>): void {
    this.view = { ...this.view, ...patch };
    this.recolour();
    this.refresh();
  }

  private choose(index: number): void {
    this.current = index;
    this.refresh();
  }

  private take(side: 'columns' | 'rows', name: string | undefined): void {
    const { plan, described } = this;
    if (!plan || !described) return;
    const control = described.controls.find((one) => one.name === name);
    const axis = control && { parameter: control.name, values: usualValues(control, presentOf(described.swept)[control.name]) as SweepAxis['values'] } as PlanState['columns'];
    if (side === 'rows') this.plan = { columns: plan.columns, ...(axis && { rows: axis }) };
    else if (axis) this.plan = { ...plan, columns: axis };
    this.edited = true;
    this.refresh();
  }

  private set(side: 'columns' | 'rows', values: unknown[]): void {
    const axis = this.plan?.[side];
    if (!this.plan || !axis) return;
    this.plan = { ...this.plan, [side]: { ...axis, values } };
    this.edited = true;
    this.refresh();
  }

  private start(): void {
    if (this.plan && this.refused === undefined) this.host.post({ type: 'run', plan: this.plan });
  }

  private closeError(): void {
    this.failed = false;
    this.refresh();
  }

  private get busy(): boolean {
    return this.count('busy', 'waiting') > 0;
  }

  private count(...states: SweepCell['state'][]): number {
    return this.grid.cells.filter(({ cell }) => states.includes(cell.state)).length;
  }

  /** Why the grid that is edited cannot be drawn. */
  private get refused(): string | undefined {
    const { plan, described } = this;
    if (!plan || !described) return '';
    const bad = [plan.columns, ...(plan.rows ? [plan.rows] : [])].some((axis) => {
      const control = described.controls.find(({ name }) => name === axis.parameter);
      return control === undefined || axisObjection(control, axis) !== undefined;
    });
    return bad ? 'Correct the values below.' : planObjection(plan);
  }

  private refresh(): void {
    const { described, plan, drawn, grid } = this;
    this.columns.root.hidden = this.rows.root.hidden = !(described && plan);
    if (described && plan) {
      const present = presentOf(described.swept);
      const choices = (other: string | undefined) => meaningful(described.controls, present, other).filter(({ name }) => name !== other);
      this.columns.show(choices(plan.rows?.parameter), plan.columns);
      this.rows.show(choices(plan.columns.parameter), plan.rows);
      this.host.saveState({ swept: described.swept, plan, current: this.current, place: this.place, ...this.view });
    }
    const changed = JSON.stringify(plan) !== JSON.stringify(drawn);
    const under = grid.cells.find(({ cell }) => cell.state === 'busy')?.cell;
    this.run.show({
      cost: described && plan && this.refused === undefined ? costOf(described, plan) : '', refused: this.refused, changed, busy: this.busy,
      done: this.count('done'), total: grid.cells.length, fraction: under?.state === 'busy' ? under.fraction ?? 0 : 0,
      left: described && drawn && this.pace.left(grid.cells, lengthsIn(described, drawn)?.each),
    });
    this.detail.show(grid.currentCell);
    this.header.canExport = this.count('done') > 0;
    if (!this.failed) this.error.hide();
    if (grid.cells.length > 0 || this.failed) this.empty.hide();
    else if (described && !plan) this.empty.show('Nothing to sweep', `${described.title} has no parameters.`);
    else this.empty.show(described ? 'No grid yet' : 'Getting ready', described ? 'Choose what to vary across and down, and press Run.' : 'What can be varied appears in a moment.');
    document.body.dataset.state = this.failed ? 'error' : !described ? 'empty' : this.busy ? 'busy' : grid.cells.length > 0 ? 'result' : 'idle';
  }

  private async export(what: 'picture' | 'page'): Promise<void> {
    const { drawn, described } = this;
    if (!drawn || !described) return;
    try {
      if (what === 'page') this.host.post({ type: 'export-page', cells: await exportPage(this.grid.cells) });
      else {
        const { cells } = this.grid;
        this.host.post({ type: 'export-picture', png: await exportPicture({ title: this.header.words, plan: drawn, controls: described.controls, cells }) });
      }
    } catch (error) {
      this.announcer.show(`The export failed: ${error instanceof Error ? error.message : String(error)}.`);
    }
  }
}
