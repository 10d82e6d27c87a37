/** Several results side by side: what is compared, and how each is named by what sets it apart from the others. Pure; no DOM, no Node. */
import * as z from 'zod/mini';
import type { ExplainResult } from './engine.ts';
import { pictureNameOf } from './pictures.ts';
import { subjectSchema, type Subject } from './result-panel.ts';

/** More cells than this are too small to be looked at. */
export const mostCells = 24;

/** Navigation state of a compare panel. */
export const comparisonSchema = z.object({
  subjects: z.array(subjectSchema).check(z.minLength(1), z.maxLength(mostCells)),
  /** Cells in a row, where rows mean something, such as one picture; else as many as the window has room for. */
  columns: z.optional(z.int().check(z.gte(1), z.lte(mostCells))),
});
export type Comparison = z.output<typeof comparisonSchema>;

/** Titles of the techniques and models of a comparison, by their ids and references. */
export interface ComparedNames {
  readonly techniques: Readonly<Record<string, string>>;
  readonly models: Readonly<Record<string, string>>;
}

/** Parts of a subject, in the order in which they are named. */
const parts = ['picture', 'technique', 'model', 'class', 'layer', 'score', 'parameters', 'seed', 'preprocessing'] as const;
export type ComparedPart = (typeof parts)[number];

const nouns: Record<ComparedPart, string> = {
  picture: 'pictures', technique: 'techniques', model: 'models', class: 'classes', layer: 'layers', score: 'scores', parameters: 'settings', seed: 'seeds',
  preprocessing: 'preprocessings',
};

/** Parts that mean something beside a technique's own only. */
const ofTechnique: readonly ComparedPart[] = ['parameters', 'seed'];

/** In which parts the subjects are not all the same, as far as they can be: other techniques have other parameters, and not all have a layer. */
export function varyingParts({ subjects }: Comparison): ComparedPart[] {
  const differ = (part: ComparedPart, one: Subject, other: Subject): boolean => {
    const comparable = one.technique === other.technique || (part === 'layer' ? one.layer !== undefined && other.layer !== undefined : !ofTechnique.includes(part));
    return comparable && JSON.stringify(one[part]) !== JSON.stringify(other[part]);
  };
  return parts.filter((part) => subjects.some((one, i) => subjects.slice(0, i).some((other) => differ(part, one, other))));
}

/** Parts that a person can put something else in the place of. */
export const changeableParts = ['technique', 'picture', 'class', 'layer', 'model'] as const;
export type ChangeablePart = (typeof changeableParts)[number];

/** Tells a subject from all others, however its properties are ordered. */
export function subjectKey(subject: Subject): string {
  return JSON.stringify(parts.map((part) => subject[part] ?? null));
}

/** Without subjects that are there before, and without those for which there is no room. */
export function fitComparison({ subjects, columns }: Comparison): Comparison {
  const known = new Map(subjects.map((subject) => [subjectKey(subject), subject]));
  const fitting = [...known.values()].slice(0, mostCells);
  return { subjects: fitting, columns: fitting.length === subjects.length ? columns : undefined };
}

/**
 * What a cell is called: the parts in which it may differ, its technique where there are none.
 * @param result names the class, once it is there
 */
export function cellLabel(subject: Subject, varying: readonly ComparedPart[], names: ComparedNames, result?: ExplainResult): string {
  const named = varying.map((part) => partLabel(subject, part, names, result)).filter((label) => label !== '');
  return named.join(' · ') || partLabel(subject, 'technique', names, result);
}

function partLabel(subject: Subject, part: ComparedPart, names: ComparedNames, result: ExplainResult | undefined): string {
  switch (part) {
    case 'picture': return pictureNameOf(subject.picture);
    case 'technique': return names.techniques[subject.technique] ?? subject.technique;
    case 'model': return names.models[subject.model] ?? subject.model;
    case 'class': return result?.class.name ?? (subject.class === 'top' ? 'most likely class' : `class ${subject.class}`);
    // A result without a layer is of a technique that needs none.
    case 'layer': return subject.layer ?? (result ? result.layer?.name ?? '' : 'default layer');
    case 'score': return subject.score;
    case 'parameters': return Object.entries(subject.parameters).map(([name, value]) => `${name} ${String(value)}`).join(', ');
    case 'seed': return `seed ${subject.seed}`;
    case 'preprocessing': return subject.preprocessing ? 'other preprocessing' : 'own preprocessing';
  }
}

/** E.g. "cat.jpg – 4 techniques". */
export function comparisonTitle(comparison: Comparison, names: ComparedNames): string {
  const varying = varyingParts(comparison);
  const [first] = comparison.subjects;
  const shared = (['picture', 'technique'] as const).filter((part) => !varying.includes(part)).map((part) => partLabel(first, part, names, undefined));
  const counts = varying.slice(0, 2).map((part) => {
    const different = new Set(comparison.subjects.map((subject) => JSON.stringify(subject[part])));
    return `${different.size} ${nouns[part]}`;
  });
  return [...shared, ...(counts.length > 0 ? [counts.join(', ')] : [])].join(' – ');
}
