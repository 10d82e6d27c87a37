/**
 * Calls between two processes, made by birpc over what carries structured clones as Node's IPC channel does: typed arrays cross as they are.
 * What it lacks is added here: requests are cancelled by an AbortSignal, and errors are FoveaErrors on both sides.
 */
import { createBirpc } from 'birpc';
import { CancelledError, FoveaError, type ErrorData } from './errors.ts';

declare const types: unique symbol;

/** A request: its name, and what is asked and answered. */
export interface Request<Params, Result> {
  readonly method: string;
  readonly [types]?: (params: Params) => Result;
}

/** What needs no answer: its name, and what is told. */
export interface Notification<Params> {
  readonly method: string;
  readonly [types]?: (params: Params) => void;
}

export function request<Params, Result>(method: string): Request<Params, Result> {
  return { method };
}

export function notification<Params>(method: string): Notification<Params> {
  return { method };
}

/** One end of a channel: a child process, or the process itself where it is one. */
export interface Port {
  send?(message: object, sent: (error: Error | null) => void): boolean;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  off(event: 'message', listener: (message: unknown) => void): unknown;
}

/** What is called on the other side for a request: with its parameters, and the number by which it may be cancelled. */
type Answerer = (params: never, id: number) => unknown;

/** What the other side has. */
type Callable = Record<string, (...values: unknown[]) => unknown>;

/** How a request is answered. */
export type Answer = { readonly result: unknown } | { readonly error: ErrorData };

/** Tells the other side to stop the work for a request, by its number. */
export const cancelMethod = 'cancel';

export class Channel {
  private readonly functions: Record<string, Answerer> = { [cancelMethod]: (id) => this.working.get(id)?.abort() };
  /** Requests of the other side that are under way. */
  private readonly working = new Map<number, AbortController>();
  private readonly rpc;
  private last = 0;

  constructor(port: Port) {
    this.rpc = createBirpc<Callable, Record<string, Answerer>, false>(this.functions, {
      proxify: false,
      // Slow techniques take their time.
      timeout: -1,
      post: (message: object) => send(port, message),
      on: (receive) => { port.on('message', receive); },
      off: (receive) => { port.off('message', receive); },
      // An answer that cannot be sent is nobody's concern: who asked is gone. A request that cannot is the concern of who asks.
      onGeneralError: (_, method) => method !== undefined,
    });
  }

  /** Answers requests of this name. What is thrown goes back as data. */
  onRequest<Params, Result>({ method }: Request<Params, Result>, handler: (params: Params, signal: AbortSignal) => Result | Promise<Result>): void {
    this.functions[method] = async (params, id): Promise<Answer> => {
      const controller = new AbortController();
      this.working.set(id, controller);
      try {
        return { result: await handler(params, controller.signal) };
      } catch (error) {
        return { error: FoveaError.from(error).toData() };
      } finally {
        this.working.delete(id);
      }
    };
  }

  onNotification<Params>({ method }: Notification<Params>, listener: (params: Params) => void): void {
    this.functions[method] = listener;
  }

  /** @throws CancelledError as soon as the signal aborts, the FoveaError that is answered, or why it could not be sent */
  request<Params, Result>({ method }: Request<Params, Result>, params: Params, signal?: AbortSignal): Promise<Result> {
    const id = ++this.last;
    return new Promise<Result>((resolve, reject) => {
      if (signal?.aborted) throw new CancelledError();
      const cancel = (): void => {
        this.tell(cancelMethod, id);
        reject(new CancelledError());
      };
      const settle = (answer: Answer): void => {
        if ('error' in answer) reject(errorOf(answer.error));
        else resolve(answer.result as Result);
      };
      signal?.addEventListener('abort', cancel);
      (this.rpc.$call(method, params, id) as Promise<Answer>).then(settle, reject).finally(() => signal?.removeEventListener('abort', cancel));
    });
  }

  notify<Params>({ method }: Notification<Params>, params: Params): void {
    this.tell(method, params);
  }

  /** Hears nothing any more; requests that have no answer fail for the reason given. */
  close(reason: Error): void {
    this.rpc.$close(reason);
  }

  /** Where the other side cannot be reached, it is gone, which is told by the end of its process. */
  private tell(method: string, value: unknown): void {
    this.rpc.$callEvent(method, value).catch(() => {});
  }
}

function send(port: Port, message: object): Promise<void> {
  return new Promise((sent, fail) => {
    // Where there is no channel this throws, and the request fails.
    port.send!(message, (error) => {
      if (error) fail(error);
      else sent();
    });
  });
}

function errorOf(data: ErrorData): FoveaError {
  return data.reason === 'cancelled' ? new CancelledError() : FoveaError.fromData(data);
}
