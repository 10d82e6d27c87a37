/** What can be taken along of a result: its command line, its recipe, a report. Explained or made, kept or on the screen. */
import path from 'node:path';
import { env, Uri, window, workspace } from 'vscode';
import { colorMapOf, displaySchema, reduceChannels } from '../../protocol/display.ts';
import type { Pixels } from '../../protocol/engine.ts';
import type { GenerateResult, GeneratorDescription } from '../../protocol/generate.ts';
import type { MadeRecipe, SavedMeasure, StoredRecipe } from '../../protocol/recipe.ts';
import type { Subject } from '../../protocol/result-panel.ts';
import type { Work } from '../../protocol/studio-panel.ts';
import { explainArguments, shellLine } from '../recipes/command-line.ts';
import type { EngineClient } from '../engine-client.ts';
import { found } from '../found.ts';
import { recipeSuffix } from '../ids.ts';
import { makeArguments } from '../recipes/made-command-line.ts';
import { picturePath } from '../picture-files.ts';
import { madeRecipeText, recipeText } from '../recipes/recipe-file.ts';
import { colourBarRequest } from '../reports/colour-bar.ts';
import { madeReportHtml } from '../reports/made-report.ts';
import { reportHtml } from '../reports/report.ts';
import { checksShown } from '../reports/report-sanity.ts';
import type { ResultPanel } from '../result/result-panel.ts';
import { offerTerminal, terminalShell } from '../terminals.ts';
import { nameOf } from '../studio/work.ts';
import { writeWhole } from './write-whole.ts';

/** Longer side of a report's pictures in pixels. */
const reportSide = 1024;

/** What made a result; a run is one. */
export type Taken =
  | { readonly kind: 'explained'; readonly subject: Subject; readonly recipe: StoredRecipe; readonly measures?: readonly SavedMeasure[] }
  | { readonly kind: 'made'; readonly work: Work; readonly recipe: MadeRecipe };

export async function copyCommandLine(taken: Taken, engine: EngineClient): Promise<void> {
  const line = await commandLine(taken, engine);
  await env.clipboard.writeText(line);
  void offerTerminal(line);
}

export async function saveRecipe(taken: Taken): Promise<void> {
  const chosen = await askWhere(taken, recipeSuffix, 'Save Recipe', { 'Fovea recipe': ['json'] });
  if (!chosen) return;
  // By another name it would open as text.
  const target = chosen.path.endsWith(recipeSuffix) ? chosen : chosen.with({ path: chosen.path.replace(/(\.json)?$/, recipeSuffix) });
  const text = taken.kind === 'explained'
    ? recipeText(taken.recipe, picturePath(taken.subject.picture), taken.subject.model, target.fsPath, taken.measures)
    : madeRecipeText(taken.recipe, pathsOf(taken.work), taken.work.model, target.fsPath);
  await writeWhole(workspace.fs, target, Buffer.from(text));
}

/** @param html makes the report, once the person has said where it goes */
export async function exportReport(taken: Taken, html: () => Promise<string>): Promise<void> {
  const target = await askWhere(taken, '.html', 'Export Report', { 'Web page': ['html'] });
  if (!target) return;
  await writeWhole(workspace.fs, target, Buffer.from(await html()));
  const choice = await window.showInformationMessage(`Saved ${path.posix.basename(target.path)}.`, 'Open');
  if (choice === 'Open') await env.openExternal(target);
}

/** @param shown display settings, if the command came with them; the defaults where it did not */
export async function explainedReport({ session }: ResultPanel, shown: unknown, engine: EngineClient): Promise<string> {
  const display = displaySchema.safeParse(shown).data ?? displaySchema.parse({});
  const [result, technique] = [found(session.result), found(session.technique)];
  const { pixels, picture, map, placement } = result;
  const request = { pixels: found(pixels), picture, map, placement, display, longest: reportSide };
  const [plain, overlay, alone, bar] = await Promise.all([
    ...(['picture', 'overlay', 'map'] as const).map((what) => engine.render({ ...request, what })),
    engine.render(colourBarRequest(colorMapOf(display, reduceChannels(map).signed))),
  ]);
  return reportHtml({
    result, technique, display, pictures: { picture: plain, overlay, map: alone, bar }, evaluations: session.trust.evaluation.taken,
    checks: checksShown(session.snapshot()),
    commandLine: await commandLine({ kind: 'explained', subject: session.subject, recipe: result.recipe }, engine), date: new Date(),
  });
}

