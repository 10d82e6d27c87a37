/** The cells of what is compared, in their order: kept while their subject stays, and moved by pointer and keyboard. */
import type { Cell } from '../../src/protocol/compare-panel.ts';
import { changeableParts, mostCells, subjectKey, type ChangeablePart } from '../../src/protocol/comparison.ts';
import type { Subject } from '../../src/protocol/result-panel.ts';
import { newId } from '../ui/element.ts';
import type { MenuItem } from '../ui/menu.ts';
import { CellView, type CellListener } from './cell-view.ts';

export interface ListedCell {
  /** Tells its subject from others. */
  readonly key: string;
  readonly subject: Subject;
  readonly view: CellView;
  cell: Cell;
}

export interface ListListener extends Omit<CellListener, 'open' | 'menu'> {
  open(index: number): void;
  change(cell: string, part: ChangeablePart): void;
  remove(cell: string): void;
  move(cell: string, to: number): void;
  /** A cell was made, or is no more. */
  made(view: CellView): void;
  gone(view: CellView): void;
}

export const partNames: Record<ChangeablePart, string> = { technique: 'technique', picture: 'picture', class: 'class', layer: 'layer', model: 'model' };
export const partIcons: Record<ChangeablePart, string> = { technique: 'lightbulb', picture: 'file-media', class: 'tag', layer: 'layers', model: 'circuit-board' };

const menu: MenuItem[] = [
  ...changeableParts.map((part) => ({ id: `change-${part}`, label: `Change ${partNames[part]}…`, icon: partIcons[part] })),
  { id: 'earlier', label: 'Move left (Alt+Left)', icon: 'arrow-left' },
  { id: 'later', label: 'Move right (Alt+Right)', icon: 'arrow-right' },
  { id: 'remove', label: 'Remove (Delete)', icon: 'close' },
];

export class CellList {
  private listed: ListedCell[] = [];
  private dragged: string | undefined;

  constructor(private readonly listener: ListListener) {}

  get all(): readonly ListedCell[] {
    return this.listed;
  }

  /** Takes over what is compared now. @param techniques titles by id @returns the root of each cell, in order */
  show(subjects: readonly Subject[], techniques: Readonly<Record<string, string>>): HTMLElement[] {
    const known = new Map(this.listed.map((one) => [one.key, one]));
    this.listed = subjects.map((subject) => {
      const key = subjectKey(subject);
      const kept = known.get(key);
      known.delete(key);
      return kept ?? this.make(key, subject, techniques[subject.technique] ?? subject.technique);
    });
    for (const { view } of known.values()) this.listener.gone(view);
    this.listed.forEach(({ view }, index) => {
      view.place(`cell-${index}`);
      view.menu?.enable({ earlier: index > 0, later: index < this.listed.length - 1, remove: this.listed.length > 1 });
    });
    return this.listed.map(({ view }) => view.root);
  }

  indexOf(view: CellView): number {
    return this.listed.findIndex((one) => one.view === view);
  }

  get isFull(): boolean {
    return this.listed.length >= mostCells;
  }

  private make(key: string, subject: Subject, technique: string): ListedCell {
    const { listener } = this;
    const index = (): number => this.listed.findIndex((one) => one.key === key);
    const act = (id: string): void => {
      if (id === 'remove' && this.listed.length > 1) listener.remove(key);
      else if (id === 'earlier' && index() > 0) listener.move(key, index() - 1);
      else if (id === 'later' && index() < this.listed.length - 1) listener.move(key, index() + 1);
      else if (id.startsWith('change-')) listener.change(key, id.slice('change-'.length) as ChangeablePart);
    };
    const view = new CellView(newId('cell-made'), technique, {
      pointed: (from, share, spoken) => listener.pointed(from, share, spoken), action: (id) => listener.action(id),
      open: () => listener.open(index()), menu: { items: menu, pick: act },
    });
    view.root.addEventListener('keydown', (event) => {
      const id = event.altKey ? { ArrowLeft: 'earlier', ArrowRight: 'later' }[event.key] : event.key === 'Delete' ? 'remove' : undefined;
      if (id === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      act(id);
    }, { capture: true }); // before the stage, whose arrows move a crosshair
    this.makeDraggable(key, view);
    listener.made(view);
    return { key, subject, view, cell: { state: 'waiting' } };
  }

  /** By its title, onto the cell whose place it takes. */
  private makeDraggable(key: string, { root, handle }: CellView): void {
    handle.draggable = true;
    handle.addEventListener('dragstart', (event) => {
      this.dragged = key;
      event.dataTransfer!.effectAllowed = 'move';
      event.dataTransfer!.setDragImage(root, 20, 20);
      root.classList.add('dragged');
    });
    handle.addEventListener('dragend', () => {
      this.dragged = undefined;
      root.classList.remove('dragged');
    });
    root.addEventListener('dragover', (event) => {
      if (this.dragged === undefined || this.dragged === key) return;
      event.preventDefault();
      root.classList.add('drop');
    });
    for (const type of ['dragleave', 'drop']) root.addEventListener(type, () => root.classList.remove('drop'));
    root.addEventListener('drop', () => {
      if (this.dragged !== undefined) this.listener.move(this.dragged, this.listed.findIndex((one) => one.key === key));
    });
  }
}
