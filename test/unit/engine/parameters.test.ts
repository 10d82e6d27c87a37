import assert from 'node:assert/strict';
import * as z from 'zod';
import { describeTechnique, findTechnique, parseParameters } from '../../../src/engine/parameters.ts';
import type { Technique } from '../../../src/techniques/technique.ts';
import { hasReason } from '../../support/errors.ts';

const technique: Technique = {
  id: 'smooth-grad', title: 'SmoothGrad', family: 'attribution', summary: 'The mean gradient',
  citation: { authors: 'Smilkov et al.', title: 'SmoothGrad', year: 2017, url: 'https://arxiv.org/abs/1706.03825' },
  needs: { class: true, layer: false, secondPicture: false },
  values: { signed: true, unit: 'score', resolution: 'input' },
  parameters: z.object({ samples: z.int().min(1).max(1000).default(25).meta({ title: 'Samples', description: 'How many', unit: 'samples' }) }),
  run: () => Promise.reject(new Error('not run here')),
};

describe('parameters of a technique', () => {
  it('take their defaults where they are not given', () => {
    assert.deepEqual(parseParameters(technique), { samples: 25 });
    assert.deepEqual(parseParameters(technique, { samples: 3 }), { samples: 3 });
  });

  it('are named where they are out of range, of another type or unknown', () => {
    assert.throws(() => parseParameters(technique, { samples: 0 }), hasReason('parameter-invalid', /"samples" of SmoothGrad/));
    assert.throws(() => parseParameters(technique, { samples: 'many' }), hasReason('parameter-invalid', /"samples"/));
    assert.throws(() => parseParameters(technique, { sample: 3 }), (error: { help: string }) => hasReason('parameter-invalid')(error) && error.help.includes('"samples"'));
  });

  it('are described with range, default and unit', () => {
    const { parameters } = describeTechnique(technique);
    assert.deepEqual(parameters.properties?.samples, { type: 'integer', minimum: 1, maximum: 1000, default: 25, title: 'Samples', description: 'How many', unit: 'samples' });
    assert.equal(parameters.required, undefined);
  });

  it('belong to a technique that is found by its id, or the nearest ids are offered', () => {
    assert.equal(findTechnique([technique], 'smooth-grad'), technique);
    assert.throws(() => findTechnique([technique], 'smoothgrad'),
      (error: { help: string }) => hasReason('technique-unknown')(error) && error.help.includes('"smooth-grad"'));
  });
});
