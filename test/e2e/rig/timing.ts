/** Milliseconds from a person's click to what is seen, taken by the pages themselves; a frame of the screen more or less. */
import type { Frame, Page } from 'playwright-core';
import type { ResultPanel } from './result-panel.ts';

declare global {
  interface Window {
    /** Of the last click in the window, and of the first time that a webview's page showed what it is for; milliseconds since 1970. */
    clicked?: number;
    seen?: number;
    /** From the click in a webview to the map that it asked for. */
    repainted?: Promise<number>;
  }
}

/** What pages are for: the map of a result panel, the picture of the editor's own image preview. */
const shown = 'canvas#map[data-painted], body.image img';

/** Watches clicks in the window, and webviews that are made from now on. */
export async function watch(page: Page): Promise<void> {
  await page.evaluate(() => addEventListener('pointerup', ({ timeStamp }) => {
    window.clicked = performance.timeOrigin + timeStamp;
  }, true));
  await page.addInitScript((selector) => {
    // The outer page of a webview: the inner one is written into a frame of the same origin, where nothing of this would last.
    if (!location.href.includes('/webview/browser/pre/index.html')) return;
    const timer = setInterval(() => {
      const elements = [...document.querySelectorAll('iframe')].map((inner) => inner.contentDocument?.querySelector(selector));
      if (!elements.some((element) => element && (element as Partial<HTMLImageElement>).naturalWidth !== 0)) return;
      clearInterval(timer);
      requestAnimationFrame(() => (window.seen = performance.timeOrigin + performance.now()));
    }, 4);
  }, shown);
}

/** From the last click in the window to the first sight of what a new webview shows. */
export async function clickToSight(page: Page, frame: Frame): Promise<number> {
  const seen = await frame.parentFrame()!.waitForFunction(() => window.seen);
  const clicked = await page.evaluate(() => window.clicked!);
  return (await seen.jsonValue())! - clicked;
}

/** From a click in a panel to the frame after the map was painted anew. */
export async function clickToRepaint({ frame, canvas }: ResultPanel, click: () => Promise<unknown>): Promise<number> {
  await canvas.evaluate((map) => {
    let clicked = 0;
    addEventListener('click', ({ timeStamp }) => (clicked = timeStamp), { capture: true, once: true });
    window.repainted = new Promise((resolve) => {
      const observer = new MutationObserver(() => {
        // A new layout of the panel paints as well: only an answer comes with a class of its own.
        if (clicked === 0 || document.body.dataset.state !== 'result') return;
        observer.disconnect();
        requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - clicked)));
      });
      observer.observe(map, { attributes: true, attributeFilter: ['data-painted'] });
    });
  });
  await click();
  return frame.evaluate(() => window.repainted!);
}
