/** All operators that the compiler knows, by domain and name. A new family is one file and one line here. */
import { activationOperators } from './activations.ts';
import { arithmeticOperators } from './arithmetic.ts';
import { assemblingOperators } from './assembling.ts';
import { col2imOperators } from './col2im.ts';
import { convolutionOperators } from './convolution.ts';
import { einsumOperators } from './einsum.ts';
import { functionOperators } from './functions.ts';
import { indexingOperators } from './indexing.ts';
import { tupleIndexingOperators } from './indexing-nd.ts';
import { logicOperators } from './logic.ts';
import { matrixOperators } from './matrix.ts';
import { normalizationOperators } from './normalization.ts';
import type { Operator } from './operator.ts';
import { padOperators } from './pad.ts';
import { poolingOperators } from './pooling.ts';
import { quantizationOperators } from './quantization.ts';
import { rectifierOperators } from './rectifiers.ts';
import { reductionOperators } from './reductions.ts';
import { reshapingOperators } from './reshaping.ts';
import { resizeOperators } from './resize.ts';
import { sizeOperators } from './sizes.ts';
import { softmaxOperators } from './softmax.ts';

const families: readonly (readonly Operator[])[] = [
  activationOperators,
  arithmeticOperators,
  assemblingOperators,
  col2imOperators,
  convolutionOperators,
  einsumOperators,
  functionOperators,
  indexingOperators,
  logicOperators,
  matrixOperators,
  normalizationOperators,
  padOperators,
  poolingOperators,
  quantizationOperators,
  rectifierOperators,
  reductionOperators,
  reshapingOperators,
  resizeOperators,
  sizeOperators,
  softmaxOperators,
  tupleIndexingOperators,
];

/** The operator type, prefixed with `domain:` outside the standard domain. */
export function operatorKey({ op, domain = '' }: { readonly op: string; readonly domain?: string }): string {
  return domain === '' || domain === 'ai.onnx' ? op : `${domain}:${op}`;
}

/** Keyed by `operatorKey`. */
export const operators: ReadonlyMap<string, Operator> = new Map(families.flat().map((operator) => [operatorKey(operator), operator]));