export async function madeReport({ result, work }: { readonly result: GenerateResult; readonly work: Work }, engine: EngineClient): Promise<string> {
  const generator = await describe(result.generator, engine);
  const pictures = await Promise.all((await picturesOf(result, work, generator, engine)).map(async ({ title, pixels }) => (
    { title, detail: `${pixels.width} × ${pixels.height} px`, png: await engine.png({ pictures: [pixels], longest: reportSide }) })));
  return madeReportHtml({ result, generator, pictures, commandLine: await commandLine({ kind: 'made', work, recipe: result.recipe }, engine), date: new Date() });
}

/** In the order in which the studio shows them. A source that is gone is left out. */
async function picturesOf(
  { pictures, fooling, classes }: GenerateResult, { content, style }: Work, { family, needs }: GeneratorDescription, engine: EngineClient,
): Promise<{ title: string; pixels: Pixels }[]> {
  const source = async (uri: string | undefined): Promise<Pixels | undefined> => (
    uri === undefined ? undefined : engine.pixels({ picture: { path: picturePath(uri) }, longest: reportSide }).catch(() => undefined));
  const before = fooling?.original ?? (needs.content ? await source(content) : undefined);
  const manner = needs.style ? await source(style) : undefined;
  const each = pictures.length / Math.max(classes.length, 1);
  const nameOfPicture = (n: number): string => {
    const name = classes[Math.floor(n / each)]?.name ?? 'Picture';
    return each > 1 ? `${name}, ${(n % each) + 1}` : name;
  };
  return [
    ...(before ? [{ title: family === 'fooling' ? 'Before' : 'Photograph', pixels: before }] : []),
    ...pictures.map((pixels, n) => ({ title: family === 'fooling' ? 'After' : family === 'style' ? 'Result' : nameOfPicture(n), pixels })),
    ...(manner ? [{ title: 'Style', pixels: manner }] : []),
    ...(fooling?.difference ? [{ title: 'Difference × 10', pixels: fooling.difference }] : []),
  ];
}

async function commandLine(taken: Taken, engine: EngineClient): Promise<string> {
  return shellLine(['fovea', ...await words(taken, engine)], terminalShell());
}

async function words(taken: Taken, engine: EngineClient): Promise<string[]> {
  if (taken.kind === 'explained') {
    const { recipe, subject: { picture, model, preprocessing } } = taken;
    return explainArguments({ picture: picturePath(picture), model, recipe, isPreprocessingChosen: preprocessing !== undefined, out: '.' });
  }
  const { recipe, work } = taken;
  const { family } = await describe(recipe.generator, engine);
  return makeArguments({ family, recipe, model: work.model, ...pathsOf(work), isPreprocessingChosen: work.preprocessing !== undefined, out: '.' });
}

async function describe(generator: string, engine: EngineClient): Promise<GeneratorDescription> {
  return found((await engine.generators()).find(({ id }) => id === generator));
}

function pathsOf({ content, style }: Work): { content?: string; style?: string } {
  return { ...(content !== undefined && { content: picturePath(content) }), ...(style !== undefined && { style: picturePath(style) }) };
}

/** `<stem>.<technique><suffix>` beside the picture, else in the folder of the window, unless the person says otherwise. */
async function askWhere(taken: Taken, suffix: string, title: string, filters: Record<string, string[]>): Promise<Uri | undefined> {
  const { picture, technique } = taken.kind === 'explained'
    ? taken.subject
    : { picture: taken.recipe.content && taken.work.content, technique: taken.recipe.generator };
  const beside = picture === undefined ? workspace.workspaceFolders?.[0]?.uri : Uri.joinPath(Uri.parse(picture), '..');
  const stem = picture === undefined ? '' : `${path.posix.parse(nameOf(picture)).name}.`;
  return window.showSaveDialog({ title, filters, ...(beside && { defaultUri: Uri.joinPath(beside, `${stem}${technique}${suffix}`) }) });
}
