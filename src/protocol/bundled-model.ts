/** References to the models that come with Fovea: `bundled:` and an id. All others are paths. */
const prefix = 'bundled:';

/** @param id as models/index.json has it */
export function bundledReference(id: string): string {
  return `${prefix}${id}`;
}

export function isBundled(reference: string): boolean {
  return reference.startsWith(prefix);
}

/** The id of a bundled model; undefined for the path of another. */
export function bundledId(reference: string): string | undefined {
  return isBundled(reference) ? reference.slice(prefix.length) : undefined;
}
