/** What was measured of a map, as bytes on the disk, and back. Knows no VS Code. */
import * as z from 'zod/mini';
import { checkModes, type CheckMode } from '../../protocol/checks.ts';
import { metricIds, type Evaluation, type PlannedMeasure } from '../../protocol/measures.ts';
import type { CheckResult } from '../../protocol/trust.ts';
import { mapSchema, pack, pixelsSchema, unpack } from './stored-result.ts';

export interface Trust {
  /** What was measured, and what the other measures would take. */
  readonly evaluation?: { readonly plan: PlannedMeasure[]; readonly taken: Evaluation[] };
  /** Whole checks that came to an end. */
  readonly checks?: Readonly<Partial<Record<CheckMode, CheckResult>>>;
  /** The check behind the badge. */
  readonly badge?: CheckResult;
}

const measure = {
  id: z.enum(metricIds), title: z.string(), better: z.enum(['lower', 'higher', 'zero']), description: z.string(), caveat: z.string(), cost: z.string(),
};
const similarity = z.object({ spearman: z.number(), absoluteSpearman: z.number(), ssim: z.number(), hog: z.number() });
const placesSchema = z.instanceof(Uint32Array);

/** The parts that would do harm if they were damaged. */
const checkSchema = z.looseObject({
  class: z.object({ index: z.int(), name: z.string() }), layers: z.int(), map: mapSchema, notes: z.array(z.string()), caveats: z.array(z.string()),
  steps: z.array(z.looseObject({ title: z.string(), layers: z.int(), map: mapSchema, similarity })),
  edges: z.object({ map: mapSchema, similarity }),
  verdict: z.object({ level: z.enum(['passed', 'mixed', 'failed']), label: z.string(), sentence: z.string(), rule: z.string() }),
  picture: z.string(), milliseconds: z.number(),
});

const curveSchema = z.object({
  positions: z.array(z.number()).check(z.minLength(1)), values: z.array(z.number()),
  pictures: z.optional(z.object({ from: pixelsSchema, to: pixelsSchema, order: placesSchema })
    .check(z.refine(({ from, to, order }) => from.data.length === to.data.length && order.every((place) => 4 * place < from.data.length)))),
}).check(z.refine(({ positions, values }) => positions.length === values.length));

const trustSchema = z.object({
  evaluation: z.optional(z.object({
    plan: z.array(z.looseObject({ ...measure, seconds: z.optional(z.number()), unsuitable: z.optional(z.string()) })),
    taken: z.array(z.looseObject({ ...measure, value: z.number(), milliseconds: z.number(), curve: z.optional(curveSchema) })),
  })),
  checks: z.optional(z.partialRecord(z.enum(checkModes), checkSchema)),
  badge: z.optional(checkSchema),
});

export async function packTrust(trust: Trust): Promise<Uint8Array> {
  return pack(trust);
}

/** undefined where the bytes are damaged or those of another version */
export async function unpackTrust(packed: Uint8Array): Promise<Trust | undefined> {
  return unpack(packed, trustSchema) as Promise<Trust | undefined>;
}
