/** A picture seen turned, scaled and shifted: bilinear sampling, and the way back for gradients. */

/** position in the picture = shift + matrix · (position in the view), both from their centres, in px. */
export interface View {
  readonly xx: number;
  readonly xy: number;
  readonly yx: number;
  readonly yy: number;
  readonly x: number;
  readonly y: number;
}

/** The picture enlarged by `scale` and turned by `angle` (radians), and then shifted by (x, y) px, seen through a window of its size. */
export function viewOf(scale: number, angle: number, x: number, y: number): View {
  const [cos, sin] = [Math.cos(angle) / scale, Math.sin(angle) / scale];
  return { xx: cos, xy: sin, yx: -sin, yy: cos, x: -(cos * x + sin * y), y: -(cos * y - sin * x) };
}

/** For each pixel of a view the four pixels of the picture that it is made of, and their weights. */
export class Sampling {
  readonly #indices: Int32Array;
  readonly #weights: Float32Array;
  /** What of each pixel lies outside the picture. */
  readonly #outside: Float32Array;

  /** @param outside grey: nothing is there; mirror: the picture goes on mirrored */
  constructor({ xx, xy, yx, yy, x: shiftX, y: shiftY }: View, width: number, height: number, outside: 'grey' | 'mirror') {
    const count = width * height;
    const indices = this.#indices = new Int32Array(4 * count);
    const weights = this.#weights = new Float32Array(4 * count);
    const rest = this.#outside = new Float32Array(count);
    const [cx, cy] = [(width - 1) / 2, (height - 1) / 2];
    for (let v = 0, at = 0; v < height; v++) {
      for (let u = 0; u < width; u++, at++) {
        const x = cx + shiftX + xx * (u - cx) + xy * (v - cy);
        const y = cy + shiftY + yx * (u - cx) + yy * (v - cy);
        const [left, top] = [Math.floor(x), Math.floor(y)];
        const [fx, fy] = [x - left, y - top];
        let sum = 0;
        for (let k = 0; k < 4; k++) {
          let [px, py] = [left + (k & 1), top + (k >> 1)];
          const weight = (k & 1 ? fx : 1 - fx) * (k >> 1 ? fy : 1 - fy);
          if (outside === 'mirror') [px, py] = [mirrored(px, width), mirrored(py, height)];
          else if (px < 0 || px >= width || py < 0 || py >= height) continue;
          indices[4 * at + k] = py * width + px;
          weights[4 * at + k] = weight;
          sum += weight;
        }
        rest[at] = 1 - sum;
      }
    }
  }

  /** A plane as it is seen; `fill` is what lies outside. */
  see(plane: Float32Array, target: Float32Array, fill: number): void {
    const [indices, weights, outside] = [this.#indices, this.#weights, this.#outside];
    for (let i = 0, k = 0; i < target.length; i++, k += 4) {
      target[i] = fill * outside[i] + weights[k] * plane[indices[k]] + weights[k + 1] * plane[indices[k + 1]]
        + weights[k + 2] * plane[indices[k + 2]] + weights[k + 3] * plane[indices[k + 3]];
    }
  }

  /** The transpose: adds a gradient with respect to what is seen to the gradient with respect to the plane. */
  spread(gradient: Float32Array, target: Float32Array): void {
    const [indices, weights] = [this.#indices, this.#weights];
    for (let i = 0, k = 0; i < gradient.length; i++, k += 4) {
      const g = gradient[i];
      target[indices[k]] += weights[k] * g;
      target[indices[k + 1]] += weights[k + 1] * g;
      target[indices[k + 2]] += weights[k + 2] * g;
      target[indices[k + 3]] += weights[k + 3] * g;
    }
  }
}

/** Index of a line continued by its own mirror image: d c b a | a b c d | d c b a. */
export function mirrored(index: number, length: number): number {
  const period = 2 * length;
  const at = ((index % period) + period) % period;
  return at < length ? at : period - 1 - at;
}
