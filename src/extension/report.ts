/** A result as one HTML file that needs nothing else: pictures, predictions, parameters, metrics, and the paper to cite. Knows no VS Code. */
import { colorMapOf, colorTable, displayRange, formatValue, reduceChannels, type Display } from '../protocol/display.ts';
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

/** Style of a page to keep; dark where that is preferred. */
export const reportStyle = `
body { max-width: 1080px; margin: 32px auto; padding: 0 24px; font: 15px/1.5 system-ui, sans-serif; color: #1f2328; background: #fff; }
h1 { margin: 0; font-size: 24px; } h2 { margin: 32px 0 8px; font-size: 16px; } .lead { margin: 4px 0 24px; color: #57606a; }
.pictures { display: grid; grid-template-columns: repeat(auto-fit, minmax(240px, 1fr)); gap: 16px; } figure { margin: 0; }
img { display: block; width: 100%; border-radius: 4px; } figcaption { margin-top: 4px; font-size: 13px; color: #57606a; }
.scale { display: grid; grid-template-columns: auto 1fr auto; gap: 10px; align-items: center; max-width: 480px; margin-top: 16px; font-size: 13px; font-variant-numeric: tabular-nums; }
.bar { height: 12px; border-radius: 2px; } table { border-collapse: collapse; } td, th { padding: 4px 24px 4px 0; text-align: start; vertical-align: top; border-bottom: 1px solid #d8dee4; }
th { font-weight: 600; } .number { text-align: end; font-variant-numeric: tabular-nums; } .explained td { font-weight: 600; } code, pre { font: 13px/1.5 ui-monospace, monospace; }
pre { padding: 12px; overflow: auto; border-radius: 4px; background: #f6f8fa; white-space: pre-wrap; overflow-wrap: anywhere; }
@media (prefers-color-scheme: dark) { body { color: #e6edf3; background: #0d1117; } .lead, figcaption { color: #9198a1; } td, th { border-color: #30363d; } pre { background: #161b22; } a { color: #4493f8; } }`;

export function reportHtml({ result, technique, display, pictures, evaluations, checks, commandLine, date }: ReportContent): string {
  const { picture, class: explained, score, layer, recipe } = result;
  const title = `${picture.name} – ${technique.title}`;
  const facts: [string, string][] = [
    ['Model', `${recipe.model.title}${layer ? `, layer ${layer.name}` : ''}`], ['Class', `${explained.name} (${explained.index})`],
    [score.kind, formatValue(score.value)], ['Runtime', result.runtime], ['Seed', String(recipe.seed)],
    ...(result.samples ? [['Samples', `${result.samples.done} of ${result.samples.total}`] as [string, string]] : []),
    ['Made', `${date.toISOString().slice(0, 10)} with Fovea ${recipe.version}`],
  ];
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
<h1>${escapeHtml(title)}</h1>
<p class="lead">${escapeHtml(technique.summary)}.</p>
<div class="pictures">
${figure(pictures.picture, 'Picture', `${picture.width} × ${picture.height} px`)}
${figure(pictures.overlay, 'Heat map over the picture', `Opacity ${Math.round(display.opacity * 100)} %`)}
${figure(pictures.map, 'Heat map', result.map.unit)}
</div>
${scale(result, display)}
<h2>What was explained</h2>
${table(facts)}
<h2>Predictions</h2>
<table><tr><th>Class</th><th class="number">Probability</th><th class="number">Logit</th></tr>
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
</body>
</html>
`;
}

/** A PNG file with words beneath. */
export function figure(png: Uint8Array, title: string, detail: string): string {
  const data = Buffer.from(png).toString('base64');
  return `<figure><img alt="${escapeHtml(title)}" src="data:image/png;base64,${data}"><figcaption>${escapeHtml(title)} · ${escapeHtml(detail)}</figcaption></figure>`;
}

/** What the colours mean, in the map's unit. */
function scale({ map }: ExplainResult, display: Display): string {
  const plane = reduceChannels(map);
  const { min, max } = displayRange(plane.values, plane.signed);
  const colours = colorTable(colorMapOf(display, plane.signed));
  const stops = Array.from({ length: 17 }, (_, i) => `rgb(${[...colours.subarray(Math.round((i / 16) * 255) * 3).subarray(0, 3)].join()})`);
  return `<div class="scale"><span>${escapeHtml(formatValue(min))}</span><div class="bar" style="background: linear-gradient(to right, ${stops.join(', ')})"></div><span>${escapeHtml(`${formatValue(max)} ${map.unit}`)}</span></div>`;
}

function table(rows: readonly (readonly [string, string])[]): string {
  return `<table>${rows.map(([name, value]) => `<tr><th>${escapeHtml(name)}</th><td>${escapeHtml(value)}</td></tr>`).join('\n')}</table>`;
}

function parameters({ recipe }: ExplainResult, technique: TechniqueDescription): string {
  const rows = controlsOf(technique.parameters).map(({ name, title, unit, help }) => {
    const value = recipe.parameters[name];
    const words = typeof value === 'string' ? value : JSON.stringify(value) ?? '';
    return `<tr><th>${escapeHtml(title)}</th><td>${escapeHtml(unit ? `${words} ${unit}` : words)}</td><td>${escapeHtml(help)}</td></tr>`;
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
