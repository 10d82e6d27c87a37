/** Command lines, recipes and reports of a result. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import fc from 'fast-check';
import { collectSetting } from '../../../src/cli/options.ts';
import { explainArguments, shellLine } from '../../../src/extension/recipes/command-line.ts';
import { changesSince, parseRecipe, recipeText, resolveBeside } from '../../../src/extension/recipes/recipe-file.ts';
import { reportHtml } from '../../../src/extension/reports/report.ts';
import { checksShown } from '../../../src/extension/reports/report-sanity.ts';
import type { CheckMode } from '../../../src/protocol/checks.ts';
import type { Recipe } from '../../../src/protocol/engine.ts';
import { isMade } from '../../../src/protocol/recipe.ts';
import { FoveaError } from '../../../src/protocol/errors.ts';
import type { Evaluation } from '../../../src/protocol/measures.ts';
import type { CheckState, HostMessage } from '../../../src/protocol/result-panel.ts';
import * as canned from '../../panel/rig/canned.ts';

const { recipe } = canned.result();

const command = { picture: '/a b.png', model: 'bundled:net', isPreprocessingChosen: false, out: '.' };

/** The words that PowerShell gives to a batch file, as one line: what is in single quotes as it stands, since its double quotes hold all spaces. */
function fromPowerShell(line: string): string {
  return line.replace(/'((?:[^']|'')*)'/g, (_, inside: string) => inside.replaceAll('\'\'', '\''));
}

/** A line as words by the rules of Microsoft's C run-time. */
function programWords(line: string): string[] {
  const words: string[] = [];
  let [word, quoted, begun] = ['', false, false];
  for (let at = 0; at < line.length; at++) {
    let slashes = 0;
    while (line[at] === '\\') {
      slashes++;
      at++;
    }
    const isQuote = line[at] === '"';
    word += '\\'.repeat(isQuote ? Math.floor(slashes / 2) : slashes);
    if (slashes > 0) begun = true;
    if (at >= line.length) break;
    if (isQuote && slashes % 2 === 1) word += '"';
    else if (isQuote) [quoted, begun] = [!quoted, true];
    else if (line[at] !== ' ' || quoted) [word, begun] = [word + line[at], true];
    else {
      if (begun) words.push(word);
      [word, begun] = ['', false];
    }
  }
  return begun ? [...words, word] : words;
}

describe('the command line of a result', () => {
  it('reaches the program word by word through a shell, whatever is in it', function () {
    if (process.platform === 'win32') this.skip();
    const words = fc.array(fc.oneof(fc.string(), fc.constantFrom('it\'s', '$HOME', '`id`', 'a b', '', '"', '\\', '*', 'line\nbreak', '-x')), { minLength: 1, maxLength: 6 });
    fc.assert(fc.property(words.filter((all) => all.every((word) => !word.includes('\0'))), (all) => {
      const line = `${shellLine([process.execPath, '-p', 'JSON.stringify(process.argv.slice(1))', '--', ...all], 'posix')}`;
      assert.deepEqual(JSON.parse(execFileSync('/bin/sh', ['-c', line], { encoding: 'utf8' })), all);
    }), { numRuns: 8 }); // each starts a process
  });

  it('is quoted for PowerShell by doubling', () => {
    assert.equal(shellLine(['a', 'it\'s $x'], 'powershell'), 'a \'it\'\'s $x\'');
    assert.equal(shellLine(['3,7', '@x', 'a%b'], 'powershell'), '\'3,7\' \'@x\' \'a%b\'');
  });

  for (const shell of ['cmd', 'powershell-legacy'] as const) {
    it(`reaches a program on Windows word by word: ${shell}`, () => {
      const awkward = fc.array(fc.constantFrom('"', '\\', ' ', 'a', '\'', '&', '[', ',', '=', '-'), { maxLength: 12 }).map((parts) => parts.join(''));
      fc.assert(fc.property(fc.array(fc.oneof(fc.string(), awkward), { minLength: 1, maxLength: 6 }), (words) => {
        const line = shellLine(words, shell);
        assert.deepEqual(programWords(shell === 'cmd' ? line : fromPowerShell(line)), words);
      }));
    });
  }

  it('sets every parameter to the very value', () => {
    fc.assert(fc.property(fc.dictionary(fc.stringMatching(/^[a-z][a-zA-Z]*$/), fc.jsonValue()), (parameters) => {
      const plain = JSON.parse(JSON.stringify(parameters)) as Record<string, unknown>;
      const words = explainArguments({ ...command, recipe: { ...recipe, parameters: plain } });
      const settings = words.filter((_, at) => words[at - 1] === '--set').reduce<Record<string, unknown>>((all, text) => collectSetting(text, all), {});
      assert.deepEqual(settings, plain);
    }));
  });

  it('names all that is not usual, and nothing else', () => {
    const plain: Recipe = { ...recipe, layer: undefined, class: 3, runtime: 'onnxruntime' };
    assert.deepEqual(explainArguments({ ...command, recipe: plain }),
      ['explain', '/a b.png', '--technique', 'grad-cam', '--model', 'net', '--class', '3', '--runtime', 'onnxruntime', '--out', '.']);
    const preprocessing = { ...plain.preprocessing, fit: 'squash' as const, mean: [0.1, 0.2, 0.3], resize: undefined };
    const full = explainArguments({
      ...command, model: '/m.onnx', isPreprocessingChosen: true,
      recipe: { ...plain, layer: 'conv', score: 'probability', seed: 7, preprocessing },
    }).join(' ');
    assert.match(full, /--model \/m\.onnx --class 3 --layer conv --score probability .*--preprocessing fit=squash .*--preprocessing mean=\[0\.1,0\.2,0\.3\] .*--seed 7 --runtime/);
    assert.match(full, /--preprocessing resize=null/, 'a size that the model\'s own may have is taken back');
  });
});

