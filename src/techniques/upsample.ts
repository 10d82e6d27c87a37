/** Maps at another resolution. */

/**
 * nearest: each cell repeated; bilinear: between cell centres; bilinear-aligned: between cell centres that are stretched so that the
 * corner cells' centres lie on the corner pixels' (PyTorch's `align_corners`).
 */
const upsamplings = ['nearest', 'bilinear', 'bilinear-aligned'] as const;
export type Upsampling = (typeof upsamplings)[number];

export interface Size {
  readonly height: number;
  readonly width: number;
}

/** For each pixel along an axis: the two cells it lies between, and the part of the second. */
interface Axis {
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly part: Float64Array;
}

function axis(from: number, to: number, how: Upsampling): Axis {
  const result = { first: new Int32Array(to), second: new Int32Array(to), part: new Float64Array(to) };
  for (let i = 0; i < to; i++) {
    const position = how === 'bilinear' ? Math.max(0, ((i + 0.5) * from) / to - 0.5)
      : how === 'nearest' || to === 1 ? Math.floor((i * from) / to) : (i * (from - 1)) / (to - 1);
    result.first[i] = Math.min(Math.floor(position), from - 1);
    result.second[i] = Math.min(result.first[i] + 1, from - 1);
    result.part[i] = position - result.first[i];
  }
  return result;
}

/** A reusable resizing of maps from one size to another. */
export class Upsampler {
  readonly #rows: Axis;
  readonly #columns: Axis;
  readonly #width: number;
  /** The map's rows at their new width. */
  readonly #wide: Float64Array;

  constructor(from: Size, private readonly to: Size, how: Upsampling) {
    this.#rows = axis(from.height, to.height, how);
    this.#columns = axis(from.width, to.width, how);
    this.#width = from.width;
    this.#wide = new Float64Array(from.height * to.width);
  }

  /**
   * @param map row-major, of the size `from`; @param into of the size `to`, or of the part of it that is asked for
   * @param part where it begins, and its size
   */
  resize(map: ArrayLike<number>, into: Float32Array, { top, left, height, width } = { top: 0, left: 0, ...this.to }): void {
    const { first, second, part } = this.#columns;
    const wide = this.#wide;
    for (let row = 0, i = 0; row < map.length; row += this.#width) {
      for (let x = left; x < left + width; x++, i++) wide[i] = map[row + first[x]] + part[x] * (map[row + second[x]] - map[row + first[x]]);
    }
    for (let y = top, i = 0; y < top + height; y++) {
      const [above, below, down] = [this.#rows.first[y] * width, this.#rows.second[y] * width, this.#rows.part[y]];
      for (let x = 0; x < width; x++, i++) into[i] = wide[above + x] + down * (wide[below + x] - wide[above + x]);
    }
  }
}
