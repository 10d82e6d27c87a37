/** Command lines, recipes, reports and kept results of pictures that were made. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { Command } from 'commander';
import fc from 'fast-check';
import type { Context, Session } from '../../../src/cli/context.ts';
import { addFool } from '../../../src/cli/fool.ts';
import { addStyle } from '../../../src/cli/style.ts';
import { addVisualize } from '../../../src/cli/visualize.ts';
import { makeArguments } from '../../../src/extension/recipes/made-command-line.ts';
import { madeReportHtml } from '../../../src/extension/reports/made-report.ts';
import { outcomeWords, targetName } from '../../../src/extension/reports/made-words.ts';
import { changesSinceMade, madeRecipeText, parseRecipe, resolveBeside } from '../../../src/extension/recipes/recipe-file.ts';
import { packResult, unpackResult } from '../../../src/extension/runs/stored-result.ts';
import { workOf } from '../../../src/extension/studio/work.ts';
import { FoveaError } from '../../../src/protocol/errors.ts';
import type { GeneratorDescription, GeneratorFamily, GenerateRequest, GenerateResult } from '../../../src/protocol/generate.ts';
import { preprocessingSchema, type Preprocessing } from '../../../src/protocol/preprocessing.ts';
import { isMade, savedRecipeSchema, type MadeRecipe } from '../../../src/protocol/recipe.ts';
import * as canned from '../../panel/rig/canned-studio.ts';

const preprocessing = preprocessingSchema.parse({ width: 8, height: 8 });
const recipe = (patch: Partial<MadeRecipe> = {}): MadeRecipe => ({
  version: '0.1.0', generator: 'class-visualization', model: { title: 'Net', hash: 'b'.repeat(64) }, preprocessing, parameters: { steps: 100 },
  classes: [3], seed: 7, runtime: 'onnxruntime', steered: [], ...patch,
});
const source = (name: string) => ({ name, hash: 'a'.repeat(64) });

describe('the command line of pictures that were made', () => {
  /** What the command line's own parser makes of the words, as far as the engine. */
  async function parsed(words: readonly string[], family: GeneratorFamily, own: Preprocessing = preprocessing): Promise<GenerateRequest> {
    let request: GenerateRequest | undefined;
    const engine = {
      checkGenerator: () => undefined,
      generators: () => [{
        id: family === 'style' ? 'style-transfer' : words[words.indexOf('--technique') + 1],
        family, title: 'x', needs: { content: words[1].startsWith('/') }, parameters: {},
      }],
      bundledModels: async () => [{ id: 'net', reference: 'bundled:net' }],
      describeModel: async () => ({ preprocessing: own }),
      generate: async (asked: GenerateRequest) => {
        request = asked;
        throw new FoveaError('cancelled', 'Far enough.');
      },
    };
    const each = async (things: unknown[], _: unknown, work: (thing: unknown, job: object) => Promise<void>): Promise<void> => work(things[0], {});
    const report = { note: () => undefined, failed: false, each };
    const session = { engine, report, signal: new AbortController().signal } as unknown as Session;
    const run = async (_: unknown, work: (given: Session) => Promise<void>): Promise<void> => work(session).catch(() => undefined);
    const context = { run } as unknown as Context;
    const program = new Command('fovea').exitOverride().configureOutput({ writeErr: (text) => assert.fail(text) });
    for (const add of [addVisualize, addFool, addStyle]) add(program, context);
    await program.parseAsync(words, { from: 'user' });
    assert.ok(request);
    return request;
  }

  const all: [string, GeneratorFamily, Partial<MadeRecipe>][] = [
    ['class-visualization', 'visualization', { classes: [3, 9] }],
    ['class-visualization', 'visualization', { classes: [], layer: '-odd layer/1', parameters: { channel: 17, steps: 5 } }],
    ['deep-dream', 'visualization', { classes: [], layer: 'conv', content: source('a.png') }],
    ...['ascent', 'pgd', 'fgsm', 'deep-fool'].map((id): [string, GeneratorFamily, Partial<MadeRecipe>] => [id, 'fooling', { content: source('a.png') }]),
    ['pgd', 'fooling', { content: source('a.png'), classes: [] }],
    ['from-noise', 'fooling', {}],
    ['style-transfer', 'style', { content: source('a.png'), style: source('b.png'), classes: [], parameters: { styleLayers: 'auto', keepColours: true } }],
    ['style-transfer', 'style', { content: source('a.png'), classes: [], parameters: { mode: 'inversion' } }],
  ];

  for (const [generator, family, patch] of all) {
    it(`is what the program reads it as: ${generator} ${JSON.stringify(patch)}`, async () => {
      const made = recipe({ generator, ...patch });
      const words = makeArguments({ family, model: 'bundled:net', content: '/it\'s a.png', style: '/b.png', recipe: made, isPreprocessingChosen: false, out: '.' });
      const request = await parsed(words, family);
      assert.equal(request.generator, generator);
      assert.equal(request.model, 'bundled:net');
      assert.equal(request.content?.path, made.content && '/it\'s a.png');
      assert.equal(request.style?.path, made.style && '/b.png');
      assert.deepEqual(request.classes ?? [], made.classes);
      assert.equal(request.layer, made.layer);
      assert.deepEqual(request.parameters, made.parameters);
      assert.deepEqual([request.seed, request.runtime, request.replay, request.preprocessing], [7, 'onnxruntime', undefined, undefined]);
    });
  }

  it('carries what happened on the way, and preprocessing that is not the model\'s own', async () => {
    const events = { steered: [{ step: 4, parameters: { rate: 0.5, mode: 'a b' } }], continued: [{ step: 9, from: 'pictures' as const }], stopped: 12 };
    const chosen = { ...preprocessing, mean: [0.5], fit: 'squash' as const, resize: undefined };
    const made = recipe({ ...events, preprocessing: chosen });
    const words = makeArguments({ family: 'visualization', model: '/m.onnx', recipe: made, isPreprocessingChosen: true, out: '.' });
    const request = await parsed(words, 'visualization', preprocessingSchema.parse({ width: 8, height: 8, resize: 10, fit: 'crop' }));
    assert.deepEqual(request.replay, events);
    assert.deepEqual(request.preprocessing, JSON.parse(JSON.stringify(chosen)));
    assert.equal(request.model, '/m.onnx');
  });

  it('sets every parameter to the very value', async () => {
    const key = fc.stringMatching(/^[a-z][a-zA-Z]{0,9}$/).filter((name) => !(name in {}));
    await fc.assert(fc.asyncProperty(fc.dictionary(key, fc.jsonValue()), async (given) => {
      const parameters = JSON.parse(JSON.stringify(given)) as Record<string, unknown>;
      const words = makeArguments({ family: 'visualization', model: 'bundled:net', recipe: recipe({ parameters }), isPreprocessingChosen: false, out: '.' });
      assert.deepEqual((await parsed(words, 'visualization')).parameters, parameters);
    }), { numRuns: 50 });
  });
});

