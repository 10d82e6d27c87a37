/** What the engine keeps of a model, until its file, the weights or the facts beside it change. */
import assert from 'node:assert/strict';
import { rm, utimes, writeFile } from 'node:fs/promises';
import { N } from '../../../src/graph/graph.ts';
import { guessNote, preprocessingSchema } from '../../../src/protocol/preprocessing.ts';
import { useEngine } from '../../support/engine-rig.ts';
import { rejects } from '../../support/errors.ts';
import { message, modelBytes, node, tensor, valueInfo } from '../../support/onnx-bytes.ts';
import { convolutional, writeModel } from '../../support/small-models.ts';

describe('the engine keeps models', () => {
  const rig = useEngine();
  const { at, model, picture, request } = rig;

  it('reads a model again when its file is replaced, and drops its programs', async () => {
    const asked = await request({ class: 1 });
    const before = await rig.engine.explain(asked);
    await model({ seed: 5 });
    await utimes(asked.model, new Date(), new Date(Date.now() + 5000)); // the size is the same, and so may the time be on a coarse file system
    const after = await rig.engine.explain(asked);
    assert.notEqual(after.recipe.model.hash, before.recipe.model.hash);
    assert.notDeepEqual(after.map.values, before.map.values);
    assert.deepEqual(rig.compiled, ['grad-cam', 'grad-cam']);
    assert.equal(rig.disposed, 1);
  });

  it('reads a model again when only the weights beside it are replaced', async () => {
    const kernel = { type: 1, dims: [4, 3, 3, 3] };
    const weights = message([tensor.name, 'w'], ...kernel.dims.map((size) => [tensor.dims, size] as const), [tensor.type, kernel.type],
      [tensor.location, 1], [tensor.external, message([1, 'location'], [2, 'w.bin'])]);
    const fill = (phase: number): Promise<void> => writeFile(at('w.bin'), Buffer.from(Float32Array.from({ length: 108 }, (_, i) => Math.sin(i + phase)).buffer));
    await fill(0);
    await writeFile(at('beside.onnx'), modelBytes({
      nodes: [node('Conv', ['x', 'w'], ['conv']), node('GlobalAveragePool', ['conv'], ['pooled']), node('Flatten', ['pooled'], ['y'])], initializers: [weights],
      inputs: [valueInfo('x', 1, ['n', 3, 8, 8])], outputs: [valueInfo('y', 1, ['n', 4])],
    }));
    const asked = await request({ model: at('beside.onnx'), class: 1, layer: 'conv' });
    const before = await rig.engine.explain(asked);
    assert.equal((await rig.engine.explain(asked)).recipe.model.hash, before.recipe.model.hash);
    await fill(1);
    await utimes(at('w.bin'), new Date(), new Date(Date.now() + 5000));
    const after = await rig.engine.explain(asked);
    assert.notEqual(after.recipe.model.hash, before.recipe.model.hash);
    assert.notDeepEqual(after.map.values, before.map.values);
    assert.equal(rig.disposed, 1, 'programs of the old weights');
  });

  it('says that a preprocessing is a guess, unless the request has its own', async () => {
    const asked = await request();
    const guessed = await rig.engine.explain(asked);
    assert.deepEqual([guessed.model.preprocessingSource, guessed.notes], ['guess', [guessNote]]);
    const own = await rig.engine.explain({ ...asked, preprocessing: guessed.recipe.preprocessing });
    assert.deepEqual([own.model.preprocessingSource, own.notes], ['override', []]);
    assert.deepEqual((await rig.engine.describeModel({ model: asked.model, preprocessing: guessed.recipe.preprocessing })).notes, []);
  });

  it('notices a sidecar that appears, changes and goes', async () => {
    const file = await model();
    assert.equal((await rig.engine.describeModel({ model: file })).preprocessingSource, 'guess');
    await writeFile(at('net.fovea.json'), JSON.stringify({ title: 'My net', layer: 'relu' }));
    const described = await rig.engine.describeModel({ model: file });
    assert.deepEqual([described.title, described.defaultLayer], ['My net', 'relu']);
    assert.equal((await rig.engine.explain(await request({ model: file }))).layer?.name, 'relu');
    await rm(at('net.fovea.json'));
    assert.equal((await rig.engine.describeModel({ model: file })).title, 'net.onnx');
  });

  it('takes the size of a model for any from the files beside it, and notices when they change', async () => {
    const open = convolutional();
    const file = await writeModel({ ...open, inputs: open.inputs.map((input) => ({ ...input, shape: [N, 3, 'height', 'width'] })) }, at('open.onnx'));
    const sizes = async (): Promise<number[]> => {
      const { preprocessing: { height, width }, layers: [{ shape }] } = await rig.engine.describeModel({ model: file });
      assert.deepEqual(shape.slice(2), [height, width]);
      return [height, width];
    };
    assert.deepEqual(await sizes(), [224, 224]);
    await writeFile(at('preprocessor_config.json'), JSON.stringify({ size: { height: 20, width: 16 } }));
    assert.deepEqual(await sizes(), [20, 16]);
    assert.deepEqual((await rig.engine.explain(await request({ model: file }))).map.values.length, 10 * 8);
    await writeFile(at('config.json'), JSON.stringify({ pretrained_cfg: { mean: [0, 0, 0], std: [1, 1, 1], input_size: [3, 32, 32] } }));
    await rm(at('preprocessor_config.json'));
    assert.deepEqual(await sizes(), [32, 32]);
    await writeFile(at('open.fovea.json'), JSON.stringify({ preprocessing: { width: 12, height: 18 } }));
    assert.deepEqual(await sizes(), [18, 12]);
  });

  it('uses another preprocessing for a request where one is given', async () => {
    const file = await model();
    const preprocessing = preprocessingSchema.parse({ width: 8, height: 8, mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] });
    const asked = { picture: { path: await picture() }, model: file };
    const own = await rig.engine.predict(asked);
    const other = await rig.engine.predict({ ...asked, preprocessing });
    assert.notEqual(own.predictions[0].logit, other.predictions[0].logit);
    assert.equal((await rig.engine.describeModel({ model: file, preprocessing })).preprocessingSource, 'override');
    await rejects(rig.engine.predict({ ...asked, preprocessing: { ...preprocessing, width: 9 } }), 'preprocessing-invalid', /"width"/);
  });

  it('describes the bundled model', async () => {
    const [{ reference }] = await rig.engine.bundledModels();
    const described = await rig.engine.describeModel({ model: reference });
    assert.equal(described.preprocessingSource, 'bundled');
    assert.equal(described.labels.length, 1000);
    assert.ok(described.layers.some(({ name }) => name === described.defaultLayer));
    await rejects(rig.engine.describeModel({ model: 'bundled:efficientnet' }), 'model-missing', /efficientnet/);
  });
});
