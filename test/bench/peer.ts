/** PyTorch beside us: peer.py as a child process that times what it is told to, so that both are measured in turn on the same machine. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';


export class PyTorchPeer {
  readonly #answers: AsyncIterator<string>;

  private constructor(private readonly child: ChildProcess) {
    this.#answers = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  }

  /** @param python an interpreter that can import torch and torchvision */
  static start(python: string, threads: number): PyTorchPeer {
    const script = fileURLToPath(new URL('peer.py', import.meta.url));
    return new PyTorchPeer(spawn(python, [script, String(threads)], { stdio: ['pipe', 'pipe', 'inherit'] }));
  }

  versions(): Promise<Record<string, string | null>> {
    return this.#ask({ do: 'versions' }) as Promise<Record<string, string | null>>;
  }

  /**
   * Milliseconds of each run; undefined where the package is not there, or has nothing of the kind.
   * @param what see TIMED in peer.py
   */
  async time(network: string, what: string, runs: number, warmups = 3): Promise<number[] | undefined> {
    const answer = await this.#ask({ do: 'time', network, what, runs, warmups }) as { milliseconds?: number[] };
    return answer.milliseconds;
  }

  stop(): void {
    this.child.stdin!.end();
  }

  async #ask(command: object): Promise<unknown> {
    this.child.stdin!.write(`${JSON.stringify(command)}\n`);
    const { value, done } = await this.#answers.next();
    if (done) throw new Error('PyTorch ended; see its message above.');
    return JSON.parse(value as string);
  }
}
