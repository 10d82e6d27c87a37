/** A panel's own bundle in a plain page: the host's policy and theme around it, messages of a test in place of a host. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import esbuild from 'esbuild';
import { chromium, type Browser, type BrowserContext } from 'playwright-core';
import type { HostMessage } from '../../../src/protocol/result-panel.ts';
import { findChromium } from '../../rig/chromium.ts';
import { introduction, shown } from './canned.ts';
import { PanelPage } from './panel-page.ts';
import { panels, type PanelName, type Panels } from './panels.ts';

const root = path.join(import.meta.dirname, '..', '..', '..');
const origin = 'https://panel.test';
const types: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.ttf': 'font/ttf' };
const flags = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
  '--disable-sync', '--disable-dev-shm-usage',
];

export const themes = ['dark', 'light', 'high-contrast', 'high-contrast-light'] as const;
export type Theme = (typeof themes)[number];

/** Variables and classes that VS Code gives a webview's page in its default themes. */
type ThemeFixture = Record<Theme, { classes: string; kind: string; variables: Record<string, string> }>;

export interface PanelOptions<State> {
  readonly theme?: Theme;
  readonly width?: number;
  readonly height?: number;
  /** What an earlier page left with setState. */
  readonly state?: State;
  /** Messages, without arrays of bytes, that come before the page's script. */
  readonly early?: readonly object[];
}

/**
 * A browser for the suite that calls this: it starts before the suite's tests, closes their pages after each, and ends with the suite.
 * Without a Chromium the suite is skipped and says so; it fails if any of its pages has reported something to the console.
 */
export function panelBrowser<Name extends PanelName>(name: Name): PanelBrowser<Name> {
  const browser = new PanelBrowser(name);
  before(function () {
    return browser.start(this);
  });
  afterEach(() => browser.closePages());
  after(() => browser.stop());
  return browser;
}

export class PanelBrowser<Name extends PanelName> {
  /** What pages have reported, such as a breach of the policy. */
  private readonly problems: string[] = [];
  private readonly contexts: BrowserContext[] = [];
  private browser!: Browser;
  private files!: ReadonlyMap<string, Uint8Array>;
  private fixture!: ThemeFixture;

  constructor(private readonly name: Name) {}

  async start(suite: Mocha.Context): Promise<void> {
    const executablePath = findChromium();
    if (!executablePath) {
      console.log('      skipped: no Chromium found; `npm test` installs it, or name one in the environment variable CHROMIUM');
      suite.skip();
    }
    const built = await esbuild.build({
      absWorkingDir: root, bundle: true, write: false, format: 'esm', platform: 'browser', outdir: 'panel',
      assetNames: '[name]', loader: { '.ttf': 'file' },
      entryPoints: ['main.ts', `${this.name}.css`].map((file) => ({ in: `webview/${this.name}/${file}`, out: this.name })),
    });
    this.files = new Map(built.outputFiles.map((file) => [path.basename(file.path), file.contents]));
    this.fixture = JSON.parse(await readFile(path.join(import.meta.dirname, 'themes.json'), 'utf8')) as ThemeFixture;
    this.browser = await chromium.launch({ executablePath, args: flags });
  }

  async closePages(): Promise<void> {
    await Promise.all(this.contexts.splice(0).map((context) => context.close()));
  }

  async stop(): Promise<void> {
    await (this.browser as Browser | undefined)?.close();
    assert.deepEqual(this.problems, [], 'nothing is reported to the console');
  }

  /** A page that shows a result, painted: the canned one or what the messages bring. */
  async show(this: PanelBrowser<'result'>, options: PanelOptions<Panels['result']['keeps']> = {}, messages: HostMessage[] = [shown()]): Promise<PanelPage<'result'>> {
    const panel = await this.open(options);
    await panel.send(...introduction());
    await panel.repaint(() => panel.send(...messages));
    return panel;
  }

  async open(options: PanelOptions<Panels[Name]['keeps']> = {}): Promise<PanelPage<Name>> {
    const { theme = 'dark', width = 1200, height = 760, state, early = [] } = options;
    const context = await this.browser.newContext({ viewport: { width, height }, permissions: ['clipboard-read', 'clipboard-write'] });
    this.contexts.push(context);
    const page = await context.newPage();
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') this.problems.push(message.text());
    });
    page.on('pageerror', (error) => this.problems.push(error.message));
    await page.route(`${origin}/**`, async (route) => {
      const name = path.basename(new URL(route.request().url()).pathname);
      const body = this.files.get(name);
      const contentType = types[path.extname(name)];
      if (body) await route.fulfill({ body: Buffer.from(body), contentType });
      else if (name === 'panel.html') await route.fulfill({ body: html(this.fixture[theme], this.name), contentType });
      else await route.fulfill({ status: 404 });
    });
    const { variables } = this.fixture[theme];
    await page.addInitScript(`window.kept = ${JSON.stringify(state ?? null)}; window.themeVariables = ${JSON.stringify(variables)}; window.earlyMessages = ${JSON.stringify(early)};`);
    await page.addInitScript({ path: path.join(import.meta.dirname, 'stub-host.js') });
    await page.goto(`${origin}/panel.html`);
    await page.locator(panels[this.name].started).waitFor({ state: 'attached', timeout: 5_000 }).catch((cause: unknown) => {
      throw new Error(`The panel did not start: ${this.problems.join('; ')}`, { cause });
    });
    return new PanelPage(page, this.name);
  }
}

/** As the extension sends it (src/extension/pages/webview-html.ts), with the address of the test in place of the webview's. */
function html({ classes, kind }: ThemeFixture[Theme], name: PanelName): string {
  const policy = `default-src 'none'; script-src 'nonce-n'; style-src ${origin} 'nonce-n'; font-src ${origin}; img-src ${origin} blob: data:`;
  return `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}">
<meta property="csp-nonce" content="n"><meta name="viewport" content="width=device-width, initial-scale=1"><link rel="stylesheet" href="${origin}/${name}.css"><title>Fovea</title></head>
<body class="${classes}" data-vscode-theme-kind="${kind}"><div id="app"></div><script type="module" nonce="n" src="${origin}/${name}.js"></script></body></html>`;
}
