/** The VS Code window as a person uses it: explorer, menus, palette, tabs, notifications, webviews. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Frame, Locator, Page } from 'playwright-core';
import { repositoryRoot } from './install-tools.ts';

const screenshots = path.join(repositoryRoot, '.cache', 'screenshots', 'e2e');

/** A first webview needs several seconds: service worker, activation, engine. */
const patience = 30_000;

/** A menu ignores clicks for about 100 ms after it opened. */
const menuSettles = 250;

export class Workbench {
  /** Of the window, once there is one. */
  page!: Page;

  /** Opens the address and waits until the explorer shows files and Fovea's contributions are there. */
  async open(url: string): Promise<void> {
    await this.page.goto(url);
    await this.ready();
  }

  async ready(): Promise<void> {
    await this.page.locator('.monaco-workbench').waitFor({ timeout: patience });
    await this.page.locator('.explorer-folders-view .monaco-list-row').first().waitFor({ timeout: patience });
    await this.page.locator('.statusbar-item[id^="fovea"]').first().waitFor({ timeout: patience });
  }

  /**
   * Waits until the window has kept its open editors and what their pages keep, so that a reload brings them back. It does so when it loses
   * the focus, else only every few seconds and not reliably when it is left.
   */
  async settleState(): Promise<void> {
    for (const frame of this.pagesOfWebviews()) {
      await frame.evaluate(() => document.dispatchEvent(new Event('visibilitychange'))).catch(() => undefined); // it may have been replaced
    }
    const seen = [await this.page.evaluate(keepState)];
    const deadline = Date.now() + patience;
    while (seen.length < 3 || new Set(seen.slice(-3)).size > 1) {
      if (Date.now() > deadline) throw new Error('The window goes on changing what it keeps.');
      await sleep(400);
      seen.push(await this.page.evaluate(keepState));
    }
  }

  /** Back to where a test can begin, whatever the last one has left: no menu, no question, no editor, the explorer is seen. */
  async clear(): Promise<void> {
    try {
      await this.closeAll();
    } catch {
      await this.reload();
      await this.closeAll();
    }
  }

  private async closeAll(): Promise<void> {
    const passing = this.page.locator('.monaco-menu, .quick-input-widget').filter({ visible: true }).first();
    for (let press = 0; press < 4 && await passing.isVisible(); press++) {
      await this.page.keyboard.press('Escape');
      await disappears(passing, 500);
    }
    await this.command('View: Close All Editors');
    await this.page.locator('.tab').first().waitFor({ state: 'hidden' });
    const files = this.page.locator('.explorer-folders-view .monaco-list-row').first();
    if (!(await files.isVisible())) await this.command('View: Show Explorer');
    await files.waitFor();
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.page.locator('.monaco-workbench').waitFor({ timeout: patience });
  }

  file(name: string): Locator {
    return this.page.locator('.explorer-folders-view .monaco-list-row').filter({ has: this.page.getByText(name, { exact: true }) });
  }

  async openFile(name: string): Promise<void> {
    // The explorer's rows move as files come; a double click may fall between them.
    for (let attempt = 0; attempt < 3; attempt++) {
      await this.file(name).dblclick();
      if (await appears(this.tab(name), 10_000)) return;
    }
    throw new Error(`"${name}" does not open.`);
  }

  /** Selects files as with Ctrl held down. */
  async select(...names: string[]): Promise<void> {
    for (const [index, name] of names.entries()) await this.file(name).click({ modifiers: index === 0 ? [] : ['ControlOrMeta'] });
  }

  /** @param submenu that holds the entry */
  async explorerMenu(name: string, item: string, submenu?: string): Promise<void> {
    await this.contextMenu(this.file(name), item, submenu);
  }

  /** Drags a file of the explorer onto an element of a webview, with Shift held down: the editor itself takes what is dropped otherwise. */
  async drag(name: string, target: Locator): Promise<void> {
    const { keyboard, mouse } = this.page;
    const [from, to] = [await this.file(name).boundingBox(), await target.boundingBox()];
    if (!from || !to) throw new Error(`"${name}" or its target is not to be seen.`);
    await mouse.move(from.x + 60, from.y + from.height / 2);
    await mouse.down();
    try {
      await mouse.move(from.x + 80, from.y + from.height / 2 + 4, { steps: 4 });
      await keyboard.down('Shift');
      for (const below of [to.height * 2, 0]) {
        await mouse.move(to.x + to.width / 4, to.y + to.height / 2 + below, { steps: 8 });
        await sleep(menuSettles); // the webview is let through to when the drag is first seen over it
      }
    } finally {
      await mouse.up();
      await keyboard.up('Shift');
    }
  }

  /** Opens the context menu of `target` and chooses an entry, by the start of its title. @param submenu that holds the entry */
  async contextMenu(target: Locator, item: string, submenu?: string): Promise<void> {
    const menu = this.page.locator('.monaco-menu');
    for (let attempt = 0; attempt < 5; attempt++) {
      await target.click({ button: 'right' });
      if (submenu !== undefined && await appears(menu.locator(`.action-label[aria-label="${submenu}"]`), 3_000)) {
        await sleep(menuSettles);
        await menu.locator(`.action-label[aria-label="${submenu}"]`).click();
      }
      const entry = menu.locator(`.action-label[aria-label^="${item}"]`).first();
      if (await appears(entry, 3_000)) {
        await entry.hover();
        await sleep(menuSettles);
        await entry.click();
        if (await disappears(menu.first(), 2_000)) return;
      }
      // A submenu is closed first, and what is left of the menu takes every click.
      for (let press = 0; press < 4; press++) {
        await this.page.keyboard.press('Escape');
        if (await disappears(menu.first(), 500)) break;
      }
    }
    throw new Error(`The context menu has no entry ${JSON.stringify(item)} that can be chosen.`);
  }

