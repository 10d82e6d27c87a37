/**
 * JSON-RPC 2.0 between two processes, over what carries structured clones as Node's IPC channel does: typed arrays cross as they are. Requests
 * are cancelled by an AbortSignal, and errors are FoveaErrors on both sides.
 */
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

type Id = number | string;

interface Message {
  readonly jsonrpc: '2.0';
  readonly id?: Id;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: ErrorData };
}


const cancelRequest = '$/cancelRequest';
/** JSON-RPC leaves the codes from here on to applications; the reason is in the error's data. */
const applicationError = -32000;
const methodNotFound = -32601;

export class Channel {
  private readonly handlers = new Map<string, (params: never, signal: AbortSignal) => unknown>();
  private readonly listeners = new Map<string, (params: never) => void>();
  /** What is told of the answers to requests of this side. */
  private readonly waiting = new Map<Id, { resolve(result: unknown): void; reject(reason: unknown): void }>();
  /** Requests of the other side that are under way. */
  private readonly working = new Map<Id, AbortController>();
  private last = 0;

  constructor(private readonly port: Port) {
    port.on('message', this.receive);
  }

  /** Answers requests of this name. What is thrown goes back as data. */
  onRequest<Params, Result>({ method }: Request<Params, Result>, handler: (params: Params, signal: AbortSignal) => Result | Promise<Result>): void {
    this.handlers.set(method, handler);
  }

  onNotification<Params>({ method }: Notification<Params>, listener: (params: Params) => void): void {
    this.listeners.set(method, listener);
  }

  /** @throws CancelledError as soon as the signal aborts, the FoveaError that is answered, or why it could not be sent */
  request<Params, Result>({ method }: Request<Params, Result>, params: Params, signal?: AbortSignal): Promise<Result> {
    const id = ++this.last;
    const cancel = (): void => {
      this.post({ method: cancelRequest, params: { id } });
      this.waiting.get(id)?.reject(new CancelledError());
    };
    return new Promise<unknown>((resolve, reject) => {
      if (signal?.aborted) throw new CancelledError();
      signal?.addEventListener('abort', cancel);
      this.waiting.set(id, { resolve, reject });
      this.post({ id, method, params }, reject);
    }).finally(() => {
      signal?.removeEventListener('abort', cancel);
      this.waiting.delete(id);
    }) as Promise<Result>;
  }

  notify<Params>({ method }: Notification<Params>, params: Params): void {
    this.post({ method, params });
  }

  /** Hears nothing any more; requests that have no answer fail for the reason given. */
  close(reason: Error): void {
    this.port.off('message', this.receive);
    for (const { reject } of this.waiting.values()) reject(reason);
  }

  /** @param failed is told where the other side cannot be reached; else that is nobody's concern: it is gone */
  private post(message: Omit<Message, 'jsonrpc'>, failed: (reason: Error) => void = () => {}): void {
    this.port.send?.({ jsonrpc: '2.0', ...message }, (error) => {
      if (error) failed(error);
    });
  }

  private readonly receive = (message: unknown): void => {
    const { id, method, params, result, error } = message as Message;
    if (method === cancelRequest) {
      this.working.get((params as { id: Id }).id)?.abort();
    } else if (id === undefined) {
      if (method !== undefined) this.listeners.get(method)?.(params as never);
    } else if (method !== undefined) {
      void this.answer(id, method, params);
    } else if (error) {
      this.waiting.get(id)?.reject(errorOf(error));
    } else {
      this.waiting.get(id)?.resolve(result);
    }
  };

  private async answer(id: Id, method: string, params: unknown): Promise<void> {
    const handler = this.handlers.get(method);
    const controller = new AbortController();
    this.working.set(id, controller);
    try {
      if (!handler) {
        this.post({ id, error: { code: methodNotFound, message: `There is no request "${method}".` } });
        return;
      }
      this.post({ id, result: await handler(params as never, controller.signal) });
    } catch (error) {
      const { message, ...known } = FoveaError.from(error).toData();
      this.post({ id, error: { code: applicationError, message, data: { message, ...known } } });
    } finally {
      this.working.delete(id);
    }
  }
}

function errorOf({ message, data }: NonNullable<Message['error']>): FoveaError {
  if (data?.reason === 'cancelled') return new CancelledError();
  return data ? FoveaError.fromData(data) : FoveaError.from(message);
}
