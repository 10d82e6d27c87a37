/** The command was called in a way that cannot be carried out; ends with exit code 2. */
export class UsageError extends Error {
  /** @param message what is wrong; @param help how it is done */
  constructor(message: string, readonly help = '') {
    super(message);
  }
}
