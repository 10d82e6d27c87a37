/** What may be swept, as the engine says. */
import { FoveaError } from '../../protocol/errors.ts';
import type { GeneratorDescription } from '../../protocol/generate.ts';
import type { SweepHostMessage, Swept } from '../../protocol/sweep-panel.ts';
import type { SweepEngine } from './sweep-host.ts';
import { generatorControls, subjectOf, techniqueControls } from './swept.ts';

export interface SweptDescription {
  /** For the page. */
  readonly message: Extract<SweepHostMessage, { type: 'swept' }>;
  /** Of the generator; undefined for a technique. */
  readonly needs: GeneratorDescription['needs'] | undefined;
  readonly modelHash: string;
}

/** @throws FoveaError as the engine does; `technique-unknown` */
export async function describeSwept(swept: Swept, engine: SweepEngine): Promise<SweptDescription> {
  const model = await engine.describeModel(swept.kind === 'make' ? swept.work.model : swept.subject.model);
  const common = (title: string, needs?: GeneratorDescription['needs']) => (
    { type: 'swept' as const, swept, title, model: model.title, subject: subjectOf(swept, model.labels, needs) });
  if (swept.kind === 'make') {
    const generator = found(await engine.generators(), swept.work.generator);
    const { title, needs } = generator;
    return { message: { ...common(title, needs), controls: generatorControls(generator, swept.work.seed) }, needs, modelHash: model.hash };
  }
  const technique = found(await engine.techniques(), swept.subject.technique);
  const controls = techniqueControls(technique, model, swept.subject.seed);
  return { message: { ...common(technique.title), controls }, needs: undefined, modelHash: model.hash };
}

function found<T extends { id: string }>(all: readonly T[], id: string): T {
  const one = all.find((candidate) => candidate.id === id);
  if (!one) throw new FoveaError('technique-unknown', `There is no technique "${id}".`, 'Open the sweep from a result or a studio.');
  return one;
}
