/** Functions that an ONNX file defines for itself, replaced by their bodies. */
import { FoveaError } from '../protocol/errors.ts';
import type { AttributeProto, FunctionProto, ModelProto, NodeProto } from './onnx-schema.ts';
import { toNumber } from './onnx-schema.ts';

/** Functions that call functions can grow without bound. */
const nodeLimit = 100_000;

type Functions = ReadonlyMap<string, FunctionProto>;

function keyOf(domain = '', name = '', overload = ''): string {
  return `${domain}:${name}:${overload}`;
}

/**
 * The nodes of the model's graph, without calls of functions.
 * @throws FoveaError `model-unsuitable` for functions of another operator set, with subgraphs, or that grow too large
 */
export function inlineFunctions(model: ModelProto, opset: number): NodeProto[] {
  const nodes = model.graph?.node ?? [];
  const functions: Functions = new Map((model.functions ?? []).map((entry) => [keyOf(entry.domain, entry.name, entry.overload), entry]));
  if (functions.size === 0) return nodes;
  const result: NodeProto[] = [];
  nodes.forEach((node, index) => expand(node, `${node.name || node.opType}#${index}`, functions, opset, result, 0));
  return result;
}

function expand(node: NodeProto, path: string, functions: Functions, opset: number, result: NodeProto[], depth: number): void {
  const called = functions.get(keyOf(node.domain, node.opType, node.overload));
  if (!called) {
    result.push(node);
    if (result.length > nodeLimit) throw unsuitable(node.opType, `its functions expand to more than ${nodeLimit} nodes`);
    return;
  }
  if (depth > 32) throw unsuitable(called.name, 'it calls itself or nests too deeply');
  const own = called.opsetImport?.find(({ domain = '' }) => domain === '' || domain === 'ai.onnx');
  if (own && toNumber(own.version) !== opset) throw unsuitable(called.name, `it is written for opset ${toNumber(own.version)} and the model for ${opset}`);

  const names = new Map<string, string>([['', '']]);
  (called.input ?? []).forEach((name, i) => names.set(name, node.input?.[i] ?? ''));
  (called.output ?? []).forEach((name, i) => { if (node.output?.[i]) names.set(name, node.output[i]); });
  const rename = (name: string): string => names.get(name) ?? `${path}/${name}`;
  (called.node ?? []).forEach((inner, index) => {
    const attribute = (inner.attribute ?? []).flatMap((entry) => resolve(entry, node, called));
    if (attribute.some(({ g }) => g)) throw unsuitable(called.name, `its node ${inner.opType} has a subgraph`);
    const copy = { ...inner, name: `${path}/${inner.name || inner.opType}`, input: inner.input?.map(rename), output: inner.output?.map(rename), attribute };
    expand(copy, `${path}/${inner.name || inner.opType}#${index}`, functions, opset, result, depth + 1);
  });
}

/** An attribute that stands for one of the function's own: the call's value, the default, or none. */
function resolve(attribute: AttributeProto, call: NodeProto, called: FunctionProto): AttributeProto[] {
  if (!attribute.refAttrName) return [attribute];
  const sameName = ({ name }: AttributeProto): boolean => name === attribute.refAttrName;
  const value = call.attribute?.find(sameName) ?? called.attributeProto?.find(sameName);
  return value ? [Object.assign(Object.create(Object.getPrototypeOf(value) as object), value, { name: attribute.name }) as AttributeProto] : [];
}

function unsuitable(name: string | undefined, why: string): FoveaError {
  return new FoveaError('model-unsuitable', `The model defines a function "${name}" that Fovea cannot expand: ${why}.`, 'Export the model without functions (inlined).');
}
