/** Parameters that a person keeps under a name, for each technique, in the workspace. Knows no VS Code. */
import * as z from 'zod/mini';
import type { TunePreset } from '../../protocol/tune-panel.ts';
import type { TechniqueDescription } from '../../protocol/techniques.ts';

/** VS Code's Memento is one. */
export interface PresetState {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

export interface PresetValues {
  readonly parameters: Record<string, unknown>;
  readonly seed?: number;
}

const stateKey = 'presets';
const presetSchema = z.object({ parameters: z.record(z.string(), z.unknown()), seed: z.int().check(z.gte(0)) });
/** By technique, by name. */
const storedSchema = z.record(z.string(), z.record(z.string(), presetSchema));

/** What ids of a person's own presets begin with, so that they never meet a technique's. */
const ownPrefix = 'own:';

export class Presets {
  constructor(private readonly state: PresetState) {}

  /** The technique's own first, then the person's by name. */
  list({ id, presets = [] }: TechniqueDescription): TunePreset[] {
    const names = Object.keys(this.stored()[id] ?? {}).sort((a, b) => a.localeCompare(b));
    return [
      ...presets.map((preset) => ({ id: preset.id, title: preset.title, description: preset.description, own: false })),
      ...names.map((name) => ({ id: ownPrefix + name, title: name, description: 'Saved in this workspace', own: true })),
    ];
  }

  /** undefined where there is none of that id. */
  find(technique: TechniqueDescription, preset: string): PresetValues | undefined {
    if (preset.startsWith(ownPrefix)) return this.stored()[technique.id]?.[preset.slice(ownPrefix.length)];
    return technique.presets?.find(({ id }) => id === preset);
  }

  /** Replaces one of the same name. */
  async save(technique: string, name: string, { parameters, seed = 0 }: PresetValues): Promise<void> {
    const stored = this.stored();
    await this.state.update(stateKey, { ...stored, [technique]: { ...stored[technique], [name]: { parameters, seed } } });
  }

  async delete(technique: string, preset: string): Promise<void> {
    const stored = this.stored();
    const { [preset.slice(ownPrefix.length)]: _, ...others } = stored[technique] ?? {};
    await this.state.update(stateKey, { ...stored, [technique]: others });
  }

  private stored(): z.output<typeof storedSchema> {
    return storedSchema.safeParse(this.state.get(stateKey)).data ?? {};
  }
}
