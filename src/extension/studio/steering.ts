/** Changes of live parameters on their way to a run: one message at a time, and what is moved meanwhile goes together. */
import type { GeneratorDescription } from '../../protocol/generate.ts';

type Parameters = Record<string, unknown>;

export class Steering {
  private waiting: Parameters | undefined;
  private isSending = false;

  /** @param send never rejects */
  constructor(private readonly send: (parameters: Parameters) => Promise<void>) {}

  /** Sends what differs and is live; a parameter that is missing has its default. */
  change(generator: GeneratorDescription | undefined, before: Parameters, after: Parameters): void {
    const changed = [...new Set([...Object.keys(before), ...Object.keys(after)])]
      .filter((name) => before[name] !== after[name] && property(generator, name)?.live === true);
    if (changed.length === 0) return;
    this.waiting = { ...this.waiting, ...Object.fromEntries(changed.map((name) => [name, after[name] ?? property(generator, name)?.default])) };
    if (!this.isSending) void this.flush();
  }

  private async flush(): Promise<void> {
    this.isSending = true;
    while (this.waiting) {
      const parameters = this.waiting;
      this.waiting = undefined;
      await this.send(parameters);
    }
    this.isSending = false;
  }
}

function property(generator: GeneratorDescription | undefined, name: string): { live?: boolean; default?: unknown } | undefined {
  return generator?.parameters.properties?.[name] as { live?: boolean; default?: unknown } | undefined;
}
