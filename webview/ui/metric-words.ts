/** Numbers of a result as a person reads them. */
import { generatorMetrics } from '../../src/protocol/generator-metrics.ts';
import { shortNumber } from './plot-scale.ts';

export function metricRows(metrics: Readonly<Record<string, number>>): { title: string; value: string }[] {
  return Object.entries(metrics).map(([id, value]) => {
    const { title = id, unit } = generatorMetrics[id] ?? {};
    return { title, value: unit ? `${shortNumber(value)} ${unit}` : shortNumber(value) };
  });
}
