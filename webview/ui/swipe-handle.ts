/** The divider of the swipe layout: the picture to its left, the heat map to its right. */
import { element, icon } from './element.ts';

const step = 0.02;

export class SwipeHandle {
  readonly root: HTMLElement;
  private swipe = 0.5;

  constructor(private readonly onChange: (swipe: number) => void) {
    this.root = element('div', {
      class: 'swipe-handle', role: 'slider', tabindex: 0, 'aria-label': 'Divider between picture and heat map', 'aria-valuemin': 0, 'aria-valuemax': 100, hidden: true,
    }, element('span', { class: 'swipe-grip' }, icon('gripper')));
    this.root.addEventListener('pointerdown', (event) => {
      this.root.setPointerCapture(event.pointerId);
      this.root.focus();
      event.preventDefault();
    });
    this.root.addEventListener('pointermove', (event) => {
      if (!this.root.hasPointerCapture(event.pointerId)) return;
      const { left, width } = this.root.parentElement!.getBoundingClientRect();
      this.move((event.clientX - left) / width);
    });
    this.root.addEventListener('keydown', (event) => this.keyDown(event));
  }

  update(visible: boolean, swipe: number): void {
    this.swipe = swipe;
    this.root.hidden = !visible;
    this.root.style.left = `${swipe * 100}%`;
    this.root.setAttribute('aria-valuenow', String(Math.round(swipe * 100)));
    this.root.setAttribute('aria-valuetext', `${Math.round(swipe * 100)} % picture`);
  }

  private move(swipe: number): void {
    this.onChange(Math.min(Math.max(swipe, 0), 1));
  }

  private keyDown(event: KeyboardEvent): void {
    if (event.key === 'ArrowLeft' || event.key === 'ArrowDown') this.move(this.swipe - step);
    else if (event.key === 'ArrowRight' || event.key === 'ArrowUp') this.move(this.swipe + step);
    else if (event.key === 'Home') this.move(0);
    else if (event.key === 'End') this.move(1);
    else return;
    event.preventDefault();
  }
}
