/** Above the grid: what is swept, how maps are drawn, and what to do with all of it. */
import type { SweepHostMessage, SweepState } from '../../src/protocol/sweep-panel.ts';
import { element } from '../ui/element.ts';
import { MenuButton } from '../ui/menu.ts';
import { Segmented } from '../ui/segmented.ts';

export interface HeaderListener {
  layout(layout: SweepState['layout']): void;
  shared(shared: boolean): void;
  export(what: 'picture' | 'page'): void;
}

export class SweepHeader {
  readonly root: HTMLElement;
  private readonly title = element('h1', { class: 'sweep-title' }, 'Sweep');
  private readonly subject = element('p', { class: 'sweep-subject' });
  private readonly layout: Segmented<SweepState['layout']>;
  private readonly shared = element('input', { type: 'checkbox', class: 'check', id: 'shared' });
  private readonly sharedRow = element('label', { class: 'check-row' }, this.shared, 'One colour scale');
  private readonly maps: HTMLElement;
  private readonly exports: MenuButton;

  constructor(listener: HeaderListener) {
    this.layout = new Segmented('View', [
      { value: 'overlay', label: 'Overlay', icon: 'layers' }, { value: 'map', label: 'Map only', icon: 'flame' },
    ], (layout) => listener.layout(layout));
    this.shared.addEventListener('change', () => listener.shared(this.shared.checked));
    this.exports = new MenuButton('Export', 'desktop-download', [
      { id: 'picture', label: 'Picture of the grid (PNG)', icon: 'file-media' }, { id: 'page', label: 'Page with the grid (HTML)', icon: 'file-code' },
    ], (what) => listener.export(what as 'picture' | 'page'));
    this.maps = element('div', { class: 'sweep-maps', hidden: true }, this.sharedRow, this.layout.root);
    this.root = element('header', { class: 'header sweep-header' },
      element('div', { class: 'sweep-words' }, this.title, this.subject), element('div', { class: 'header-tools' }, this.maps, this.exports.root));
    this.canExport = false;
  }

  /** The whole in one line. */
  get words(): string {
    return [this.title.textContent, this.subject.textContent].filter(Boolean).join(' – ');
  }

  set canExport(can: boolean) {
    this.exports.disabled = !can;
  }

  show({ title, subject, model, swept }: Extract<SweepHostMessage, { type: 'swept' }>): void {
    this.title.textContent = title;
    this.subject.textContent = [subject, model].filter(Boolean).join(' · ');
    this.subject.title = this.subject.textContent;
    this.maps.hidden = swept.kind === 'make';
  }

  /** @param reason why one scale makes no sense */
  showScale({ layout, shared }: Pick<SweepState, 'layout' | 'shared'>, reason: string | undefined): void {
    this.layout.value = layout;
    this.shared.disabled = reason !== undefined;
    this.shared.checked = shared && reason === undefined;
    this.sharedRow.title = reason ?? (shared ? 'The same colour is the same value everywhere.' : 'Each map spans its own values.');
  }
}
