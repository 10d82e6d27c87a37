/** A sweep as one HTML file that needs nothing else: its grid, each cell's recipe, and the paper to cite. Knows no VS Code. */
import type { GeneratorDescription } from '../../protocol/generate.ts';
import { sideTitle, valueWords } from '../../protocol/sweep-plan.ts';
import type { PlanState, SweepHostMessage } from '../../protocol/sweep-panel.ts';
import type { TechniqueDescription } from '../../protocol/techniques.ts';
import { escapeHtml } from '../pages/html.ts';
import { citation, madeWith, recipeDetails, reportPage } from './report-page.ts';

export interface SweepReportCell {
  /** Row by row. */
  readonly index: number;
  readonly png: Uint8Array;
  readonly recipe: { readonly version: string };
}

type Described = Omit<Extract<SweepHostMessage, { type: 'swept' }>, 'type'> & { readonly plan: PlanState };

const gridStyle = `body { max-width: none; } .grid td, .grid th { padding: 4px; border: 0; text-align: center; vertical-align: middle; }
.grid img { width: auto; max-width: 320px; } .wide { overflow-x: auto; }`;

export function sweepReportHtml(
  { title, subject, model, controls, plan: { columns, rows } }: Described, cells: readonly SweepReportCell[],
  technique: GeneratorDescription | TechniqueDescription | undefined, date: Date,
): string {
  const control = (name: string) => controls.find((one) => one.name === name);
  const words = (name: string, value: unknown): string => valueWords(control(name), value);
  const across = columns.values.map((value) => words(columns.parameter, value));
  const down = rows ? rows.values.map((value) => words(rows.parameter, value)) : [undefined];
  const cellAt = (row: number, column: number): SweepReportCell | undefined => cells.find(({ index }) => index === row * across.length + column);
  const name = (row: number, column: number): string => [across[column], down[row]].filter((part) => part !== undefined).join(' · ');
  const heading = [subject, title].filter(Boolean).join(' – ');
  const corner = rows ? `<td rowspan="2"></td>` : '';
  return reportPage(heading, `<p class="lead">${escapeHtml(`${model}. Made ${madeWith(cells[0]?.recipe.version ?? '', date)}`)}</p>
<div class="wide"><table class="grid">
<tr>${corner}<th colspan="${across.length}" scope="colgroup">${escapeHtml(sideTitle(control(columns.parameter), columns.parameter))}</th></tr>
<tr>${across.map((value) => `<th scope="col">${escapeHtml(value)}</th>`).join('')}</tr>
${down.map((value, row) => `<tr>${rows ? `<th scope="row">${escapeHtml(sideTitle(control(rows.parameter), rows.parameter))}<br>${escapeHtml(value!)}</th>` : ''}${across.map((_, column) => `<td>${pictureOf(cellAt(row, column), name(row, column))}</td>`).join('')}</tr>`).join('\n')}
</table></div>
<h2>Recipes</h2>
${cells.map(({ index, recipe }) => recipeDetails(name(Math.floor(index / across.length), index % across.length), recipe)).join('\n')}
${technique ? `<h2>Reference</h2>\n${citation(technique)}` : ''}`, gridStyle);
}

function pictureOf(cell: SweepReportCell | undefined, name: string): string {
  return cell ? `<img alt="${escapeHtml(name)}" src="data:image/png;base64,${Buffer.from(cell.png).toString('base64')}">` : '–';
}
