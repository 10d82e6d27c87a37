/**
 * ONNX's own operator test data (onnx/backend/test/data, Apache-2.0), as Debian's package libonnx-testdata installs it: every case whose
 * operators Fovea supports goes through import, normalise, export and ONNX Runtime, and must give the outputs that come with it.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InferenceSession } from 'onnxruntime-node';
import { onnx } from '../../src/formats/onnx-import.ts';
import { decodeModel, encodeModel, toNumber } from '../../src/formats/onnx-schema.ts';
import { readTensor } from '../../src/formats/onnx-tensor.ts';
import type { Graph, Tensor } from '../../src/graph/graph.ts';
import { normalise } from '../../src/graph/normalise.ts';
import { operatorKey, operators } from '../../src/graph/operators/registry.ts';
import { numbersOf } from '../../src/graph/tensor.ts';
import { FoveaError } from '../../src/protocol/errors.ts';
import { loadNative } from '../../src/runtimes/onnxruntime/native.ts';
import type { Runtime } from '../../src/runtimes/runtime.ts';

const data = '/usr/share/libonnx-testdata/data';

/** The tolerances of ONNX's own test runner (onnx/backend/test/loader): its expected values were computed with another library's sums. */
const relative = 1e-3;
const absolute = 1e-7;

/** Why a case is not run, e.g. "operator not supported" and which. */
class Skip extends Error {
  constructor(readonly reason: string, readonly detail: string) { super(reason); }
}

interface Case {
  /** The file. */
  readonly bytes: Uint8Array;
  readonly graph: Graph;
  readonly inputs: ReadonlyMap<string, Tensor>;
  readonly expected: readonly Tensor[];
}

function readTensors(folder: string, kind: 'input' | 'output'): Tensor[] {
  const files = readdirSync(folder).filter((name) => name.startsWith(`${kind}_`)).sort((a, b) => a.length - b.length || a.localeCompare(b));
  return files.map((name) => readTensor(readFileSync(join(folder, name)), { bytes: 2 ** 30, pending: [] }).tensor);
}

function usedOperators(graph: Graph): string[] {
  return graph.nodes.flatMap((node) => [
    operatorKey(node),
    ...Object.values(node.attributes).flatMap((value) => (typeof value === 'object' && 'nodes' in value ? usedOperators(value) : [])),
  ]);
}

/** Cases that Fovea is not meant to reproduce, and why. */
function exception(name: string, graph: Graph): string | undefined {
  const isDropout = graph.nodes.some(({ op, inputs, outputs }) => op === 'Dropout' && (inputs[2] || outputs[1]));
  if (isDropout) return 'Dropout in training, or its mask: Fovea computes inference';
  // Expects steps of (size - 1) / (2.4 - 1), where operator and runtime round the new size of 2.4 to 2 first; corrected in later versions.
  if (/^test_resize_downsample_scales_(cubic|linear)_align_corners$/.test(name)) return 'expected values of ONNX 1.12 that contradict the operator';
  return undefined;
}

/** Operators whose meaning changed between operator sets 6 and 7; files of opset 6 that use none of them mean the same in opset 7. */
const changedInOpset7 = new Set(['Add', 'And', 'AveragePool', 'BatchNormalization', 'Div', 'Dropout', 'Equal', 'Gemm', 'Greater', 'GRU', 'Less', 'LSTM',
  'Mul', 'Or', 'Pow', 'PRelu', 'RNN', 'Sub', 'Upsample', 'Xor']);

/** The file, as one of opset 7 if it is one of opset 6 and that makes no difference: most cases of layers are that old. */
function readFile(path: string): Uint8Array {
  const bytes = readFileSync(path);
  const model = decodeModel(bytes);
  const isOld = model.opsetImport?.length === 1 && toNumber(model.opsetImport[0].version) === 6;
  if (!isOld || model.graph?.node?.some(({ opType = '' }) => changedInOpset7.has(opType))) return bytes;
  return encodeModel({ ...model, opsetImport: [{ domain: '', version: 7 }] });
}

async function readCase(folder: string, name: string): Promise<Case> {
  const set = join(folder, name, 'test_data_set_0');
  try {
    const path = join(folder, name, 'model.onnx');
    const bytes = readFile(path);
    const graph = await onnx.read({ path, bytes, readBeside: () => Promise.reject(new Error('no case keeps weights elsewhere')) });
    const unknown = usedOperators(graph).find((op) => !operators.has(op));
    if (unknown !== undefined) throw new Skip('operator not supported', unknown);
    const reason = exception(name, graph);
    if (reason !== undefined) throw new Skip(reason, '');
    const tensors = readTensors(set, 'input');
    return { bytes, graph, inputs: new Map(graph.inputs.map((input, i) => [input.name, tensors[i]])), expected: readTensors(set, 'output') };
  } catch (error) {
    if (!(error instanceof FoveaError)) throw error;
    if (error.reason === 'model-unsuitable') throw new Skip(/opset/.test(error.message) ? 'opset below 7' : 'types not supported', '');
    if (error.reason === 'operator-unsupported') throw new Skip('attribute not supported', '');
    throw error;
  }
}

/** The graph with these of its inputs fixed to the case's values. */
function fix(graph: Graph, values: ReadonlyMap<string, Tensor>): Graph {
  return {
    ...graph,
    inputs: graph.inputs.filter(({ name }) => !values.has(name)),
    initializers: new Map([...graph.initializers, ...values]),
  };
}

