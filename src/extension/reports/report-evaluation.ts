/** What an evaluation found, for a report: a table of measures, and curves as a drawing. Knows no VS Code. */
import { formatValue } from '../../protocol/display.ts';
import { directions, type Evaluation } from '../../protocol/measures.ts';
import { escapeHtml } from '../pages/html.ts';

/** Of the drawing, and the room around its curves, in its own units. */
const [width, height, room] = [480, 180, 32];

/** Where the axis of probabilities may end. */
const tops = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1];

const looks = ['stroke="#0969da"', 'stroke="#bc4c00" stroke-dasharray="6 3"'];

/** Empty where nothing has been measured. */
export function evaluationHtml(evaluations: readonly Evaluation[]): string {
  if (evaluations.length === 0) return '';
  const rows = evaluations.map(({ title, value, better, description, caveat }) => (
    `<tr><th scope="row">${escapeHtml(title)}</th><td class="number">${escapeHtml(formatValue(value))}</td><td class="short">${escapeHtml(directions[better].words)}</td>`
    + `<td>${escapeHtml(`${description} ${caveat}`)}</td></tr>`));
  return `<h2>Evaluation</h2>\n<table>${rows.join('\n')}</table>\n${curves(evaluations)}`;
}

/** Probability over the share of pixels that were changed. */
function curves(evaluations: readonly Evaluation[]): string {
  const drawn = evaluations.flatMap(({ title, value, curve }) => (curve ? [{ title: `${title}, AUC ${formatValue(value)}`, curve }] : []));
  if (drawn.length === 0) return '';
  const x = (share: number): number => room + share * (width - 2 * room);
  const most = Math.max(...drawn.flatMap(({ curve: { values } }) => values));
  const top = tops.find((one) => one >= most) ?? 1;
  const y = (probability: number): number => height - room + (probability / top) * (2 * room - height);
  const label = (text: string, left: number, top: number, anchor: string): string => (
    `<text x="${left}" y="${top}" font-size="11" fill="currentColor" text-anchor="${anchor}">${escapeHtml(text)}</text>`);
  const lines = drawn.map(({ curve: { positions, values } }, i) => (
    `<polyline fill="none" stroke-width="2" ${looks[i % looks.length]} points="${positions.map((share, at) => `${x(share).toFixed(1)},${y(values[at]).toFixed(1)}`).join(' ')}"/>`));
  const legend = drawn.map(({ title }, i) => (
    `<line x1="${x(0.55)}" x2="${x(0.62)}" y1="${12 + 16 * i}" y2="${12 + 16 * i}" stroke-width="2" ${looks[i % looks.length]}/>${label(title, x(0.64), 16 + 16 * i, 'start')}`));
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(drawn.map(({ title }) => title).join('; '))}" style="max-width: ${width}px">
<path d="M${room} ${y(top)}V${y(0)}H${x(1)}" fill="none" stroke="currentColor" opacity="0.5"/>
${label(String(top), room - 6, y(top) + 4, 'end')}${label('0', room - 6, y(0) + 4, 'end')}${label('Probability', room + 6, y(top) + 4, 'start')}
${label('0 %', x(0), height - 14, 'middle')}${label('Pixels changed', x(0.5), height - 14, 'middle')}${label('100 %', x(1), height - 14, 'middle')}
${lines.join('\n')}
${legend.join('\n')}
</svg>`;
}
