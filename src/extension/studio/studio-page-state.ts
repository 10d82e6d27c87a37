/** What a studio's page has been told last, of each kind: a page that starts anew is told it again. Knows no VS Code. */
import type { StudioHostMessage } from '../../protocol/studio-panel.ts';

type Kept = Exclude<StudioHostMessage['type'], 'announce' | 'frame' | 'place'>;
type Message<T extends Kept> = Extract<StudioHostMessage, { type: T }>;

/** In the order in which a page needs them. */
const order: readonly Kept[] = ['generators', 'model', 'state', 'sources', 'result', 'error'];

export class StudioPageState {
  private readonly kept = new Map<Kept, StudioHostMessage>();

  constructor(private readonly post: (message: StudioHostMessage) => void) {}

  show(message: Message<Kept>): void {
    this.kept.set(message.type, message);
    this.post(message);
  }

  last<T extends Kept>(type: T): Message<T> | undefined {
    return this.kept.get(type) as Message<T> | undefined;
  }

  drop(type: Kept): void {
    this.kept.delete(type);
  }

  list(): StudioHostMessage[] {
    return order.flatMap((type) => this.kept.get(type) ?? []);
  }
}