async function check(runtime: Runtime, graph: Graph, { inputs, expected }: Case): Promise<void> {
  const program = await runtime.compile(normalise(graph));
  try {
    const outputs = await program.run(Object.fromEntries(graph.inputs.map(({ name }) => [name, inputs.get(name) as Tensor])));
    graph.outputs.forEach(({ name }, i) => compare(name, outputs[name], expected[i]));
  } finally {
    await program.dispose();
  }
}

function compare(name: string, got: Tensor, wanted: Tensor): void {
  assert.equal(got.type, wanted.type, `type of ${name}`);
  assert.deepEqual([...got.dims], [...wanted.dims], `shape of ${name}`);
  const [a, b] = [numbersOf(got), numbersOf(wanted)];
  const exact = !wanted.type.includes('float');
  for (let i = 0; i < b.length; i++) {
    const same = Object.is(a[i], b[i]) || a[i] === b[i] || (!exact && Math.abs(a[i] - b[i]) <= absolute + relative * Math.abs(b[i]));
    assert.ok(same, `${name}[${i}] is ${a[i]}, expected ${b[i]}`);
  }
}

/**
 * Ways to run a case: as it is; with all inputs but the first fixed, which is how exporters write sizes, axes and the like; and with all
 * inputs fixed, which makes Fovea compute everything that it can compute itself.
 */
const ways = {
  'as it is': () => new Map<string, Tensor>(),
  'with its parameters fixed': (inputs: ReadonlyMap<string, Tensor>) => new Map([...inputs].slice(1)),
  'with everything fixed': (inputs: ReadonlyMap<string, Tensor>) => new Map(inputs),
} as const;

type Way = keyof typeof ways;

/** @returns the first way in which Fovea takes the case @throws Skip where it refuses them all, and says that it does not support the case */
async function runCase(runtime: Runtime, test: Case): Promise<Way> {
  let refusal: FoveaError | undefined;
  let taken: Way | undefined;
  for (const way of Object.keys(ways) as Way[]) {
    // What was computed at run time is computed by Fovea too.
    if (taken && way === 'with its parameters fixed') continue;
    try {
      await check(runtime, fix(test.graph, ways[way](test.inputs)), test);
      taken ??= way;
    } catch (error) {
      if (error instanceof FoveaError && error.reason === 'runtime-failed' && await isRefusedByOrt(test.bytes)) {
        throw new Skip('element type that ONNX Runtime has no kernel for, in the original file neither', '');
      }
      // Sizes that come from inputs are refused with a reason that fits the operator; what is known everywhere has no such excuse.
      if (!(error instanceof FoveaError) || error.reason === 'runtime-failed' || taken) {
        throw new Error(`${way}: ${(error as Error).message}`, { cause: error });
      }
      refusal = error;
    }
  }
  if (taken) return taken;
  if (refusal?.reason === 'operator-unsupported' || refusal?.reason === 'model-unsuitable') throw new Skip('variant not supported', refusal.message);
  throw refusal ?? new Error('not run');
}

async function isRefusedByOrt(bytes: Uint8Array): Promise<boolean> {
  try {
    await (await InferenceSession.create(bytes, { logSeverityLevel: 4 })).release();
    return false;
  } catch {
    return true;
  }
}

class Summary {
  readonly #counts = new Map<string, number>();
  readonly #details = new Map<string, Map<string, number>>();

  add(outcome: string, detail = ''): void {
    this.#counts.set(outcome, (this.#counts.get(outcome) ?? 0) + 1);
    const details = this.#details.get(outcome) ?? new Map<string, number>();
    this.#details.set(outcome, details.set(detail, (details.get(detail) ?? 0) + 1));
  }

  print(): void {
    for (const [outcome, count] of [...this.#counts].sort((a, b) => b[1] - a[1])) {
      const details = [...this.#details.get(outcome) ?? []].filter(([detail]) => detail !== '').map(([detail, times]) => `${detail} ${times}`);
      console.log(`      ${String(count).padStart(4)} ${outcome}${details.length > 0 ? `: ${details.join(', ')}` : ''}`);
    }
  }
}

describe("ONNX's operator test data", function () {
  this.timeout(300_000);
  let runtime: Runtime;

  before(async function () {
    if (!existsSync(data)) {
      console.log(`      skipped: ${data} is not here (apt-get install libonnx-testdata)`);
      this.skip();
    }
    runtime = await loadNative();
  });

  // The least number of cases that pass keeps the skips honest. The group "real" holds addresses of large models, no data.
  for (const [group, least] of Object.entries({ node: 570, 'pytorch-converted': 59, 'pytorch-operator': 24, simple: 6 })) {
    it(`${group}: every case of supported operators gives its outputs`, async () => {
      const summary = new Summary();
      const failures: string[] = [];
      let passed = 0;
      for (const name of readdirSync(join(data, group)).sort()) {
        try {
          const test = await readCase(join(data, group), name);
          summary.add(`passed ${await runCase(runtime, test)}`);
          passed++;
        } catch (error) {
          if (error instanceof Skip) summary.add(`skipped: ${error.reason}`, error.detail);
          else failures.push(`${name}: ${(error as Error).message}`);
        }
      }
      summary.print();
      assert.deepEqual(failures, []);
      assert.ok(passed >= least, `only ${passed} cases passed`);
    });
  }
});
