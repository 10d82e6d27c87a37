/** All generators, in the order of menus and help. A new one is a file and a line here. */
import { classVisualization } from './class-visualization.ts';
import type { Generator } from './generator.ts';

/** A generator parses its own parameters, so that the list need not know their types. */
export const generators: readonly Generator[] = [
  classVisualization,
] as unknown as readonly Generator[];
