/** A searchable list, by the combobox pattern of the ARIA Authoring Practices: a text field that filters, a list in the top layer. */
import { element, icon, newId } from './element.ts';
import { rankOptions, type ComboboxOption } from './option-search.ts';

/** Options beyond this many are named as a count; typing narrows the list. */
const mostShown = 1000;
const page = 10;

export class Combobox {
  readonly root: HTMLElement;
  private readonly input: HTMLInputElement;
  private readonly list: HTMLElement;
  private readonly status = element('div', { class: 'combobox-more', role: 'presentation' });
  private options: readonly ComboboxOption[] = [];
  private shown: readonly ComboboxOption[] = [];
  private selected: string | undefined;
  private active = -1;

  constructor(label: string, id: string, placeholder: string, private readonly onPick: (value: string) => void) {
    const listId = newId('list');
    this.input = element('input', {
      id, class: 'combobox-input', type: 'text', role: 'combobox', 'aria-autocomplete': 'list', 'aria-expanded': 'false', 'aria-controls': listId,
      placeholder, autocomplete: 'off', spellcheck: 'false',
    });
    this.list = element('div', { id: listId, class: 'combobox-list', role: 'listbox', 'aria-label': label, popover: 'manual' });
    const box = element('div', { class: 'combobox-box' }, this.input, icon('chevron-down'), this.list);
    this.root = element('div', { class: 'field combobox' }, element('label', { class: 'field-label', for: id }, label), box);
    this.input.addEventListener('focus', () => this.input.select());
    this.input.addEventListener('click', () => this.open(''));
    this.input.addEventListener('input', () => this.open(this.input.value));
    this.input.addEventListener('blur', () => this.close());
    this.input.addEventListener('keydown', (event) => this.keyDown(event));
    this.list.addEventListener('pointerdown', (event) => event.preventDefault()); // the field keeps the focus
    this.list.addEventListener('click', (event) => this.clicked(event));
    addEventListener('resize', () => this.close());
  }

  set disabled(disabled: boolean) {
    this.input.disabled = disabled;
  }

  focus(): void {
    this.input.focus();
  }

  setOptions(options: readonly ComboboxOption[]): void {
    this.options = options;
    this.showSelected();
  }

  /** The value that is taken; undefined for none. Does not call back. */
  set value(value: string | undefined) {
    this.selected = value;
    this.showSelected();
  }

  private get isOpen(): boolean {
    return this.input.getAttribute('aria-expanded') === 'true';
  }

  private showSelected(): void {
    if (this.isOpen) return;
    const option = this.options.find(({ value }) => value === this.selected);
    this.input.value = option?.label ?? '';
    this.input.title = option ? [option.label, option.detail].filter(Boolean).join('  ') : '';
  }

  private open(query: string): void {
    const found = rankOptions(this.options, query);
    this.shown = found.slice(0, mostShown);
    const rows = this.shown.map((option, index) => this.row(option, index));
    if (found.length === 0) this.status.textContent = 'Nothing matches';
    else this.status.textContent = found.length > mostShown ? `${found.length - mostShown} more; type to narrow the list` : '';
    this.list.replaceChildren(...rows, ...(this.status.textContent ? [this.status] : []));
    this.input.setAttribute('aria-expanded', 'true');
    if (!this.list.matches(':popover-open')) this.list.showPopover();
    this.place();
    const at = this.shown.findIndex(({ value }) => value === this.selected);
    this.activate(query ? Math.min(0, this.shown.length - 1) : at, 'center');
  }

  private row(option: ComboboxOption, index: number): HTMLElement {
    const row = element('div', {
      class: 'combobox-option', role: 'option', id: `${this.list.id}-${index}`, 'data-index': index, 'data-value': option.value,
      'aria-selected': option.value === this.selected ? 'true' : 'false',
    }, element('span', { class: 'combobox-label' }, option.label));
    if (option.detail) row.append(element('span', { class: 'combobox-detail' }, option.detail));
    return row;
  }

  /** Below the field, or above it where there is more room. */
  private place(): void {
    const field = this.input.getBoundingClientRect();
    const below = innerHeight - field.bottom - 8;
    const above = field.top - 8;
    const upward = below < 160 && above > below;
    const { style } = this.list;
    style.minWidth = `${field.width}px`;
    style.maxHeight = `${Math.min(360, upward ? above : below)}px`;
    style.left = `${Math.max(4, Math.min(field.left, innerWidth - Math.max(field.width, this.list.offsetWidth) - 4))}px`;
    style.top = upward ? 'auto' : `${field.bottom + 2}px`;
    style.bottom = upward ? `${innerHeight - field.top + 2}px` : 'auto';
  }

  private activate(index: number, block: ScrollLogicalPosition = 'nearest'): void {
    this.list.querySelector('.active')?.classList.remove('active');
    this.active = index;
    const row = this.list.querySelector(`[data-index="${index}"]`);
    row?.classList.add('active');
    row?.scrollIntoView({ block });
    if (row) this.input.setAttribute('aria-activedescendant', row.id);
    else this.input.removeAttribute('aria-activedescendant');
  }

  private close(): void {
    if (!this.isOpen) return;
    this.input.setAttribute('aria-expanded', 'false');
    this.input.removeAttribute('aria-activedescendant');
    this.list.hidePopover();
    this.list.replaceChildren();
    this.showSelected();
  }

  private pick(option: ComboboxOption | undefined): void {
    if (!option) return;
    this.selected = option.value;
    this.close();
    this.input.select();
    this.onPick(option.value);
  }

  private clicked(event: MouseEvent): void {
    const row = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-index]') : null;
    if (row) this.pick(this.shown[Number(row.dataset.index)]);
  }

  private keyDown(event: KeyboardEvent): void {
    const moves: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page };
    if (event.key in moves) {
      if (!this.isOpen) this.open('');
      else this.activate(Math.max(0, Math.min(this.active + moves[event.key], this.shown.length - 1)));
    } else if (event.key === 'Enter' && this.isOpen) this.pick(this.shown[this.active]);
    else if (event.key === 'Escape' && this.isOpen) this.close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
