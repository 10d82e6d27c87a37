/**
 * How fast Fovea is, as ratios measured in one run. Asserts nothing.
 *
 *     npm run bench -- [MODEL.onnx ...] [--python PYTHON] [--rounds 12] [--techniques]
 *
 * Programs take turns, round after round, so that a busy machine slows all of them alike; medians are printed. With --python, PyTorch
 * (eager, tuned) and, where importable, Captum and pytorch-grad-cam run the same networks in the same rounds.
 */
import { availableParallelism, cpus } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { readModel } from '../../src/formats/read-model.ts';
import { GraphBuilder } from '../../src/graph/builder.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { prepareModel } from '../../src/graph/prepare-model.ts';
import { tensorOf } from '../../src/graph/tensor.ts';
import { loadNative } from '../../src/runtimes/onnxruntime/native.ts';
import type { Runtime } from '../../src/runtimes/runtime.ts';
import { gradCam } from '../../src/techniques/grad-cam.ts';
import { saliency } from '../../src/techniques/saliency.ts';
import { measureColdStart } from './cold-start.ts';
import { measureMemory } from './memory.ts';
import { mobilenetV2, resnet50, squeezenet11 } from './networks.ts';
import { PyTorchPeer } from './peer.ts';
import { manyPasses, manySteps, measureSteps, measureTechnique } from './techniques.ts';

/** Networks that PyTorch has too, by torchvision's names. */
const shared: Record<string, () => Graph> = { mobilenet_v2: mobilenetV2, squeezenet1_1: squeezenet11, resnet50 };
const warmUps = 3;
const runsPerTurn = 3;

interface Row {
  readonly name: string;
  /** Compiling Grad-CAM's program from the imported graph, milliseconds. */
  readonly build: number;
  /** Median milliseconds by what was run; ours plainly, PyTorch's after `torch `. */
  readonly medians: Readonly<Record<string, number>>;
}

