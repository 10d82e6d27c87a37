/** The line at the bottom: the value pointed at, what computed it, and the zoom. */
import { formatValue } from '../../src/protocol/display.ts';
import type { ExplainResult } from '../../src/protocol/engine.ts';
import { iconButton } from '../ui/controls.ts';
import { element } from '../ui/element.ts';
import type { PaintedResult } from '../ui/painted-result.ts';
import type { Point } from '../ui/viewport.ts';
import { aboutSeconds, formatTime } from '../ui/words.ts';

export interface ZoomActions {
  zoomStep(direction: 1 | -1): void;
  fit(): void;
}

export class StatusLine {
  readonly root: HTMLElement;
  private readonly probe = element('span', { class: 'probe', id: 'probe' });
  private readonly facts = element('span', { class: 'facts' });
  private readonly scale = element('span', { class: 'scale', id: 'scale' });

  constructor(zoom: ZoomActions) {
    this.root = element('footer', { class: 'status-line' }, this.probe, this.facts, element('span', { class: 'zoom' },
      iconButton('zoom-out', 'Zoom out (−)', () => zoom.zoomStep(-1), 'zoom-out'), this.scale,
      iconButton('zoom-in', 'Zoom in (+)', () => zoom.zoomStep(1), 'zoom-in'),
      iconButton('screen-full', 'Fit to window (0)', () => zoom.fit(), 'zoom-fit')));
  }

  /** @param partial whether more samples are to come */
  showResult(result: ExplainResult, partial: boolean): void {
    const { model, runtime, samples, milliseconds } = result;
    const left = partial && samples ? `, ${aboutSeconds((milliseconds.run / 1000 / samples.done) * (samples.total - samples.done))} left` : '';
    const sampled = samples && `${samples.done} of ${samples.total} samples${left}`;
    this.facts.textContent = [sampled, model.title, runtime, formatTime(result)].filter(Boolean).join(' · ');
  }

  showScale(scale: number): void {
    this.scale.textContent = `${Math.round(scale * 100)} %`;
  }

  /** @returns what is shown, in words */
  showProbe(painted: PaintedResult, point: Point | undefined, value: number | undefined): string {
    if (!point) {
      this.probe.textContent = '';
      return '';
    }
    const place = `x ${Math.floor(point.x)}, y ${Math.floor(point.y)}`;
    const nothing = painted.isSeen(point) ? 'not a number' : 'not seen by the model';
    const error = painted.standardErrorAt(point);
    const spread = error === undefined ? '' : ` ± ${formatValue(error)}`;
    const said = value === undefined ? nothing : `${formatValue(value)}${spread} ${painted.result.map.unit}`;
    this.probe.replaceChildren(element('span', { class: 'probe-place' }, place), element('span', { class: 'probe-value' }, said));
    return `${place}: ${said}`;
  }
}
