import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readModel } from '../../src/formats/read-model.ts';
import { rejects } from '../support/errors.ts';
import type { FieldValue } from '../support/onnx-bytes.ts';
import { message, modelBytes, node, tensor } from '../support/onnx-bytes.ts';

describe('weights beside the model file', () => {
  const entry = (key: string, value: string): readonly [number, Uint8Array] => [tensor.external, message([1, key], [2, value])];

  function external(path: string, ...more: readonly (readonly [number, FieldValue])[]): Uint8Array {
    const weights = message([tensor.name, 'w'], [tensor.dims, 2], [tensor.type, 1], [tensor.location, 1], entry('location', path), ...more);
    return modelBytes({ nodes: [node('Add', ['x', 'w'], ['y'])], initializers: [weights] });
  }

  const bytes = Buffer.from(new Float32Array([9, 1, 2, 9]).buffer);
  let folder: string;
  let inner: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'fovea-external-'));
    inner = join(folder, 'inner');
    mkdirSync(join(inner, 'sub'), { recursive: true });
    writeFileSync(join(folder, 'secret.bin'), bytes);
    writeFileSync(join(inner, 'w.bin'), bytes);
    writeFileSync(join(inner, 'sub', 'w.bin'), bytes);
    writeFileSync(join(inner, 'lfs.bin'), 'version https://git-lfs.github.com/spec/v1\n');
    symlinkSync(join(folder, 'secret.bin'), join(inner, 'escape.bin'));
    symlinkSync(folder, join(inner, 'up'));
    symlinkSync('w.bin', join(inner, 'alias.bin'));
    symlinkSync(inner, join(folder, 'linked'));
  });

  after(() => rmSync(folder, { recursive: true }));

  function write(model: Uint8Array): string {
    writeFileSync(join(inner, 'model.onnx'), model);
    return join(inner, 'model.onnx');
  }

  async function weights(path: string, ...more: readonly (readonly [number, FieldValue])[]): Promise<unknown> {
    const file = write(external(path, ...more));
    return (await readModel(file)).graph.initializers.get('w')?.data;
  }

  it('are read from the folder and below, at their offset', async () => {
    for (const path of ['w.bin', './w.bin', 'sub/w.bin', 'sub\\w.bin', 'alias.bin']) {
      assert.deepEqual(await weights(path, entry('offset', '4'), entry('length', '8')), new Float32Array([1, 2]));
    }
    assert.deepEqual(await weights('w.bin'), new Float32Array([9, 1]));
    write(external('w.bin', entry('offset', '4')));
    const linked = await readModel(join(folder, 'linked', 'model.onnx'));
    assert.deepEqual(linked.graph.initializers.get('w')?.data, new Float32Array([1, 2]));
  });

  it('are not read from anywhere else', async () => {
    const paths = ['../secret.bin', 'sub/../../secret.bin', join(folder, 'secret.bin'), '/etc/passwd', 'C:\\weights.bin', 'C:weights.bin', '\\\\host\\share\\w.bin',
      '..\\secret.bin', 'escape.bin', 'up/secret.bin', 'w.bin\0', '.'];
    for (const path of paths) await rejects(weights(path), 'external-data-outside-folder');
  });

  it('are missed by name, and checked against the file before anything is read', async () => {
    await rejects(weights('gone.bin'), 'external-data-missing', /gone\.bin/);
    await rejects(weights('sub'), 'external-data-missing', /not a file/);
    await rejects(weights('w.bin', entry('offset', '12')), 'external-data-missing', /16 bytes/);
    await rejects(weights('w.bin', entry('offset', String(2 ** 52))), 'external-data-missing');
    await rejects(weights('lfs.bin', entry('offset', '100')), 'git-lfs-pointer', /lfs\.bin/);
    for (const offset of ['-4', '1e400', 'x', '0.5']) await rejects(weights('w.bin', entry('offset', offset)), 'model-corrupt');
    await rejects(weights('w.bin', entry('length', '4')), 'model-corrupt');
    await rejects(weights(''), 'model-corrupt');
  });

  it('cannot ask for more memory than a model may have', async () => {
    const huge = message([tensor.name, 'w'], [tensor.dims, 2 ** 31], [tensor.type, 1], [tensor.location, 1], entry('location', 'w.bin'));
    await rejects(readModel(write(modelBytes({ initializers: [huge] }))), 'model-too-large');
  });
});
