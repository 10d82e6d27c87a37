/**
 * Errors that a person may see. Each carries a stable reason code (for programs and tests), a sentence that says what happened,
 * and what to do next. They cross the engine's process border as plain data (`toData`) and come back as the same class.
 */

/** Stable reason codes; a new kind of failure gets a new code, never a reworded old one. */
export const reasons = [
  'picture-missing', 'picture-unreadable', 'picture-empty', 'picture-not-a-picture', 'picture-corrupt', 'picture-too-large', 'git-lfs-pointer',
  'array-invalid',
  'model-missing', 'model-unreadable', 'model-empty', 'model-corrupt', 'model-too-large', 'model-unknown-format', 'model-untrusted', 'model-unsuitable',
  'external-data-outside-folder', 'external-data-missing',
  'operator-unsupported', 'gradient-unsupported', 'shape-mismatch', 'graph-invalid',
  'layer-unknown', 'layer-unsuitable', 'no-spatial-layer', 'class-unknown', 'class-out-of-range', 'class-unsuitable',
  'technique-unknown', 'technique-unsuitable', 'parameter-invalid', 'preprocessing-invalid', 'recipe-invalid', 'run-lost', 'output-not-finite',
  'runtime-unavailable', 'runtime-failed', 'engine-crashed', 'write-failed', 'cancelled', 'internal',
] as const;

export type Reason = (typeof reasons)[number];

/** A FoveaError as plain data, for the process border and `--json`. */
export interface ErrorData {
  reason: Reason;
  message: string;
  help: string;
}

export class FoveaError extends Error {
  override readonly name: string = 'FoveaError';

  /**
   * @param reason stable code
   * @param message one sentence for a person: what happened, naming the file, node or value concerned
   * @param help what the person can do next; one sentence
   */
  constructor(readonly reason: Reason, message: string, readonly help: string = '', options?: ErrorOptions) {
    super(message, options);
  }

  toData(): ErrorData {
    return { reason: this.reason, message: this.message, help: this.help };
  }

  static fromData(data: ErrorData): FoveaError {
    return new FoveaError(data.reason, data.message, data.help);
  }

  /** Any thrown value as a FoveaError; what is not one already becomes reason `internal` with its message kept. */
  static from(error: unknown): FoveaError {
    if (error instanceof FoveaError) return error;
    const message = error instanceof Error ? error.message : String(error);
    return new FoveaError('internal', message, 'This is a defect of Fovea; the log (Output: Fovea) has the details.', { cause: error });
  }
}

/** An operator that the graph compiler does not know, or cannot differentiate. Names operator and node. */
export class UnsupportedOperatorError extends FoveaError {
  override readonly name = 'UnsupportedOperatorError';
  constructor(readonly operator: string, readonly node: string, what: 'operator' | 'gradient' = 'operator', detail = '') {
    super(
      what === 'operator' ? 'operator-unsupported' : 'gradient-unsupported',
      `${what === 'operator' ? 'The operator' : 'The gradient of the operator'} ${operator} (node "${node}") is not supported${detail ? `: ${detail}` : '.'}`,
      'README lists the supported operators; exporting the model with another opset or without that layer may help.',
    );
  }
}

/** Thrown when the person (or a newer request) cancelled; never shown as a failure. */
export class CancelledError extends FoveaError {
  override readonly name = 'CancelledError';
  constructor() {
    super('cancelled', 'Cancelled.');
  }
}
