/** PyTorch beside us: peer.py as a child process that times what it is told to, so that both are measured in turn on the same machine. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** What the peer can time; see peer.py. */
export type PeerWork = 'forward' | 'grad-cam' | 'saliency' | 'captum saliency' | 'pytorch-grad-cam';

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

  /** Milliseconds of each run; undefined where a package is not there. */
  async time(network: string, what: PeerWork, runs: number): Promise<number[] | undefined> {
    const answer = await this.#ask({ do: 'time', network, what, runs }) as { milliseconds?: number[] };
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
