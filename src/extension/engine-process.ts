/** One life of the engine process: forked, spoken to over its IPC channel, gone for good once it has ended. */
import { fork, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { Channel, type Request } from '../protocol/channel.ts';
import { notifications, type PartialNote, type ProgressNote } from '../protocol/engine.ts';
import { FoveaError } from '../protocol/errors.ts';
import { frameNotification, type FrameNote } from '../protocol/generate.ts';
import { measuredNotification, type MeasuredNote } from '../protocol/trust.ts';

/** Where the engine's output and the client's remarks go; VS Code's LogOutputChannel is one. */
export interface EngineLog {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** Who hears what the engine says while it works. */
export interface EngineListener {
  progress(note: ProgressNote): void;
  partial(note: PartialNote): void;
  frame(note: FrameNote): void;
  measured(note: MeasuredNote): void;
}

/** How a life ended. `idle`: of its own will, nothing lost but cached programs; `crash`: signal or failure; `stopped`: by the client. */
export interface EngineEnd {
  readonly kind: 'idle' | 'crash' | 'stopped';
  /** For a sentence, e.g. `signal SIGKILL` or `exit code 134`. */
  readonly cause: string;
}

/** The process ended before it answered. */
export class EngineEndedError extends Error {
  constructor(readonly end: EngineEnd) {
    super(`The engine process ended (${end.cause}).`);
  }
}

export class EngineProcess {
  /** Settles when the process has ended; never rejects. */
  readonly ended: Promise<EngineEnd>;
  private readonly child: ChildProcess;
  private readonly channel: Channel;
  private end: EngineEnd | undefined;
  private stopping = false;

  /** @param entry path of the bundled engine, run by the same executable as this process (Node, or Electron as Node) */
  constructor(entry: string, log: EngineLog, listener: EngineListener) {
    // glibc hands freed tensors back to the system only while this bound is fixed (the engine is 35 MB smaller); elsewhere it says nothing.
    const env: NodeJS.ProcessEnv = { ...process.env, ELECTRON_RUN_AS_NODE: '1', MALLOC_MMAP_THRESHOLD_: '131072' };
    delete env.NODE_OPTIONS;
    this.child = fork(entry, [], { env, execArgv: [], serialization: 'advanced', stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    eachLine(this.child.stdout, (line) => log.info(`engine: ${line}`));
    eachLine(this.child.stderr, (line) => log.warn(`engine: ${line}`));

    this.channel = new Channel(this.child);
    this.channel.onNotification(notifications.progress, (note) => listener.progress(note));
    this.channel.onNotification(notifications.partial, (note) => listener.partial(note));
    this.channel.onNotification(frameNotification, (note) => listener.frame(note));
    this.channel.onNotification(measuredNotification, (note) => listener.measured(note));

    this.ended = new Promise((resolve) => {
      const settle = (kind: EngineEnd['kind'], cause: string): void => {
        if (this.end) return;
        this.end = { kind: this.stopping ? 'stopped' : kind, cause };
        this.channel.close(new EngineEndedError(this.end));
        resolve(this.end);
      };
      this.child.once('error', (error) => settle('crash', error.message));
      this.child.once('exit', (code, signal) => settle(code === 0 ? 'idle' : 'crash', signal ? `signal ${signal}` : `exit code ${code}`));
    });
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  get alive(): boolean {
    return this.end === undefined && this.child.connected;
  }

  /**
   * Sends one request and waits for its answer, at most until the signal aborts or the process ends.
   * @throws EngineEndedError, CancelledError, or the FoveaError that the engine answered with
   */
  async request<P, R>(request: Request<P, R>, params: P, signal?: AbortSignal): Promise<R> {
    if (this.end) throw new EngineEndedError(this.end);
    try {
      return await this.channel.request(request, params, signal);
    } catch (error) {
      if (error instanceof EngineEndedError || error instanceof FoveaError) throw error;
      // A broken channel is noticed before the process's end is reported.
      if (!this.alive) throw new EngineEndedError(await this.ended);
      throw FoveaError.from(error);
    }
  }

  /** Ends the process; requests under way fail with EngineEndedError of kind `stopped`. */
  async stop(): Promise<void> {
    this.stopping = true;
    if (this.end === undefined) this.child.kill('SIGKILL');
    await this.ended;
  }
}

function eachLine(stream: Readable | null, visit: (line: string) => void): void {
  if (stream) createInterface({ input: stream }).on('line', visit);
}
