/** A sweep on the disk: one run for the grid, a part for each cell. */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { RunStore } from '../../../src/extension/runs/run-store.ts';
import type { SweptRun } from '../../../src/extension/runs/run.ts';
import { SweepRecorder, type SweptCell } from '../../../src/extension/sweep/sweep-recorder.ts';
import type { GenerateResult } from '../../../src/protocol/generate.ts';
import type { PlanState } from '../../../src/protocol/sweep-panel.ts';
import * as canned from '../../panel/rig/canned.ts';
import * as studio from '../../panel/rig/canned-studio.ts';

const plan: PlanState = { columns: { parameter: 'rate', values: [1, 2] }, rows: { parameter: 'seed', values: [7, 8] } };
const log = { info: () => {}, warn: assert.fail, error: () => {} };
const { pixels: _, ...map } = canned.result();

describe('a sweep on the disk', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'fovea-sweep-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const open = () => {
    const store = new RunStore(folder, log, () => {});
    return { store, recorder: new SweepRecorder(store, { png: async () => new Uint8Array([1]), render: async () => new Uint8Array([2]) }, log) };
  };
  const cell = (rate: number, seed: number, patch: Partial<SweptCell> = {}): SweptCell => ({
    swept: { kind: 'explain', subject: canned.subject }, plan, title: 'Grad-CAM', subject: 'shapes.png', sides: 'Rate × Seed', changes: { seed, rate },
    made: { kind: 'explain', result: { ...map, score: { kind: 'logit', value: rate * seed } } }, pixels: canned.pixels(), ...patch,
  });

  it('is one run, whose cells come back with what they hold, in the grid\'s order', async () => {
    const { recorder } = open();
    const ids = await Promise.all([recorder.done('p', cell(2, 8)), recorder.done('p', cell(1, 7)), recorder.done('p', cell(2, 7))]);
    assert.equal(new Set(ids).size, 1);
    const { store, recorder: later } = open();
    const [run] = await store.list() as readonly SweptRun[];
    assert.deepEqual([run.kind, run.panel, run.plan, run.of, store.cellsOf(run.id)], ['swept', 'p', plan, [map.recipe.picture.hash, map.recipe.model.hash], 3]);
    const cells = await later.cells(run);
    assert.deepEqual(cells.map(({ changes }) => changes), [{ rate: 1, seed: 7 }, { rate: 2, seed: 7 }, { rate: 2, seed: 8 }]);
    assert.deepEqual(cells.map(({ made }) => made.kind === 'explain' && made.result.score.value), [7, 14, 16]);
    assert.deepEqual(cells[0].made, cell(1, 7).made, 'all of it');
  });

  it('loses a damaged cell alone, and is another run for other sides, another picture, another model', async () => {
    const { store, recorder } = open();
    const id = await recorder.done('p', cell(1, 7));
    await recorder.done('p', cell(2, 7));
    const [file] = (await readdir(folder)).filter((name) => name.includes('.cell.')).sort();
    await writeFile(path.join(folder, file), 'damaged');
    assert.equal((await recorder.cells((await store.find(id)) as SweptRun)).length, 1);
    const other = { ...cell(1, 7).made.result, recipe: { ...map.recipe, picture: { name: 'x', hash: 'e'.repeat(64) } } } as typeof map;
    const others = await Promise.all([
      recorder.done('p', cell(1, 7, { plan: { columns: plan.columns } })), recorder.done('p', cell(1, 7, { made: { kind: 'explain', result: other } })),
    ]);
    assert.equal(new Set([id, ...others]).size, 3);
  });

  it('keeps pictures that were made, all those of a batch', async () => {
    const result = { ...canned.result(), ...resultOf(), pictures: [studio.picture(10), studio.picture(20)] } as unknown as GenerateResult;
    const { store, recorder } = open();
    const id = await recorder.done('p', cell(1, 7, { swept: { kind: 'make', work: studio.styleWork }, made: { kind: 'make', result }, pixels: undefined }));
    const [{ made }] = await recorder.cells((await store.find(id)) as SweptRun);
    assert.deepEqual(made.kind === 'make' && made.result.pictures.map(({ data }) => data[0]), [10, 20]);
  });
});

function resultOf(): Partial<GenerateResult> {
  return {
    generator: 'style-transfer', predictions: [], curves: [], notes: [],
    recipe: {
      version: '1', generator: 'style-transfer', model: { title: 'Net', hash: 'b'.repeat(64) }, content: { name: 'a', hash: 'a'.repeat(64) }, preprocessing: map.recipe.preprocessing,
      parameters: {}, classes: [], layer: undefined, seed: 0, runtime: 'onnxruntime', steered: [],
    },
  };
}
