import assert from 'node:assert/strict';
import { preprocessingSchema } from '../../src/protocol/preprocessing.ts';
import { applyPreset, preprocessingPresets } from '../../src/protocol/preprocessing-presets.ts';

describe('preprocessing presets', () => {
  const channelCounts = { rgb: 3, bgr: 3, grey: 1, rgba: 4 } as const;

  for (const preset of preprocessingPresets) {
    for (const channels of Object.keys(channelCounts) as (keyof typeof channelCounts)[]) {
      it(`${preset.title} suits a model of ${channels} input and leaves its geometry`, () => {
        const base = preprocessingSchema.parse({ width: 96, height: 64, fit: 'letterbox', interpolation: 'lanczos', channels });
        const applied = preprocessingSchema.parse(applyPreset(base, preset));
        assert.equal(applied.mean.length, channelCounts[channels]);
        assert.equal(applied.std.length, channelCounts[channels]);
        const { width, height, fit, interpolation } = applied;
        assert.deepEqual({ width, height, fit, interpolation }, { width: 96, height: 64, fit: 'letterbox', interpolation: 'lanczos' });
        // An opaque pixel has alpha 255, which becomes 1 whatever the colours' scale.
        if (channels === 'rgba') assert.equal((255 * applied.scale - applied.mean[3]) / applied.std[3], 1);
      });
    }
  }

  it('spans what the titles say', () => {
    const ends = (title: string): number[] => {
      const { scale, mean, std } = preprocessingPresets.find((preset) => preset.title === title)!.values;
      return [0, 255].map((pixel) => (pixel * scale - mean[0]) / std[0]);
    };
    assert.deepEqual(ends('−1 to 1'), [-1, 1]);
    assert.deepEqual(ends('0 to 1'), [0, 1]);
    assert.deepEqual(ends('0 to 255'), [0, 255]);
  });
});
