/** The command line as a process: its contract of arguments, output, files and exit codes. */
import assert from 'node:assert/strict';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as ort from 'onnxruntime-node';
import sharp from 'sharp';
import { findPackageRoot } from '../../src/engine/package-root.ts';
import { tensorOf } from '../../src/graph/tensor.ts';
import { decodeNpy, encodeNpy } from '../../src/pictures/npy.ts';
import { fovea, foveaWords, run, type Finished } from '../support/command.ts';
import { convolutional, perceptron, writeModel } from '../support/small-models.ts';

const root = findPackageRoot();
const espresso = path.join(root, 'media/samples/espresso.jpg');

interface Line {
  image: string;
  model: string;
  technique: string;
  class: number | number[];
  className: string | string[];
  score: number | number[];
  layer: string | null;
  runtime: string;
  milliseconds: Record<string, number>;
  files: string[];
  recipe: Record<string, unknown>;
  predictions: { index: number; name: string; logit: number; probability: number }[];
}

describe('the command line', () => {
  let folder: string;
  let small: string;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'fovea-cli-'));
    small = await writeModel(convolutional(), path.join(folder, 'net.onnx'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const at = (name: string): string => path.join(folder, name);

  /** The lines that a command printed, when it succeeded. */
  async function lines(...args: string[]): Promise<Line[]> {
    const { code, stdout, stderr } = await fovea(...args, '--json');
    assert.equal(code, 0, stderr);
    return stdout.trim().split('\n').map((line) => JSON.parse(line) as Line);
  }

  async function fails(code: number, text: RegExp, ...args: string[]): Promise<Finished> {
    const finished = await fovea(...args);
    assert.equal(finished.code, code, finished.stderr);
    assert.match(finished.stderr, text);
    return finished;
  }

  it('predicts what is in a picture, for people and for programs', async () => {
    const { code, stdout, stderr } = await fovea('predict', espresso);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /espresso\.jpg\n +\d+\.\d % +967 {2}espresso/);
    const [line] = await lines('predict', espresso, '--top', '2');
    assert.deepEqual([line.image, line.model, line.predictions.length, line.predictions[0].index], [espresso, 'bundled:efficientnet-lite0', 2, 967]);
    assert.ok(line.predictions[0].probability > line.predictions[1].probability && line.milliseconds.total > 0);
  });

  it('says of a prediction what it says of an explanation: that a frame was chosen, that the preprocessing is a guess', async () => {
    const pixels = Buffer.from(Array.from({ length: 3 * 8 * 16 }, (_, i) => i % 251));
    const frames = sharp(pixels, { raw: { width: 8, height: 16, channels: 3, pageHeight: 8 } });
    await writeFile(at('moving.gif'), await frames.gif().toBuffer());
    const { code, stdout, stderr } = await fovea('predict', at('moving.gif'), '-m', small, '--json');
    assert.deepEqual([code, stdout.trim().split('\n').length], [0, 1], stderr);
    assert.match(stderr, /moving\.gif: Animated GIF: the first frame[^]*moving\.gif: .*guess/);
  });

  it('explains a picture: overlay at its size, raw values, one JSON object', async () => {
    const [line, ...others] = await lines('explain', espresso, '--technique', 'grad-cam', '--out', at('maps'));
    assert.equal(others.length, 0);
    assert.deepEqual([line.image, line.technique, line.class, line.className, line.layer], [espresso, 'grad-cam', 967, 'espresso', 'head/relu6']);
    assert.ok(typeof line.score === 'number' && /ONNX Runtime/.test(line.runtime) && line.milliseconds.total > 0);
    assert.deepEqual(line.files, [at('maps/espresso.grad-cam.png'), at('maps/espresso.grad-cam.npy')]);
    assert.deepEqual([line.recipe.technique, line.recipe.class, line.recipe.seed, line.recipe.runtime], ['grad-cam', 967, 0, 'onnxruntime']);
    const [overlay, picture] = await Promise.all([
      sharp(line.files[0]).metadata(), sharp(espresso).autoOrient().toBuffer({ resolveWithObject: true }),
    ]);
    assert.deepEqual([overlay.width, overlay.height], [picture.info.width, picture.info.height]);
    const values = decodeNpy(await readFile(line.files[1]));
    assert.deepEqual([values.type, values.dims], ['float32', [1, 1, 7, 7]]);
    assert.ok((values.data as Float32Array).every((value) => value >= 0) && (values.data as Float32Array).some((value) => value > 0));
  });

  it('takes arrays as they stand, one class for each sample', async () => {
    const input = Float32Array.from({ length: 2 * 192 }, (_, i) => Math.sin(3 * i));
    await writeFile(at('batch.npy'), encodeNpy(tensorOf('float32', input, [2, 3, 8, 8])));
    const [line] = await lines('explain', at('batch.npy'), '-t', 'saliency', '-m', small, '--class', '3,1', '--out', at('arrays'));
    assert.deepEqual([line.class, line.className, line.layer, line.files], [[3, 1], ['class 3', 'class 1'], null, [at('arrays/batch.saliency.npy')]]);
    const values = decodeNpy(await readFile(line.files[0]));
    assert.deepEqual(values.dims, [2, 3, 8, 8]);

    const compiled = await fovea('compile', small, '--technique', 'saliency', '-o', at('compiled.onnx'));
    assert.equal(compiled.code, 0, compiled.stderr);
    const session = await ort.InferenceSession.create(at('compiled.onnx'));
    const outputs = await session.run({ image: new ort.Tensor('float32', input, [2, 3, 8, 8]), classes: new ort.Tensor('int64', [3n, 1n], [2]) });
    assert.deepEqual(outputs.values.data, values.data); // the same graph in the same runtime
    assert.deepEqual(line.score, [3, 1].map((index, n) => (outputs.logits.data as Float32Array)[n * 4 + index]));
  });

  it('compiles the bundled model with Grad-CAM into a file that gives the same map', async () => {
    const { code, stderr } = await fovea('compile', 'efficientnet-lite0', '--technique', 'grad-cam', '-o', at('grad-cam.onnx'));
    assert.equal(code, 0, stderr);
    const input = Float32Array.from({ length: 3 * 224 * 224 }, (_, i) => Math.sin(i / 500));
    await writeFile(at('waves.npy'), encodeNpy(tensorOf('float32', input, [3, 224, 224])));
    const [line] = await lines('explain', at('waves.npy'), '-t', 'grad-cam', '--class', '207', '--out', at('waves'));
    const session = await ort.InferenceSession.create(at('grad-cam.onnx'));
    const image = new ort.Tensor('float32', input, [1, 3, 224, 224]);
    const { values, logits } = await session.run({ image, classes: new ort.Tensor('int64', [207n], [1]) });
    const file = decodeNpy(await readFile(line.files[0]));
    assert.deepEqual([[...values.dims], logits.dims], [file.dims, [1, 1000]]);
    // The same operators, perhaps split among threads otherwise: a few float32 roundings of the largest value.
    const largest = Math.max(...(file.data as Float32Array));
    (values.data as Float32Array).forEach((value, i) => assert.ok(Math.abs(value - Number(file.data[i])) <= 1e-5 * largest));
  });

  it('goes through a folder, tells two pictures of one name apart, and goes on after a bad one', async () => {
    await mkdir(at('folder'));
    await copyFile(espresso, at('folder/a.jpg'));
    await sharp(espresso).resize(40, 30).png().toFile(at('folder/a.png'));
    await writeFile(at('folder/b.jpg'), 'not a picture');
    await writeFile(at('folder/notes.txt'), 'not looked at');
    const { code, stdout, stderr } = await fovea('explain', at('folder'), '-t', 'grad-cam', '-m', small, '--out', at('results'), '--json');
    assert.equal(code, 1);
    assert.equal(stdout.trim().split('\n').length, 2);
    assert.match(stderr, /b\.jpg is not a picture/);
    assert.deepEqual((await readdir(at('results'))).sort(), ['a.jpg.grad-cam.npy', 'a.jpg.grad-cam.png', 'a.png.grad-cam.npy', 'a.png.grad-cam.png']);
  });

  it('goes on after a folder without pictures, and says so where there is nothing else', async () => {
    await mkdir(at('nothing'));
    const { code, stdout, stderr } = await fovea('predict', at('nothing'), espresso, '-m', small, '--json');
    assert.deepEqual([code, stdout.trim().split('\n').length], [1, 1]);
    assert.match(stderr, /nothing is a folder/);
    await fails(1, /folder .*nothing has no pictures/, 'predict', at('nothing'), '-m', small);
  });

  it('lists layers, models, techniques with their parameters, and runtimes', async () => {
    const [layers] = await lines('layers', small) as unknown as { defaultLayer: string; layers: { name: string; shape: number[] }[] }[];
    assert.deepEqual(layers.layers.map(({ name }) => name), ['conv', 'relu', 'features', 'features/relu']);
    assert.deepEqual([layers.layers[0].shape, layers.defaultLayer], [[-1, 5, 8, 8], 'features/relu']);
    const { stdout } = await fovea('layers', small);
    assert.match(stdout, /\* features\/relu +Relu +\[N, 6, 4, 4\]/);
    const [model] = await lines('models') as unknown as { id: string }[];
    assert.equal(model.id, 'efficientnet-lite0');
    const techniques = await lines('techniques') as unknown as { id: string }[];
    assert.deepEqual(techniques.map(({ id }) => id).slice(0, 2), ['grad-cam', 'saliency']);
    assert.match((await fovea('techniques', 'grad-cam')).stdout, /Selvaraju[^]*relu \(boolean; default true\)/);
    const runtimes = await lines('runtimes') as unknown as { id: string; available: boolean }[];
    assert.ok(runtimes.some(({ id, available }) => id === 'onnxruntime' && available));
  });

  it('ends with 2 for wrong usage, saying how it is done', async () => {
    await fails(2, /unknown command 'explane'/, 'explane');
    await fails(2, /required option.*--technique/, 'explain', espresso);
    await fails(2, /unknown option '--clas'/, 'explain', espresso, '-t', 'grad-cam', '--clas', '3');
    await fails(2, /missing required argument/, 'predict');
    await fails(2, /no technique "grad-can".*Nearest: "grad-cam"/, 'explain', espresso, '-t', 'grad-can');
    await fails(2, /no parameter "rely".*Nearest: "relu"/, 'explain', espresso, '-t', 'grad-cam', '--set', 'rely=false');
    await fails(2, /"relu".*not valid/, 'explain', espresso, '-t', 'grad-cam', '--set', 'relu=perhaps');
    await fails(2, /--top/, 'predict', espresso, '--top', 'many');
    await fails(2, /one class/, 'explain', espresso, '-t', 'grad-cam', '-m', small, '--class', '1,2');
    // What contradicts itself is refused before anything is read.
    await fails(2, /Saliency explains no layer/, 'explain', espresso, '-t', 'saliency', '--layer', 'conv');
    await fails(2, /"stride".*larger than the window/, 'explain', espresso, '-t', 'occlusion', '--set', 'window=2', '--set', 'stride=4');
    await fails(2, /"steps".*a trapezoid has both ends/, 'evaluate', espresso, '-t', 'integrated-gradients', '--set', 'rule=trapezoid', '--set', 'steps=1');
    assert.match((await fovea('explain', '--help')).stdout, /Examples:/);
  });

  it('ends with 1 where an input fails, saying what to do', async () => {
    await fails(1, /none\.jpg.*/, 'predict', at('none.jpg'));
    await fails(1, /no class 4; it has 4 classes/, 'explain', espresso, '-t', 'grad-cam', '-m', small, '--class', '4');
    await fails(1, /no layer "featurs".*Nearest: "features"/, 'explain', espresso, '-t', 'grad-cam', '-m', small, '--layer', 'featurs');
    await fails(1, /no bundled model "efficientnet".*Nearest: "efficientnet-lite0"/, 'predict', espresso, '--model', 'efficientnet');
    const mlp = await writeModel(perceptron(), at('mlp.onnx'));
    await fails(1, /no layer with positions.*saliency/, 'explain', espresso, '-t', 'grad-cam', '-m', mlp);
    await writeFile(at('taken'), '');
    const { stdout } = await fails(1, /cannot be written/, 'explain', espresso, '-t', 'grad-cam', '-m', small, '--out', at('taken'), '--json');
    assert.equal(stdout, '');
  });

  it('ends with 1 on a full disk, says so and leaves no half of a file', async function () {
    const out = at('full');
    await mkdir(out);
    // A file system of 16 kB that only these processes see; the overlay is larger.
    const inside = 'mount -t tmpfs -o size=16k tmpfs "$1" || exit 99; shift; out=$1; shift; "$@"; code=$?; ls -A "$out"; exit $code';
    const command = foveaWords(['explain', espresso, '-m', small, '-t', 'saliency', '--out', out]).flat();
    const { code, stdout, stderr } = await run('unshare', ['-rm', 'sh', '-c', inside, 'sh', out, out, ...command]).catch(() => ({ code: 99, stdout: '', stderr: '' }));
    if (code === 99 || /unshare|mount/.test(stderr)) {
      console.log('      skipped: no file system can be mounted here');
      this.skip();
    }
    assert.equal(code, 1, stderr);
    assert.match(stderr, /espresso\.saliency\.png cannot be written: the disk is full/);
    assert.doesNotMatch(stdout, /\.png|\.part/);
  });

  it('prints nothing but failures when quiet', async () => {
    const { code, stdout, stderr } = await fovea('explain', espresso, '-t', 'saliency', '-m', small, '--quiet', '--out', at('quiet'));
    assert.deepEqual([code, stdout, stderr], [0, '', '']);
    assert.deepEqual((await readdir(at('quiet'))).sort(), ['espresso.saliency.npy', 'espresso.saliency.png']);
  });

  it('ends quietly when its reader has seen enough', async () => {
    const many = Array.from({ length: 500 }, () => espresso);
    const { code, stderr } = await run(...foveaWords(['predict', ...many, '-m', small, '--json', '--quiet']), (child) => {
      child.stdout?.once('data', () => child.stdout?.destroy());
    });
    assert.deepEqual([code, stderr], [0, '']);
  });

  it('stops on Ctrl+C', async () => {
    const many = Array.from({ length: 500 }, () => espresso);
    const { code, stderr } = await run(...foveaWords(['explain', ...many, '-t', 'grad-cam', '-m', small, '--json']), (child) => {
      child.stdout?.once('data', () => child.kill('SIGINT'));
    });
    assert.equal(code, 130);
    assert.match(stderr, /Cancelled/);
  });
});