function median(values: readonly number[]): number {
  const sorted = values.slice().sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

async function measure(runtime: Runtime, name: string, source: Graph, rounds: number, peer: PyTorchPeer | undefined): Promise<Row> {
  const began = performance.now();
  const model = prepareModel(source);
  const cam = await runtime.compile(gradCam.graph!(model, { layer: model.defaultLayer, score: 'logit', parameters: { relu: true } }));
  const build = performance.now() - began;
  const programs = {
    forward: await runtime.compile(GraphBuilder.from(model.graph).build('forward', { logits: model.logits.name })),
    'grad-cam': cam,
    saliency: await runtime.compile(saliency.graph!(model, { layer: undefined, score: 'logit', parameters: {} })),
  };
  const { channels, height, width } = model.input;
  const input = tensorOf('float32', Float32Array.from({ length: channels * height * width }, (_, i) => Math.sin(i * 1.3)), [1, channels, height, width]);
  const feeds = { [model.input.name]: input, classes: tensorOf('int64', [Math.min(5, model.logits.classes - 1)]) };
  const peerWork = peer && name in shared ? ['forward', 'grad-cam', 'saliency', 'captum saliency', 'pytorch-grad-cam'] : [];
  const times: Record<string, number[]> = {};
  for (let round = 0; round < rounds; round++) {
    for (const [what, program] of Object.entries(programs)) {
      const untimed = round === 0 ? warmUps : 1;
      for (let run = 0; run < untimed + runsPerTurn; run++) {
        const start = performance.now();
        await program.run(feeds);
        if (run >= untimed) (times[what] ??= []).push(performance.now() - start);
      }
    }
    for (const what of peerWork) {
      const found = await peer!.time(name, what, runsPerTurn);
      if (found) (times[`torch ${what}`] ??= []).push(...found);
    }
    // PyTorch's threads spin for a while after their work.
    if (peerWork.length > 0) await sleep(200);
  }
  for (const program of Object.values(programs)) await program.dispose();
  return { name, build, medians: Object.fromEntries(Object.entries(times).map(([what, list]) => [what, median(list)])) };
}

const columns: [title: string, cell: (row: Row) => string][] = [
  ['network', ({ name }) => name],
  ['build', ({ build }) => `${build.toFixed(0)} ms`],
  ['forward', ({ medians }) => `${medians.forward.toFixed(1)} ms`],
  ['Grad-CAM', ({ medians }) => `${medians['grad-cam'].toFixed(1)} ms`],
  ['saliency', ({ medians }) => `${medians.saliency.toFixed(1)} ms`],
  ['Grad-CAM / forward', ({ medians }) => ratio(medians['grad-cam'], medians.forward)],
  ['saliency / forward', ({ medians }) => ratio(medians.saliency, medians.forward)],
];
const peerColumns: typeof columns = [
  ['PyTorch forward', ({ medians }) => times(medians['torch forward'], medians.forward)],
  ['PyTorch Grad-CAM', ({ medians }) => times(medians['torch grad-cam'], medians['grad-cam'])],
  ['pytorch-grad-cam', ({ medians }) => times(medians['torch pytorch-grad-cam'], medians['grad-cam'])],
  ['PyTorch saliency', ({ medians }) => times(medians['torch saliency'], medians.saliency)],
  ['Captum saliency', ({ medians }) => times(medians['torch captum saliency'], medians.saliency)],
];

const techniqueColumns: typeof columns = [
  ['technique', ({ name }) => name],
  ['time', ({ medians }) => `${medians.ours.toFixed(medians.ours < 100 ? 1 : 0)} ms`],
  ['first partial result', ({ medians }) => (medians.first === undefined ? '–' : `${medians.first.toFixed(0)} ms`)],
  ['PyTorch loop', ({ medians }) => times(medians.tuned, medians.ours)],
  ['Captum, pytorch-grad-cam', ({ medians }) => times(medians.shipped, medians.ours)],
];

function ratio(a: number, b: number): string {
  return (a / b).toFixed(2);
}

/** A peer's time and how many times ours that is. */
function times(theirs: number | undefined, ours: number): string {
  return theirs === undefined ? '–' : `${theirs.toFixed(1)} ms, ${ratio(theirs, ours)} ×`;
}

function print(rows: readonly Row[], shown: typeof columns): void {
  console.log(`\n| ${shown.map(([title]) => title).join(' | ')} |\n|${' --- |'.repeat(shown.length)}`);
  for (const row of rows) console.log(`| ${shown.map(([, cell]) => cell(row)).join(' | ')} |`);
}

async function main(): Promise<void> {
  const command = new Command('bench').argument('[models...]', 'ONNX files to measure besides').option('--python <interpreter>', 'measure PyTorch too')
    .option('--rounds <n>', 'turns of each program', '12')
    .option('--techniques', 'measure techniques of many passes too, which takes minutes').parse();
  const { python, rounds, techniques } = command.opts<{ python?: string; rounds: string; techniques?: boolean }>();
  const root = path.join(import.meta.dirname, '../..');
  const runtime = await loadNative();
  console.log(`${cpus()[0].model}, ${availableParallelism()} cores; Node ${process.version}, ${runtime.title}; 224 px where the network allows, batch 1, medians`);

  const peer = python === undefined ? undefined : PyTorchPeer.start(python, availableParallelism());
  if (peer) console.log(Object.entries(await peer.versions()).map(([name, version]) => `${name} ${version ?? 'not there'}`).join(', '));
  const rows: Row[] = [];
  for (const file of [path.join(root, 'models/efficientnet-lite0.onnx'), ...command.args]) {
    rows.push(await measure(runtime, path.basename(file, '.onnx'), (await readModel(file)).graph, Number(rounds), undefined));
  }
  for (const [name, graph] of Object.entries(shared)) rows.push(await measure(runtime, name, graph(), Number(rounds), peer));
  print(rows, columns);
  if (peer) print(rows.filter(({ name }) => name in shared), [columns[0], ...peerColumns]);

  if (techniques) {
    const found: Row[] = [];
    for (const work of manyPasses) {
      found.push({ name: `${work.title} (mobilenet_v2)`, build: 0, medians: await measureTechnique(work, 'mobilenet_v2', mobilenetV2(), 3, peer) });
    }
    for (const work of manySteps) {
      found.push({ name: `${work.title} (${work.network})`, build: 0, medians: await measureSteps(work, shared[work.network](), 3, peer) });
    }
    print(found, techniqueColumns);
  }
  peer?.stop();

  const peaks = techniques ? await measureMemory() : undefined;
  if (peaks) console.log(`\nMost memory of the engine with the bundled model, MB: ${[...peaks].map(([title, peak]) => `${title} ${peak.toFixed(0)}`).join(', ')}`);

  const cold: Awaited<ReturnType<typeof measureColdStart>>[] = [];
  for (let i = 0; i < 5; i++) cold.push(await measureColdStart());
  const of = (pick: (one: typeof cold[number]) => number): string => median(cold.map(pick)).toFixed(0);
  console.log(`\nEngine process, bundled model: fork to first map ${of((one) => one.firstMap)} ms, another class when warm ${of((one) => one.warmMap)} ms, ` +
    `${of((one) => one.memory)} MB (medians of ${cold.length} starts)`);
}

await main();
