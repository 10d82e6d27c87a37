/** What generators answer to pictures and targets that do not fit: never a crash, always a sentence that names the thing. */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import sharp from 'sharp';
import type { GenerateRequest } from '../../../src/protocol/generate.ts';
import { useEngine } from '../../support/engine-rig.ts';
import { rejects } from '../../support/errors.ts';
import { writeBadPictures } from '../bad-pictures.ts';

describe('Generators with bad input', () => {
  const rig = useEngine();
  const fromPictures = ['pgd', 'fgsm', 'deep-fool', 'deep-dream', 'style-transfer'];

  async function requestOf(generator: string, content: string): Promise<GenerateRequest> {
    const target = generator === 'deep-dream' ? { classes: [1] } : {};
    const parameters = generator === 'style-transfer' ? { steps: 2, size: 16, styleSize: 16 } : generator === 'fgsm' ? {} : { steps: 2 };
    return { generator, model: await rig.model(), content: { path: content }, style: { path: content }, ...target, parameters };
  }

  async function blank(name: string, width: number, height: number): Promise<string> {
    await sharp({ create: { width, height, channels: 3, background: { r: 200, g: 90, b: 10 } } }).png().toFile(rig.at(name));
    return rig.at(name);
  }

  it('a picture that cannot be opened is refused by name', async () => {
    for (const { path, reason } of Object.values(await writeBadPictures(rig.folder))) {
      await rejects(rig.engine.generate(await requestOf('pgd', path)), reason);
      await rejects(rig.engine.generate({ ...await requestOf('style-transfer', path), content: { path: await rig.picture() } }), reason);
    }
  });

  for (const generator of fromPictures) {
    for (const [width, height] of [[1, 1], [3000, 1], ...(generator === 'pgd' || generator === 'style-transfer' ? [[5000, 4000]] : [])]) {
      // Attacks of a flat picture of which the model is sure may find no way; that is an answer, too.
      it(`${generator}: a picture of ${width} × ${height} px`, async () => {
        const { pictures, notes, ended } = await rig.engine.generate(await requestOf(generator, await blank('blank.png', width, height)));
        assert.ok(pictures[0].width >= 1 && pictures[0].height >= 1 && Math.max(pictures[0].width, pictures[0].height) <= 512);
        assert.ok(ended !== 'dead' || notes.length > 0);
      });
    }
  }

  it('a target that the model sees already is named', async () => {
    const content = await rig.picture();
    const { predictions: [{ index, name }] } = await rig.engine.predict({ picture: { path: content }, model: await rig.model() });
    const already = new RegExp(`sees the picture as "${name}" already`);
    for (const generator of ['pgd', 'ascent', 'fgsm', 'deep-fool']) {
      await rejects(rig.engine.generate({ ...await requestOf(generator, content), classes: [index] }), 'class-unsuitable', already);
    }
  });

  it('a layer or unit that does not fit is named, with what there is', async () => {
    const content = await rig.picture();
    const plain = { ...await requestOf('deep-dream', content), classes: undefined };
    const dream = (changes: Partial<GenerateRequest>) => rig.engine.generate({ ...plain, ...changes });
    await rejects(dream({ layer: 'featurs' }), 'layer-unknown', /featurs/);
    await rejects(dream({ layer: 'features', parameters: { channel: 999 } }), 'parameter-invalid', /no channel 999; it has \d+/);
    await rejects(dream({ layer: 'features', parameters: { channel: 0, x: 999, y: 0 } }), 'parameter-invalid', /no neuron at column 999/);
    await rejects(dream({ classes: [1], parameters: { channel: 0 } }), 'parameter-invalid', /needs a layer/);
  });

  it('a photograph or a style that is not given is asked for in the words of the studio', async () => {
    await rejects(rig.engine.generate({ ...await requestOf('pgd', ''), content: undefined }), 'picture-missing', /PGD needs a photograph/);
    await rejects(rig.engine.generate({ ...await requestOf('style-transfer', await rig.picture()), style: undefined }), 'picture-missing', /needs a style/);
  });

  it('a picture that is deleted while a run goes on does not disturb it; going on needs it again, and says so', async () => {
    const content = await rig.picture();
    const request = { ...await requestOf('deep-dream', content), token: 'first' };
    const result = await rig.engine.generate(request, {
      signal: new AbortController().signal, progress: () => undefined,
      frame: () => rmSync(content, { force: true }),
    });
    assert.equal(result.step, 2);
    await rejects(rig.engine.generate({ ...request, token: 'second', resume: 'first', parameters: { steps: 3 } }), 'picture-missing', /picture\.png/);
  });
});
