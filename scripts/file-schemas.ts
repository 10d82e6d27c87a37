/** JSON Schemas of the files that people write, with the words that the editor shows for their fields. */
import * as z from 'zod/mini';
import { sidecarSchema } from '../src/protocol/preprocessing.ts';
import { savedRecipeSchema } from '../src/protocol/recipe.ts';

interface Words {
  readonly title?: string;
  readonly description: string;
  readonly unit?: string;
}

/** By the path of a field. */
type FieldWords = Readonly<Record<string, Words>>;

interface Schema {
  properties?: Record<string, Schema>;
}

const preprocessing: FieldWords = {
  width: { title: 'Width', description: 'Width of the model input', unit: 'px' },
  height: { title: 'Height', description: 'Height of the model input', unit: 'px' },
  fit: {
    title: 'Fit', description: 'crop: shorter side to the resize size, then the central square; squash: both sides stretched to the input; '
      + 'squash-crop: both sides stretched to the resize size, then the central square; letterbox: longer side fits, the rest is padded',
  },
  resize: {
    title: 'Resize', unit: 'px',
    description: 'Shorter side (fit: crop) or both sides (fit: squash-crop) before the central crop; the input size if absent',
  },
  interpolation: { title: 'Interpolation', description: 'Resampling filter, antialiased when shrinking' },
  channels: { title: 'Channels', description: 'Channel order of the model input' },
  scale: { title: 'Scale', description: 'Pixel values 0..255 are multiplied by this first' },
  mean: { title: 'Mean', description: 'Subtracted per channel after scaling, in the order of the channels' },
  std: { title: 'Standard deviation', description: 'Divided by per channel after the mean' },
  pad: { title: 'Padding', description: 'Grey value of letterbox padding, 0..255' },
};

const sidecar: FieldWords = {
  title: { title: 'Title', description: 'Name shown in lists' },
  labels: { title: 'Labels', description: 'Class names in order, or a file beside this one that has one name per line' },
  layer: { title: 'Layer', description: 'Default layer of class activation maps, named by its tensor' },
  ...within('preprocessing', preprocessing),
};

const hash: Words = { description: 'SHA-256, hexadecimal' };

/** Of every recipe. */
const common: FieldWords = {
  'recipe.version': { description: 'Of Fovea' },
  'recipe.model.hash': hash,
  'files.model': { description: '`bundled:<id>`, or the path of the model from the folder of this file' },
  ...within('recipe.preprocessing', preprocessing),
};

const explained: FieldWords = {
  ...common,
  'recipe.picture.hash': hash,
  'recipe.preprocessing': { description: 'That was used, be it the model\'s own or chosen instead of it' },
  'recipe.technique': { description: 'See `fovea techniques`' },
  'recipe.parameters': { description: 'Of the technique; those that are missing take their defaults' },
  'recipe.class': { description: 'Index of the explained class' },
  'recipe.score': { description: 'The explained number' },
  'recipe.layer': { description: 'Tensor name; the model\'s default layer where absent' },
  'recipe.runtime': { description: 'That made the result; another one gives the same up to rounding' },
  'files.picture': { description: 'Path of the picture, from the folder of this file' },
  measures: { description: 'Of the map, as they were when this file was saved; see `fovea evaluate`' },
};

const made: FieldWords = {
  ...common,
  'recipe.generator': { description: 'See `fovea techniques`' },
  'recipe.content': { description: 'The photograph that was started from or kept to' },
  'recipe.content.hash': hash,
  'recipe.style': { description: 'The picture whose manner was taken over' },
  'recipe.style.hash': hash,
  'recipe.parameters': { description: 'Of the start; those that are missing take their defaults' },
  'recipe.classes': { description: 'Indices of the target classes' },
  'recipe.layer': { description: 'Tensor name of the target, instead of classes' },
  'recipe.runtime': { description: 'That made the pictures; another one gives the same up to rounding' },
  'recipe.steered': { description: 'Changes of parameters while it ran, each from a step on' },
  'recipe.continued': { description: 'Steps at which it had ended and was gone on with: from all that was kept, or from its pictures alone' },
  'recipe.stopped': { description: 'Step at which it was ended by hand' },
  'files.content': { description: 'Path of the photograph, from the folder of this file' },
  'files.style': { description: 'Path of the style, from the folder of this file' },
};

/** JSON Schema of `<model>.fovea.json`, as the editor's JSON support reads it (draft-07). */
export function sidecarJsonSchema(): object {
  const schema = z.toJSONSchema(sidecarSchema, { target: 'draft-7', io: 'input' });
  describe(schema as Schema, sidecar);
  return { ...schema, title: 'Fovea model sidecar', description: 'How a model wants its pictures, and the names of its classes.' };
}

/** JSON Schema of `*.fovea-run.json`. */
export function recipeJsonSchema(): object {
  const schema = z.toJSONSchema(savedRecipeSchema, { target: 'draft-7', io: 'input' });
  for (const [i, words] of [explained, made].entries()) describe(schema.anyOf![i] as Schema, words);
  return { ...schema, title: 'Fovea recipe', description: 'Everything that is needed to make a result again.' };
}

/** Puts the words into the fields. @throws where one has no field */
function describe(schema: Schema, words: FieldWords): void {
  for (const [path, said] of Object.entries(words)) {
    const field = path.split('.').reduce<Schema | undefined>((at, name) => at?.properties?.[name], schema);
    if (!field) throw new Error(`There is no field ${path}.`);
    Object.assign(field, said);
  }
}

function within(path: string, words: FieldWords): FieldWords {
  return Object.fromEntries(Object.entries(words).map(([field, said]) => [`${path}.${field}`, said]));
}
