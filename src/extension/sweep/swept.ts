/** What is swept, as the engine and a person see it. Pure functions. */
import type { ModelDescription } from '../../protocol/engine.ts';
import type { GenerateResult, GeneratorDescription } from '../../protocol/generate.ts';
import { controlsOf, type ParameterControl } from '../../protocol/parameter-controls.ts';
import { pictureNameOf } from '../../protocol/pictures.ts';
import type { Outcome, PlanState, Swept } from '../../protocol/sweep-panel.ts';
import { seedControl, seedName, sideTitle } from '../../protocol/sweep-plan.ts';
import { scoreKinds, type TechniqueDescription } from '../../protocol/techniques.ts';

/** One cell: the changes that make it, by the names of controls. */
export type Changes = Readonly<Record<string, unknown>>;

/** Tells a cell from all others of what is swept. */
export function keyOf(changes: Changes): string {
  return JSON.stringify(Object.entries(changes).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** @throws nothing: what a cell's values mean is checked by the engine */
export function sweptAt(swept: Swept, changes: Changes): Swept {
  const { [seedName]: seed, ...others } = changes;
  if (swept.kind === 'make') {
    const { work } = swept;
    return { kind: 'make', work: { ...work, parameters: { ...work.parameters, ...others }, seed: Number(seed ?? work.seed) } };
  }
  const { subject } = swept;
  const { layer = subject.layer, score = subject.score, ...parameters } = others;
  return {
    kind: 'explain',
    subject: {
      ...subject, layer: layer as string | undefined, score: score as typeof subject.score, parameters: { ...subject.parameters, ...parameters },
      seed: Number(seed ?? subject.seed),
    },
  };
}

/** What may be a side of a grid of maps: parameters, layer, score and seed. */
export function techniqueControls(
  { parameters, needs }: TechniqueDescription, { layers, defaultLayer }: ModelDescription, seed: number,
): ParameterControl[] {
  const choice = (name: string, title: string, help: string, values: readonly string[], present: string): ParameterControl => ({
    kind: 'choice', name, title, help, unit: undefined, default: present, choices: values.map((value) => ({ value, label: value, help: '' })),
  });
  return [
    ...controlsOf(parameters),
    ...(needs.layer ? [choice('layer', 'Layer', 'Whose activations are explained', layers.map(({ name }) => name), defaultLayer ?? '')] : []),
    choice('score', 'Score', 'The explained number', scoreKinds, 'logit'),
    seedControl(seed),
  ];
}

/** What may be a side of a grid of pictures: parameters and seed. */
export function generatorControls({ parameters }: GeneratorDescription, seed: number): ParameterControl[] {
  return [...controlsOf(parameters), seedControl(seed)];
}

/** E.g. "tower.jpg in the style of waves.jpg". @param needs of the generator; undefined for a technique */
export function subjectOf(swept: Swept, labels: readonly string[], needs: GeneratorDescription['needs'] | undefined): string {
  if (swept.kind === 'explain') {
    const { picture, class: target } = swept.subject;
    return `${pictureNameOf(picture)}, ${target === 'top' ? 'most likely class' : labels[target] ?? `class ${target}`}`;
  }
  const { content, style, classes, layer } = swept.work;
  const targets = layer ?? classes.map((index) => labels[index] ?? `class ${index}`).join(', ');
  const parts = [
    content !== undefined && needs?.content !== false ? pictureNameOf(content) : '',
    needs?.target === 'none' ? '' : targets,
  ].filter(Boolean);
  return `${parts.join(', ')}${style !== undefined && needs?.style !== false ? ` in the style of ${pictureNameOf(style)}` : ''}`;
}

/** E.g. "Content weight × Size (px)". */
export function sidesOf({ columns, rows }: PlanState, controls: readonly ParameterControl[]): string {
  return [columns, ...(rows ? [rows] : [])].map(({ parameter }) => sideTitle(controls.find(({ name }) => name === parameter), parameter)).join(' × ');
}

export function outcomeOf({ ended, step, metrics, predictions, fooling, curves }: GenerateResult): Outcome {
  return {
    ended, step, metrics, curves: Object.assign({}, ...curves.map(({ values }) => values)) as Record<string, number>,
    tops: (fooling ? [fooling.asSaved] : predictions).flatMap(([top]) => (top ? [top] : [])), ...(fooling && { fooled: fooling.fooledAsSaved }),
  };
}
