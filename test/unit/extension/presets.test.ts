import assert from 'node:assert/strict';
import { Presets } from '../../../src/extension/tune/presets.ts';
import type { TechniqueDescription } from '../../../src/protocol/techniques.ts';

const technique = { id: 'rise', presets: [{ id: 'paper', title: 'Paper', description: 'As published', parameters: { masks: 8000 } }] } as unknown as TechniqueDescription;

describe('presets', () => {
  let stored: Record<string, unknown>;
  let presets: Presets;
  beforeEach(() => {
    stored = {};
    presets = new Presets({ get: (key) => stored[key], update: async (key, value) => void (stored[key] = JSON.parse(JSON.stringify(value))) });
  });

  it('are the technique\'s and, after them, one\'s own by name', async () => {
    await presets.save('rise', 'zoo', { parameters: { masks: 10 }, seed: 4 });
    await presets.save('rise', 'paper', { parameters: { masks: 20 } });
    await presets.save('occlusion', 'other', { parameters: {} });
    assert.deepEqual(presets.list(technique).map(({ title, own }) => [title, own]), [['Paper', false], ['paper', true], ['zoo', true]]);
    assert.deepEqual(presets.find(technique, 'paper')?.parameters, { masks: 8000 });
    assert.deepEqual(presets.find(technique, 'own:paper'), { parameters: { masks: 20 }, seed: 0 });
    assert.deepEqual(presets.find(technique, 'own:zoo'), { parameters: { masks: 10 }, seed: 4 });
  });

  it('are replaced and deleted', async () => {
    await presets.save('rise', 'a', { parameters: { masks: 1 } });
    await presets.save('rise', 'a', { parameters: { masks: 2 } });
    assert.deepEqual(presets.find(technique, 'own:a')?.parameters, { masks: 2 });
    await presets.delete('rise', 'own:a');
    assert.equal(presets.find(technique, 'own:a'), undefined);
  });

  it('begin anew where what was stored makes no sense', () => {
    stored.presets = { rise: 7 };
    assert.equal(presets.list(technique).length, 1);
  });
});
