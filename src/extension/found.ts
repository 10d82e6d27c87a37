/** What must be there for a command to do anything. */
import { FoveaError } from '../protocol/errors.ts';

/** @throws FoveaError where there is no result yet */
export function found<T>(value: T | undefined): T {
  if (value !== undefined) return value;
  throw new FoveaError('picture-missing', 'There is no result yet.', 'Explain a picture, or run what the studio shows, first.');
}
