/** Zoom and pan with the manners of VS Code's image preview, as pure functions on numbers. Lengths are CSS pixels unless named otherwise. */
import type { View } from '../../src/protocol/result-panel.ts';

/** `offsetX`, `offsetY`: the point of the picture (in its pixels) at the middle of the pane. */
export type Zoom = NonNullable<View['zoom']>;

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export const zoomLevels = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.5, 2, 3, 5, 7, 10, 15, 20];
const leastScale = zoomLevels[0];
const mostScale = zoomLevels[zoomLevels.length - 1];
/** From this scale on, pixels of the picture are shown as squares. */
export const pixelatedFrom = 3;
const wheelFactor = 0.075;
/** Room around a fitted picture. */
const margin = 12;

/** The scale at which the whole picture is seen. Small pictures are enlarged: their map is as rich as that of a large one. */
export function fitScale(picture: Size, pane: Size): number {
  const scale = Math.min((pane.width - 2 * margin) / picture.width, (pane.height - 2 * margin) / picture.height);
  return Math.max(0.001, Math.min(scale, mostScale));
}

/** A zoom to draw with: null (fit) resolved, and the picture kept in the pane: centred where smaller, without a gap where larger. */
export function resolveZoom(zoom: Zoom | null, picture: Size, pane: Size): Zoom {
  const scale = zoom?.scale ?? fitScale(picture, pane);
  const keep = (offset: number, length: number, room: number): number => {
    const half = room / scale / 2;
    return length <= half * 2 ? length / 2 : Math.min(Math.max(offset, half), length - half);
  };
  return {
    scale,
    offsetX: keep(zoom?.offsetX ?? picture.width / 2, picture.width, pane.width),
    offsetY: keep(zoom?.offsetY ?? picture.height / 2, picture.height, pane.height),
  };
}

/** The point of the picture, in its pixels, under a point of the pane. */
export function toPicture(point: Point, zoom: Zoom, pane: Size): Point {
  return { x: zoom.offsetX + (point.x - pane.width / 2) / zoom.scale, y: zoom.offsetY + (point.y - pane.height / 2) / zoom.scale };
}

/** The point of the pane over a point of the picture. */
export function toPane(point: Point, zoom: Zoom, pane: Size): Point {
  return { x: pane.width / 2 + (point.x - zoom.offsetX) * zoom.scale, y: pane.height / 2 + (point.y - zoom.offsetY) * zoom.scale };
}

/** Another scale with the same point of the picture under `anchor`. */
export function zoomTo(scale: number, zoom: Zoom, anchor: Point, pane: Size): Zoom {
  const next = Math.min(Math.max(scale, leastScale), mostScale);
  const fixed = toPicture(anchor, zoom, pane);
  return { scale: next, offsetX: fixed.x - (anchor.x - pane.width / 2) / next, offsetY: fixed.y - (anchor.y - pane.height / 2) / next };
}

/** The next scale of the ladder, up (1) or down (-1). */
export function nextLevel(scale: number, direction: 1 | -1): number {
  const tolerance = 1e-6;
  const found = direction > 0
    ? zoomLevels.find((level) => level > scale + tolerance)
    : zoomLevels.findLast((level) => level < scale - tolerance);
  return found ?? (direction > 0 ? mostScale : leastScale);
}

/** The scale after one notch of the wheel or one step of a pinch. */
export function wheelScale(scale: number, deltaY: number): number {
  return scale * (1 - Math.sign(deltaY) * wheelFactor);
}

/** Moved by a distance on the pane, as the picture follows the pointer. */
export function panBy(zoom: Zoom, dx: number, dy: number): Zoom {
  return { scale: zoom.scale, offsetX: zoom.offsetX - dx / zoom.scale, offsetY: zoom.offsetY - dy / zoom.scale };
}

/** Two panes where the picture is seen larger: beside or above each other. */
export function splitPanes(stage: Size, picture: Size): [Pane, Pane] {
  const beside = { width: (stage.width - gap) / 2, height: stage.height };
  const stacked = { width: stage.width, height: (stage.height - gap) / 2 };
  return fitScale(picture, beside) >= fitScale(picture, stacked)
    ? [{ x: 0, y: 0, ...beside }, { x: beside.width + gap, y: 0, ...beside }]
    : [{ x: 0, y: 0, ...stacked }, { x: 0, y: stacked.height + gap, ...stacked }];
}

const gap = 2;

/** A part of the stage that shows the whole scene. */
export interface Pane extends Point, Size {}
