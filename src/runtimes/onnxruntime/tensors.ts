/** Fovea's tensors as ONNX Runtime's and back: the same memory where the element types allow it. */
import type { Tensor as OrtTensor, TensorConstructor } from 'onnxruntime-common';
import type { ElementType, Tensor, TensorData } from '../../graph/graph.ts';
import { FoveaError } from '../../protocol/errors.ts';

/**
 * A tensor as ONNX Runtime takes it; shares the data.
 * @throws FoveaError `runtime-failed` for bfloat16, which ONNX Runtime's JavaScript interface cannot pass
 */
export function toOrt(Tensor: TensorConstructor, name: string, tensor: Tensor): OrtTensor {
  if (tensor.type === 'bfloat16' || tensor.type === 'string') {
    throw new FoveaError('runtime-failed', `The input "${name}" has the type ${tensor.type}, which ONNX Runtime cannot be given.`);
  }
  return new Tensor(tensor.type, tensor.data as never, tensor.dims);
}

/** A result of ONNX Runtime as a tensor; shares the data, which ONNX Runtime hands over to the caller. */
export function fromOrt(tensor: OrtTensor): Tensor {
  const data = tensor.data as TensorData;
  return {
    type: tensor.type as ElementType,
    dims: tensor.dims,
    // Newer JavaScript engines have a Float16Array and ONNX Runtime then uses it; a graph keeps float16 as bits.
    data: tensor.type === 'float16' ? new Uint16Array(data.buffer, data.byteOffset, data.length) : data,
  };
}
