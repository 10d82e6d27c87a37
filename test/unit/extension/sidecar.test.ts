import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { saveSidecar } from '../../../src/extension/models/sidecar.ts';
import { FoveaError } from '../../../src/protocol/errors.ts';
import { preprocessingSchema, sidecarPath } from '../../../src/protocol/preprocessing.ts';
import { onFullDisk } from '../../support/full-disk.ts';

const preprocessing = preprocessingSchema.parse({ width: 224, height: 224, channels: 'bgr' });
const reason = (expected: string) => (error: unknown): boolean => error instanceof FoveaError && error.reason === expected;

describe('sidecar', () => {
  it('lies beside the model, with the last ending replaced', () => {
    const paths: [string, string][] = [
      ['/models/net.onnx', '/models/net.fovea.json'], ['/models/my.net.onnx', '/models/my.net.fovea.json'], ['/models.d/net', '/models.d/net.fovea.json'],
      ['/models/.onnx', '/models/.onnx.fovea.json'], ['C:\\models.d\\net.onnx', 'C:\\models.d\\net.fovea.json'],
    ];
    for (const [file, wanted] of paths) assert.equal(sidecarPath(file), wanted);
  });

  let folder: string;
  let model: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'fovea-sidecar-'));
    model = path.join(folder, 'my.net.onnx');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is named after the model without its last extension', async () => {
    assert.equal(await saveSidecar(model, preprocessing), path.join(folder, 'my.net.fovea.json'));
    assert.deepEqual(JSON.parse(readFileSync(sidecarPath(model), 'utf8')), { preprocessing });
  });

  it('is what it was where the disk is full', async () => {
    writeFileSync(sidecarPath(model), '{"title":"Mine"}');
    await onFullDisk(() => assert.rejects(saveSidecar(model, preprocessing), reason('write-failed')));
    assert.deepEqual(readdirSync(folder), ['my.net.fovea.json']);
    assert.equal(readFileSync(sidecarPath(model), 'utf8'), '{"title":"Mine"}');
  });

  it('keeps what else the sidecar says', async () => {
    writeFileSync(sidecarPath(model), JSON.stringify({ title: 'Mine', labels: ['a', 'b'], layer: 'conv5' }));
    await saveSidecar(model, preprocessing);
    assert.deepEqual(JSON.parse(readFileSync(sidecarPath(model), 'utf8')), { title: 'Mine', labels: ['a', 'b'], layer: 'conv5', preprocessing });
  });

  for (const content of ['{ not json', '{"titel":"misspelt"}', '[]']) {
    it(`leaves a sidecar alone that it does not understand: ${content}`, async () => {
      writeFileSync(sidecarPath(model), content);
      await assert.rejects(saveSidecar(model, preprocessing), reason('preprocessing-invalid'));
      assert.equal(readFileSync(sidecarPath(model), 'utf8'), content);
    });
  }

  it('says so when the folder cannot be written', async () => {
    await assert.rejects(saveSidecar(path.join(folder, 'missing', 'net.onnx'), preprocessing), reason('write-failed'));
  });
});
