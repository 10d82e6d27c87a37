/** The engine as a whole on small models: what it answers and what it writes. */
import assert from 'node:assert/strict';
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import * as ort from 'onnxruntime-node';
import sharp from 'sharp';
import { Engine } from '../../../src/engine/engine.ts';
import { findPackageRoot } from '../../../src/engine/package-root.ts';
import { tensorOf } from '../../../src/graph/tensor.ts';
import { decodeNpy, encodeNpy } from '../../../src/pictures/npy.ts';
import { CancelledError } from '../../../src/protocol/errors.ts';
import { runtimeLoaders, Runtimes } from '../../../src/runtimes/choose.ts';
import { techniques } from '../../../src/techniques/registry.ts';
import { useEngine } from '../../support/engine-rig.ts';
import { rejects } from '../../support/errors.ts';
import { onFullDisk } from '../../support/full-disk.ts';

describe('the engine', () => {
  const rig = useEngine();
  const { at, model, request } = rig;

  describe('explaining a picture', () => {
    it('answers with map, predictions and a recipe that says how', async () => {
      const asked = await request({ wantPixels: true });
      const result = await rig.engine.explain(asked);
      assert.deepEqual([result.picture.width, result.picture.height, result.pixels?.data.length], [12, 10, 480]);
      assert.deepEqual([result.map.channels, result.map.height, result.map.width, result.map.resolution], [1, 4, 4, 'layer']);
      assert.equal(result.layer?.name, 'features/relu');
      assert.equal(result.predictions.length, 4);
      assert.deepEqual(result.class, result.predictions[0]);
      assert.equal(result.score.value, result.class.logit);
      assert.equal(result.recipe.class, result.class.index);
      assert.match(result.recipe.model.hash, /^[0-9a-f]{64}$/);
      assert.deepEqual(result.recipe.parameters, { relu: true });
      // What the recipe says leads to the same bytes.
      const { preprocessing, technique, parameters, class: index, score, layer, seed } = result.recipe;
      const again = await rig.engine.explain({ ...asked, preprocessing, technique, parameters, class: index, score, layer, seed });
      assert.deepEqual(again.map.values, result.map.values);
    });

    it('gives the logits that ONNX Runtime computes from the file itself', async () => {
      const file = await model();
      const values = Float32Array.from({ length: 3 * 64 }, (_, i) => Math.cos(i));
      await writeFile(at('input.npy'), encodeNpy(tensorOf('float32', values, [3, 8, 8])));
      const session = await ort.InferenceSession.create(file);
      const wanted = (await session.run({ pixels: new ort.Tensor('float32', values, [1, 3, 8, 8]) })).scores.data as Float32Array;
      const { predictions: [found] } = await rig.engine.predictArray({ array: at('input.npy'), model: file, top: 4 });
      // float32 sums in another order; values below 1
      for (const { index, logit } of found) assert.ok(Math.abs(logit - wanted[index]) < 1e-6);
    });

    it('needs no second program to find the most likely class, and no second pass once it is known', async () => {
      const asked = await request();
      const first = await rig.engine.explain(asked);
      assert.deepEqual(rig.compiled, ['grad-cam']);
      for (const index of [0, 1, 2, 3]) await rig.engine.explain({ ...asked, class: index });
      assert.deepEqual((await rig.engine.explain(asked)).map, first.map);
      assert.deepEqual(rig.compiled, ['grad-cam']);
      const [fresh, cached] = [await rig.engine.explain({ ...asked, class: 1 }), await rig.engine.explain({ ...asked, class: 1 })];
      assert.equal(fresh.milliseconds.build < 1, true);
      assert.ok(fresh.cached === undefined && fresh.milliseconds.run > 0);
      assert.deepEqual([cached.cached, cached.milliseconds.build, cached.milliseconds.run], [true, 0, 0], 'the same again is not run again');
      assert.deepEqual(cached.map, fresh.map);
    });

    it('takes a class by name and a layer by its tensor', async () => {
      const file = await model();
      await writeFile(at('labels.txt'), 'cat\ndog\nfox\nowl\n');
      const result = await rig.engine.explain(await request({ model: file, class: 'fox', layer: 'conv' }));
      assert.deepEqual([result.class.index, result.class.name, result.layer?.name, result.map.width], [2, 'fox', 'conv', 8]);
    });

    it('explains pictures for models of one and of four channels', async () => {
      for (const channels of [1, 4]) {
        const result = await rig.engine.explain(await request({ model: await model({ channels }), technique: 'saliency' }));
        assert.equal(result.map.channels, channels);
      }
    });

    it('says that a map has values below zero where its parameters allow them', async () => {
      const asked = await request({ parameters: { relu: false } });
      const maps = await Promise.all([0, 1, 2, 3].map((index) => rig.engine.explain({ ...asked, class: index })));
      assert.ok(maps.some(({ map }) => map.values.some((value) => value < 0)));
      for (const { map } of maps) assert.equal(map.signed, map.values.some((value) => value < 0));
    });

    it('explains each sample of an array as it would alone, for one class each', async () => {
      const samples = [0, 1, 2].map((n) => Float32Array.from({ length: 192 }, (_, i) => Math.sin(i + 10 * n)));
      const all = Float32Array.from(samples.flatMap((sample) => [...sample]));
      await writeFile(at('all.npy'), encodeNpy(tensorOf('float32', all, [3, 3, 8, 8])));
      const file = await model();
      const together = await rig.engine.explainArray({ array: at('all.npy'), classes: [3, 0, 1], model: file, technique: 'saliency' });
      assert.deepEqual(together.values.dims, [3, 3, 8, 8]);
      for (const [n, index] of [3, 0, 1].entries()) {
        await writeFile(at('one.npy'), encodeNpy(tensorOf('float32', samples[n], [3, 8, 8])));
        const alone = await rig.engine.explainArray({ array: at('one.npy'), classes: [index], model: file, technique: 'saliency' });
        assert.deepEqual(together.values.data.slice(n * 192, (n + 1) * 192), alone.values.data);
      }
    });

    it('gives every layer the map in the strip that it has alone', async () => {
      const asked = await request({ class: 2 });
      const strip = await rig.engine.layerStrip(asked);
      assert.deepEqual(strip.map(({ layer }) => layer.name), ['conv', 'relu', 'features', 'features/relu']);
      for (const { layer, map } of strip) {
        const alone = (await rig.engine.explain({ ...asked, layer: layer.name })).map;
        assert.deepEqual([map.height, map.width], [alone.height, alone.width]);
        // one graph for all layers may fuse otherwise than one graph for each
        map.values.forEach((value, i) => assert.ok(Math.abs(value - alone.values[i]) <= 1e-6));
      }
      await rejects(rig.engine.layerStrip({ ...asked, technique: 'saliency' }), 'layer-unsuitable');
    });
  });

  describe('writing files', () => {
    it('writes overlay, map and values', async () => {
      const asked = await request({ class: 0 });
      const result = await rig.engine.explain(asked);
      assert.ok(result.map.values.some((value) => value > 0));
      for (const what of ['overlay', 'map'] as const) {
        await rig.engine.exportResult({ ...asked, what, file: at(`${what}.png`) });
        const { width, height, format } = await sharp(at(`${what}.png`)).metadata();
        assert.deepEqual([width, height, format], [12, 10, 'png']);
      }
      await rig.engine.exportResult({ ...asked, what: 'values', file: at('new/values.npy') });
      const array = decodeNpy(await readFile(at('new/values.npy')));
      assert.deepEqual([array.dims, array.data], [[1, 1, 4, 4], result.map.values]);
      assert.deepEqual(rig.compiled, ['grad-cam']);
    });

    it('leaves nothing behind where it may not write', async function () {
      await mkdir(at('kept'));
      const asked = await request();
      await writeFile(at('file'), '');
      await rejects(rig.engine.exportResult({ ...asked, what: 'values', file: at('file/values.npy') }), 'write-failed', /values\.npy cannot be written: a part of its path is not a folder/);
      await rejects(rig.engine.exportResult({ ...asked, what: 'values', file: at('kept') }), 'write-failed', /is a folder/);
      assert.deepEqual((await readdir(rig.folder)).filter((name) => name.endsWith('.part')), []);
      if (process.getuid?.() === 0) return; // to whom no folder is read-only
      await chmod(at('kept'), 0o555);
      await rejects(rig.engine.exportResult({ ...asked, what: 'values', file: at('kept/values.npy') }), 'write-failed', /may not be written to/);
      await chmod(at('kept'), 0o755);
    });

    it('keeps what was there where the disk is full, leaves no half behind, and says why', async () => {
      const asked = await request();
      await mkdir(at('out'));
      for (const [what, file] of [['overlay', 'a.png'], ['map', 'b.png'], ['values', 'c.npy']] as const) {
        await writeFile(at(`out/${file}`), 'before');
        await onFullDisk(() => rejects(rig.engine.exportResult({ ...asked, what, file: at(`out/${file}`) }), 'write-failed', /the disk is full/));
      }
      await onFullDisk(() => rejects(rig.engine.compile({ model: asked.model, technique: 'grad-cam', file: at('out/d.onnx') }), 'write-failed', /d\.onnx.*the disk is full/));
      assert.deepEqual((await readdir(at('out'))).sort(), ['a.png', 'b.png', 'c.npy']);
      for (const file of await readdir(at('out'))) assert.equal(await readFile(at(`out/${file}`), 'utf8'), 'before');
      // Room is made, and the same request is answered.
      await rig.engine.exportResult({ ...asked, what: 'overlay', file: at('out/a.png') });
      assert.equal((await sharp(at('out/a.png')).metadata()).width, 12);
    });

    it('refuses display settings that are out of range', async () => {
      await rejects(rig.engine.exportResult({ ...await request(), what: 'map', file: at('x.png'), display: { opacity: 7 } }), 'parameter-invalid', /"opacity"/);
    });

    it('saves model and technique as one file whose numbers are those of an explanation', async () => {
      const file = await model();
      const input = Float32Array.from({ length: 2 * 192 }, (_, i) => Math.sin(3 * i));
      await writeFile(at('input.npy'), encodeNpy(tensorOf('float32', input, [2, 3, 8, 8])));
      const single = techniques.flatMap(({ id, graph }) => (graph ? [id] : []));
      assert.ok(single.length >= 10);
      for (const technique of single) {
        await rig.engine.compile({ model: file, technique, file: at('compiled.onnx') });
        const session = await ort.InferenceSession.create(at('compiled.onnx'));
        const { logits, values } = await session.run({
          image: new ort.Tensor('float32', input, [2, 3, 8, 8]), classes: new ort.Tensor('int64', BigInt64Array.of(3n, 1n), [2]),
        });
        const explained = await rig.engine.explainArray({ array: at('input.npy'), classes: [3, 1], model: file, technique });
        assert.deepEqual([...values.dims], explained.values.dims);
        assert.deepEqual(values.data, explained.values.data, technique); // the same graph in the same runtime
        explained.classes.forEach(({ index, logit }, n) => assert.equal((logits.data as Float32Array)[n * 4 + index], logit));
      }
    });
  });

  it('stops before the next pass when it is cancelled, and goes on with other requests', async () => {
    const asked = await request();
    const controller = new AbortController();
    const messages: string[] = [];
    const progress = (message: string): void => {
      messages.push(message);
      if (message.includes('preparing')) controller.abort();
    };
    await assert.rejects(rig.engine.explain(asked, { signal: controller.signal, progress }), CancelledError);
    assert.ok(messages.length > 0);
    assert.equal((await rig.engine.explain(asked)).map.width, 4);
  });

  it('keeps its programs within the limit it was given', async () => {
    const small = new Engine({
      packageRoot: findPackageRoot(), runtimes: new Runtimes(runtimeLoaders), techniques, limits: { programs: 1, models: 1, pictures: 1 },
    });
    const asked = await request({ class: 0 });
    const first = await small.explain(asked);
    const second = await small.explain({ ...asked, class: 1 });
    assert.ok(first.milliseconds.build > 0 && second.milliseconds.build > 0);
    await small.dispose();
  });
});
