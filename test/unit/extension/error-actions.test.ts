/** What is offered for errors, over all reasons. */
import assert from 'node:assert/strict';
import { actionsFor } from '../../../src/extension/pages/error-actions.ts';
import { reasons, type Reason } from '../../../src/protocol/errors.ts';

const idsFor = (reason: Reason): string[] => actionsFor(reason).map(({ id }) => id);

describe('what can be done about an error', () => {
  it('is something for every reason', () => {
    for (const reason of reasons) assert.ok(idsFor(reason).length > 0, reason);
  });

  it('is another model first where the model is at fault', () => {
    for (const reason of ['model-corrupt', 'operator-unsupported', 'external-data-missing', 'no-spatial-layer', 'output-not-finite'] as const) {
      assert.equal(idsFor(reason)[0], 'select-model', reason);
    }
  });

  it('is both where a pointer stands for a picture or a model', () => {
    assert.deepEqual(idsFor('git-lfs-pointer'), ['retry', 'select-model']);
  });
});
