/** The layer that is drawn where none is named. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { findPackageRoot } from '../../../src/engine/package-root.ts';
import { readModel } from '../../../src/formats/read-model.ts';
import type { Layer } from '../../../src/graph/model.ts';
import { prepareModel } from '../../../src/graph/prepare-model.ts';
import { drawnLayer } from '../../../src/techniques/drawn-layer.ts';

const layer = (name: string, op: string, side: number): Layer => (
  { name, op, shape: ['N', 8, side, side], map: { kind: 'spatial', channels: 8, height: side, width: side } } as unknown as Layer);

describe('the layer that is drawn', () => {
  const drawn = (...layers: Layer[]): string | undefined => drawnLayer({ layers, defaultLayer: layers.at(-1) })?.name;

  it('is the last joint of the last resolution but one', () => {
    assert.equal(drawn(layer('a', 'Add', 28), layer('b', 'Add', 14), layer('c', 'Add', 14), layer('d', 'Conv', 14), layer('e', 'Add', 7)), 'c');
    assert.equal(drawn(layer('a', 'Relu', 28), layer('b', 'Concat', 27), layer('c', 'Relu', 13), layer('pooled', 'GlobalAveragePool', 1)), 'b');
  });

  it('is the last layer there where nothing is joined, and the explained one where there is one resolution', () => {
    assert.equal(drawn(layer('a', 'Relu', 28), layer('b', 'Conv', 14), layer('c', 'Relu', 14), layer('d', 'Relu', 7)), 'c');
    assert.equal(drawn(layer('a', 'Add', 14), layer('b', 'Relu', 14)), 'b');
    assert.equal(drawn(), undefined);
  });

  it('is the sum before the last halving in the bundled model', async () => {
    const { graph } = await readModel(path.join(findPackageRoot(), 'models', 'efficientnet-lite0.onnx'));
    assert.equal(drawnLayer(prepareModel(graph))?.name, 'block10/add');
  });
});
