/** README's tables follow from the registries. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { withGeneratedParts } from '../../scripts/readme.ts';
import { operators } from '../../src/graph/operators/registry.ts';

describe('README', () => {
  it('lists what there is (`npm run generate` writes it)', () => {
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
    assert.equal(readme, withGeneratedParts(readme));
  });

  it('does not call an operator rewritten that is not', () => {
    for (const [name, operator] of operators) assert.ok(operator.gradient ?? operator.rewrite, name);
  });
});
