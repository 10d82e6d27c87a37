/** One zoom for all cells: what one shows is shown by the others, whatever the sizes of their pictures. */
import type { CompareView } from '../../src/protocol/compare-panel.ts';
import type { Stage } from '../ui/stage.ts';
import type { ViewState } from '../ui/view-state.ts';
import type { Zoom } from '../ui/viewport.ts';

export type SharedZoom = CompareView['zoom'];

interface Linked {
  readonly view: ViewState;
  readonly stage: Stage;
}

export class LinkedZoom {
  private readonly cells = new Set<Linked>();
  private applying = false;

  /** @param onChange called with a zoom that a person made in a cell */
  constructor(private zoom: SharedZoom, private readonly onChange: (zoom: SharedZoom) => void) {}

  link(cell: Linked): void {
    this.cells.add(cell);
    let last: Zoom | null = null;
    cell.view.follow(({ zoom }) => {
      if (zoom !== last && !this.applying) this.changed(cell, zoom);
      last = zoom;
    });
  }

  unlink(cell: Linked): void {
    this.cells.delete(cell);
  }

  fit(): void {
    this.set(null);
  }

  /** Brings a cell to the common zoom, e.g. when its picture has come or its size has changed. */
  apply(cell: Linked): void {
    const { fitted, result } = cell.stage;
    if (!result || !fitted) return;
    const { zoom } = this;
    const { width, height } = result.size;
    this.applying = true;
    cell.view.change({ zoom: zoom && { scale: zoom.scale * fitted, offsetX: zoom.x * width, offsetY: zoom.y * height } });
    this.applying = false;
  }

  private changed({ stage: { fitted, result } }: Linked, zoom: Zoom | null): void {
    if (!result || !fitted) return;
    const { width, height } = result.size;
    this.set(zoom && { scale: zoom.scale / fitted, x: zoom.offsetX / width, y: zoom.offsetY / height });
  }

  private set(zoom: SharedZoom): void {
    this.zoom = zoom;
    for (const cell of this.cells) this.apply(cell);
    this.onChange(zoom);
  }
}
