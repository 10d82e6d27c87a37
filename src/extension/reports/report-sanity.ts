/** What sanity checks found, for a report: verdicts, how they were reached, and what is known against them. Knows no VS Code. */
import { checkModes, checkWords, type CheckMode } from '../../protocol/checks.ts';
import type { HostMessage } from '../../protocol/result-panel.ts';
import type { CheckResult } from '../../protocol/trust.ts';
import { escapeHtml } from '../pages/html.ts';

/** The checks that a panel shows, in the order of the modes; one with many steps stands for the badge's. @param shown by the panel */
export function checksShown(shown: readonly HostMessage[]): CheckResult[] {
  const found = new Map<CheckMode, CheckResult>();
  for (const message of shown) {
    if (message.type === 'badge' && message.badge?.state === 'done') found.set(message.badge.result.mode, message.badge.result);
  }
  for (const message of shown) {
    for (const state of message.type === 'checks' ? Object.values(message.checks) : []) if (state.state === 'done') found.set(state.result.mode, state.result);
  }
  return checkModes.flatMap((mode) => found.get(mode) ?? []);
}

/** Empty where nothing has been checked. */
export function sanityHtml(checks: readonly CheckResult[]): string {
  if (checks.length === 0) return '';
  const rows = checks.map(({ mode, verdict: { label, sentence, rule } }) => (
    `<tr><th scope="row">${escapeHtml(checkWords[mode].title)}</th><td class="short">${escapeHtml(label)}</td><td>${escapeHtml(`${sentence} ${rule}`)}</td></tr>`));
  const caveats = [...new Set(checks.flatMap((check) => [...check.notes, ...check.caveats]))];
  const [{ picture, class: { name } }] = checks;
  return `<h2>Sanity checks</h2>\n<table>${rows.join('\n')}</table>\n<ul>${[`Checked on ${picture}, ${name}.`, ...caveats].map((text) => `<li>${escapeHtml(text)}</li>`).join('')}</ul>`;
}
