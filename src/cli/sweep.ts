/** `--sweep key=a,b,c`: a grid over one or two parameters. */
import path from 'node:path';
import { InvalidArgumentError } from 'commander';
import type { Engine } from '../engine/engine.ts';
import type { Job } from '../engine/job.ts';
import { writeWhole } from '../engine/write-file.ts';
import type { GenerateRequest } from '../protocol/generate.ts';
import type { SweepAxis, SweepResult } from '../protocol/sweep.ts';

/** Once for the columns, once more for the rows; values are read as JSON where they are JSON, else as text. */
export function collectAxis(text: string, axes: readonly SweepAxis[]): SweepAxis[] {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It is written as key=value,value,...');
  if (axes.length === 2) throw new InvalidArgumentError('A grid has two sides.');
  return [...axes, { parameter: text.slice(0, at), values: text.slice(at + 1).split(',').map(valueOf) }];
}

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/**
 * Carries out the grid. `out` gets `<stem>.sweep.png`, the grid, and for each cell, by row and column from 1, `<stem>.<row>-<column>.png` and
 * `<stem>.<row>-<column>.json` with its parameters, curves and recipe.
 */
export async function drawSweep(
  engine: Engine, request: GenerateRequest, [columns, rows]: readonly SweepAxis[], stem: string, out: string | undefined, job: Job,
): Promise<SweepResult & { files: string[] }> {
  const result = await engine.sweep({ request, columns, rows }, job);
  const files: string[] = [];
  if (out === undefined) return { ...result, files };
  files.push((await engine.savePixels({ pixels: result.sheet, file: path.join(out, `${stem}.sweep.png`) })).file);
  for (const [k, cell] of result.cells.entries()) {
    const file = path.join(out, `${stem}.${Math.floor(k / columns.values.length) + 1}-${(k % columns.values.length) + 1}`);
    files.push((await engine.savePixels({ pixels: cell.pictures[0], file: `${file}.png` })).file, `${file}.json`);
    const { recipe, curves, step, ended, notes, milliseconds } = cell;
    await writeWhole(`${file}.json`, Buffer.from(`${JSON.stringify({ recipe, step, ended, curves, notes, milliseconds }, null, 2)}\n`));
  }
  return { ...result, files };
}
