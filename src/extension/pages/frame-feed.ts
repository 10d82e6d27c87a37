/** Frames on their way to a page: the newest one, and only when the page has shown the one before, so that a slow page is not buried. */
import type { StudioHostMessage } from '../../protocol/studio-panel.ts';

export type FrameMessage = Extract<StudioHostMessage, { type: 'frame' }>;

export class FrameFeed {
  private current: FrameMessage | undefined;
  private underWay: number | undefined;
  private count = 0;

  constructor(private readonly post: (message: FrameMessage) => void) {}

  get newest(): FrameMessage | undefined {
    return this.current;
  }

  offer(content: Omit<FrameMessage, 'type' | 'frame'>): void {
    this.current = { type: 'frame', frame: ++this.count, ...content };
    if (this.underWay === undefined) this.send(this.current);
  }

  /** The page has shown a frame: it gets the newest one, if that is another. */
  shown(frame: number): void {
    if (this.underWay === frame) this.underWay = undefined;
    if (this.underWay === undefined && this.current && this.current.frame > frame) this.send(this.current);
  }

  /** A page starts anew with the newest frame; what the one before it was sent is forgotten. */
  restart(): void {
    this.underWay = this.current?.frame;
  }

  /** There is nothing more to be shown. A page that got a result instead never says that it has shown the last frame. */
  clear(): void {
    this.current = undefined;
    this.underWay = undefined;
  }

  private send(message: FrameMessage): void {
    this.underWay = message.frame;
    this.post(message);
  }
}
