/** All operators that the compiler knows, by domain and name. A new family is one file and one line here. */
import { assemblingOperators } from './assembling.ts';
import { convolutionOperators } from './convolution.ts';
import { normalizationOperators } from './normalization.ts';
import type { Operator } from './operator.ts';
import { padOperators } from './pad.ts';
import { poolingOperators } from './pooling.ts';
import { reshapingOperators } from './reshaping.ts';
import { resizeOperators } from './resize.ts';
import { sizeOperators } from './sizes.ts';

const families: readonly (readonly Operator[])[] = [
  assemblingOperators,
  convolutionOperators,
  normalizationOperators,
  padOperators,
  poolingOperators,
  reshapingOperators,
  resizeOperators,
  sizeOperators,
];

/** Keyed by operator type, prefixed with `domain:` outside the standard domain. */
export const operators: ReadonlyMap<string, Operator> = new Map(
  families.flat().map((operator) => [operator.domain ? `${operator.domain}:${operator.op}` : operator.op, operator]),
);
