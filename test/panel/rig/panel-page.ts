/** A page of a panel, in the hands of a test: what its host would send, what it posts, keeps and paints, and whether everybody can use it. */
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { panels, type PanelName, type Panels } from './panels.ts';

const screenshots = path.join(import.meta.dirname, '..', '..', '..', '.cache', 'screenshots', 'panel');

type Hears<Name extends PanelName> = Panels[Name]['hears'];
type Posts<Name extends PanelName> = Panels[Name]['posts'];
type OfType<Message, Type> = Extract<Message, { type: Type }>;

export class PanelPage<Name extends PanelName> {
  constructor(readonly page: Page, private readonly name: Name) {}

  /** Sends messages as a host does; typed arrays arrive as they are. */
  async send(...messages: Hears<Name>[]): Promise<void> {
    for (const message of messages) {
      await this.page.evaluate((encoded) => {
        const message: unknown = JSON.parse(encoded, (_, value: unknown) => {
          const typed = value as { float32?: string; uint32?: string; bytes?: string } | null;
          const raw = typed?.float32 ?? typed?.uint32 ?? typed?.bytes;
          if (typeof raw !== 'string') return value;
          const bytes = Uint8Array.from(atob(raw), (character) => character.charCodeAt(0));
          if (typed?.uint32 !== undefined) return new Uint32Array(bytes.buffer);
          return typed?.float32 === undefined ? bytes : new Float32Array(bytes.buffer);
        });
        window.dispatchEvent(new MessageEvent('message', { data: message }));
      }, JSON.stringify(message, encodeArrays));
    }
  }

  /** What the page has posted so far, of some types, as its host reads it. @throws ZodError if the host would not understand something */
  async posted<Type extends Posts<Name>['type']>(...types: Type[]): Promise<OfType<Posts<Name>, Type>[]> {
    // Events that the last action has queued, such as a disclosure's toggle, come first.
    await this.page.evaluate(() => new Promise((resolve) => { requestAnimationFrame(() => setTimeout(resolve)); }));
    const { schema } = panels[this.name];
    const all = (await this.everythingPosted()).map((message) => schema.parse(message)) as Posts<Name>[];
    return all.filter((message): message is OfType<Posts<Name>, Type> => types.some((type) => type === message.type));
  }

  /** The first message of a type, once it is there. */
  async whenPosted<Type extends Posts<Name>['type']>(type: Type): Promise<OfType<Posts<Name>, Type>> {
    await this.page.waitForFunction((wanted) => {
      const { posted } = window as unknown as { posted: { type: string }[] };
      return posted.some((message) => message.type === wanted);
    }, type as string);
    return (await this.posted(type))[0];
  }

  async postedCount(): Promise<number> {
    return (await this.everythingPosted()).length;
  }

  private everythingPosted(): Promise<unknown[]> {
    return this.page.evaluate(() => (window as unknown as { posted: unknown[] }).posted);
  }

  /** What the page keeps over hiding and reloading; it is hidden for this, which it takes as the time to keep what is new. */
  async kept(): Promise<Panels[Name]['keeps']> {
    await this.settle();
    return await this.page.evaluate(() => {
      document.dispatchEvent(new Event('visibilitychange'));
      return (window as unknown as { kept: unknown }).kept;
    }) as Panels[Name]['keeps'];
  }

  /** Two frames of the screen: what was changed is painted. */
  async settle(): Promise<void> {
    await this.page.evaluate(() => new Promise((resolve) => { requestAnimationFrame(() => requestAnimationFrame(resolve)); }));
  }

  async paints(): Promise<number> {
    return Number((await this.page.locator('#map').getAttribute('data-painted')) ?? 0);
  }

  /** Does something and waits until the canvas has been painted anew. */
  async repaint(action: () => Promise<unknown>): Promise<void> {
    const before = await this.paints();
    await action();
    await this.page.waitForFunction((count) => Number(document.getElementById('map')?.dataset.painted ?? 0) > count, before);
  }

  /** RGBA of the canvas at a point in CSS pixels. */
  async pixel(x: number, y: number): Promise<number[]> {
    return this.page.evaluate(([left, top]) => {
      const copy = new OffscreenCanvas(1, 1).getContext('2d')!;
      copy.drawImage(document.getElementById('map') as HTMLCanvasElement, -Math.floor(left * devicePixelRatio), -Math.floor(top * devicePixelRatio));
      return [...copy.getImageData(0, 0, 1, 1).data];
    }, [x, y] as const);
  }

  /** Asserts that axe finds nothing against its rules. @param state of the page, for the message @param within selector of the part that is meant */
  async assertAccessible(state: string, within = 'body'): Promise<void> {
    const { violations } = await new AxeBuilder({ page: this.page }).include(within).analyze();
    const found = violations.flatMap(({ id, help, nodes }) => nodes.map((node) => `${state}: ${id} (${help}): ${node.html.slice(0, 160)} ${node.failureSummary ?? ''}`));
    assert.deepEqual(found, []);
  }

  /** Asserts that nothing reaches beyond the right edge. @param scrolling selector of what may, because it scrolls by itself */
  async assertFits(scrolling?: string): Promise<void> {
    const wide = await this.page.evaluate((excepted) => [...document.querySelectorAll('#app *')]
      .filter((part) => part.getBoundingClientRect().right > innerWidth + 1 && !part.closest(excepted)).map((part) => part.outerHTML.slice(0, 80)),
    ['.visually-hidden', '.progress', scrolling].filter(Boolean).join());
    assert.deepEqual(wide, []);
  }

  async screenshot(name: string): Promise<void> {
    await mkdir(screenshots, { recursive: true });
    await this.page.screenshot({ path: path.join(screenshots, `${name}.png`) });
  }

  /** Keeps a picture that the page has made beside the screenshots. */
  async keep(name: string, png: Uint8Array): Promise<void> {
    await mkdir(screenshots, { recursive: true });
    await writeFile(path.join(screenshots, `${name}.png`), png);
  }
}

function encodeArrays(_: string, value: unknown): unknown {
  if (value instanceof Float32Array) return { float32: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') };
  if (value instanceof Uint32Array) return { uint32: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') };
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString('base64') };
  return value;
}
