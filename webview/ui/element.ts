/** Elements without a framework and without markup in strings, so that nothing from a file can become markup. */

export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** An element with attributes (true: present and empty; false or undefined: absent) and children; strings become text. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K, attributes: Attributes = {}, ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const created = document.createElement(tag);
  setAttributes(created, attributes);
  created.append(...children);
  return created;
}

export function setAttributes(target: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) target.removeAttribute(name);
    else target.setAttribute(name, value === true ? '' : String(value));
  }
}

/** A codicon by its name; hidden from screen readers, which are told by the words beside it. */
export function icon(name: string): HTMLSpanElement {
  return element('span', { class: `codicon codicon-${name}`, 'aria-hidden': 'true' });
}

let lastId = 0;

/** An id for references between elements (aria-controls, aria-labelledby). */
export function newId(prefix: string): string {
  return `${prefix}-${++lastId}`;
}
