/** Pictures that were made as one HTML file that needs nothing else: sources, parameters, curves, outcome, the paper to cite. Knows no VS Code. */
import { formatValue } from '../../protocol/display.ts';
import type { Prediction } from '../../protocol/engine.ts';
import type { GenerateResult, GeneratorDescription } from '../../protocol/generate.ts';
import { generatorMetrics } from '../../protocol/generator-metrics.ts';
import { controlsOf, type ParameterControl } from '../../protocol/parameter-controls.ts';
import { curvesOf } from '../studio/curves.ts';
import { curvesSvg } from './curves-svg.ts';
import { escapeHtml } from '../pages/html.ts';
import { outcomeWords, targetName } from './made-words.ts';
import { citation, figure, madeWith, notesHtml, parameterTable, recipeDetails, reportPage, table, valueText } from './report-page.ts';

export interface MadeReportContent {
  readonly result: GenerateResult;
  readonly generator: GeneratorDescription;
  /** PNG files with words beneath, in their order. */
  readonly pictures: readonly { readonly png: Uint8Array; readonly title: string; readonly detail: string }[];
  readonly commandLine: string;
  readonly date: Date;
}

const parts = '.parts { display: grid; grid-template-columns: repeat(auto-fit, minmax(280px, 1fr)); gap: 0 32px; } svg { display: block; width: 100%; }';

export function madeReportHtml({ result, generator, pictures, commandLine, date }: MadeReportContent): string {
  const { recipe, layer, classes, milliseconds, fooling, notes, metrics, curves } = result;
  const target = targetName(result);
  const title = target === '' ? generator.title : `${generator.title}: ${target}`;
  const facts: (readonly [string, string])[] = [
    ['Outcome', sentence(outcomeWords(result))],
    ['Model', recipe.model.title],
    ...(classes.length > 0 ? [[classes.length === 1 ? 'Class' : 'Classes', classes.map(({ name, index }) => `${name} (${index})`).join(', ')] as const] : []),
    ...(layer ? [['Layer', layer.name] as const] : []),
    ['Runtime', result.runtime], ['Seed', String(recipe.seed)], ['Per step', `${milliseconds.step.toFixed(1)} ms`],
    ['Made', madeWith(recipe.version, date)],
  ];
  return reportPage(title, `<p class="lead">${escapeHtml(generator.summary)}.</p>
<div class="pictures">
${pictures.map(({ png, title: name, detail }) => figure(png, name, detail)).join('\n')}
</div>
<h2>What was made</h2>
${table(facts)}
${curves.length > 1 ? `<h2>Curves</h2>\n${curvesSvg(curvesOf(curves), generator.family === 'style')}` : ''}
${predictions(result, fooling)}
${Object.keys(metrics).length > 0 ? `<h2>Numbers</h2>\n<table>${metricRows(metrics)}</table>` : ''}
<h2>Parameters</h2>
${parameterTable(generator.title, controlsThatCount(recipe.parameters, generator), recipe.parameters)}
${happened(result)}
${notesHtml(notes)}
<h2>Make it again</h2>
<pre>${escapeHtml(commandLine)}</pre>
${recipeDetails('Recipe', recipe)}
<h2>Reference</h2>
${citation(generator)}`, parts);
}

function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function metricRows(metrics: Readonly<Record<string, number>>): string {
  return Object.entries(metrics).map(([id, value]) => {
    const { title = id, unit = '' } = generatorMetrics[id] ?? {};
    return `<tr><th>${escapeHtml(title)}</th><td class="number">${escapeHtml(`${formatValue(value)} ${unit}`)}</td></tr>`;
  }).join('\n');
}

/** What the model sees: before, after and as saved, or in each picture. */
function predictions({ predictions: lists, classes }: GenerateResult, fooling: GenerateResult['fooling']): string {
  const named: (readonly [string, readonly Prediction[]])[] = fooling
    ? [['Before', fooling.before], ['After', fooling.after], ['As saved (8-bit PNG)', fooling.asSaved]]
    : lists.map((list, n) => [lists.length > 1 ? `Picture ${n + 1}` : '', list]);
  const shown = named.filter(([, list]) => list.length > 0);
  if (shown.length === 0) return '';
  const wanted = new Set(fooling ? (fooling.target ? [fooling.target.index] : []) : classes.map(({ index }) => index));
  const rows = (list: readonly Prediction[]): string => list.map(({ index, name, probability }) => (
    `<tr${wanted.has(index) ? ' class="explained"' : ''}><td>${escapeHtml(name)}</td><td class="number">${(probability * 100).toFixed(1)} %</td></tr>`)).join('\n');
  return `<h2>What the model sees</h2>\n<div class="parts">${shown.map(([name, list]) => (
    `<table>${name ? `<caption>${escapeHtml(name)}</caption>` : ''}${rows(list)}</table>`)).join('\n')}</div>`;
}

/** Those that mean something beside the others. */
function controlsThatCount(values: Readonly<Record<string, unknown>>, { parameters }: GeneratorDescription): readonly ParameterControl[] {
  return controlsOf(parameters).filter(({ when = {} }) => Object.entries(when).every(([other, value]) => values[other] === value));
}

/** What was changed while it ran. */
function happened({ recipe: { steered, continued = [], stopped } }: GenerateResult): string {
  const events = [
    ...steered.map(({ step, parameters: changes }) => [step, Object.entries(changes).map(([name, value]) => `${name} ${valueText(value)}`).join(', ')] as const),
    ...continued.map(({ step, from }) => [step, from === 'state' ? 'gone on with' : 'gone on with, from the pictures as they were kept'] as const),
    ...(stopped === undefined ? [] : [[stopped, 'stopped'] as const]),
  ].sort(([a], [b]) => a - b);
  if (events.length === 0) return '';
  return `<h2>On its way</h2>\n<table>${events.map(([step, what]) => `<tr><th>Step ${step}</th><td>${escapeHtml(what)}</td></tr>`).join('\n')}</table>`;
}
