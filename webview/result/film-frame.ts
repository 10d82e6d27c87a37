/** A small map of a sanity check, with its name and how alike it is to the map that is checked. */
import type { AttributionMap } from '../../src/protocol/engine.ts';
import type { Similarity } from '../../src/protocol/trust.ts';
import { element } from '../ui/element.ts';
import { paintable, paintThumbnail } from '../ui/painted-result.ts';

/** Of the canvases; shown at half of it, so that they are sharp on dense screens. */
const thumbnailSide = 112;

/** In the order in which they are shown everywhere. */
export const similarities: readonly { readonly key: keyof Similarity; readonly title: string; readonly short: string }[] = [
  { key: 'absoluteSpearman', title: 'Rank correlation of magnitudes', short: '|ρ|' },
  { key: 'spearman', title: 'Rank correlation', short: 'ρ' },
  { key: 'ssim', title: 'SSIM', short: 'SSIM' },
  { key: 'hog', title: 'HOG correlation', short: 'HOG' },
];

/** @param values lines beneath the name @param about more of it, as a tooltip */
export function filmFrame(map: AttributionMap, title: string, values: readonly (Node | string)[], about = title): HTMLElement {
  const canvas = paintable({ width: thumbnailSide, height: thumbnailSide });
  paintThumbnail(canvas, map, { opacity: 1, threshold: 0 }, undefined);
  return element('figure', { class: 'film-frame', title: about === title ? title : `${title}\n${about}` }, canvas,
    element('figcaption', {}, element('span', { class: 'film-title' }, element('bdi', { dir: 'ltr' }, title)), element('span', { class: 'film-values' }, ...values)));
}

/** All four, each with its name. */
export function similarityList(similarity: Similarity): HTMLElement {
  return element('span', { class: 'similarities' }, ...similarities.flatMap(({ key, title, short }) => [
    element('abbr', { title }, short), element('span', {}, similarity[key].toFixed(2)),
  ]));
}
