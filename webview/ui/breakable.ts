/** Names of tensors and files, which have no spaces to be broken at. */
import { element } from './element.ts';

/** A name that may be broken after its separators. */
export function breakable(name: string): Node[] {
  return name.split(/(?<=[/._])/).flatMap((part, index) => [...(index > 0 ? [element('wbr')] : []), document.createTextNode(part)]);
}
