/** Entry of the tests that run inside an extension host: VS Code calls `run`. Results go to the file named by FOVEA_TEST_RESULTS. */
import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';
import { workspace } from 'vscode';

interface Results {
  passes: string[];
  failures: { title: string; error: string }[];
  pending: string[];
}

export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'bdd', timeout: 60_000 });
  // Makes describe and it global before the files that use them are loaded.
  mocha.suite.emit(Mocha.Suite.constants.EVENT_FILE_PRE_REQUIRE, globalThis, '', mocha);
  if (workspace.isTrusted) {
    await import('./activation.test.ts');
    await import('./explain.test.ts');
    await import('./models.test.ts');
    await import('./side-panel.test.ts');
  } else {
    await import('./restricted.test.ts');
  }

  const results: Results = { passes: [], failures: [], pending: [] };
  const failed = await new Promise<number>((resolve) => {
    mocha.run(resolve)
      .on('pass', (test) => results.passes.push(test.fullTitle()))
      .on('pending', (test) => results.pending.push(test.fullTitle()))
      .on('fail', (test, error: Error) => results.failures.push({ title: test.fullTitle(), error: error.stack ?? error.message }));
  });
  const file = process.env.FOVEA_TEST_RESULTS;
  if (file) writeFileSync(file, JSON.stringify(results));
  if (failed > 0) throw new Error(`${failed} integration tests failed.`);
}