describe('a saved recipe of pictures that were made', () => {
  const file = path.resolve('/work/recipes/dream.fovea-run.json');
  const made = recipe({ content: source('a.png'), style: source('b.png'), stopped: 4 });

  it('comes back as it was, with its files where they are', () => {
    const places = { content: path.resolve('/work/pictures/a.png'), style: path.resolve('/other/b.png') };
    const parsed = parseRecipe(madeRecipeText(made, places, path.resolve('/models/mine.onnx'), file), 'x');
    assert.ok(isMade(parsed));
    assert.deepEqual(parsed.recipe, made);
    assert.equal(parsed.files.content, '../pictures/a.png');
    assert.equal(resolveBeside(file, parsed.files.style!), places.style);
    assert.equal(resolveBeside(file, parsed.files.model), path.resolve('/models/mine.onnx'));
    assert.ok(savedRecipeSchema.safeParse(JSON.parse(madeRecipeText(made, places, 'bundled:net', file))).success, 'so the schema that is contributed has it');
    const plain = parseRecipe(madeRecipeText(recipe(), places, 'bundled:net', file), 'x');
    assert.deepEqual(plain.files, { model: 'bundled:net' }, 'what it was not made of is not named');
  });

  it('that is damaged is named, by what it is', () => {
    const damaged = JSON.parse(madeRecipeText(made, {}, 'bundled:net', file)) as { recipe: Record<string, unknown> };
    damaged.recipe.seed = 'seven';
    assert.throws(() => parseRecipe(JSON.stringify(damaged), 'a.fovea-run.json'), /"a\.fovea-run\.json" is not a recipe: "recipe\.seed" should be/);
  });

  it('says what has changed since', () => {
    assert.deepEqual(changesSinceMade(made, made), []);
    const other = { style: { name: 'b.png', hash: '0'.repeat(64) }, model: { title: 'Net', hash: '1'.repeat(64) }, runtime: 'wasm' };
    const changes = changesSinceMade(made, { ...made, ...other });
    assert.equal(changes.length, 3);
    assert.match(changes[0], /picture "b\.png".*changed/);
  });

  it('opens with the parameters that it ended with', () => {
    const steered = [{ step: 1, parameters: { rate: 3 } }, { step: 5, parameters: { rate: 4, steps: 9 } }];
    const work = workOf(recipe({ parameters: { rate: 1, size: 2 }, steered }), { model: 'bundled:net' });
    assert.deepEqual(work.parameters, { rate: 4, size: 2, steps: 9 });
    assert.deepEqual([work.classes, work.seed, work.generator], [[3], 7, 'class-visualization']);
  });
});

