/** What a run made as bytes on the disk, and back. Knows no VS Code. */
import { promisify } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import { brotliCompress, brotliDecompress, constants } from 'node:zlib';
import * as z from 'zod';
import type { ExplainResult } from '../../protocol/engine.ts';
import type { GenerateResult } from '../../protocol/generate.ts';
import { madeRecipeSchema, recipeSchema } from '../../protocol/recipe.ts';

/** Bytes to which a stored result may grow when it is unpacked. */
const mostBytes = 512 * 2 ** 20;

/** Pictures of noise hardly get smaller whatever the effort. */
const effort = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };

export const pixelsSchema = z.object({ width: z.int().min(1), height: z.int().min(1), data: z.instanceof(Uint8Array) })
  .refine(({ width, height, data }) => data.length === 4 * width * height);

/** The parts that would do harm if they were damaged. */
const madeSchema = z.looseObject({
  pictures: z.array(pixelsSchema).min(1),
  predictions: z.array(z.array(z.looseObject({ index: z.int(), name: z.string(), probability: z.number() }))),
  curves: z.array(z.object({ step: z.int(), values: z.record(z.string(), z.number()) })),
  notes: z.array(z.string()),
  recipe: madeRecipeSchema,
  fooling: z.looseObject({ saved: pixelsSchema, original: pixelsSchema.optional(), difference: pixelsSchema.optional() }).optional(),
});

export const mapSchema = z.looseObject({
  values: z.instanceof(Float32Array), channels: z.int().min(1), height: z.int().min(1), width: z.int().min(1), signed: z.boolean(), unit: z.string(),
}).refine(({ values, channels, height, width }) => values.length === channels * height * width);

const predictionSchema = z.looseObject({ index: z.int(), name: z.string(), logit: z.number(), probability: z.number() });

const explainedSchema = z.looseObject({
  picture: z.looseObject({ name: z.string(), width: z.int().min(1), height: z.int().min(1), notes: z.array(z.string()) }),
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
export async function unpack(packed: Uint8Array, schema: z.ZodType): Promise<unknown> {
  try {
    const content: unknown = deserialize(await promisify(brotliDecompress)(packed, { maxOutputLength: mostBytes }));
    return schema.safeParse(content).success ? content : undefined;
  } catch {
    return undefined;
  }
}
