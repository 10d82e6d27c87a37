/** How a panel and the runs that are kept of it find each other again after a reload of the window. */
import * as z from 'zod/mini';

/**
 * What a page keeps of it with setState, as the host says. The editor writes that down seconds later, the host writes a run down at once: a page
 * whose `last` is not the newest run of its panel is that of an earlier moment.
 */
export const panelPlaceSchema = z.object({
  /** Tells the panel from all others, for as long as it is there. */
  panel: z.string().check(z.maxLength(100)),
  /** The kept run that is shown; undefined while something else is being made. */
  run: z.optional(z.string().check(z.maxLength(100))),
  /** The newest kept run that was made in the panel. */
  last: z.optional(z.string().check(z.maxLength(100))),
});
export type PanelPlace = z.output<typeof panelPlaceSchema>;

/** Sent whenever it has changed. */
export interface PlaceMessage {
  type: 'place';
  place: PanelPlace;
}
