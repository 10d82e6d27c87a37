/** What the HTML files have in common that results are saved as: one page that needs nothing else. Knows no VS Code. */
import { formatValue, type DisplayRange } from '../../protocol/display.ts';
import type { ParameterControl } from '../../protocol/parameter-controls.ts';
import type { TechniqueDescription } from '../../protocol/techniques.ts';
import { escapeHtml } from '../pages/html.ts';

/** Style of a page to keep: dark where that is preferred, dark on white on paper. */
const style = `
:root { --ink: #1f2328; --faint: #57606a; --line: #d8dee4; --paper: #fff; --panel: #f6f8fa; --link: #0969da; color-scheme: light dark; }
@media screen and (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --faint: #9198a1; --line: #30363d; --paper: #0d1117; --panel: #161b22; --link: #4493f8; } }
body { max-width: 1080px; margin: 40px auto 64px; padding: 0 24px; font: 15px/1.55 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
h1 { margin: 0; font-size: 26px; line-height: 1.25; text-wrap: balance; overflow-wrap: anywhere; } .lead { max-width: 70ch; margin: 6px 0 24px; color: var(--faint); }
h2 { margin: 40px 0 10px; font-size: 17px; line-height: 1.3; } p, li { max-width: 75ch; } a { color: var(--link); overflow-wrap: anywhere; }
.pictures { display: grid; grid-template-columns: repeat(auto-fit, minmax(240px, 1fr)); gap: 20px; align-items: start; } figure { margin: 0; }
img { display: block; width: 100%; border-radius: 6px; } figcaption { margin-top: 6px; font-size: 13px; color: var(--faint); } figcaption b { color: var(--ink); }
.scale { display: grid; grid-template-columns: auto 1fr auto; gap: 10px; align-items: center; max-width: 480px; margin-top: 20px; font-size: 13px; font-variant-numeric: tabular-nums; }
.bar { width: 100%; height: 12px; border-radius: 3px; forced-color-adjust: none; }
table { border-collapse: collapse; } td, th { padding: 6px 28px 6px 0; text-align: start; vertical-align: top; border-bottom: 1px solid var(--line); }
td:last-child, th:last-child { padding-inline-end: 0; } th { font-weight: 600; } td { overflow-wrap: anywhere; }
.number { text-align: end; font-variant-numeric: tabular-nums; white-space: nowrap; } .short { white-space: nowrap; } .explained td { font-weight: 600; }
code, pre { font: 13px/1.5 ui-monospace, monospace; } summary { cursor: pointer; }
pre { padding: 12px 14px; overflow: auto; border-radius: 6px; background: var(--panel); white-space: pre-wrap; overflow-wrap: anywhere; }
@media (max-width: 640px) { td, th { padding-inline-end: 14px; } }
@media print {
  @page { margin: 16mm; } body { max-width: none; margin: 0; padding: 0; font-size: 10.5pt; } h2 { margin-top: 22px; break-after: avoid; }
  figure, tr, svg, .scale, pre { break-inside: avoid; } .pictures { grid-template-columns: repeat(3, 1fr); gap: 12px; }
  img { print-color-adjust: exact; -webkit-print-color-adjust: exact; } pre { border: 1px solid var(--line); } details:not([open]) { display: none; }
}`;

/** @param body HTML beneath the title @param more style of this page alone */
export function reportPage(title: string, body: string, more = ''): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${style}${more && `\n${more}`}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
${body}
</main>
</body>
</html>
`;
}

/** When and with which version. */
export function madeWith(version: string, date: Date): string {
  return `${date.toISOString().slice(0, 10)} with Fovea ${version}`;
}

/** A PNG file with words beneath. @param alt for who does not see it @param more HTML beneath the words */
export function figure(png: Uint8Array, title: string, detail: string, alt = `${title}, ${detail}`, more = ''): string {
  const data = Buffer.from(png).toString('base64');
  const caption = `<b>${escapeHtml(title)}</b>${detail === '' ? '' : ` · ${escapeHtml(detail)}`}`;
  return `<figure><img alt="${escapeHtml(alt)}" src="data:image/png;base64,${data}"><figcaption>${caption}</figcaption>${more}</figure>`;
}

/** What colours mean. @param colours PNG file of the colour bar */
export function colourBar({ min, max }: DisplayRange, colours: Uint8Array, unit: string): string {
  const bar = `<img class="bar" alt="" src="data:image/png;base64,${Buffer.from(colours).toString('base64')}">`;
  return `<div class="scale"><span>${escapeHtml(formatValue(min))}</span>${bar}<span>${escapeHtml(`${formatValue(max)} ${unit}`)}</span></div>`;
}

/** Rows of a name and words. */
export function table(rows: readonly (readonly [string, string])[]): string {
  return `<table>${rows.map(([name, value]) => `<tr><th scope="row">${escapeHtml(name)}</th><td>${escapeHtml(value)}</td></tr>`).join('\n')}</table>`;
}

/** Parameters with their units and help. */
export function parameterTable(owner: string, controls: readonly ParameterControl[], values: Readonly<Record<string, unknown>>): string {
  if (controls.length === 0) return `<p>${escapeHtml(owner)} has none.</p>`;
  return `<table>${controls.map(({ name, title, unit, help }) => {
    const words = valueText(values[name]);
    return `<tr><th scope="row">${escapeHtml(title)}</th><td>${escapeHtml(unit && words ? `${words} ${unit}` : words)}</td><td>${escapeHtml(help)}</td></tr>`;
  }).join('\n')}</table>`;
}

/** A parameter's value. */
export function valueText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value) ?? '';
}

/** Empty where there are none. */
export function notesHtml(notes: readonly string[]): string {
  return notes.length > 0 ? `<h2>Notes</h2>\n<ul>${notes.map((note) => `<li>${escapeHtml(note)}</li>`).join('')}</ul>` : '';
}

/** A recipe, folded away. */
export function recipeDetails(title: string, recipe: object): string {
  return `<details><summary>${escapeHtml(title)}</summary><pre>${escapeHtml(JSON.stringify(recipe, undefined, 2))}</pre></details>`;
}

/** The paper that a technique comes from, as a paragraph. */
export function citation({ citation: { authors, title, year, url } }: Pick<TechniqueDescription, 'citation'>): string {
  const address = /^https?:\/\//.test(url) ? `<a href="${escapeHtml(url)}">${escapeHtml(url)}</a>` : escapeHtml(url);
  return `<p>${escapeHtml(`${authors} (${year}). ${title}.`)} ${address}</p>`;
}
