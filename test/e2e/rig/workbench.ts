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
  constructor(readonly page: Page) {}

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
   * Waits until open editors and webview state are kept: the workbench does so every five seconds when it is idle, and not reliably when
   * a page is left. While a webview holds the focus in a browser without a screen, it is never told that it is idle.
   */
  async settleState(): Promise<void> {
    await this.page.locator('.sidebar .composite.title').click();
    await sleep(7_000);
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
    await mouse.move(from.x + 80, from.y + from.height / 2 + 4, { steps: 4 });
    await keyboard.down('Shift');
    for (const below of [to.height * 2, 0]) {
      await mouse.move(to.x + to.width / 4, to.y + to.height / 2 + below, { steps: 8 });
      await sleep(menuSettles); // the webview is let through to when the drag is first seen over it
    }
    await mouse.up();
    await keyboard.up('Shift');
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

  /** Titles in the context menu of `target`, which is closed again. */
  async contextMenuTitles(target: Locator): Promise<string[]> {
    await target.click({ button: 'right' });
    await this.page.locator('.monaco-menu .action-label').first().waitFor();
    await sleep(menuSettles);
    const titles = await this.page.locator('.monaco-menu .action-label').evaluateAll((labels) => labels.map((label) => label.ariaLabel ?? ''));
    await this.page.keyboard.press('Escape');
    return titles.filter((title) => title !== '');
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
    await widget.getByRole('button', { name: 'OK' }).click();
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
      for (const frame of this.page.frames()) {
        if (!frame.url().includes('/webview/browser/pre/fake.html')) continue;
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
