/** A small map; one that is zero everywhere says so, since its colours would look like a map of low values. */
import type { AttributionMap } from '../../src/protocol/engine.ts';
import { element } from '../ui/element.ts';

export function isZero({ values }: AttributionMap): boolean {
  return values.every((value) => value === 0);
}

/** @param nothing what a map that is zero everywhere says */
export function thumbnail(canvas: HTMLCanvasElement, map: AttributionMap, nothing: string): HTMLElement {
  const note = isZero(map) ? [element('span', { class: 'thumbnail-nothing' }, element('span', {}, nothing))] : [];
  return element('span', { class: 'thumbnail' }, canvas, ...note);
}