const pixels = { width: 2, height: 1, data: Uint8Array.from([1, 2, 3, 255, 4, 5, 6, 255]) };
const result = (patch: Partial<GenerateResult> = {}): GenerateResult => ({
  generator: 'pgd', pictures: [pixels], predictions: [[]], classes: [{ index: 3, name: 'cat, tabby' }], layer: undefined, step: 12, total: 40, ended: 'reached',
  curves: [{ step: 1, values: { score: 1 } }, { step: 2, values: { score: 4 } }], metrics: { l2: 1.43, psnr: 38.2 }, notes: [], runtime: 'ONNX Runtime',
  milliseconds: { build: 1, run: 2, step: 3.14, total: 4 }, history: { parameters: {}, steered: [], identity: 'x' }, fooling: canned.fooling(),
  recipe: { ...recipe({ generator: 'pgd', content: source('cat.png') }), layer: undefined }, ...patch,
});

describe('what a run made', () => {
  it('comes back from the disk as it was', async () => {
    const made = result();
    const packed = await packResult(made);
    assert.deepEqual(await unpackResult(packed), made);
  });

  it('is made again where it is damaged', async () => {
    const packed = await packResult(result());
    assert.equal(await unpackResult(packed.subarray(0, packed.length / 2)), undefined);
    assert.equal(await unpackResult(new Uint8Array(9)), undefined);
    assert.equal(await unpackResult(await packResult(result({ pictures: [{ ...pixels, width: 5 }] }))), undefined, 'pixels that are not all there');
  });

  it('is said in a few words', () => {
    assert.equal(targetName(result()), 'cat.png → cat');
    assert.equal(targetName(result({ classes: [], recipe: { ...recipe({ content: source('a.png'), style: source('b.png') }), layer: undefined } })), 'a.png in the manner of b.png');
    const layer = { name: 'conv' } as GenerateResult['layer'];
    assert.equal(targetName(result({ classes: [], layer, recipe: { ...recipe({ parameters: { channel: 4 } }), layer: 'conv' } })), 'conv, channel 4');
    assert.equal(outcomeWords(result()), 'the model is fooled, goal reached after 12 steps');
    assert.equal(outcomeWords({ ended: 'stopped', step: 1 }), 'stopped after 1 step');
  });
});

describe('the report of pictures that were made', () => {
  const hostile = '<script>alert(1)</script>"\'&';
  const generator = (title: string): GeneratorDescription => ({
    ...canned.generators[1], title, summary: title, citation: { authors: title, title, year: 2018, url: 'javascript:alert(1)' },
    parameters: { type: 'object', properties: { steps: { type: 'integer', title, description: title, default: 40 } } },
  });
  const png = new Uint8Array([137, 80]);
  const html = (words: string, patch: Partial<GenerateResult> = {}): string => madeReportHtml({
    result: result(patch), generator: generator(words), pictures: ['Before', 'After', words].map((title) => ({ png, title, detail: '2 × 1 px' })),
    commandLine: words, date: new Date(0),
  });

  it('shows every text as text: nothing in it runs or is fetched', () => {
    const name = { name: hostile, index: 3 };
    const text = html(hostile, {
      notes: [hostile], runtime: hostile, classes: [name], metrics: { [hostile]: 1 },
      curves: [{ step: 1, values: { [hostile]: 1 } }, { step: 2, values: { [hostile]: NaN } }],
      recipe: { ...result().recipe, model: { title: hostile, hash: 'ab' }, parameters: { steps: hostile }, steered: [{ step: 1, parameters: { [hostile]: hostile } }] },
    });
    assert.doesNotMatch(text, /<script/i);
    assert.doesNotMatch(text, /href="javascript/i);
    assert.match(text, /default-src 'none'/);
    assert.ok(text.split('&lt;script&gt;').length > 15, 'all places were tried');
    for (const [, address] of text.matchAll(/(?:src|href)="([^"]*)"/g)) assert.match(address, /^data:image\/png;base64,/);
  });

  it('has pictures, outcome, predictions, curves, numbers, parameters, what happened on the way, and the paper', () => {
    const text = html('PGD', {
      recipe: { ...result().recipe, parameters: { steps: 40 }, steered: [{ step: 4, parameters: { rate: 0.5 } }], continued: [{ step: 9, from: 'pictures' }], stopped: 12 },
    });
    assert.equal(text.split('data:image/png;base64,').length, 4);
    assert.match(text, /The model is fooled, goal reached after 12 steps/);
    assert.match(text, /As saved \(8-bit PNG\)/);
    assert.equal(text.match(/<polyline[^>]* points="([^"]*)"/)![1].split(' ').length, 2);
    assert.match(text, /PSNR<\/th><td class="number">38\.2 dB/);
    assert.match(text, /Step 4<\/th><td>rate 0\.5/);
    assert.match(text, /Step 9<\/th><td>gone on with, from the pictures as they were kept/);
    assert.match(text, /\(2018\)/);
  });
});
