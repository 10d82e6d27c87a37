/** Typed reading of node attributes; a wrong type is a defect of the file, reported as such. */
import { FoveaError } from '../protocol/errors.ts';
import type { Graph, Node, Tensor } from './graph.ts';

function wrong(node: Node, name: string, wanted: string): FoveaError {
  return new FoveaError('graph-invalid', `The attribute "${name}" of ${node.op} (node "${node.name}") is not ${wanted}.`,
    'The model file is damaged or was written by a faulty exporter.');
}

/** @throws FoveaError `graph-invalid` if it is present and no number; likewise below */
export function numberAttribute(node: Node, name: string): number | undefined;
export function numberAttribute(node: Node, name: string, fallback: number): number;
export function numberAttribute(node: Node, name: string, fallback?: number): number | undefined {
  const value = node.attributes[name];
  if (value === undefined) return fallback;
  if (typeof value !== 'number') throw wrong(node, name, 'a number');
  return value;
}

export function numbersAttribute(node: Node, name: string): readonly number[] | undefined;
export function numbersAttribute(node: Node, name: string, fallback: readonly number[]): readonly number[];
export function numbersAttribute(node: Node, name: string, fallback?: readonly number[]): readonly number[] | undefined {
  const value = node.attributes[name];
  if (value === undefined) return fallback;
  if (!Array.isArray(value) || value.some((entry) => typeof entry !== 'number')) throw wrong(node, name, 'a list of numbers');
  return value as readonly number[];
}

export function textAttribute(node: Node, name: string): string | undefined;
export function textAttribute(node: Node, name: string, fallback: string): string;
export function textAttribute(node: Node, name: string, fallback?: string): string | undefined {
  const value = node.attributes[name];
  if (value === undefined) return fallback;
  if (typeof value !== 'string') throw wrong(node, name, 'a text');
  return value;
}

export function tensorAttribute(node: Node, name: string): Tensor | undefined {
  const value = node.attributes[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'object' || !('dims' in value)) throw wrong(node, name, 'a tensor');
  return value;
}

export function graphAttribute(node: Node, name: string): Graph | undefined {
  const value = node.attributes[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'object' || !('nodes' in value)) throw wrong(node, name, 'a graph');
  return value;
}
