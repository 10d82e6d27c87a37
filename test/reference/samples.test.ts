/** The sample pictures through decoding and preprocessing into the bundled model: they show what their README says. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { decodePicture } from '../../src/pictures/decode.ts';
import { preprocess } from '../../src/pictures/preprocess.ts';
import { preprocessingSchema, type Preprocessing } from '../../src/protocol/preprocessing.ts';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..');
const cats = [281, 282, 285]; // tabby, tiger cat, Egyptian cat
const espresso = 967;

describe('sample pictures', () => {
  let session: InferenceSession;
  let own: Preprocessing;
  before(async () => {
    const { models: [model] } = JSON.parse(await readFile(path.join(root, 'models/index.json'), 'utf8')) as { models: { file: string; preprocessing: unknown }[] };
    own = preprocessingSchema.parse(model.preprocessing);
    session = await InferenceSession.create(path.join(root, 'models', model.file));
  });
  after(() => session.release());

  async function topFive(name: string, preprocessing: Preprocessing): Promise<number[]> {
    const { input } = preprocess(await decodePicture(path.join(root, 'media/samples', name)), preprocessing);
    const outputs = await session.run({ [session.inputNames[0]]: new Tensor('float32', input.data as Float32Array, input.dims) });
    const logits = outputs[session.outputNames[0]].data as Float32Array;
    return Array.from(logits.keys()).sort((a, b) => logits[b] - logits[a]).slice(0, 5);
  }

  it('are recognised', async () => {
    assert.ok(cats.includes((await topFive('chelsea-cat.png', own))[0]));
    assert.equal((await topFive('espresso.jpg', own))[0], espresso);
  });

  it('show a cat and an espresso in one picture, the cat first, whether the model sees its middle or all of it', async () => {
    for (const fit of ['crop', 'squash'] as const) {
      const found = await topFive('cat-and-espresso.jpg', { ...own, fit });
      assert.ok(cats.includes(found[0]) && found.includes(espresso), `${fit}: ${found.join(', ')}`);
    }
  });
});
