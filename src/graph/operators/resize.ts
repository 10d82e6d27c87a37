/** Resize, and Upsample, its older form. */
import { UnsupportedOperatorError } from '../../protocol/errors.ts';
import { numberAttribute, numbersAttribute, textAttribute } from '../attributes.ts';
import type { GraphBuilder } from '../builder.ts';
import type { Attribute, Dim, Node, Shape } from '../graph.ts';
import { formatShape, resolveAxis, sameDim, staticDim, staticShape } from '../shape.ts';
import { numbersOf, tensorOf } from '../tensor.ts';
import type { AxisMap } from './axis-map.ts';
import { applyTransposed, isIdentity, repeats } from './axis-map.ts';
import type { Interpolation } from './interpolation.ts';
import { interpolationMap } from './interpolation.ts';
import type { GradientContext, NodeContext, Operator, OutputInfo, RewriteContext } from './operator.ts';
import { invalid, mismatch } from './window.ts';

/** No axis is enlarged beyond this. */
const limit = 1 << 16;

function oneOf<T extends string>(node: Node, name: string, allowed: readonly T[]): T {
  const value = textAttribute(node, name, allowed[0]);
  const found = allowed.find((entry) => entry === value);
  if (found === undefined) throw new UnsupportedOperatorError(node.op, node.name, 'operator', `${name} "${value}".`);
  return found;
}

function interpolationOf(node: Node): Interpolation {
  return {
    mode: oneOf(node, 'mode', ['nearest', 'linear', 'cubic']),
    position: oneOf(node, 'coordinate_transformation_mode',
      ['half_pixel', 'pytorch_half_pixel', 'align_corners', 'asymmetric', 'tf_half_pixel_for_nn']),
    rounding: oneOf(node, 'nearest_mode', ['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil']),
    cubic: numberAttribute(node, 'cubic_coeff_a', -0.75),
    excludeOutside: numberAttribute(node, 'exclude_outside', 0) !== 0,
  };
}

/** A scale for each axis, as float32, and what it makes of the input's shape. */
interface Scaling {
  readonly scales: readonly number[];
  readonly output: Shape;
}

function scaledSize(size: number, scale: number): number {
  return Math.floor(Math.fround(size * scale));
}

function checkOutput(node: Node, input: Shape, output: Shape): void {
  if (output.some((dim, axis) => typeof dim === 'number' && (dim < 1 || dim > Math.max(limit, Number(input[axis]) || 0)))) {
    throw mismatch(node, `resizes an input of shape ${formatShape(input)} to ${formatShape(output)}`);
  }
}

function fromScales(node: Node, input: Shape, scales: readonly number[]): Scaling {
  if (scales.length !== input.length || scales.some((scale) => !(scale > 0))) {
    throw invalid(node, `has the scales [${scales.slice(0, 8).join(', ')}] for an input of shape ${formatShape(input)}`);
  }
  const output = input.map((dim, axis): Dim =>
    (scales[axis] === 1 ? dim : scaledSize(staticDim(dim, `The resized axis ${axis} of ${node.op} (node "${node.name}")`), scales[axis])));
  checkOutput(node, input, output);
  return { scales, output };
}

function fromSizes(node: Node, input: Shape, sizes: readonly Dim[]): Scaling {
  if (sizes.length !== input.length) throw invalid(node, `has ${sizes.length} sizes for an input of shape ${formatShape(input)}`);
  checkOutput(node, input, sizes);
  const scales = sizes.map((size, axis) => {
    if (sameDim(size, input[axis])) return 1;
    const what = `The resized axis ${axis} of ${node.op} (node "${node.name}")`;
    return Math.fround(staticDim(size, what) / staticDim(input[axis], what));
  });
  return { scales, output: sizes };
}

/** The scaling of a node in the form of `graphOpset`: inputs X, roi, scales, sizes. */
function scalingOf({ constant, dims, has, node, shape }: NodeContext): Scaling {
  const scales = constant(2);
  if (scales && scales.data.length > 0) return fromScales(node, shape(0), Array.from(numbersOf(scales)));
  const sizes = has(3) ? dims(3) : undefined;
  if (!sizes) throw new UnsupportedOperatorError(node.op, node.name, 'operator', 'its sizes are computed while the model runs.');
  return fromSizes(node, shape(0), sizes);
}

/** Scales that give exactly these sizes, or the sizes where float32 has no such scales. */
function addResize(b: GraphBuilder, input: string, { scales, output }: Scaling, attributes: Readonly<Record<string, Attribute>>): string {
  const from = b.shape(input);
  if (scales.every((scale, axis) => scale === 1 || scaledSize(from[axis] as number, scale) === output[axis])) {
    return b.add('Resize', [input, '', b.constant(tensorOf('float32', scales))], attributes);
  }
  const fixed = staticShape(output.slice(1)) ?? [];
  const sizes = staticShape(output) ? b.ints(output as number[])
    : b.add('Concat', [b.add('Slice', [b.add('Shape', [input]), b.ints([0]), b.ints([1])]), b.ints(fixed)], { axis: 0 });
  return b.add('Resize', [input, '', '', sizes], attributes);
}

