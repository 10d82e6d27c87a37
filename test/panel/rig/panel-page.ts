/** A panel's own bundle in a plain page: the host's policy and theme around it, messages of a test in place of a host. */
import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import esbuild from 'esbuild';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import type { CompareHostMessage, CompareMessage, CompareState } from '../../../src/protocol/compare-panel.ts';
import type { HostMessage, PanelMessage, PanelState } from '../../../src/protocol/result-panel.ts';
import type { StudioHostMessage, StudioMessage, StudioState } from '../../../src/protocol/studio-panel.ts';
import type { SweepHostMessage, SweepMessage, SweepState } from '../../../src/protocol/sweep-panel.ts';
import type { TuneHostMessage, TuneMessage } from '../../../src/protocol/tune-panel.ts';
import { findChromium } from '../../rig/chromium.ts';
import { introduction, shown } from './canned.ts';

const root = path.join(import.meta.dirname, '..', '..', '..');
const screenshots = path.join(root, '.cache', 'screenshots', 'panel');
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

export interface PanelOptions {
  readonly theme?: Theme;
  readonly width?: number;
  readonly height?: number;
  /** What an earlier page left with setState. */
  readonly state?: PanelState | StudioState | CompareState | SweepState;
}

/** The pages there are, and what each has once it has started. */
const pages = { result: '#map', tune: '#run', studio: '#run', compare: '#compare', sweep: '#run' } as const;
type PageName = keyof typeof pages;
/** What the pages post; `ready` of the side panel is one of the result panel's without a state. */
type Message = PanelMessage | Exclude<TuneMessage, { type: PanelMessage['type'] }> | Exclude<CompareMessage, { type: (PanelMessage | TuneMessage)['type'] }>;

/** A browser and the built bundle, for all tests of a file. */
export class PanelBrowser {
  private readonly problems: string[] = [];

  private constructor(
    private readonly browser: Browser, private readonly files: ReadonlyMap<string, Uint8Array>, private readonly fixture: ThemeFixture,
    private readonly name: PageName,
  ) {}

  /** Skips the suite, and says so, where no Chromium is installed. */
  static async start(suite: Mocha.Context, name: PageName = 'result'): Promise<PanelBrowser> {
    const executablePath = findChromium();
    if (!executablePath) {
      console.log('      skipped: no Chromium found; `npm test` installs it, or name one in the environment variable CHROMIUM');
      suite.skip();
    }
    const built = await esbuild.build({
      absWorkingDir: root, bundle: true, write: false, format: 'esm', platform: 'browser', outdir: 'panel',
      assetNames: '[name]', loader: { '.ttf': 'file' },
      entryPoints: ['main.ts', `${name}.css`].map((file) => ({ in: `webview/${name}/${file}`, out: name })),
    });
    const files = new Map(built.outputFiles.map((file) => [path.basename(file.path), file.contents]));
    const fixture = JSON.parse(await readFile(path.join(import.meta.dirname, 'themes.json'), 'utf8')) as ThemeFixture;
    return new PanelBrowser(await chromium.launch({ executablePath, args: flags }), files, fixture, name);
  }

  /** @throws AssertionError if any page has reported something to its console, such as a breach of the policy */
  async stop(): Promise<void> {
    await this.browser.close();
    assert.deepEqual(this.problems, [], 'nothing is reported to the console');
  }

  /** A page that shows a result, painted: the canned one or what the messages bring. */
  async show(options: PanelOptions = {}, messages: HostMessage[] = [shown()]): Promise<PanelPage> {
    const panel = await this.open(options);
    await panel.send(...introduction());
    await panel.repaint(() => panel.send(...messages));
    return panel;
  }