describe('a saved recipe', () => {
  const file = path.resolve('/work/recipes/shapes.fovea-run.json');

  it('comes back as it was, with its files where they are', () => {
    const text = recipeText(recipe, path.resolve('/work/pictures/shapes.png'), path.resolve('/models/mine.onnx'), file);
    const parsed = parseRecipe(text, 'x');
    assert.deepEqual(parsed.recipe, JSON.parse(JSON.stringify(recipe)));
    assert.ok(!isMade(parsed));
    assert.equal(parsed.files.picture, '../pictures/shapes.png');
    assert.equal(resolveBeside(file, parsed.files.model), path.resolve('/models/mine.onnx'));
    assert.equal(parseRecipe(recipeText(recipe, '/p.png', 'bundled:net', file), 'x').files.model, 'bundled:net');
  });

  it('holds the measures of its map that can be written', () => {
    const measures = [{ id: 'deletion' as const, value: 0.25, title: 'left out' }, { id: 'sensitivity-max' as const, value: Infinity }];
    const parsed = parseRecipe(recipeText(recipe, '/p.png', 'bundled:net', file, measures), 'x');
    assert.deepEqual('measures' in parsed && parsed.measures, [{ id: 'deletion', value: 0.25 }]);
    assert.equal('measures' in parseRecipe(recipeText(recipe, '/p.png', 'bundled:net', file), 'x'), false);
  });

  for (const [text, words] of [['{', /not JSON/], ['[]', /not a recipe/], ['{"recipe":{"version":1}}', /recipe\.version/]] as const) {
    it(`that is damaged is named: ${text}`, () => {
      assert.throws(() => parseRecipe(text, 'a.fovea-run.json'), (error) => error instanceof FoveaError && error.reason === 'recipe-invalid' && words.test(error.message) && error.message.includes('a.fovea-run.json'));
    });
  }

  it('says what has changed since', () => {
    assert.deepEqual(changesSince(recipe, recipe), []);
    const other = { ...recipe, picture: { name: 'shapes.png', hash: '0'.repeat(64) }, runtime: 'wasm' };
    const changes = changesSince(recipe, other);
    assert.equal(changes.length, 2);
    assert.match(changes[0], /shapes\.png.*changed/);
  });
});

