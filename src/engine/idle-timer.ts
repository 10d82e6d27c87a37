/** Notices when nothing has been worked on for a while. */
export class IdleTimer {
  #timer: NodeJS.Timeout | undefined;
  #busy = 0;

  /** @param onIdle called once, after that many milliseconds without work */
  constructor(private readonly milliseconds: number, private readonly onIdle: () => void) {
    this.#start();
  }

  /** Work begins. */
  begin(): void {
    this.#busy += 1;
    clearTimeout(this.#timer);
  }

  /** Work ends. */
  end(): void {
    this.#busy -= 1;
    if (this.#busy === 0) this.#start();
  }

  #start(): void {
    this.#timer = setTimeout(this.onIdle, this.milliseconds);
  }
}
