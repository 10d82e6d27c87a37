/** Writes an explanation to a file: the picture with the map over it, the map alone, or the raw values. */
import { encodeNpy } from '../pictures/npy.ts';
import { mapPng, overlayPng } from '../pictures/render-png.ts';
import { displaySchema, reduceChannels } from '../protocol/display.ts';
import type { ExportRequest } from '../protocol/engine.ts';
import { FoveaError } from '../protocol/errors.ts';
import { explainPicture } from './explain-picture.ts';
import type { Job } from './job.ts';
import type { Services } from './services.ts';
import { writeWhole } from './write-file.ts';

/** @throws FoveaError `write-failed`, `parameter-invalid` for display settings; and what `explainPicture` throws */
export async function exportPicture(services: Services, request: ExportRequest, job: Job): Promise<{ file: string }> {
  const display = displaySchema.safeParse(request.display ?? {});
  if (!display.success) {
    const [{ path, message }] = display.error.issues;
    throw new FoveaError('parameter-invalid', `The display setting "${path.join('.')}" is not valid: ${message}.`);
  }
  const { input: { picture }, explanation, result } = await explainPicture(services, request, job);
  job.progress(`Writing ${request.file}`);
  const layover = { plane: reduceChannels(result.map), placement: result.placement, display: display.data };
  const contents = {
    overlay: () => overlayPng(picture, layover),
    map: () => mapPng(picture, layover),
    values: () => encodeNpy(explanation.values),
  };
  await writeWhole(request.file, await contents[request.what]());
  return { file: request.file };
}
