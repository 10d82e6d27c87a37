/** How sure the values of a mean over samples are. */
import type { ExplainResult } from '../../src/protocol/engine.ts';

/** The result with the standard errors of its values as its map; itself where it has none. */
export function standardErrorOf(result: ExplainResult): ExplainResult {
  const { map, standardError: values } = result;
  if (!values) return result;
  return { ...result, standardError: undefined, map: { ...map, values, signed: false, unit: `${map.unit}, standard error of the mean` } };
}
