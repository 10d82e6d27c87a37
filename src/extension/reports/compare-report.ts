/** A comparison as one HTML file that needs nothing else: its cells, what is known about each, and the papers to cite. Knows no VS Code. */
import { formatValue, type ColorMap, type DisplayRange } from '../../protocol/display.ts';
import type { ExplainResult } from '../../protocol/engine.ts';
import { directions } from '../../protocol/measures.ts';
import type { TechniqueDescription } from '../../protocol/techniques.ts';
import { escapeHtml } from '../pages/html.ts';
import { citation, colourBar, figure, madeWith, recipeDetails, reportPage } from './report-page.ts';

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

/** @param bars PNG files of the colour bars that the cells have */
export function compareReportHtml(
  title: string, cells: readonly ReportCell[], bars: ReadonlyMap<ColorMap, Uint8Array>, techniques: readonly TechniqueDescription[], date: Date,
): string {
  const results = cells.flatMap(({ label, result }) => (result ? [{ label, result }] : []));
  const cited = techniques.filter(({ id }) => results.some(({ result }) => result.technique === id));
  return reportPage(title, `<p class="lead">${escapeHtml(`Made ${madeWith(results[0]?.result.recipe.version ?? '', date)}`)}</p>
<div class="pictures">
${cells.map(({ label, png, result, note = '', scale }) => (
    figure(png, label, note, result ? `Heat map: ${label}` : note, colourBar(scale, bars.get(scale.colorMap)!, scale.unit)))).join('\n')}
</div>
<h2>What is known</h2>
<div class="wide">${factsTable(results)}</div>
<h2>Recipes</h2>
${results.map(({ label, result: { recipe } }) => recipeDetails(label, recipe)).join('\n')}
<h2>References</h2>
${[...new Set(cited.map(citation))].join('\n')}`, '.wide { overflow-x: auto; } .pictures .scale { margin-top: 8px; }');
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
