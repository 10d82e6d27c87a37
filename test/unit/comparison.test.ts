import assert from 'node:assert/strict';
import fc from 'fast-check';
import { compareMessageSchema } from '../../src/protocol/compare-panel.ts';
import { cellLabel, comparisonSchema, comparisonTitle, mostCells, varyingParts } from '../../src/protocol/comparison.ts';
import type { ExplainResult } from '../../src/protocol/engine.ts';
import type { Subject } from '../../src/protocol/result-panel.ts';

const subject: Subject = {
  picture: 'file:///p/a%20cat.png', model: 'bundled:net', technique: 'grad-cam', class: 'top', score: 'logit', parameters: {}, seed: 0,
};
const names = { techniques: { 'grad-cam': 'Grad-CAM', rise: 'RISE' }, models: { 'bundled:net': 'Net', '/m/tuned.onnx': 'tuned.onnx' } };
const labels = (subjects: Subject[], result?: ExplainResult): string[] => (
  subjects.map((one) => cellLabel(one, varyingParts({ subjects }), names, result))
);

describe('comparison', () => {
  it('names cells by what sets them apart', () => {
    assert.deepEqual(labels([subject, { ...subject, technique: 'rise' }]), ['Grad-CAM', 'RISE']);
    assert.deepEqual(labels([subject, { ...subject, model: '/m/tuned.onnx' }]), ['Net', 'tuned.onnx']);
    assert.deepEqual(labels([subject, { ...subject, picture: 'file:///p/b.png' }]), ['a cat.png', 'b.png']);
    assert.deepEqual(labels([subject, { ...subject, picture: 'file:///p/b.png', technique: 'rise' }]), ['a cat.png · Grad-CAM', 'b.png · RISE']);
    assert.deepEqual(labels([subject, { ...subject, class: 3 }]), ['most likely class', 'class 3']);
    assert.deepEqual(labels([{ ...subject, class: 3 }, { ...subject, class: 4 }], { class: { name: 'owl' } } as ExplainResult), ['owl', 'owl']);
    assert.deepEqual(labels([subject, { ...subject, layer: 'conv5' }]), ['default layer', 'conv5']);
    assert.deepEqual(labels([{ ...subject, layer: 'conv5' }, { ...subject, technique: 'rise', parameters: { samples: 5 }, seed: 3 }]), ['Grad-CAM', 'RISE']);
    assert.deepEqual(labels([{ ...subject, layer: 'conv5' }, { ...subject, technique: 'layer-cam', layer: 'conv4' }]), ['Grad-CAM · conv5', 'layer-cam · conv4']);
    assert.deepEqual(labels([{ ...subject, parameters: { steps: 5 } }, { ...subject, parameters: { steps: 9 } }]), ['steps 5', 'steps 9']);
    assert.deepEqual(labels([subject, subject]), ['Grad-CAM', 'Grad-CAM']);
  });

  it('has a title that says what is the same and counts what is not', () => {
    const title = (...subjects: Subject[]): string => comparisonTitle({ subjects }, names);
    assert.equal(title(subject, { ...subject, technique: 'rise' }), 'a cat.png – 2 techniques');
    assert.equal(title({ ...subject, class: 1 }, { ...subject, class: 2 }, { ...subject, class: 2 }), 'a cat.png – Grad-CAM – 2 classes');
    assert.equal(title(subject, { ...subject, picture: 'file:///b.png', technique: 'rise' }), '2 pictures, 2 techniques');
    assert.equal(title(subject), 'a cat.png – Grad-CAM');
  });

  it('comes back from its stored form as it was, whatever the subjects', () => {
    const part = fc.record({ technique: fc.string(), class: fc.oneof(fc.nat(), fc.constant('top' as const)), seed: fc.nat(), layer: fc.option(fc.string(), { nil: undefined }) });
    fc.assert(fc.property(fc.array(part, { minLength: 1, maxLength: mostCells }), (parts) => {
      const comparison = { subjects: parts.map((one) => ({ ...subject, ...one })) };
      const stored: unknown = JSON.parse(JSON.stringify(comparison));
      assert.deepEqual(comparisonSchema.parse(stored), JSON.parse(JSON.stringify(comparison)));
      assert.equal(labels(comparison.subjects).length, parts.length);
    }));
  });

  it('takes no more cells than can be looked at, and none at all for an empty one', () => {
    assert.ok(!comparisonSchema.safeParse({ subjects: [] }).success);
    assert.ok(!comparisonSchema.safeParse({ subjects: Array(mostCells + 1).fill(subject) }).success);
  });

  it('takes only PNG files from the page', () => {
    const png = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0]);
    const accepted = (value: unknown): boolean => compareMessageSchema.safeParse({ type: 'export-picture', png: value }).success;
    assert.ok(accepted(png));
    assert.ok(accepted(Buffer.from(png)));
    for (const bad of [new Uint8Array(20), 'png', [...png], undefined, Uint8Array.from([0x89, 0x50])]) assert.ok(!accepted(bad));
  });
});
