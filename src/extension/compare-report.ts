/** A comparison as one HTML file that needs nothing else: its cells, what is known about each, and the papers to cite. Knows no VS Code. */
import { formatValue, type ColorMap, type DisplayRange } from '../protocol/display.ts';
import type { ExplainResult } from '../protocol/engine.ts';
import { directions } from '../protocol/measures.ts';
import type { TechniqueDescription } from '../protocol/techniques.ts';
import { escapeHtml } from './html.ts';
import { citation, colourBar, figure, reportStyle } from './report.ts';

export interface ReportCell {
  readonly label: string;
  /** As it was shown. */
  readonly png: Uint8Array;
  /** Absent for a difference of two others, which the note tells of. */
  readonly result?: ExplainResult;
  readonly note?: string;
  /** What its colours mean. */
  readonly scale: DisplayRange & { readonly colorMap: ColorMap; readonly unit: string };
}

export function compareReportHtml(title: string, cells: readonly ReportCell[], techniques: readonly TechniqueDescription[], date: Date): string {
  const results = cells.flatMap(({ label, result }) => (result ? [{ label, result }] : []));
  const cited = techniques.filter(({ id }) => results.some(({ result }) => result.technique === id));
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${reportStyle}
.wide { overflow-x: auto; } .pictures .scale { margin-top: 8px; }</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
<p class="lead">${escapeHtml(`Made ${date.toISOString().slice(0, 10)} with Fovea ${results[0]?.result.recipe.version ?? ''}`)}</p>
<div class="pictures">
${cells.map(({ label, png, result, note = '', scale }) => (
    figure(png, label, note, result ? `Heat map: ${label}` : note, colourBar(scale, scale.colorMap, scale.unit)))).join('\n')}
</div>
<h2>What is known</h2>
<div class="wide">${factsTable(results)}</div>
<h2>Recipes</h2>
${results.map(({ label, result: { recipe } }) => `<details><summary>${escapeHtml(label)}</summary><pre>${escapeHtml(JSON.stringify(recipe, undefined, 2))}</pre></details>`).join('\n')}
<h2>References</h2>
${[...new Set(cited.map(citation))].join('\n')}
</main>
</body>
</html>
`;
}

/** A row for each result; a column for each metric that any of them has. */
function factsTable(results: readonly { readonly label: string; readonly result: ExplainResult }[]): string {
  const metrics = new Map(results.flatMap(({ result }) => result.metrics ?? []).map((metric) => [metric.id, metric]));
  const heads = [
    'Result', 'Class', 'Probability', 'Score', 'Layer', 'Model', 'Time',
    ...[...metrics.values()].map(({ title, better }) => (better ? `${title} (${directions[better].words})` : title)),
  ];
  const rows = results.map(({ label, result }) => {
    const { class: explained, score, layer, model, milliseconds, cached } = result;
    return [
      label, explained.name, `${(explained.probability * 100).toFixed(1)} %`, `${formatValue(score.value)} (${score.kind})`, layer?.name ?? '', model.title,
      cached ? 'cached' : `${Math.round(milliseconds.total)} ms`,
      ...[...metrics.keys()].map((id) => {
        const found = result.metrics?.find((metric) => metric.id === id);
        return found ? formatValue(found.value) : '';
      }),
    ];
  });
  const line = (tag: 'th' | 'td', cells: readonly string[]): string => `<tr>${cells.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join('')}</tr>`;
  return `<table>${line('th', heads)}\n${rows.map((row) => line('td', row)).join('\n')}</table>`;
}
