/**
 * `npm run bench:editor`: what a person waits for in the real window. Activation as the editor itself reports it, beside that of the editor's
 * own extension that is loaded just before, since the editor counts the wait for that one too; from a click to the painted map for the first
 * picture of a session, for another class in the open panel, and for another picture while a panel is open; and, to compare the first with,
 * from a click to the editor's own first webview, the image preview. Asserts nothing.
 *
 *     npm run bench:editor [-- --sessions 3] [--package]   # --package: the .vsix that `npm run package` has made, instead of dist/
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { currentTarget, packageFile } from '../../scripts/targets.ts';
import { ResultPanel } from '../e2e/rig/result-panel.ts';
import { Session } from '../e2e/rig/session.ts';
import { clickToRepaint, clickToSight, watch } from '../e2e/rig/timing.ts';
import type { Workbench } from '../e2e/rig/workbench.ts';

const { values: options } = parseArgs({ options: { sessions: { type: 'string', default: '3' }, package: { type: 'boolean', default: false } } });
const vsix = options.package ? packageFile(currentTarget()) : undefined;

const explain = 'Explain with Grad-CAM';
/** Clicks on classes in each session. */
const clicks = 8;
/** Work after a result is over by then: run kept, map checked. */
const calm = 3_000;

const rows = {
  'activation, as the editor reports it': [] as number[],
  'of the extension that is loaded just before': [] as number[],
  'first webview of the editor itself (image preview)': [] as number[],
  'first picture of a session': [] as number[],
  'another class in the open panel': [] as number[],
  'another picture, a panel being open': [] as number[],
};

for (let i = 0; i < Number(options.sessions); i++) {
  await inSession(async (workbench) => {
    await workbench.openFile('espresso.jpg');
    rows['first webview of the editor itself (image preview)'].push(await clickToSight(workbench.page, await workbench.webview('body.image img')));
  });
  await inSession(async (workbench) => {
    rows['first picture of a session'].push(await firstSight(workbench, 'espresso.jpg'));
    const panel = await ResultPanel.painted(workbench, 'espresso.jpg');
    for (let k = 0; k < clicks; k++) {
      await sleep(calm);
      rows['another class in the open panel'].push(await clickToRepaint(panel, () => panel.predictions().nth(k % 2 === 0 ? 1 : 0).click()));
    }
    for (const picture of ['chelsea-cat.png', 'cat-and-espresso.jpg']) {
      await sleep(calm);
      rows['another picture, a panel being open'].push(await firstSight(workbench, picture));
    }
    const activation = await activations(workbench);
    rows['activation, as the editor reports it'].push(activation.get('fovea.fovea')!);
    rows['of the extension that is loaded just before'].push(activation.get('vscode.merge-conflict')!);
  });
}
for (const [name, times] of Object.entries(rows)) {
  const sorted = times.toSorted((a, b) => a - b);
  const [least, middle, most] = [sorted[0], sorted[Math.floor(sorted.length / 2)], sorted.at(-1)!].map((time) => Math.round(time));
  console.log(`${name.padEnd(52)} ${String(middle).padStart(6)} ms  (${least} to ${most}, ${times.length} times)`);
}

async function inSession(work: (workbench: Workbench) => Promise<void>): Promise<void> {
  const session = await Session.start({ vsix });
  try {
    await watch(session.workbench.page);
    await sleep(calm);
    await work(session.workbench);
  } finally {
    await session.stop();
  }
}

async function firstSight(workbench: Workbench, picture: string): Promise<number> {
  await workbench.explorerMenu(picture, explain);
  return clickToSight(workbench.page, (await ResultPanel.painted(workbench, picture)).frame);
}

/** Milliseconds of loading and activating by extension, from the editor's report of its start, which is read by turning its pages. */
async function activations(workbench: Workbench): Promise<ReadonlyMap<string, number>> {
  await workbench.command('Developer: Startup Performance');
  const { keyboard } = workbench.page;
  const lines = workbench.page.locator('.editor-instance .view-line');
  await lines.first().click();
  const found = new Map<string, number>();
  for (let turn = 0; turn < 8; turn++) {
    for (const line of await lines.allInnerTexts()) {
      const [, id, loading, activating] = /^\|\s*([\w-]+\.[\w-]+)\s*\|[^|]*\|\s*(\d+)\s*\|\s*(\d+)/.exec(line) ?? [];
      if (id !== undefined) found.set(id, Number(loading) + Number(activating));
    }
    await keyboard.press('PageDown');
    await sleep(200);
  }
  return found;
}
