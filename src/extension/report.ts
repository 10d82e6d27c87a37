/** A result as one HTML file that needs nothing else: pictures, predictions, parameters, metrics, and the paper to cite. Knows no VS Code. */
import {
  colorMapOf, colorTable, displayRange, formatValue, reduceChannels, type ColorMap, type Display, type DisplayRange,
} from '../protocol/display.ts';
import type { ExplainResult } from '../protocol/engine.ts';
import { directions, type Evaluation } from '../protocol/measures.ts';
import { controlsOf } from '../protocol/parameter-controls.ts';
import type { TechniqueDescription } from '../protocol/techniques.ts';
import type { CheckResult } from '../protocol/trust.ts';
import { escapeHtml } from './html.ts';
import { evaluationHtml } from './report-evaluation.ts';
import { sanityHtml } from './report-sanity.ts';

export interface ReportContent {
  readonly result: ExplainResult;
  readonly technique: TechniqueDescription;
  readonly display: Display;
  /** PNG files. */
  readonly pictures: { readonly picture: Uint8Array; readonly overlay: Uint8Array; readonly map: Uint8Array };
  /** Measures of the map that have been taken. */
  readonly evaluations: readonly Evaluation[];
  /** Sanity checks of the map. */
  readonly checks: readonly CheckResult[];
  readonly commandLine: string;
  readonly date: Date;
}

/** Style of a page to keep: dark where that is preferred, dark on white on paper. */
export const reportStyle = `
:root { --ink: #1f2328; --faint: #57606a; --line: #d8dee4; --paper: #fff; --panel: #f6f8fa; --link: #0969da; color-scheme: light dark; }
@media screen and (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --faint: #9198a1; --line: #30363d; --paper: #0d1117; --panel: #161b22; --link: #4493f8; } }
body { max-width: 1080px; margin: 40px auto 64px; padding: 0 24px; font: 15px/1.55 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
h1 { margin: 0; font-size: 26px; line-height: 1.25; text-wrap: balance; overflow-wrap: anywhere; } .lead { max-width: 70ch; margin: 6px 0 24px; color: var(--faint); }
h2 { margin: 40px 0 10px; font-size: 17px; line-height: 1.3; } p, li { max-width: 75ch; } a { color: var(--link); overflow-wrap: anywhere; }
.pictures { display: grid; grid-template-columns: repeat(auto-fit, minmax(240px, 1fr)); gap: 20px; align-items: start; } figure { margin: 0; }
img { display: block; width: 100%; border-radius: 6px; } figcaption { margin-top: 6px; font-size: 13px; color: var(--faint); } figcaption b { color: var(--ink); }
.scale { display: grid; grid-template-columns: auto 1fr auto; gap: 10px; align-items: center; max-width: 480px; margin-top: 20px; font-size: 13px; font-variant-numeric: tabular-nums; }
.bar { height: 12px; border-radius: 3px; forced-color-adjust: none; }
table { border-collapse: collapse; } td, th { padding: 6px 28px 6px 0; text-align: start; vertical-align: top; border-bottom: 1px solid var(--line); }
td:last-child, th:last-child { padding-inline-end: 0; } th { font-weight: 600; } td { overflow-wrap: anywhere; }
.number { text-align: end; font-variant-numeric: tabular-nums; white-space: nowrap; } .explained td { font-weight: 600; }
code, pre { font: 13px/1.5 ui-monospace, monospace; } summary { cursor: pointer; }
pre { padding: 12px 14px; overflow: auto; border-radius: 6px; background: var(--panel); white-space: pre-wrap; overflow-wrap: anywhere; }
@media (max-width: 640px) { td, th { padding-inline-end: 14px; } }
@media print {
  @page { margin: 16mm; } body { max-width: none; margin: 0; padding: 0; font-size: 10.5pt; } h2 { margin-top: 22px; break-after: avoid; }
  figure, tr, svg, .scale, pre { break-inside: avoid; } .pictures { grid-template-columns: repeat(3, 1fr); gap: 12px; }
  img, .bar { print-color-adjust: exact; -webkit-print-color-adjust: exact; } pre { border: 1px solid var(--line); } details:not([open]) { display: none; }
}`;

