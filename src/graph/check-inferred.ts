/** Guards what shape rules give: sizes that a damaged file leads to never reach an allocation. */
import { FoveaError } from '../protocol/errors.ts';
import type { Node } from './graph.ts';
import type { OutputInfo } from './operators/operator.ts';
import { formatShape } from './shape.ts';

/** What files say about sizes is not to be trusted, so no size that they lead to is. @throws FoveaError `graph-invalid`, `shape-mismatch` */
export function checkInferred(node: Node, infos: readonly OutputInfo[]): void {
  if (node.outputs.slice(infos.length).some((name) => name !== '')) {
    throw new FoveaError('graph-invalid', `${node.op} (node "${node.name}") has ${node.outputs.length} outputs where it gives ${infos.length}.`,
      'The model file is damaged.');
  }
  const impossible = infos.find(({ shape }) => shape.some((dim) => typeof dim === 'number' && !(Number.isSafeInteger(dim) && dim >= 0)));
  if (impossible) {
    throw new FoveaError('shape-mismatch', `${node.op} (node "${node.name}") would give a tensor of the shape ${formatShape(impossible.shape)}.`);
  }
}
