/** Small pictures of a result that a view holds, against the files that an export writes. */
import assert from 'node:assert/strict';
import sharp from 'sharp';
import { useEngine } from '../../support/engine-rig.ts';

describe('a result rendered', () => {
  const rig = useEngine();
  const raw = (png: Uint8Array | string): Promise<Buffer> => sharp(png).ensureAlpha().raw().toBuffer();

  it('has the pixels of an export, without another run', async () => {
    const request = await rig.request();
    const { pixels, picture, map, placement } = await rig.engine.explain({ ...request, wantPixels: true });
    const runs = rig.compiled.length;
    const display = { opacity: 0.7, colorMap: 'viridis' };
    for (const what of ['overlay', 'map'] as const) {
      const png = await rig.engine.render({ pixels: pixels!, picture, map, placement, what, display, longest: 1024 });
      const { file } = await rig.engine.exportResult({ ...request, what, display, file: rig.at(`${what}.png`) });
      assert.deepEqual(await raw(png), await raw(file), what);
    }
    assert.equal(rig.compiled.length, runs);
    const plain = await rig.engine.render({ pixels: pixels!, picture, map, placement, what: 'picture', longest: 1024 });
    assert.deepEqual(await raw(plain), await raw(request.picture.path));
  });

  it('is no larger than asked for, its map in the same place', async () => {
    const request = await rig.request();
    const { pixels, picture, map, placement } = await rig.engine.explain({ ...request, wantPixels: true });
    const png = await rig.engine.render({ pixels: pixels!, picture, map, placement, what: 'overlay', longest: 6 });
    const { width, height } = await sharp(png).metadata();
    assert.deepEqual([width, height], [6, 5], '12 × 10, halved');
  });
});
