/** The geometry of preprocessing: which size a picture is resized to, which part of it the model sees, and where that part lies. */
import type { Placement, Preprocessing } from '../protocol/preprocessing.ts';
import type { Window } from './resample.ts';

interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Fit {
  /** The whole picture is resized to this. */
  readonly size: Size;
  /** The part of the resized picture that lies in the input plane. */
  readonly window: Window;
  /** Where the window's corner lies in the input plane. */
  readonly left: number;
  readonly top: number;
  /** Pixel value of the rest of the plane. */
  readonly pad: number;
  /** The whole input plane, in pixels of the picture. */
  readonly placement: Placement;
}

/**
 * - crop: torchvision's Resize(resize) and CenterCrop([height, width]), with its roundings, black where the crop is larger than the
 *   resized picture. Without `resize` the picture is made just large enough to cover the input.
 * - squash: both sides resized to the input.
 * - squash-crop: both sides resized to `resize`, then the centre cropped as above.
 * - letterbox: as large as fits, centred, padded with `pad` (the rounding of Ultralytics' LetterBox).
 */
export function fitInto(picture: Size, preprocessing: Preprocessing): Fit {
  const { width, height, fit, pad } = preprocessing;
  if (fit !== 'letterbox') {
    const size = fit === 'crop' ? coveringSize(picture, preprocessing) : squashedSize(preprocessing);
    return place(picture, preprocessing, size, { x: cropOffset(size.width, width), y: cropOffset(size.height, height) }, 0);
  }
  const ratio = Math.min(width / picture.width, height / picture.height);
  const size = { width: Math.max(1, Math.round(picture.width * ratio)), height: Math.max(1, Math.round(picture.height * ratio)) };
  const offset = (room: number): number => -Math.round(room / 2 - 0.1);
  return place(picture, preprocessing, size, { x: offset(width - size.width), y: offset(height - size.height) }, pad);
}

function squashedSize({ width, height, fit, resize }: Preprocessing): Size {
  return fit === 'squash' || resize === undefined ? { width, height } : { width: resize, height: resize };
}

/** The shorter side at `resize`, the longer one rounded down. */
function coveringSize(picture: Size, { width, height, resize }: Preprocessing): Size {
  const byWidth = resize === undefined ? width * picture.height >= height * picture.width : picture.width <= picture.height;
  const short = resize ?? (byWidth ? width : height);
  return byWidth
    ? { width: short, height: Math.floor((short * picture.height) / picture.width) }
    : { width: Math.floor((short * picture.width) / picture.height), height: short };
}

/** Where the input plane starts in the resized picture; negative where it is the larger one. */
function cropOffset(size: number, plane: number): number {
  return size >= plane ? roundHalfToEven((size - plane) / 2) : -Math.floor((plane - size) / 2);
}

/** Python's `round`. */
function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  return value - floor === 0.5 ? floor + (floor % 2) : Math.round(value);
}

/** @param corner of the input plane in the resized picture */
function place(picture: Size, plane: Size, size: Size, corner: { x: number; y: number }, pad: number): Fit {
  const [left, top] = [Math.max(0, -corner.x), Math.max(0, -corner.y)];
  const window = {
    left: Math.max(0, corner.x),
    top: Math.max(0, corner.y),
    width: Math.min(size.width - Math.max(0, corner.x), plane.width - left),
    height: Math.min(size.height - Math.max(0, corner.y), plane.height - top),
  };
  const [across, down] = [picture.width / size.width, picture.height / size.height];
  const placement = { x: corner.x * across, y: corner.y * down, width: plane.width * across, height: plane.height * down };
  return { size, window, left, top, pad, placement };
}
