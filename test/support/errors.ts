import assert from 'node:assert/strict';
import type { Reason } from '../../src/protocol/errors.ts';
import { FoveaError } from '../../src/protocol/errors.ts';

/** Asserts that a promise fails with a FoveaError of this reason, whose message says this. */
export async function rejects(promise: Promise<unknown>, reason: Reason, text: RegExp = /./): Promise<void> {
  await assert.rejects(promise, (error: unknown) => {
    assert.ok(error instanceof FoveaError, String(error));
    assert.equal(error.reason, reason, error.message);
    assert.match(error.message, text);
    return true;
  });
}

/** For assert.throws: a FoveaError of this reason, whose message says this. */
export function hasReason(reason: Reason, text: RegExp = /./): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof FoveaError, String(error));
    assert.equal(error.reason, reason, error.message);
    assert.match(error.message, text);
    return true;
  };
}