export function reportHtml({ result, technique, display, pictures, evaluations, checks, commandLine, date }: ReportContent): string {
  const { picture, class: explained, score, layer, recipe } = result;
  const title = `${picture.name} – ${technique.title}`;
  const facts: [string, string][] = [
    ['Model', `${recipe.model.title}${layer ? `, layer ${layer.name}` : ''}`], ['Class', `${explained.name} (${explained.index})`],
    [scoreTitles[score.kind], formatValue(score.value)], ['Preprocessing', preprocessingWords(result)], ['Runtime', result.runtime], ['Seed', String(recipe.seed)],
    ...(result.samples ? [['Samples', `${result.samples.done} of ${result.samples.total}`] as [string, string]] : []),
    ['Made', `${date.toISOString().slice(0, 10)} with Fovea ${recipe.version}`],
  ];
  const heat = `Heat map of ${technique.title} for ${explained.name}, strongest ${strongest(result)}`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${reportStyle}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
<p class="lead">${escapeHtml(`${technique.summary}. Here: ${explained.name}, ${(explained.probability * 100).toFixed(1)} %.`)}</p>
<div class="pictures">
${figure(pictures.picture, 'Picture', `${picture.width} × ${picture.height} px`, `The picture ${picture.name}`)}
${figure(pictures.overlay, 'Heat map over the picture', `Opacity ${Math.round(display.opacity * 100)} %`, `${heat} over the picture`)}
${figure(pictures.map, 'Heat map', result.map.unit, `${heat} alone`)}
</div>
${scale(result, display)}
<h2>What was explained</h2>
${table(facts)}
<h2>Predictions</h2>
<table><tr><th scope="col">Class</th><th scope="col" class="number">Probability</th><th scope="col" class="number">Logit</th></tr>
${result.predictions.map(({ index, name, probability, logit }) => `<tr${index === explained.index ? ' class="explained"' : ''}><td>${escapeHtml(name)}</td><td class="number">${(probability * 100).toFixed(1)} %</td><td class="number">${escapeHtml(formatValue(logit))}</td></tr>`).join('\n')}
</table>
<h2>Parameters</h2>
${parameters(result, technique)}
${metrics(result)}
${evaluationHtml(evaluations)}
${sanityHtml(checks)}
${result.notes.length > 0 ? `<h2>Notes</h2>\n<ul>${result.notes.map((note) => `<li>${escapeHtml(note)}</li>`).join('')}</ul>` : ''}
<h2>Make it again</h2>
<pre>${escapeHtml(commandLine)}</pre>
<details><summary>Recipe</summary><pre>${escapeHtml(JSON.stringify(recipe, undefined, 2))}</pre></details>
<h2>Reference</h2>
${citation(technique)}
</main>
</body>
</html>
`;
}

/** A PNG file with words beneath. @param alt for who does not see it @param more HTML beneath the words */
export function figure(png: Uint8Array, title: string, detail: string, alt = `${title}, ${detail}`, more = ''): string {
  const data = Buffer.from(png).toString('base64');
  const caption = `<b>${escapeHtml(title)}</b>${detail === '' ? '' : ` · ${escapeHtml(detail)}`}`;
  return `<figure><img alt="${escapeHtml(alt)}" src="data:image/png;base64,${data}"><figcaption>${caption}</figcaption>${more}</figure>`;
}

const scoreTitles: Record<ExplainResult['score']['kind'], string> = { logit: 'Logit', probability: 'Probability', 'log-probability': 'Log probability' };

/** How the picture became the model's input, and where that comes from. */
function preprocessingWords({ recipe: { preprocessing }, model: { preprocessingSource } }: ExplainResult): string {
  const { width, height, fit, channels, mean, std } = preprocessing;
  const list = (values: readonly number[]): string => values.map(formatValue).join(', ');
  const own = { override: 'chosen instead of the model\'s own', guess: 'a guess' }[preprocessingSource as string];
  return `${width} × ${height} px (${fit}), ${channels}, mean ${list(mean)}, deviation ${list(std)}${own ? `; ${own}` : ''}`;
}

/** Where the map is largest, for who does not see it. */
function strongest({ map }: ExplainResult): string {
  const { values, width, height } = reduceChannels(map);
  const at = values.reduce((best, value, index) => (value > values[best] ? index : best), 0);
  const third = (share: number, names: readonly [string, string, string]): string => names[Math.min(2, Math.floor(share * 3))];
  const down = third((Math.floor(at / width) + 0.5) / height, ['top', 'middle', 'bottom']);
  const across = third(((at % width) + 0.5) / width, ['left', 'middle', 'right']);
  return down === 'middle' && across === 'middle' ? 'in the middle' : `at the ${down} ${across}`;
}

/** What the colours of a result mean, in the map's unit. */
function scale({ map }: ExplainResult, display: Display): string {
  const plane = reduceChannels(map);
  return colourBar(displayRange(plane.values, plane.signed), colorMapOf(display, plane.signed), map.unit);
}

export function colourBar({ min, max }: DisplayRange, colorMap: ColorMap, unit: string): string {
  const colours = colorTable(colorMap);
  const stops = Array.from({ length: 17 }, (_, i) => `rgb(${[...colours.subarray(Math.round((i / 16) * 255) * 3).subarray(0, 3)].join()})`);
  const bar = `<div class="bar" style="background: linear-gradient(to right, ${stops.join(', ')})"></div>`;
  return `<div class="scale"><span>${escapeHtml(formatValue(min))}</span>${bar}<span>${escapeHtml(`${formatValue(max)} ${unit}`)}</span></div>`;
}

function table(rows: readonly (readonly [string, string])[]): string {
  return `<table>${rows.map(([name, value]) => `<tr><th scope="row">${escapeHtml(name)}</th><td>${escapeHtml(value)}</td></tr>`).join('\n')}</table>`;
}

function parameters({ recipe }: ExplainResult, technique: TechniqueDescription): string {
  const rows = controlsOf(technique.parameters).map(({ name, title, unit, help }) => {
    const value = recipe.parameters[name];
    const words = typeof value === 'string' ? value : JSON.stringify(value) ?? '';
    return `<tr><th scope="row">${escapeHtml(title)}</th><td>${escapeHtml(unit ? `${words} ${unit}` : words)}</td><td>${escapeHtml(help)}</td></tr>`;
  });
  return rows.length > 0 ? `<table>${rows.join('\n')}</table>` : `<p>${escapeHtml(technique.title)} has none.</p>`;
}

function metrics({ metrics: found = [] }: ExplainResult): string {
  if (found.length === 0) return '';
  return `<h2>Metrics</h2>\n${table(found.map(({ title, value, better }) => [title, `${formatValue(value)}${better ? ` (${directions[better].words})` : ''}`]))}`;
}

/** The paper that a technique comes from, as a paragraph. */
export function citation({ citation: { authors, title, year, url } }: Pick<TechniqueDescription, 'citation'>): string {
  const address = /^https?:\/\//.test(url) ? `<a href="${escapeHtml(url)}">${escapeHtml(url)}</a>` : escapeHtml(url);
  return `<p>${escapeHtml(`${authors} (${year}). ${title}.`)} ${address}</p>`;
}
