/** Numbers of a result as a person reads them. */
import { shortNumber } from './plot-scale.ts';

/** Names of the numbers that generators give; others are shown by their own. */
const names: Readonly<Record<string, string>> = { l2: 'L2 distance', linf: 'L∞ distance', l0: 'Pixels changed', psnr: 'PSNR', ssim: 'SSIM' };
const units: Readonly<Record<string, string>> = { psnr: ' dB' };

export function metricRows(metrics: Readonly<Record<string, number>>): { title: string; value: string }[] {
  return Object.entries(metrics).map(([id, value]) => ({ title: names[id] ?? id, value: `${shortNumber(value)}${units[id] ?? ''}` }));
}
