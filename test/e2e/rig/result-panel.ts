/** The result panel as a person sees and uses it. */
import type { Frame, Locator } from 'playwright-core';
import type { Workbench } from './workbench.ts';

/** Side of the square that snapshots of the canvas are reduced to. */
const side = 64;

export class ResultPanel {
  private constructor(private readonly workbench: Workbench, readonly frame: Frame) {}

  /** The visible panel, once it has painted a result: of a picture, if one is named. */
  static async painted(workbench: Workbench, picture?: string): Promise<ResultPanel> {
    const ofPicture = picture === undefined ? '' : `[aria-label^="${picture}:"]`;
    return new ResultPanel(workbench, await workbench.webview(`body[data-state="result"] canvas#map[data-painted]${ofPicture}`));
  }

  /** The visible panel, once it shows an error. */
  static async failed(workbench: Workbench): Promise<ResultPanel> {
    return new ResultPanel(workbench, await workbench.webview('body[data-state="error"]'));
  }

  get canvas(): Locator {
    return this.frame.locator('canvas#map');
  }

  find(selector: string): Locator {
    return this.frame.locator(selector);
  }

  predictions(): Locator {
    return this.frame.locator('#predictions .prediction');
  }

  async explainedClass(): Promise<string> {
    return (await this.canvas.getAttribute('data-class-name')) ?? '';
  }

  async layer(): Promise<string> {
    return (await this.canvas.getAttribute('data-layer')) ?? '';
  }

  /** How often the canvas has been painted. */
  async paints(): Promise<number> {
    return Number(await this.canvas.getAttribute('data-painted'));
  }

  /** Does something that paints the canvas anew, and waits for that. */
  async repaint(action: () => Promise<unknown>): Promise<void> {
    const before = await this.paints();
    await action();
    await this.frame.waitForFunction(
      (count) => Number(document.querySelector<HTMLElement>('canvas#map')?.dataset.painted) > count && document.body.dataset.state === 'result', before,
    );
  }

  /** What the canvas shows, reduced to 64 × 64 RGBA pixels. */
  async pixels(): Promise<number[]> {
    return await this.canvas.evaluate((canvas, length) => {
      const small = new OffscreenCanvas(length, length).getContext('2d')!;
      small.drawImage(canvas as HTMLCanvasElement, 0, 0, length, length);
      return [...small.getImageData(0, 0, length, length).data];
    }, side);
  }

  async screenshot(name: string): Promise<void> {
    await this.workbench.screenshot(name);
  }
}

/** Mean absolute difference of two snapshots, 0 to 255. */
export function difference(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, index) => sum + Math.abs(value - b[index]), 0) / a.length;
}
