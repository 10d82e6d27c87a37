/**
 * How raw values are shown: normalising range, colour map, threshold, opacity. Used by the webview (live) and by PNG export alike,
 * so that both paint the same. Pure functions on numbers; no DOM, no Node.
 */
import { interpolateInferno, interpolateMagma, interpolateRdBu, interpolateTurbo, interpolateViridis } from 'd3-scale-chromatic';
import { z } from 'zod';

export const colorMaps = ['turbo', 'viridis', 'inferno', 'magma', 'red-blue', 'grey'] as const;
export type ColorMap = (typeof colorMaps)[number];

export const displaySchema = z.object({
  colorMap: z.enum(colorMaps).optional().meta({ title: 'Colour map', description: 'Default: turbo for unsigned maps, red-blue for signed ones' }),
  opacity: z.number().min(0).max(1).default(0.5).meta({ title: 'Opacity', description: 'Of the map over the picture' }),
  threshold: z.number().min(0).max(1).default(0).meta({ title: 'Threshold', description: 'Values whose magnitude is below this fraction of the largest are not painted' }),
});
export type Display = z.output<typeof displaySchema>;