describe('a report', () => {
  const hostile = '<script>alert(1)</script>"\'&';
  const technique = {
    ...canned.techniques[0], title: hostile, summary: hostile, citation: { authors: hostile, title: hostile, year: 2017, url: 'javascript:alert(1)' },
    parameters: { type: 'object', properties: { relu: { type: 'boolean', title: hostile, description: hostile, default: true } } } as const,
  };
  const curve = { positions: [0, 0.5, 1], values: [0.9, 0.2, 0.1] };
  const evaluations: Evaluation[] = [
    { id: 'deletion', title: hostile, better: 'lower', description: hostile, caveat: hostile, cost: hostile, value: 0.3512, curve, milliseconds: 1 },
    { id: 'completeness', title: 'Completeness delta', better: 'zero', description: 'D.', caveat: 'C.', cost: '', value: -0.02, milliseconds: 1 },
  ];
  const check = (mode: CheckMode, sentence: string): CheckState => ({
    state: 'done',
    result: {
      mode, technique: 'grad-cam', picture: hostile, class: { index: 281, name: hostile }, layer: undefined, layers: 3, map: canned.bump(1, 1), steps: [],
      edges: { map: canned.bump(1, 1), similarity: { spearman: 0, absoluteSpearman: 0, ssim: 0, hog: 0 } },
      verdict: { level: 'passed', label: hostile, sentence, rule: hostile }, caveats: ['A caveat.'], notes: [], runtime: 'x', milliseconds: 1,
      recipe: { ...recipe, mode },
    },
  });
  const checks: HostMessage[] = [
    { type: 'badge', badge: check('cascading', 'Of the badge.') },
    { type: 'checks', checks: { 'random-logit': check('random-logit', 'Other classes.'), cascading: check('cascading', 'Of many steps.') } },
  ];
  const html = (measured = evaluations, shown = checks): string => {
    const predictions = canned.predictions.map((prediction) => ({ ...prediction, name: hostile }));
    const result = canned.result({
      picture: { name: hostile, width: 2, height: 1, notes: [] }, predictions, class: predictions[0], notes: [hostile], runtime: hostile,
      metrics: [{ id: 'auc', title: hostile, value: 0.25, better: 'lower' }],
    });
    const png = new Uint8Array([137, 80]);
    return reportHtml({
      result: { ...result, recipe: { ...result.recipe, parameters: { relu: hostile }, model: { title: hostile, hash: 'ab' } } }, technique,
      display: { opacity: 0.5, threshold: 0 }, pictures: { picture: png, overlay: png, map: png, bar: new Uint8Array([7]) },
      evaluations: measured, checks: checksShown(shown), commandLine: hostile, date: new Date(0),
    });
  };

  it('shows every text as text: nothing in it runs or is fetched', () => {
    const text = html();
    assert.doesNotMatch(text, /<script/i);
    assert.doesNotMatch(text, /href="javascript/i);
    assert.doesNotMatch(text, /<[^>]*&#39;&amp;[^>]*<script/);
    assert.match(text, /default-src 'none'/);
    assert.ok(text.split('&lt;script&gt;').length > 12, 'all places were tried');
    for (const [, address] of text.matchAll(/(?:src|href)="([^"]*)"/g)) assert.match(address, /^data:image\/png;base64,/);
  });

  it('has the pictures, the predictions, the metrics and the paper', () => {
    const text = html();
    assert.equal(text.split(`data:image/png;base64,${Buffer.from([137, 80]).toString('base64')}`).length, 4);
    assert.match(text, /61\.2 %/);
    assert.match(text, /0\.25 \(lower is better\)/);
    assert.match(text, /\(2017\)/);
  });

  it('has what was measured, with its direction, its meaning and its curve, and no heading where nothing was', () => {
    const text = html();
    assert.match(text, /0\.351<\/td><td class="short">lower is better/);
    assert.match(text, /-0\.02<\/td><td class="short">nearer to zero is better<\/td><td>D\. C\./);
    assert.equal(text.match(/<polyline[^>]* points="([^"]*)"/)![1].split(' ').length, 3);
    assert.doesNotMatch(html([], []), /Evaluation|Sanity|<svg/);
  });

  it('has the verdicts of sanity checks, the thorough one for each kind, with what is known against them', () => {
    const text = html();
    assert.ok(text.indexOf('Of many steps.') < text.indexOf('Other classes.') && text.includes('A caveat.'));
    assert.doesNotMatch(text, /Of the badge\./);
    assert.match(html(evaluations, checks.slice(0, 1)), /Of the badge\./);
  });
});
