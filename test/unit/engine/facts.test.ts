/** Which preprocessing and which labels a model gets, from the files beside it, its metadata, or a guess. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findFacts, fitPreprocessing, type ModelFacts } from '../../../src/engine/facts/facts.ts';
import { guessPreprocessing, inputHints, type InputHints } from '../../../src/engine/facts/guess.ts';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import { N, type Graph, type Shape } from '../../../src/graph/graph.ts';
import type { Model } from '../../../src/graph/model.ts';
import { tensorOf } from '../../../src/graph/tensor.ts';
import { preprocessingSchema } from '../../../src/protocol/preprocessing.ts';
import { hasReason, rejects } from '../../support/errors.ts';

const noHints: InputHints = { range: undefined, channelsLast: false };

function modelOf(classes: number, channels = 3): Model {
  return {
    graph: { name: '', opset: 17, inputs: [], outputs: [], nodes: [], initializers: new Map(), values: new Map(), metadata: {} },
    input: { name: 'image', channels, height: 224, width: 224 }, logits: { name: 'logits', classes },
    finalActivation: undefined, layers: [], defaultLayer: undefined, dynamicBatch: true,
  };
}

describe('what is known about a model', () => {
  let folder: string;
  let imagenet: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'fovea-facts-'));
    imagenet = path.join(folder, 'imagenet.txt');
    await writeFile(imagenet, Array.from({ length: 1000 }, (_, i) => `object ${i}`).join('\n'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const file = (): string => path.join(folder, 'net.onnx');
  const put = (name: string, content: unknown): Promise<void> =>
    writeFile(path.join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  const find = (classes = 3, metadata: Record<string, string> = {}, channels = 3): Promise<ModelFacts> =>
    findFacts({ file: file(), model: modelOf(classes, channels), metadata, hints: noHints, imagenet });

  it('is a guess, and said to be one, where nothing says more', async () => {
    const facts = await find();
    assert.equal(facts.preprocessingSource, 'guess');
    assert.deepEqual(facts.preprocessing.mean, [0.485, 0.456, 0.406]);
    assert.deepEqual(facts.labels, ['class 0', 'class 1', 'class 2']);
    assert.equal(facts.title, 'net.onnx');
  });

  it('comes from the sidecar before all else', async () => {
    await put('net.fovea.json', {
      title: 'My net', layer: 'conv5', labels: ['a', 'b', 'c'], preprocessing: { width: 224, height: 224, mean: [1, 2, 3], std: [4, 5, 6] },
    });
    await put('preprocessor_config.json', { image_mean: [9, 9, 9], image_std: [9, 9, 9] });
    await put('labels.txt', 'x\ny\nz\n');
    const facts = await find(3, { 'Image.NominalPixelRange': 'Normalized_0_1' });
    assert.equal(facts.preprocessingSource, 'sidecar');
    assert.deepEqual([facts.preprocessing.mean, facts.preprocessing.std], [[1, 2, 3], [4, 5, 6]]);
    assert.deepEqual([facts.title, facts.preferredLayer, facts.labels], ['My net', 'conv5', ['a', 'b', 'c']]);
    assert.deepEqual(facts.notes, []);
  });

  it('names the field of a sidecar that is wrong', async () => {
    await put('net.fovea.json', { preprocessing: { width: 224, height: 224, mean: ['a'] } });
    await rejects(find(), 'preprocessing-invalid', /net\.fovea\.json.*"preprocessing\.mean\.0"/);
    await put('net.fovea.json', { preprocessing: { width: 299, height: 224 } });
    await rejects(find(), 'preprocessing-invalid', /"width" \(299\)/);
    await put('net.fovea.json', { preprocesing: {} });
    await rejects(find(), 'preprocessing-invalid', /preprocesing/);
    await put('net.fovea.json', '{"title": ');
    await rejects(find(), 'preprocessing-invalid', /not JSON/);
  });

  it('reads the label file that a sidecar names, inside the folder only', async () => {
    await put('names.txt', 'a\r\nb\r\nc\r\n\r\n');
    await put('net.fovea.json', { labels: 'names.txt' });
    assert.deepEqual((await find()).labels, ['a', 'b', 'c']);
    await put('net.fovea.json', { labels: '../../etc/passwd' });
    await rejects(find(), 'preprocessing-invalid', /outside/);
    await put('net.fovea.json', { labels: 'none.txt' });
    await rejects(find(), 'preprocessing-invalid', /none\.txt/);
  });

  it('comes from Hugging Face\'s preprocessor and configuration', async () => {
    await put('preprocessor_config.json', {
      image_processor_type: 'CLIPImageProcessor', size: { shortest_edge: 256 }, crop_size: { height: 224, width: 224 }, do_center_crop: true, resample: 3,
      do_rescale: true, rescale_factor: 1 / 255, do_normalize: true, image_mean: [0.1, 0.2, 0.3], image_std: [0.4, 0.5, 0.6],
    });
    await put('config.json', { id2label: { 0: 'cat', 2: 'fox', 1: 'dog' } });
    const { preprocessing, preprocessingSource, labels } = await find();
    assert.equal(preprocessingSource, 'huggingface');
    assert.deepEqual(preprocessing, {
      width: 224, height: 224, fit: 'crop', resize: 256, interpolation: 'bicubic', channels: 'rgb', scale: 1 / 255, mean: [0.1, 0.2, 0.3], std: [0.4, 0.5, 0.6], pad: 114,
    });
    assert.deepEqual(labels, ['cat', 'dog', 'fox']);
  });

  it('squashes where ViT\'s processor does, crops a share where ConvNeXt\'s does, and leaves out what is switched off', async () => {
    await put('preprocessor_config.json', { size: { height: 224, width: 224 }, do_normalize: false, image_mean: [1, 1, 1], image_std: [1, 1, 1], do_rescale: false });
    const vit = (await find()).preprocessing;
    assert.deepEqual([vit.fit, vit.scale, vit.mean, vit.std, vit.interpolation], ['squash', 1, [0, 0, 0], [1, 1, 1], 'bilinear']);
    await put('preprocessor_config.json', { size: { shortest_edge: 224 }, crop_pct: 0.875 });
    const convnext = (await find()).preprocessing;
    assert.deepEqual([convnext.fit, convnext.resize], ['crop', 256]);
  });

  it('comes from timm\'s configuration, and from the folder above where exporters put it', async () => {
    await mkdir(path.join(folder, 'onnx'));
    await put('config.json', { label_names: ['a', 'b', 'c'], pretrained_cfg: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], crop_pct: 0.9, interpolation: 'bicubic' } });
    const facts = await findFacts({ file: path.join(folder, 'onnx', 'model.onnx'), model: modelOf(3), metadata: {}, hints: noHints, imagenet });
    assert.equal(facts.preprocessingSource, 'huggingface');
    assert.deepEqual([facts.preprocessing.resize, facts.preprocessing.interpolation, facts.preprocessing.mean], [248, 'bicubic', [0.5, 0.5, 0.5]]);
    assert.deepEqual(facts.labels, ['a', 'b', 'c']);
  });

  it('names the field of a Hugging Face file that is wrong', async () => {
    await put('preprocessor_config.json', { image_std: [0, 1, 1] });
    await rejects(find(), 'preprocessing-invalid', /preprocessor_config\.json.*"image_std\.0"/);
  });

  it('comes from ONNX\'s own metadata and from that of exporters', async () => {
    const image = (await find(3, { 'Image.BitmapPixelFormat': 'Bgr8', 'Image.NominalPixelRange': 'NominalRange_0_255' }));
    assert.equal(image.preprocessingSource, 'metadata');
    assert.deepEqual([image.preprocessing.channels, image.preprocessing.scale, image.preprocessing.mean], ['bgr', 1, [0, 0, 0]]);
    const lists = await find(3, { mean: '[0.1, 0.2, 0.3]', std: '[1, 2, 3]', names: '{0: \'tench\', 1: "cock\'s comb", 2: \'eel\'}' });
    assert.deepEqual([lists.preprocessing.mean, lists.preprocessing.std, lists.preprocessing.scale], [[0.1, 0.2, 0.3], [1, 2, 3], 1 / 255]);
    assert.deepEqual(lists.labels, ['tench', 'cock\'s comb', 'eel']);
    await rejects(find(3, { mean: '0.5', std: '[1]' }), 'preprocessing-invalid', /mean/);
    await rejects(find(3, { 'fovea.labels': 'x' }), 'preprocessing-invalid', /fovea\.labels/);
  });

  it('does not use labels of another number, and says so', async () => {
    await put('labels.json', ['a', 'b']);
    const facts = await find();
    assert.deepEqual(facts.labels, ['class 0', 'class 1', 'class 2']);
    assert.match(facts.notes.join(), /labels\.json names 2 classes, but the model has 3/);
    await put('labels.json', ['a', 'b', 'c']);
    await put('labels.txt', 'x\ny\n');
    const other = await find();
    assert.deepEqual(other.labels, ['a', 'b', 'c'], 'the file that fits');
    assert.match(other.notes.join(), /labels\.txt names 2/);
  });

  it('has ImageNet\'s labels for 1000 outputs, and for 1001 with a background class first', async () => {
    assert.deepEqual((await find(1000)).labels.slice(0, 2), ['object 0', 'object 1']);
    const { labels } = await find(1001);
    assert.deepEqual([labels[0], labels[1], labels[1000]], ['background', 'object 0', 'object 999']);
  });

  it('refuses side files that are too large or no files', async () => {
    await put('labels.txt', 'x\n'.repeat(3 << 20));
    await rejects(find(), 'preprocessing-invalid', /labels\.txt.*larger/);
    await rm(path.join(folder, 'labels.txt'));
    await mkdir(path.join(folder, 'labels.txt'));
    await rejects(find(), 'preprocessing-invalid', /labels\.txt.*not an ordinary file/);
  });
});

describe('a guess at preprocessing', () => {
  /** A graph whose input goes through one operator with a constant. */
  function firstNode(op: string, constant: number, shape: Shape = [N, 3, 8, 8]): Graph {
    const b = new GraphBuilder();
    const out = b.add(op, [b.input('x', 'float32', shape), b.constant(tensorOf('float32', [constant, constant, constant], [3, 1, 1]))]);
    return b.build('first', { out });
  }

  it('leaves numbers alone for a model that normalises by itself', () => {
    assert.equal(inputHints(firstNode('Sub', 123.7)).range, '0..255');
    assert.equal(inputHints(firstNode('Mul', 1 / 255)).range, '0..255');
    assert.equal(inputHints(firstNode('Div', 127.5)).range, '0..255');
    assert.equal(inputHints(firstNode('Sub', 0.485)).range, '0..1');
    assert.equal(inputHints(firstNode('Mul', 2)).range, undefined);
  });

  it('sees integers and channels that come last', () => {
    const graph = (type: 'uint8' | 'float32', shape: Shape): Graph => ({ ...firstNode('Add', 0.1), nodes: [], inputs: [{ name: 'x', type, shape }] });
    assert.deepEqual(inputHints(graph('uint8', [N, 224, 224, 3])), { range: '0..255', channelsLast: true });
    assert.deepEqual(inputHints(graph('float32', [N, 3, 224, 224])), { range: undefined, channelsLast: false });
  });

  it('fits the number of channels', () => {
    for (const [channels, name] of [[1, 'grey'], [3, 'rgb'], [4, 'rgba']] as const) {
      const guess = guessPreprocessing({ name: 'x', channels, height: 5, width: 7 }, noHints);
      assert.deepEqual([guess.channels, guess.mean.length, guess.std.length, guess.width, guess.height], [name, channels, channels, 7, 5]);
      assert.deepEqual(preprocessingSchema.parse(guess), guess);
    }
  });
});

describe('a preprocessing for a model', () => {
  const input = { name: 'x', channels: 1, height: 5, width: 7 };

  it('may give one number for all channels', () => {
    const grey = preprocessingSchema.parse({ width: 7, height: 5, channels: 'grey', mean: [0.5, 0.5, 0.5], std: [2] });
    assert.deepEqual(fitPreprocessing(grey, input), { ...grey, mean: [0.5], std: [2] });
  });

  it('is refused by the field that does not fit', () => {
    const grey = preprocessingSchema.parse({ width: 7, height: 5, channels: 'grey' });
    assert.throws(() => fitPreprocessing({ ...grey, height: 7 }, input), hasReason('preprocessing-invalid', /"height" \(7\)/));
    assert.throws(() => fitPreprocessing({ ...grey, channels: 'bgr' }, input), hasReason('preprocessing-invalid', /"channels" \("bgr"\)/));
    assert.throws(() => fitPreprocessing({ ...grey, mean: [1, 2] }, input), hasReason('preprocessing-invalid', /"mean"/));
  });
});
