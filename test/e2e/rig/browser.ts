/** Debian's Chromium, driven by Playwright, with a profile of its own. */
import path from 'node:path';
import { chromium, type BrowserContext } from 'playwright-core';
import { findChromium } from '../../rig/chromium.ts';

const flags = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
  '--disable-sync', '--disable-dev-shm-usage',
];

/** @throws Error where no Chromium is installed */
export async function openBrowser(home: string): Promise<BrowserContext> {
  const executablePath = findChromium();
  if (!executablePath) throw new Error('No Chromium found; install it, or name it in the environment variable CHROMIUM.');
  const context = await chromium.launchPersistentContext(path.join(home, 'browser'), {
    executablePath, headless: true, viewport: { width: 1400, height: 900 }, args: flags,
  });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  return context;
}
