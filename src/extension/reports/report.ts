/** A result as one HTML file that needs nothing else: pictures, predictions, parameters, metrics, and the paper to cite. Knows no VS Code. */
import { displayRange, formatValue, reduceChannels, type Display } from '../../protocol/display.ts';
import type { ExplainResult } from '../../protocol/engine.ts';
import { directions, type Evaluation } from '../../protocol/measures.ts';
import { controlsOf } from '../../protocol/parameter-controls.ts';
import type { TechniqueDescription } from '../../protocol/techniques.ts';
import type { CheckResult } from '../../protocol/trust.ts';
import { escapeHtml } from '../pages/html.ts';
import { evaluationHtml } from './report-evaluation.ts';
import { citation, colourBar, figure, madeWith, notesHtml, parameterTable, recipeDetails, reportPage, table } from './report-page.ts';
import { sanityHtml } from './report-sanity.ts';

export interface ReportContent {
  readonly result: ExplainResult;
  readonly technique: TechniqueDescription;
  readonly display: Display;
  /** PNG files. */
  readonly pictures: Readonly<Record<'picture' | 'overlay' | 'map' | 'bar', Uint8Array>>;
  /** Measures of the map that have been taken. */
  readonly evaluations: readonly Evaluation[];
  /** Sanity checks of the map. */
  readonly checks: readonly CheckResult[];
  readonly commandLine: string;
  readonly date: Date;
}

export function reportHtml({ result, technique, display, pictures, evaluations, checks, commandLine, date }: ReportContent): string {
  const { picture, class: explained, score, layer, recipe } = result;
  const title = `${picture.name} – ${technique.title}`;
  const facts: [string, string][] = [
    ['Model', `${recipe.model.title}${layer ? `, layer ${layer.name}` : ''}`], ['Class', `${explained.name} (${explained.index})`],
    [scoreTitles[score.kind], formatValue(score.value)], ['Preprocessing', preprocessingWords(result)], ['Runtime', result.runtime], ['Seed', String(recipe.seed)],
    ...(result.samples ? [['Samples', `${result.samples.done} of ${result.samples.total}`] as [string, string]] : []),
    ['Made', madeWith(recipe.version, date)],
  ];
  const heat = `Heat map of ${technique.title} for ${explained.name}, strongest ${strongest(result)}`;
  return reportPage(title, `<p class="lead">${escapeHtml(`${technique.summary}. Here: ${explained.name}, ${(explained.probability * 100).toFixed(1)} %.`)}</p>
<div class="pictures">
${figure(pictures.picture, 'Picture', `${picture.width} × ${picture.height} px`, `The picture ${picture.name}`)}
${figure(pictures.overlay, 'Heat map over the picture', `Opacity ${Math.round(display.opacity * 100)} %`, `${heat} over the picture`)}
${figure(pictures.map, 'Heat map', result.map.unit, `${heat} alone`)}
</div>
${scale(result, pictures.bar)}
<h2>What was explained</h2>
${table(facts)}
<h2>Predictions</h2>
<table><tr><th scope="col">Class</th><th scope="col" class="number">Probability</th><th scope="col" class="number">Logit</th></tr>
${result.predictions.map(({ index, name, probability, logit }) => `<tr${index === explained.index ? ' class="explained"' : ''}><td>${escapeHtml(name)}</td><td class="number">${(probability * 100).toFixed(1)} %</td><td class="number">${escapeHtml(formatValue(logit))}</td></tr>`).join('\n')}
</table>
<h2>Parameters</h2>
${parameterTable(technique.title, controlsOf(technique.parameters), recipe.parameters)}
${metrics(result)}
${evaluationHtml(evaluations)}
${sanityHtml(checks)}
${notesHtml(result.notes)}
<h2>Make it again</h2>
<pre>${escapeHtml(commandLine)}</pre>
${recipeDetails('Recipe', recipe)}
<h2>Reference</h2>
${citation(technique)}`);
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
function scale({ map }: ExplainResult, bar: Uint8Array): string {
  const plane = reduceChannels(map);
  return colourBar(displayRange(plane.values, plane.signed), bar, map.unit);
}

function metrics({ metrics: found = [] }: ExplainResult): string {
  if (found.length === 0) return '';
  return `<h2>Metrics</h2>\n${table(found.map(({ title, value, better }) => [title, `${formatValue(value)}${better ? ` (${directions[better].words})` : ''}`]))}`;
}

