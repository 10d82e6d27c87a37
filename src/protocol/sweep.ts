/** The same picture made over and over with other values of one or two parameters. */
import { RequestType } from 'vscode-jsonrpc';
import type { Pixels } from './engine.ts';
import type { ErrorData } from './errors.ts';
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

export const sweepRequest = new RequestType<SweepRequest, SweepResult, ErrorData>('fovea/sweep');
