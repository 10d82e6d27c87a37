/** What a run made as bytes on the disk, and back. Knows no VS Code. */
import { promisify } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import { brotliCompress, brotliDecompress, constants } from 'node:zlib';
import * as z from 'zod';
import type { GenerateResult } from '../protocol/generate.ts';
import { madeRecipeSchema } from '../protocol/recipe.ts';

/** Bytes to which a stored result may grow when it is unpacked. */
const mostBytes = 512 * 2 ** 20;

/** Pictures of noise hardly get smaller whatever the effort. */
const effort = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };

const pixelsSchema = z.object({ width: z.int().min(1), height: z.int().min(1), data: z.instanceof(Uint8Array) })
  .refine(({ width, height, data }) => data.length === 4 * width * height);

/** The part that would do harm if it were damaged. */
const resultSchema = z.looseObject({
  pictures: z.array(pixelsSchema).min(1),
  predictions: z.array(z.array(z.looseObject({ index: z.int(), name: z.string(), probability: z.number() }))),
  curves: z.array(z.object({ step: z.int(), values: z.record(z.string(), z.number()) })),
  notes: z.array(z.string()),
  recipe: madeRecipeSchema,
  fooling: z.looseObject({ saved: pixelsSchema, original: pixelsSchema.optional(), difference: pixelsSchema.optional() }).optional(),
});

export async function packResult(result: GenerateResult): Promise<Uint8Array> {
  return promisify(brotliCompress)(serialize(result), effort);
}

/** undefined where the bytes are damaged or those of another version */
export async function unpackResult(packed: Uint8Array): Promise<GenerateResult | undefined> {
  try {
    const content: unknown = deserialize(await promisify(brotliDecompress)(packed, { maxOutputLength: mostBytes }));
    return resultSchema.safeParse(content).success ? content as GenerateResult : undefined;
  } catch {
    return undefined;
  }
}
