/** All operators that the compiler knows, by domain and name. A new family is one file and one line here. */
import type { Operator } from './operator.ts';

const families: readonly (readonly Operator[])[] = [];

/** Keyed by operator type, prefixed with `domain:` outside the standard domain. */
export const operators: ReadonlyMap<string, Operator> = new Map(
  families.flat().map((operator) => [operator.domain ? `${operator.domain}:${operator.op}` : operator.op, operator]),
);