  async open(options: PanelOptions = {}): Promise<PanelPage> {
    const { theme = 'dark', width = 1200, height = 760, state } = options;
    const context = await this.browser.newContext({ viewport: { width, height }, permissions: ['clipboard-read', 'clipboard-write'] });
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
    await page.addInitScript(`window.kept = ${JSON.stringify(state ?? null)}; window.themeVariables = ${JSON.stringify(variables)};`);
    await page.addInitScript({ path: path.join(import.meta.dirname, 'stub-host.js') });
    await page.goto(`${origin}/panel.html`);
    await page.locator(pages[this.name]).waitFor({ state: 'attached', timeout: 5_000 }).catch((cause: unknown) => {
      throw new Error(`The panel did not start: ${this.problems.join('; ')}`, { cause });
    });
    return new PanelPage(page, context);
  }
}

/** As the extension sends it (src/extension/webview-html.ts), with the address of the test in place of the webview's. */
function html({ classes, kind }: ThemeFixture[Theme], name: PageName): string {
  const policy = `default-src 'none'; script-src 'nonce-n'; style-src ${origin} 'nonce-n'; font-src ${origin}; img-src ${origin} blob: data:`;
  return `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}">
<meta property="csp-nonce" content="n"><meta name="viewport" content="width=device-width, initial-scale=1"><link rel="stylesheet" href="${origin}/${name}.css"><title>Fovea</title></head>
<body class="${classes}" data-vscode-theme-kind="${kind}"><div id="app"></div><script type="module" nonce="n" src="${origin}/${name}.js"></script></body></html>`;
}

export class PanelPage {
  constructor(readonly page: Page, private readonly context: BrowserContext) {}

  /** Sends messages as a host does; typed arrays arrive as they are. */
  async send(...messages: (HostMessage | TuneHostMessage | StudioHostMessage | CompareHostMessage | SweepHostMessage)[]): Promise<void> {
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

  /** What the page has posted so far, of one type. */
  async posted<T extends Message['type']>(type: T): Promise<Extract<Message, { type: T }>[]> {
    const all = await this.page.evaluate(async () => {
      // Events that the last action has queued, such as a disclosure's toggle, come first.
      await new Promise((resolve) => { requestAnimationFrame(() => setTimeout(resolve)); });
      return (window as unknown as { posted: unknown[] }).posted;
    }) as Message[];
    return all.filter((message): message is Extract<Message, { type: T }> => message.type === type);
  }

  /** The same of the studio's page. */
  async postedByStudio<T extends StudioMessage['type']>(type: T): Promise<Extract<StudioMessage, { type: T }>[]> {
    return await this.posted(type as Message['type']) as unknown as Extract<StudioMessage, { type: T }>[];
  }

  /** The same of the sweep panel's page. */
  async postedBySweep<T extends SweepMessage['type']>(type: T): Promise<Extract<SweepMessage, { type: T }>[]> {
    return await this.posted(type as Message['type']) as unknown as Extract<SweepMessage, { type: T }>[];
  }

  async postedCount(): Promise<number> {
    return this.page.evaluate(() => (window as unknown as { posted: unknown[] }).posted.length);
  }

  /** What the page keeps over hiding and reloading, once it has settled. */
  async kept(): Promise<PanelState> {
    await this.page.waitForTimeout(300);
    return await this.page.evaluate(() => (window as unknown as { kept: unknown }).kept) as PanelState;
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

  async screenshot(name: string): Promise<void> {
    await mkdir(screenshots, { recursive: true });
    await this.page.screenshot({ path: path.join(screenshots, `${name}.png`) });
  }

  /** Keeps a picture that the page has made beside the screenshots. */
  async keep(name: string, png: Uint8Array): Promise<void> {
    await mkdir(screenshots, { recursive: true });
    await writeFile(path.join(screenshots, `${name}.png`), png);
  }

  async close(): Promise<void> {
    await this.context.close();
  }
}

function encodeArrays(_: string, value: unknown): unknown {
  if (value instanceof Float32Array) return { float32: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') };
  if (value instanceof Uint32Array) return { uint32: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') };
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString('base64') };
  return value;
}
