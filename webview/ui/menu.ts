/** A button that opens a menu, by the menu button pattern of the ARIA Authoring Practices. */
import type { Button } from '@vscode/webview-ui-toolkit';
import { iconButton } from './controls.ts';
import { element, icon, newId } from './element.ts';

export interface MenuItem {
  readonly id: string;
  readonly label: string;
  readonly icon: string;
}

export class MenuButton {
  readonly root: HTMLElement;
  private readonly trigger: Button;
  private readonly menu: HTMLElement;
  /** A press on the trigger closes an open menu before its click comes, which must then not open it again. */
  private openAtPress = false;

  constructor(label: string, iconName: string, items: readonly MenuItem[], private readonly onPick: (id: string) => void) {
    this.trigger = iconButton(iconName, label, () => this.triggered(), newId('menu-button'));
    this.trigger.addEventListener('pointerdown', () => (this.openAtPress = this.isOpen));
    this.trigger.setAttribute('aria-haspopup', 'menu');
    this.menu = element('div', { class: 'menu', role: 'menu', 'aria-label': label, popover: 'auto' }, ...items.map((item) => this.row(item)));
    this.menu.addEventListener('keydown', (event) => this.keyDown(event));
    this.menu.addEventListener('toggle', () => this.trigger.setAttribute('aria-expanded', String(this.isOpen)));
    this.root = element('div', { class: 'menu-button' }, this.trigger, this.menu);
  }

  set disabled(disabled: boolean) {
    this.trigger.disabled = disabled;
  }

  /** Which items can be picked now; those that are not named stay as they are. */
  enable(items: Readonly<Record<string, boolean>>): void {
    for (const row of this.menu.querySelectorAll<HTMLButtonElement>('.menu-item')) {
      const enabled = items[row.dataset.id!];
      if (enabled !== undefined) row.disabled = !enabled;
    }
  }

  private get isOpen(): boolean {
    return this.menu.matches(':popover-open');
  }

  private row(item: MenuItem): HTMLElement {
    const row = element('button', { class: 'menu-item', role: 'menuitem', type: 'button', tabindex: -1, 'data-id': item.id }, icon(item.icon), item.label);
    row.addEventListener('click', () => {
      this.close();
      this.onPick(item.id);
    });
    return row;
  }

  private triggered(): void {
    if (!this.openAtPress) this.open();
    this.openAtPress = false;
  }

  private open(): void {
    this.menu.showPopover();
    const anchor = this.trigger.getBoundingClientRect();
    this.menu.style.top = `${anchor.bottom + 2}px`;
    this.menu.style.left = `${Math.max(4, Math.min(anchor.left, innerWidth - this.menu.offsetWidth - 4))}px`;
    this.focusItem(0);
  }

  private close(): void {
    this.menu.hidePopover();
    this.trigger.focus();
  }

  private focusItem(index: number): void {
    const items = this.menu.querySelectorAll<HTMLElement>('.menu-item:enabled');
    items[(index + items.length) % items.length].focus();
  }

  private keyDown(event: KeyboardEvent): void {
    const at = [...this.menu.querySelectorAll('.menu-item:enabled')].indexOf(document.activeElement!);
    if (event.key === 'ArrowDown') this.focusItem(at + 1);
    else if (event.key === 'ArrowUp') this.focusItem(at - 1);
    else if (event.key === 'Home') this.focusItem(0);
    else if (event.key === 'End') this.focusItem(-1);
    else if (event.key === 'Escape' || event.key === 'Tab') this.close();
    else return;
    event.preventDefault();
  }
}
