/** A grid over one or two parameters of a generator: one run after another, each as if it had been asked for by itself. */
import { contactSheet } from '../pictures/contact-sheet.ts';
import type { GenerateRequest, GenerateResult } from '../protocol/generate.ts';
import { cellsOf, type SweepRequest, type SweepResult } from '../protocol/sweep.ts';
import type { Generator } from '../techniques/generator.ts';
import type { Job } from './job.ts';
import { parseParameters } from './parameters.ts';

/**
 * @param generate carries out one run
 * @throws FoveaError `parameter-invalid` before anything is made, where a cell's parameters are not valid; and what runs throw
 */
export async function sweep(
  { request, columns, rows }: SweepRequest, generator: Generator, generate: (request: GenerateRequest, job: Job) => Promise<GenerateResult>, job: Job,
): Promise<SweepResult> {
  const requests = cellsOf({ columns, rows }).map((parameters, k): GenerateRequest => ({
    ...request,
    parameters: { ...request.parameters, ...parameters },
    token: request.token === undefined ? undefined : `${request.token}/${k}`,
  }));
  for (const { parameters } of requests) parseParameters(generator, parameters);
  const cells: GenerateResult[] = [];
  for (const [k, one] of requests.entries()) {
    const progress: Job['progress'] = (message, fraction = 0) => job.progress(`${message}, ${k + 1} of ${requests.length}`, (k + fraction) / requests.length);
    cells.push(await generate(one, { ...job, progress }));
  }
  return { cells, sheet: contactSheet(cells.map(({ pictures: [first] }) => first), columns.values.length) };
}