/** Sizes of some axes as sizes of all, keeping the aspect ratio where that is asked for. */
function requestedScaling(context: RewriteContext): Scaling {
  const { constant, dims, node, shape } = context;
  const input = shape(0);
  const axes = numbersAttribute(node, 'axes', input.map((_, axis) => axis)).map((axis) => resolveAxis(axis, input.length, `Resize (node "${node.name}")`));
  const scales = constant(2);
  if (scales && scales.data.length > 0) {
    const given = numbersOf(scales);
    if (given.length !== axes.length) throw invalid(node, `has ${given.length} scales for ${axes.length} axes`);
    return fromScales(node, input, input.map((_, axis) => (axes.includes(axis) ? given[axes.indexOf(axis)] : 1)));
  }
  const sizes = dims(3);
  if (!sizes) throw new UnsupportedOperatorError(node.op, node.name, 'operator', 'its sizes are computed while the model runs.');
  if (sizes.length !== axes.length) throw invalid(node, `has ${sizes.length} sizes for ${axes.length} axes`);
  const scaling = fromSizes(node, input, input.map((dim, axis) => (axes.includes(axis) ? sizes[axes.indexOf(axis)] : dim)));
  const policy = textAttribute(node, 'keep_aspect_ratio_policy', 'stretch');
  if (policy === 'stretch') return scaling;
  const chosen = axes.map((axis) => scaling.scales[axis]);
  const scale = policy === 'not_larger' ? Math.min(...chosen) : Math.max(...chosen);
  return {
    scales: input.map((_, axis) => (axes.includes(axis) ? scale : 1)),
    output: input.map((dim, axis) => (axes.includes(axis) ? Math.floor(staticDim(dim, 'A resized axis') * scale + 0.5) : dim)),
  };
}

function rewriteResize(context: RewriteContext): readonly string[] | undefined {
  const { b, constant, node, opset, shape } = context;
  if (opset < 11) return [resizeAsUpsample(context, constant(1) && numbersOf(constant(1)!))];
  if (numberAttribute(node, 'antialias', 0) !== 0) throw new UnsupportedOperatorError(node.op, node.name, 'operator', 'it is antialiased.');
  const scaling = requestedScaling(context);
  const attributes: Record<string, Attribute> = {};
  for (const name of ['mode', 'coordinate_transformation_mode', 'nearest_mode', 'cubic_coeff_a', 'exclude_outside']) {
    if (node.attributes[name] !== undefined) attributes[name] = node.attributes[name];
  }
  const exact = scaling.scales.every((scale, axis) => scale === 1 || Math.fround(Number(shape(0)[axis]) * scale) === scaling.output[axis]);
  if (attributes.coordinate_transformation_mode === 'half_pixel_symmetric' && exact) attributes.coordinate_transformation_mode = 'half_pixel';
  return [addResize(b, node.inputs[0], scaling, attributes)];
}

/** Before operator set 11: positions at the pixels' corners; enlarging takes the element below, shrinking the one above. */
function resizeAsUpsample({ b, node, shape }: RewriteContext, scales: ArrayLike<number> | undefined): string {
  if (!scales) throw new UnsupportedOperatorError(node.op, node.name, 'operator', 'its scales are computed while the model runs.');
  const scaling = fromScales(node, shape(0), Array.from(scales));
  const shrinks = scaling.scales.some((scale) => scale < 1);
  const mode = oneOf(node, 'mode', ['nearest', 'linear', 'bilinear']);
  if (mode === 'nearest' && shrinks && scaling.scales.some((scale) => scale > 1)) {
    throw new UnsupportedOperatorError(node.op, node.name, 'operator', 'it enlarges one axis and shrinks another.');
  }
  return addResize(b, node.inputs[0], scaling, {
    mode: mode === 'nearest' ? mode : 'linear', coordinate_transformation_mode: 'asymmetric', nearest_mode: shrinks ? 'ceil' : 'floor',
  });
}

function gradient(context: GradientContext): readonly (string | undefined)[] {
  const { b, gradients: [incoming], node, shape, wants } = context;
  if (incoming === undefined || !wants(0)) return [];
  const { scales, output } = scalingOf(context);
  const interpolation = interpolationOf(node);
  const maps = shape(0).flatMap((dim, axis): { axis: number; size: number; map: AxisMap }[] => {
    if (scales[axis] === 1) return [];
    const size = staticDim(dim, `The resized axis ${axis}`);
    const map = interpolationMap(size, staticDim(output[axis], `The resized axis ${axis}`), scales[axis], interpolation);
    return isIdentity(map, size) ? [] : [{ axis, size, map }];
  });
  const factors = maps.map(({ map, size }) => repeats(map, size));
  if (shape(0).length > 2 && maps.length > 0 && maps.every(({ axis }, i) => axis >= 2 && factors[i] !== undefined)) {
    const kernel = shape(0).slice(2).map((_, i) => factors[maps.findIndex(({ axis }) => axis === i + 2)] ?? 1);
    const mean = b.add('AveragePool', [incoming], { kernel_shape: kernel, strides: kernel });
    return [b.add('Mul', [mean, b.scalar(kernel.reduce((a, factor) => a * factor, 1))])];
  }
  return [maps.reduce((tensor, { axis, map, size }) => applyTransposed(b, tensor, map, axis, size), incoming)];
}

export const resizeOperators: readonly Operator[] = [
  {
    op: 'Resize',
    infer(context): readonly OutputInfo[] {
      interpolationOf(context.node);
      return [{ type: context.type(0), shape: scalingOf(context).output }];
    },
    rewrite: rewriteResize,
    gradient,
  },
  {
    op: 'Upsample',
    infer: ({ node }) => { throw new UnsupportedOperatorError(node.op, node.name); },
    rewrite(context) {
      const { constant, node } = context;
      const scales = constant(1);
      return [resizeAsUpsample(context, numbersAttribute(node, 'scales') ?? (scales && numbersOf(scales)))];
    },
  },
];
