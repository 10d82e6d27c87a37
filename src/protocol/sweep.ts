/** The same picture made over and over with other values of one or two parameters. */
import { request } from './channel.ts';
import type { Pixels } from './engine.ts';
import { FoveaError } from './errors.ts';
import type { GenerateRequest, GenerateResult } from './generate.ts';

export interface SweepAxis {
  parameter: string;
  values: unknown[];
}

export interface SweepRequest {
  /** What all cells share. Frames of cell k, counted row by row, carry the token with `/k` behind it. */
  request: GenerateRequest;
  /** One for each column. */
  columns: SweepAxis;
  /** One for each row; a single row where absent. */
  rows?: SweepAxis;
}

export interface SweepResult {
  /** Row by row; each has a recipe of its own. */
  cells: GenerateResult[];
  /** The first picture of each cell, in a grid. */
  sheet: Pixels;
}

/** At most so many cells. */
export const mostCells = 64;

/**
 * The parameters of each cell, row by row.
 * @throws FoveaError `parameter-invalid` where both axes have the same parameter, where one has no values, and where there are too many cells
 */
export function cellsOf({ columns, rows }: Pick<SweepRequest, 'columns' | 'rows'>): Record<string, unknown>[] {
  const refuse = (what: string, help: string): FoveaError => new FoveaError('parameter-invalid', what, help);
  if (rows?.parameter === columns.parameter) throw refuse(`The grid has "${columns.parameter}" along both sides.`, 'Choose another parameter for one of them.');
  const axes = [columns, ...(rows ? [rows] : [])];
  for (const { parameter, values } of axes) if (values.length === 0) throw refuse(`The grid has no values of "${parameter}".`, 'Give one or more.');
  const count = axes.reduce((product, { values }) => product * values.length, 1);
  if (count > mostCells) throw refuse(`The grid has ${count} cells; at most ${mostCells} are drawn.`, 'Give fewer values.');
  return (rows?.values ?? [undefined]).flatMap((down) => columns.values.map((across) => ({
    [columns.parameter]: across, ...(rows && { [rows.parameter]: down }),
  })));
}

export const sweepRequest = request<SweepRequest, SweepResult>('fovea/sweep');
