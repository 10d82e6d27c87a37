/** Zoom and pan as numbers: what holds for every picture, pane and place. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  fitScale, nextLevel, panBy, resolveZoom, splitPanes, toPane, toPicture, wheelScale, zoomLevels, zoomTo, type Zoom,
} from '../../../webview/ui/viewport.ts';

const picture = fc.record({ width: fc.integer({ min: 8, max: 8000 }), height: fc.integer({ min: 8, max: 8000 }) });
const pane = fc.record({ width: fc.integer({ min: 60, max: 3000 }), height: fc.integer({ min: 60, max: 3000 }) });
const scale = fc.double({ min: 0.1, max: 20, noNaN: true });
const share = fc.double({ min: 0, max: 1, noNaN: true });

/** Positions are sums and products of numbers up to 1e5 in double precision; a thousandth of a pixel is far above their error. */
const tolerance = 1e-3;

function near(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) < tolerance, `${actual} is not ${expected}`);
}

describe('viewport', () => {
  it('fits the whole picture, touching the room on one axis', () => {
    fc.assert(fc.property(picture, pane, (size, room) => {
      const fitted = fitScale(size, room);
      assert.ok(size.width * fitted <= room.width && size.height * fitted <= room.height);
      const margins = Math.min(room.width - size.width * fitted, room.height - size.height * fitted);
      assert.ok(Math.abs(margins - 24) < tolerance || fitted === 20, `${margins} px are left`);
    }));
  });

  it('maps points there and back', () => {
    fc.assert(fc.property(picture, pane, scale, share, share, (size, room, factor, x, y) => {
      const zoom: Zoom = { scale: factor, offsetX: size.width * x, offsetY: size.height * y };
      const point = { x: size.width * y, y: size.height * x };
      const back = toPicture(toPane(point, zoom, room), zoom, room);
      near(back.x, point.x);
      near(back.y, point.y);
    }));
  });

  it('zooms about the anchor and stays between a tenth and twenty', () => {
    fc.assert(fc.property(picture, pane, scale, fc.double({ min: 0.001, max: 100, noNaN: true }), share, share, (size, room, from, to, x, y) => {
      const zoom: Zoom = { scale: from, offsetX: size.width / 2, offsetY: size.height / 3 };
      const anchor = { x: room.width * x, y: room.height * y };
      const next = zoomTo(to, zoom, anchor, room);
      assert.ok(next.scale >= 0.1 && next.scale <= 20);
      const [before, after] = [toPicture(anchor, zoom, room), toPicture(anchor, next, room)];
      near(after.x, before.x);
      near(after.y, before.y);
    }));
  });

  it('leaves no gap beside a picture that is larger than its pane, and centres one that is smaller', () => {
    fc.assert(fc.property(picture, pane, scale, fc.double({ min: -2, max: 3, noNaN: true }), (size, room, factor, at) => {
      const zoom = resolveZoom({ scale: factor, offsetX: size.width * at, offsetY: size.height * at }, size, room);
      const from = toPane({ x: 0, y: 0 }, zoom, room);
      const to = toPane({ x: size.width, y: size.height }, zoom, room);
      for (const [start, end, length] of [[from.x, to.x, room.width], [from.y, to.y, room.height]]) {
        if (end - start > length) assert.ok(start <= tolerance && end >= length - tolerance, `from ${start} to ${end} in ${length}`);
        else near(start + end, length);
      }
    }));
  });

  it('climbs every level of the ladder and comes down again', () => {
    const up = [zoomLevels[0]];
    while (up.at(-1)! < 20) up.push(nextLevel(up.at(-1)!, 1));
    assert.deepEqual(up, zoomLevels);
    const down = [20];
    while (down.at(-1)! > 0.1) down.push(nextLevel(down.at(-1)!, -1));
    assert.deepEqual(down.reverse(), zoomLevels);
    assert.equal(nextLevel(0.02, 1), 0.1);
    assert.equal(nextLevel(1.2, -1), 1);
  });

  it('turns the wheel towards larger when it turns away', () => {
    assert.ok(wheelScale(1, -3) > 1 && wheelScale(1, 120) < 1);
  });

  it('moves the picture with the pointer', () => {
    const moved = panBy({ scale: 2, offsetX: 100, offsetY: 50 }, 30, -10);
    assert.deepEqual(moved, { scale: 2, offsetX: 85, offsetY: 55 });
  });

  it('splits the stage so that the picture is seen larger', () => {
    const [first, second] = splitPanes({ width: 1000, height: 500 }, { width: 300, height: 300 });
    assert.ok(first.width < 500 && second.x > first.width && second.y === 0, 'beside each other');
    const [upper, lower] = splitPanes({ width: 500, height: 1000 }, { width: 300, height: 300 });
    assert.ok(upper.height < 500 && lower.y > upper.height && lower.x === 0, 'one above the other');
  });
});
