/** What a run made as bytes on the disk, and back. Knows no VS Code. */
import { promisify } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import { brotliCompress, brotliDecompress, constants } from 'node:zlib';
import * as z from 'zod/mini';
import type { ExplainResult } from '../../protocol/engine.ts';
import type { GenerateResult } from '../../protocol/generate.ts';
import { madeRecipeSchema, recipeSchema } from '../../protocol/recipe.ts';

/** Bytes to which a stored result may grow when it is unpacked. */
const mostBytes = 512 * 2 ** 20;

/** Pictures of noise hardly get smaller whatever the effort. */
const effort = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };

const side = z.int().check(z.gte(1));

export const pixelsSchema = z.object({ width: side, height: side, data: z.instanceof(Uint8Array) })
  .check(z.refine(({ width, height, data }) => data.length === 4 * width * height));

/** The parts that would do harm if they were damaged. */
const madeSchema = z.looseObject({
  pictures: z.array(pixelsSchema).check(z.minLength(1)),
  predictions: z.array(z.array(z.looseObject({ index: z.int(), name: z.string(), probability: z.number() }))),
  curves: z.array(z.object({ step: z.int(), values: z.record(z.string(), z.number()) })),
  notes: z.array(z.string()),
  recipe: madeRecipeSchema,
  fooling: z.optional(z.looseObject({ saved: pixelsSchema, original: z.optional(pixelsSchema), difference: z.optional(pixelsSchema) })),
});

export const mapSchema = z.looseObject({
  values: z.instanceof(Float32Array), channels: side, height: side, width: side, signed: z.boolean(), unit: z.string(),
}).check(z.refine(({ values, channels, height, width }) => values.length === channels * height * width));

const predictionSchema = z.looseObject({ index: z.int(), name: z.string(), logit: z.number(), probability: z.number() });

const explainedSchema = z.looseObject({
  picture: z.looseObject({ name: z.string(), width: side, height: side, notes: z.array(z.string()) }),
  placement: z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() }),
  map: mapSchema,
  predictions: z.array(predictionSchema),
  class: predictionSchema,
  score: z.looseObject({ kind: z.string(), value: z.number() }),
  milliseconds: z.looseObject({ total: z.number() }),
  model: z.looseObject({ title: z.string() }),
  notes: z.array(z.string()),
  recipe: recipeSchema,
});

/** An explained picture's own pixels are kept apart. */
export async function packResult(result: GenerateResult | Omit<ExplainResult, 'pixels'>): Promise<Uint8Array> {
  return pack(result);
}

/** undefined where the bytes are damaged or those of another version */
export async function unpackResult(packed: Uint8Array): Promise<GenerateResult | undefined> {
  return unpack(packed, madeSchema) as Promise<GenerateResult | undefined>;
}

/** Without pixels; undefined where the bytes are damaged or those of another version */
export async function unpackExplained(packed: Uint8Array): Promise<ExplainResult | undefined> {
  return unpack(packed, explainedSchema) as Promise<ExplainResult | undefined>;
}

/** Typed arrays stay what they are. */
export async function pack(content: unknown): Promise<Uint8Array> {
  return promisify(brotliCompress)(serialize(content), effort);
}

/** undefined where the bytes are damaged, or what they hold is not what the schema says */
export async function unpack(packed: Uint8Array, schema: z.ZodMiniType): Promise<unknown> {
  try {
    const content: unknown = deserialize(await promisify(brotliDecompress)(packed, { maxOutputLength: mostBytes }));
    return schema.safeParse(content).success ? content : undefined;
  } catch {
    return undefined;
  }
}