  /** Runs a command by its title from the palette. */
  async command(title: string): Promise<void> {
    const input = this.page.locator('.quick-input-widget input[aria-controls]');
    // A page that is just being closed or opened may swallow the key.
    for (let attempt = 0; attempt < 5; attempt++) {
      await this.page.keyboard.press('F1');
      if (await appears(input, 5_000)) break;
    }
    await input.fill(`>${title}`);
    await this.pick(title);
  }

  /** Chooses an entry of the open quick pick. */
  async pick(text: string): Promise<void> {
    const row = this.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: text }).first();
    await row.waitFor({ timeout: patience });
    await row.click();
  }

  /** Answers the save dialog, which shows as a quick pick here. @param file absolute path */
  async saveAs(file: string): Promise<void> {
    const widget = this.page.locator('.quick-input-widget');
    const input = widget.locator('input[aria-controls]');
    await input.waitFor();
    await this.page.waitForFunction(
      (suffix) => document.querySelector<HTMLInputElement>('.quick-input-widget input[aria-controls]')?.value.endsWith(suffix), path.extname(file),
    ); // the dialog fills in its proposal late
    await input.fill(file);
    // While it looks the path up it takes no answer, and shows nothing of that.
    for (let attempt = 1; attempt < 5; attempt++) {
      await widget.getByRole('button', { name: 'OK' }).click();
      if (await widget.waitFor({ state: 'hidden', timeout: 3000 }).then(() => true, () => false)) return;
    }
    await widget.waitFor({ state: 'hidden' });
  }

  /** Chooses an entry in the title bar of the active editor. */
  async editorTitleAction(title: string): Promise<void> {
    await this.page.locator(`.editor-group-container.active .editor-actions .action-label[aria-label^="${title}"]`).first().click();
  }

  tab(name: string): Locator {
    return this.page.locator('.tab').filter({ hasText: name });
  }

  async tabs(): Promise<string[]> {
    return (await this.page.locator('.tab').allTextContents()).map((text) => text.trim());
  }

  statusItem(id: string): Locator {
    return this.page.locator(`.statusbar-item[id^="${id}"]`).first();
  }

  /** Texts in the notification centre; under the test driver notifications show only there. */
  async notifications(): Promise<string[]> {
    const centre = this.page.locator('.notifications-center');
    if (!(await centre.isVisible())) await this.command('Notifications: Show Notifications');
    await centre.waitFor();
    return await centre.locator('.notification-list-item').allInnerTexts();
  }

  /** The webview in which `selector` is visible. Webviews hang at the end of the document, several at a time. */
  async webview(selector: string, timeout = patience): Promise<Frame> {
    const deadline = Date.now() + timeout;
    while (Date.now() < deadline) {
      for (const frame of this.pagesOfWebviews()) {
        try {
          if (await frame.locator(selector).first().isVisible()) return frame;
        } catch {
          // The frame was replaced while it was asked.
        }
      }
      await sleep(50);
    }
    throw new Error(`No webview shows ${selector} within ${timeout / 1000} s.`);
  }

  private pagesOfWebviews(): Frame[] {
    return this.page.frames().filter((frame) => frame.url().includes('/webview/browser/pre/fake.html'));
  }

  async colorTheme(name: string): Promise<void> {
    await this.command('Preferences: Color Theme');
    const input = this.page.locator('.quick-input-widget input[aria-controls]');
    await input.fill(name);
    await this.pick(name);
    await this.page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
  }

  /** Keeps a picture of the window for a person to look at. */
  async screenshot(name: string): Promise<void> {
    await mkdir(screenshots, { recursive: true });
    await this.page.screenshot({ path: path.join(screenshots, `${name}.png`) });
  }
}

async function appears(element: Locator, timeout: number): Promise<boolean> {
  return await element.waitFor({ timeout }).then(() => true, () => false);
}

async function disappears(element: Locator, timeout: number): Promise<boolean> {
  return await element.waitFor({ state: 'hidden', timeout }).then(() => true, () => false);
}

/** Runs in the window: has it keep its state, as when it loses the focus. @returns all that it has kept before */
async function keepState(): Promise<string> {
  document.hasFocus = () => false;
  dispatchEvent(new FocusEvent('blur'));
  await new Promise((resolve) => setTimeout(resolve, 20)); // the loss is noticed in a turn of its own
  delete (document as Partial<Document>).hasFocus;
  dispatchEvent(new FocusEvent('focus'));
  const databases = (await indexedDB.databases()).flatMap(({ name }) => (name?.startsWith('vscode-web-state-db-') ? [name] : [])).sort();
  const kept = await Promise.all(databases.map((name) => new Promise((resolve, reject) => {
    const opening = indexedDB.open(name);
    opening.onerror = () => reject(opening.error!);
    opening.onsuccess = () => {
      const items = opening.result.transaction('ItemTable').objectStore('ItemTable').getAll();
      items.onsuccess = () => {
        opening.result.close();
        resolve(items.result);
      };
      items.onerror = () => reject(items.error!);
    };
  })));
  return JSON.stringify(kept);
}
