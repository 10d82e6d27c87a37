#!/usr/bin/env node
/** The command `fovea`: the engine of the extension, in this process. */
import { Command, CommanderError } from 'commander';
import { findPackageRoot, readVersion } from '../engine/package-root.ts';
import { addCheck } from './check.ts';
import { addCompile } from './compile.ts';
import { Context, exitCodes } from './context.ts';
import { addEvaluate } from './evaluate.ts';
import { addExplain } from './explain.ts';
import { addFool } from './fool.ts';
import { addLayers } from './layers.ts';
import { addModels } from './models.ts';
import { addPredict } from './predict.ts';
import { addRuntimes } from './runtimes.ts';
import { addStyle } from './style.ts';
import { addTechniques } from './techniques.ts';
import { addVisualize } from './visualize.ts';

const about = `
Start with a picture:
  $ fovea predict cat.jpg
  $ fovea explain cat.jpg --technique grad-cam --out maps

Each command has its own help, as in "fovea explain --help".
Exit codes: 0 done, 1 failed on some input, 2 wrong usage.
`;

const program = new Command('fovea')
  .description('See what image models see.')
  .version(readVersion(findPackageRoot()))
  .showHelpAfterError('("--help" shows how it is used.)')
  .addHelpText('after', about)
  .exitOverride();

const context = new Context();
const commands = [
  addPredict, addExplain, addVisualize, addStyle, addCheck, addEvaluate, addFool, addLayers, addModels, addTechniques, addCompile, addRuntimes,
];
for (const add of commands) add(program, context);

// A reader that has seen enough, as in "fovea predict photos/ | head", ends the command; a disk that is full fails it.
process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
  if (code !== 'EPIPE') process.stderr.write(`fovea: Standard output cannot be written: ${message}.\n`);
  process.exit(code === 'EPIPE' ? exitCodes.done : exitCodes.failed);
});

program.parseAsync().catch((error: unknown) => {
  if (!(error instanceof CommanderError)) throw error;
  // Commander has said what is wrong already, or has shown the help that was asked for.
  process.exitCode = error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
});
