/** Curves of a run as a drawing for a page to keep. Knows no VS Code. */
import { formatValue } from '../../protocol/display.ts';
import type { Curve } from '../../protocol/studio-panel.ts';
import { escapeHtml } from '../pages/html.ts';

/** Of the drawing, and the room around its curves, in its own units. */
const [width, height, left, room] = [720, 240, 72, 28];

const looks = [
  'stroke="#0969da"', 'stroke="#bc4c00" stroke-dasharray="6 3"', 'stroke="#1a7f37" stroke-dasharray="2 3"', 'stroke="#8250df" stroke-dasharray="10 3 2 3"',
  'stroke="#bf3989"', 'stroke="#9a6700" stroke-dasharray="6 3"', 'stroke="#57606a" stroke-dasharray="2 3"',
];

/** @param losses terms whose ratios matter more than their differences */
export function curvesSvg(curves: readonly Curve[], losses: boolean): string {
  const values = curves.flatMap((curve) => curve.values).filter(Number.isFinite);
  const least = values.reduce((a, b) => Math.min(a, b), Infinity);
  const most = values.reduce((a, b) => Math.max(a, b), -Infinity);
  const byRatio = losses && least > 0;
  const scale = (value: number): number => (byRatio ? Math.log(value) : value);
  const [low, high] = [scale(least), scale(most)];
  const last = Math.max(1, ...curves.map(({ steps }) => steps.at(-1) ?? 0));
  const x = (step: number): number => left + (step / last) * (width - left - room);
  const y = (value: number): number => height - room - (high > low ? (scale(value) - low) / (high - low) : 0.5) * (height - 2 * room);
  const label = (text: string, across: number, down: number, anchor: string): string => (
    `<text x="${across}" y="${down}" font-size="12" fill="currentColor" text-anchor="${anchor}">${escapeHtml(text)}</text>`);
  const lines = curves.map(({ steps, values: own }, i) => {
    const points = steps.flatMap((step, at) => (Number.isFinite(own[at]) ? [`${x(step).toFixed(1)},${y(own[at]).toFixed(1)}`] : []));
    return `<polyline fill="none" stroke-width="2" ${looks[i % looks.length]} points="${points.join(' ')}"/>`;
  });
  const newest = curves.map(({ title, values: own }, i) => (
    `<li><svg viewBox="0 0 28 8" style="display: inline-block; width: 28px"><path d="M0 4H28" stroke-width="2" ${looks[i % looks.length]}/></svg> `
    + `${escapeHtml(title)}: ${escapeHtml(formatValue(own.at(-1) ?? NaN))}</li>`));
  const words = curves.map(({ title, values: own }) => `${title} from ${formatValue(own[0])} to ${formatValue(own.at(-1) ?? NaN)}`).join('; ');
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(words)}" style="max-width: ${width}px">
<path d="M${left} ${room}V${height - room}H${width - room}" fill="none" stroke="currentColor" opacity="0.5"/>
${label(formatValue(most), left - 8, y(most) + 4, 'end')}${high > low ? label(formatValue(least), left - 8, y(least) + 4, 'end') : ''}
${label(byRatio ? 'Loss (logarithmic)' : losses ? 'Loss' : 'Value', left + 8, room - 10, 'start')}
${label('0', x(0), height - 8, 'middle')}${label('Steps', x(last / 2), height - 8, 'middle')}${label(String(last), x(last), height - 8, 'end')}
${lines.join('\n')}
</svg>
<ul style="list-style: none; padding: 0; column-width: 220px">${newest.join('')}</ul>`;
}
