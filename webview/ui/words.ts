/** Numbers and names as a person reads them. */
import type { ColorMap } from '../../src/protocol/display.ts';
import type { ExplainResult, LayerDescription } from '../../src/protocol/engine.ts';
import type { Preprocessing, PreprocessingSource } from '../../src/protocol/preprocessing.ts';
import type { ScoreKind } from '../../src/protocol/techniques.ts';
import type { Point } from './viewport.ts';

export function formatProbability(probability: number): string {
  if (!Number.isFinite(probability)) return '–';
  const percent = probability * 100;
  if (percent > 0 && percent < 0.1) return '< 0.1 %';
  return `${percent.toFixed(1)} %`;
}

/** Channels, height and width of a layer, without the batch. */
export function formatShape({ shape }: LayerDescription): string {
  return shape.slice(1).map((size) => (size < 0 ? '?' : size)).join(' × ');
}

export const colorMapNames: Record<ColorMap, string> = {
  turbo: 'Turbo', viridis: 'Viridis', inferno: 'Inferno', magma: 'Magma', 'red-blue': 'Red–blue', grey: 'Grey',
};

export const scoreNames: Record<ScoreKind, string> = { logit: 'Logit', probability: 'Probability', 'log-probability': 'Log-probability' };

export const sourceNames: Record<PreprocessingSource, string> = {
  bundled: 'known (bundled model)',
  sidecar: 'from the sidecar file',
  huggingface: 'from preprocessor_config.json',
  metadata: 'from the model’s metadata',
  override: 'chosen in this panel',
  guess: 'a guess',
};

/** Preprocessing in one line, e.g. "224 × 224, crop, RGB, (x · 1 − 127) / 128". */
export function formatPreprocessing({ width, height, fit, channels, scale, mean, std }: Preprocessing): string {
  const list = (values: number[]): string => (new Set(values).size === 1 ? trim(values[0]) : values.map(trim).join(' '));
  const scaled = scale === 1 ? 'x' : Math.abs(scale - 1 / 255) < 1e-9 ? 'x / 255' : `x · ${trim(scale)}`;
  const shifted = mean.every((value) => value === 0) ? scaled : `${scaled} − ${list(mean)}`;
  const divided = std.every((value) => value === 1) ? shifted : `(${shifted}) / ${list(std)}`;
  return `${width} × ${height} px, ${fit}, ${channels === 'grey' ? 'grey' : channels.toUpperCase()}, ${divided}`;
}

function trim(value: number): string {
  return String(Number(value.toPrecision(5)));
}

/** How long a result took, or that nothing was computed for it. */
export function formatTime({ milliseconds, cached }: Pick<ExplainResult, 'milliseconds' | 'cached'>): string {
  return cached ? 'cached' : formatDuration(milliseconds.total);
}

/** A duration that was measured: 26 ms, 4.4 s, 17.7 s. @param milliseconds it took */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 9.95) return `${Number(milliseconds.toPrecision(2))} ms`;
  return milliseconds < 999.5 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

/** A duration of which about two digits are known. */
export function formatSeconds(seconds: number): string {
  if (seconds < 0.1) return 'less than 0.1 s';
  if (seconds < 90) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  return `${Math.round(seconds / 60)} min`;
}

/** A duration that is an estimate. */
export function aboutSeconds(seconds: number): string {
  return seconds < 0.1 ? formatSeconds(seconds) : `about ${formatSeconds(seconds)}`;
}

/** Where a point of a picture lies, in words: "upper left", "centre". */
export function region(point: Point, { width, height }: { width: number; height: number }): string {
  const third = (position: number, length: number, names: [string, string, string]): string =>
    names[Math.min(2, Math.max(0, Math.floor((position / length) * 3)))];
  const vertical = third(point.y, height, ['upper', '', 'lower']);
  const horizontal = third(point.x, width, ['left', '', 'right']);
  return [vertical, horizontal].filter(Boolean).join(' ') || 'centre';
}

/** The result as a sentence for a screen reader. */
export function describeResult(result: ExplainResult, technique: string, peak: Point | undefined): string {
  const where = peak ? `; strongest at the ${region(peak, result.picture)} of the picture` : '; the map is zero everywhere';
  const layer = result.layer ? ` at layer ${result.layer.name}` : '';
  return `${result.picture.name}: ${result.class.name}, ${formatProbability(result.class.probability)}, explained by ${technique}${layer}${where}.`;
}
