/** Attributes or values as text, for comparing; tensors by their content. */
export function contentKey(value: unknown): string {
  return JSON.stringify(value, (_, entry: unknown) => {
    if (typeof entry === 'bigint') return `${entry}n`;
    if (ArrayBuffer.isView(entry)) return Array.from(entry as Float32Array, (item) => (Object.is(item, -0) ? '-0' : String(item)));
    return entry;
  });
}
