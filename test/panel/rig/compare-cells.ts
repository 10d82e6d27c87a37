/** The cells of the compare panel, as the tests read them. */
import type { Locator } from 'playwright-core';
import type { CompareState } from '../../../src/protocol/compare-panel.ts';
import type { ExplainResult } from '../../../src/protocol/engine.ts';
import type { Subject } from '../../../src/protocol/result-panel.ts';
import { size } from './canned.ts';
import { cells, comparison, picture } from './canned-compare.ts';
import type { PanelBrowser, PanelOptions } from './panel-browser.ts';
import type { PanelPage } from './panel-page.ts';

type ComparePage = PanelPage<'compare'>;

/** A page with cells of which the first ones have these results, painted. */
export async function showComparison(
  browser: PanelBrowser<'compare'>, subjects: Subject[], results: readonly ExplainResult[], options: PanelOptions<CompareState> = {},
): Promise<ComparePage> {
  const panel = await browser.open(options);
  await panel.send(comparison(subjects), picture, ...cells(results));
  await panel.page.waitForFunction((count) => document.querySelectorAll('.map[data-painted]').length >= count, results.length);
  await panel.settle();
  return panel;
}

export const labels = ({ page }: ComparePage): Promise<string[]> => page.locator('.cell-label').allInnerTexts();

/** What each cell says of the place under the pointer. */
export const values = ({ page }: ComparePage): Promise<string[]> => page.locator('.cell-value').allInnerTexts();

/** The whole cell around a map. */
export const around = ({ page }: ComparePage, map: string): Locator => page.locator(map).locator('xpath=ancestor::article');

/** Where a point of the picture is on a fitted canvas, in CSS pixels of the page. */
export async function spot({ page }: ComparePage, map: string, x: number, y: number): Promise<{ x: number; y: number }> {
  const box = (await page.locator(map).boundingBox())!;
  const scale = Math.min((box.width - 24) / size.width, (box.height - 24) / size.height); // 12 px of room on each side
  return { x: box.x + box.width / 2 + (x - size.width / 2) * scale, y: box.y + box.height / 2 + (y - size.height / 2) * scale };
}

/** Moves the pointer to a point of the picture on a fitted canvas. */
export async function pointAt(panel: ComparePage, map: string, x: number, y: number): Promise<void> {
  const at = await spot(panel, map, x, y);
  await panel.page.mouse.move(at.x, at.y);
  await panel.settle();
}

/** RGB of a canvas at a point of the fitted picture. */
export async function colour(panel: ComparePage, map: string, x: number, y: number): Promise<number[]> {
  const at = await spot(panel, map, x, y);
  return panel.page.locator(map).evaluate((canvas, [left, top]) => {
    const box = canvas.getBoundingClientRect();
    const copy = new OffscreenCanvas(1, 1).getContext('2d')!;
    copy.drawImage(canvas as HTMLCanvasElement, -Math.floor((left - box.x) * devicePixelRatio), -Math.floor((top - box.y) * devicePixelRatio));
    return [...copy.getImageData(0, 0, 1, 1).data.slice(0, 3)];
  }, [at.x, at.y] as const);
}
