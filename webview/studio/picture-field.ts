/** A picture file that something is made from: its name, a button that asks for another, and a place to drop one. */
import { button } from '../ui/controls.ts';
import { element, icon, newId } from '../ui/element.ts';

export class PictureField {
  readonly root: HTMLElement;
  private readonly name = element('span', { class: 'picture-name' });

  /** @param onDrop called with the URI of a file dropped here; the editor lets go of one over a page while Shift is held */
  constructor(label: string, id: string, onChoose: () => void, onDrop: (uri: string) => void) {
    const labelId = newId('label');
    const choose = button('Choose…', onChoose, { id: `choose-${id}`, title: `Choose the ${label.toLowerCase()}; or drop a picture here with Shift held down` });
    const box = element('div', { class: 'picture-box', id }, this.name, choose);
    this.root = element('div', { class: 'field picture-field', role: 'group', 'aria-labelledby': labelId }, element('span', { class: 'field-label', id: labelId }, label), box);
    const over = (event: DragEvent, inside: boolean): void => {
      event.preventDefault();
      box.classList.toggle('dropping', inside);
    };
    this.root.addEventListener('dragover', (event) => over(event, true));
    this.root.addEventListener('dragleave', (event) => over(event, false));
    this.root.addEventListener('drop', (event) => {
      over(event, false);
      const lines = (event.dataTransfer?.getData('text/uri-list') ?? '').split(/\r?\n/);
      const uri = lines.find((line) => line !== '' && !line.startsWith('#')); // a list of addresses may hold remarks
      if (uri) onDrop(uri);
    });
    this.show(undefined, false);
  }

  /** @param missing whether the file cannot be read any more */
  show(name: string | undefined, missing: boolean): void {
    const words = missing ? 'is not there any more, or cannot be read' : '';
    this.name.replaceChildren(...(missing ? [icon('warning'), ' '] : []), name ?? 'None chosen', ...(missing ? [element('span', { class: 'visually-hidden' }, ` ${words}`)] : []));
    this.name.title = [name ?? '', words].join(' ').trim();
    this.name.classList.toggle('none', name === undefined);
    this.name.classList.toggle('missing', missing);
  }
}
