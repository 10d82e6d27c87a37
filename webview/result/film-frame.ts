/** A small map of a sanity check, with its name and how alike it is to the map that is checked. */
import type { AttributionMap } from '../../src/protocol/engine.ts';
import { likeness } from '../../src/protocol/likeness.ts';
import type { Similarity } from '../../src/protocol/trust.ts';
import { breakable } from '../ui/breakable.ts';
import { element } from '../ui/element.ts';
import { paintable, paintThumbnail } from '../ui/painted-result.ts';
import { thumbnail } from './thumbnail.ts';

/** Of the canvases; shown at half of it, so that they are sharp on dense screens. */
const thumbnailSide = 112;

/** What the map of the edges is there for. */
export const edgesWords = 'An edge detector, which knows nothing of the model: a map like it shows the picture';

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
  return element('figure', { class: 'film-frame', title: about === title ? title : `${title}\n${about}` }, thumbnail(canvas, map, 'zero'),
    element('figcaption', {}, element('span', { class: 'film-title' }, ...breakable(title)), element('span', { class: 'film-values' }, ...values)));
}

/** What is shown beneath a step: one number, the same that the verdict is about. */
export function likenessWords(similarity: Similarity): string {
  return likeness(similarity).toFixed(2);
}

/** All of them in words, for a tooltip. */
export function similarityWords(similarity: Similarity): string {
  return similarities.map(({ key, title }) => `${title} ${similarity[key].toFixed(2)}`).join(', ');
}

/** All four, each with its name. */
export function similarityList(similarity: Similarity): HTMLElement {
  return element('span', { class: 'similarities' }, ...similarities.flatMap(({ key, title, short }) => [
    element('abbr', { title }, short), element('span', {}, similarity[key].toFixed(2)),
  ]));
}
