/** The models that come with Fovea, as models/index.json lists them. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { FoveaError } from '../protocol/errors.ts';
import { preprocessingSchema } from '../protocol/preprocessing.ts';
import { didYouMean } from './nearest.ts';

const manifestSchema = z.object({
  models: z.array(z.object({
    id: z.string(),
    title: z.string(),
    description: z.string(),
    file: z.string(),
    labels: z.string(),
    preprocessing: preprocessingSchema,
    layer: z.string().optional(),
  })).min(1),
});

export type BundledModel = z.output<typeof manifestSchema>['models'][number];

export class BundledModels {
  #list: Promise<readonly BundledModel[]> | undefined;

  /** @param folder Fovea's folder `models` */
  constructor(readonly folder: string) {}

  /** The first is the default. */
  list(): Promise<readonly BundledModel[]> {
    this.#list ??= readFile(path.join(this.folder, 'index.json'), 'utf8').then((text) => manifestSchema.parse(JSON.parse(text)).models);
    return this.#list;
  }

  /** @throws FoveaError `model-missing` with the nearest ids */
  async find(id: string): Promise<BundledModel> {
    const models = await this.list();
    const model = models.find((candidate) => candidate.id === id);
    if (model) return model;
    throw new FoveaError('model-missing', `There is no bundled model "${id}".`, didYouMean(id, models.map((candidate) => candidate.id)));
  }

  /** Absolute path of a file that the manifest names. */
  path(file: string): string {
    return path.join(this.folder, file);
  }
}
