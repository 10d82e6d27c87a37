import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import sharp from 'sharp';
import { exportOnnx } from '../../../src/formats/onnx-export.ts';
import { tensorOf } from '../../../src/graph/tensor.ts';
import { encodeNpy } from '../../../src/pictures/npy.ts';
import type { ExplainRequest } from '../../../src/protocol/engine.ts';
import type { FoveaError } from '../../../src/protocol/errors.ts';
import { techniques } from '../../../src/techniques/registry.ts';
import { useEngine } from '../../support/engine-rig.ts';
import { rejects } from '../../support/errors.ts';
import { message, modelBytes, node } from '../../support/onnx-bytes.ts';
import { convolutional, notFinite, perceptron, silent, twoInputs, writeModel } from '../../support/small-models.ts';

describe('what the engine says about bad input', () => {
  const rig = useEngine();
  const { at, model, picture, request } = rig;

  it('with a class, a layer, a technique or a parameter', async () => {
    const asked = await request();
    await rejects(rig.engine.explain({ ...asked, class: 4 }), 'class-out-of-range', /no class 4; it has 4/);
    await rejects(rig.engine.explain({ ...asked, class: 'unicorn' }), 'class-unknown', /unicorn/);
    await assert.rejects(rig.engine.explain({ ...asked, layer: 'featurs' }),
      (error: FoveaError) => error.reason === 'layer-unknown' && /"features"/.test(error.help));
    await rejects(rig.engine.explain({ ...asked, layer: 'scores' }), 'layer-unsuitable', /"scores" of shape \[N, 4\]/);
    await rejects(rig.engine.explain({ ...asked, technique: 'grad-can' }), 'technique-unknown', /grad-can/);
    await rejects(rig.engine.explain({ ...asked, parameters: { relu: 'perhaps' } }), 'parameter-invalid', /"relu"/);
    // Parameters that contradict one another
    await rejects(rig.engine.explain({ ...asked, technique: 'occlusion', parameters: { window: 2, stride: 3 } }), 'parameter-invalid', /"stride".*larger than/);
    for (const rule of ['trapezoid', 'captum-trapezoid']) {
      const parameters = { rule, steps: 1 };
      await rejects(rig.engine.explain({ ...asked, technique: 'integrated-gradients', parameters }), 'parameter-invalid', /"steps".*both ends/);
    }
    assert.deepEqual(rig.compiled, []);
  });

  it('with a model that has no layer with positions: class activation maps say so, gradients work', async () => {
    const file = await writeModel(perceptron(), at('mlp.onnx'));
    await assert.rejects(rig.engine.explain(await request({ model: file })), (error: FoveaError) => error.reason === 'no-spatial-layer' && /saliency/.test(error.help));
    assert.deepEqual((await rig.engine.describeModel({ model: file })).layers, []);
    const { map } = await rig.engine.explain(await request({ model: file, technique: 'saliency' }));
    assert.ok(map.values.some((value) => value !== 0));
  });

  it('with a model of two inputs, of an odd number of channels, or with scores that are no numbers', async () => {
    await rejects(rig.engine.explain(await request({ model: await writeModel(twoInputs(), at('two.onnx')) })), 'model-unsuitable', /2 inputs \(left, right\)/);
    await rejects(rig.engine.explain(await request({ model: await model({ channels: 5 }) })), 'model-unsuitable', /]: 5 channels, where a picture has 1, 3 or 4/);
    const nan = await writeModel(notFinite(), at('nan.onnx'));
    for (const technique of ['grad-cam', 'saliency']) {
      await rejects(rig.engine.explain(await request({ model: nan, technique })), 'output-not-finite', /outputs.*not a number/);
    }
    await rejects(rig.engine.predict({ picture: { path: await picture() }, model: nan }), 'output-not-finite');
  });

  it('with a model whose gradients are all zero: maps are empty, attacks find no way, and there is nothing to check', async () => {
    const file = await writeModel(silent(), at('silent.onnx'));
    for (const { id } of techniques.filter(({ values: { unit } }) => unit !== 'activation')) {
      const { map, score } = await rig.engine.explain(await request({ model: file, technique: id, class: 1, parameters: id === 'rise' ? { samples: 4 } : {} }));
      assert.ok(map.values.every(Number.isFinite), id);
      assert.equal(score.value, -0.5);
    }
    const asked = await request({ model: file, technique: 'saliency', class: 1 });
    assert.match((await rig.engine.explain(asked)).notes.join(), /zero everywhere: nothing that it could show changes the score/);
    assert.match((await rig.engine.explain({ ...asked, technique: 'grad-cam' })).notes.join(), /zero everywhere.*raises the score/);
    // A map of zeros is unlike everything, which says nothing for it.
    await rejects(rig.engine.check({ ...asked, mode: 'cascading', quick: true }), 'technique-unsuitable', /the same everywhere/);
    const { evaluations } = await rig.engine.evaluate(asked);
    assert.ok(evaluations.every(({ value }) => Number.isFinite(value)), JSON.stringify(evaluations));
    const fooled = await rig.engine.generate({ generator: 'fgsm', model: file, content: { path: await picture() }, classes: [2], parameters: {} });
    assert.match(fooled.notes.join(), /gradient is zero/);
  });

  it('with a model file', async () => {
    const bytes = exportOnnx(convolutional());
    const put = async (content: Uint8Array | string): Promise<ExplainRequest> => {
      await writeFile(at('bad.onnx'), content);
      return request({ model: at('bad.onnx') });
    };
    await rejects(rig.engine.explain(await request({ model: at('none.onnx') })), 'model-missing', /none\.onnx/);
    await rejects(rig.engine.explain(await put('')), 'model-empty');
    await rejects(rig.engine.explain(await put(bytes.subarray(0, bytes.length / 2))), 'model-corrupt');
    await rejects(rig.engine.explain(await put('version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n')), 'git-lfs-pointer');
    await rejects(rig.engine.explain(await put('no model')), 'model-corrupt', /bad\.onnx/);
    await writeFile(at('bad.bin'), 'no model');
    await rejects(rig.engine.explain(await request({ model: at('bad.bin') })), 'model-unknown-format', /bad\.bin/);
  });

  it('with weights that a model file says are elsewhere', async () => {
    const location = message([1, 'location'], [2, '../secret.bin']);
    const weights = message([1, 2], [2, 1], [8, 'w'], [13, location], [14, 1]);
    await writeFile(at('outside.onnx'), modelBytes({ nodes: [node('Add', ['x', 'w'], ['y'])], initializers: [weights] }));
    await rejects(rig.engine.explain(await request({ model: at('outside.onnx') })), 'external-data-outside-folder', /secret\.bin/);
  });

  it('with a picture', async () => {
    const file = await model();
    const ask = (name: string): Promise<unknown> => rig.engine.explain({ picture: { path: at(name) }, model: file, technique: 'grad-cam' });
    await rejects(ask('none.png'), 'picture-missing');
    await writeFile(at('text.png'), 'not a picture');
    await rejects(ask('text.png'), 'picture-not-a-picture');
    await writeFile(at('empty.png'), '');
    await rejects(ask('empty.png'), 'picture-empty');
  });

  it('with a picture of one pixel, or of one row, every technique has an answer', async () => {
    const file = await model();
    for (const [width, height] of [[1, 1], [300, 1]]) {
      await sharp({ create: { width, height, channels: 3, background: '#c83' } }).png().toFile(at('small.png'));
      for (const { id } of techniques) {
        const parameters = id === 'rise' ? { samples: 4 } : {};
        const { map, picture: shown } = await rig.engine.explain({ picture: { path: at('small.png') }, model: file, technique: id, parameters });
        assert.deepEqual([shown.width, shown.height], [width, height]);
        assert.ok(map.values.every(Number.isFinite), id);
      }
    }
  });

  it('with an array', async () => {
    const file = await model();
    const ask = async (array: Uint8Array, classes: number[] = [0]): Promise<unknown> => {
      await writeFile(at('a.npy'), array);
      return rig.engine.explainArray({ array: at('a.npy'), classes, model: file, technique: 'saliency' });
    };
    const zeros = (type: 'float32' | 'float64', dims: number[]): Uint8Array => encodeNpy(tensorOf(type, new Float32Array(dims.reduce((a, b) => a * b, 1)), dims));
    await rejects(ask(zeros('float64', [3, 8, 8])), 'array-invalid', /float64/);
    await rejects(ask(zeros('float32', [3, 8, 9])), 'array-invalid', /\[3, 8, 9\]/);
    await rejects(ask(zeros('float32', [0, 3, 8, 8])), 'array-invalid');
    await rejects(ask(zeros('float32', [2, 3, 8, 8]), [0, 1, 2]), 'array-invalid', /2 samples, but 3 classes/);
    await rejects(ask(Buffer.from('no array')), 'array-invalid');
    await rejects(rig.engine.explainArray({ array: at('none.npy'), classes: [0], model: file, technique: 'saliency' }), 'array-invalid', /none\.npy/);
  });

  it('with a runtime that is not there', async () => {
    await rejects(rig.engine.explain(await request({ runtime: 'tensorflow' })), 'runtime-unavailable', /TensorFlow/);
  });
});
