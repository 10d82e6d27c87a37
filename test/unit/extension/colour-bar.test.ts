import assert from 'node:assert/strict';
import sharp from 'sharp';
import { renderResult } from '../../../src/engine/render-result.ts';
import { colourBarRequest } from '../../../src/extension/reports/colour-bar.ts';
import { colorMaps, colorTable } from '../../../src/protocol/display.ts';

describe('colour bar of a report', () => {
  for (const colorMap of colorMaps) {
    it(`has every colour of ${colorMap}, from its lower end to its upper end`, async () => {
      const { data, info } = await sharp(await renderResult(colourBarRequest(colorMap))).removeAlpha().raw().toBuffer({ resolveWithObject: true });
      assert.deepEqual([info.width, info.height], [256, 1]);
      assert.deepEqual([...data], [...colorTable(colorMap)]);
    });
  }
});
