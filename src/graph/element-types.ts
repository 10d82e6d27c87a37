/** The numbers by which ONNX names element types, in attributes as in files (TensorProto.DataType). */
import type { ElementType } from './graph.ts';

export const elementCodes: Readonly<Record<ElementType, number>> = {
  float32: 1, uint8: 2, int8: 3, uint16: 4, int16: 5, int32: 6, int64: 7, string: 8, bool: 9, float16: 10, float64: 11,
  uint32: 12, uint64: 13, bfloat16: 16,
};

const types = new Map(Object.entries(elementCodes).map(([type, code]) => [code, type as ElementType]));

/** undefined for types that Fovea does not have (complex, float8, int4). */
export function elementTypeOf(code: number): ElementType | undefined {
  return types.get(code);
}

export function isFloat(type: ElementType): boolean {
  return type === 'float32' || type === 'float64' || type === 'float16' || type === 'bfloat16';
}
