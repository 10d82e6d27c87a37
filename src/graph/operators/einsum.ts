/** Einsum: sums of products named by letters; gradients are Einsums with operands and result exchanged. */
import { FoveaError, UnsupportedOperatorError } from '../../protocol/errors.ts';
import { textAttribute } from '../attributes.ts';
import type { Dim, Shape } from '../graph.ts';
import { formatShape, sameDim } from '../shape.ts';
import { label, sameType } from './elementwise.ts';
import type { GradientContext, NodeContext, Operator } from './operator.ts';

/** Axes by their letters; those that "..." stands for have letters of their own. */
interface Equation {
  readonly operands: readonly string[];
  readonly result: string;
}

const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** @throws FoveaError `graph-invalid`; UnsupportedOperatorError where a letter stands twice in one operand */
function readEquation(context: NodeContext): Equation {
  const { node } = context;
  const text = textAttribute(node, 'equation', '').replaceAll(' ', '');
  const invalid = (problem: string): FoveaError => new FoveaError('graph-invalid', `${label(context)}: the equation "${text}" ${problem}.`, 'The model file is damaged.');
  const [left, right, ...rest] = text.split('->');
  const terms = left.split(',');
  if (rest.length > 0 || !/^[A-Za-z.,]*$/.test(left) || !/^[A-Za-z.]*$/.test(right ?? '')) throw invalid('cannot be read');
  if (terms.length !== node.inputs.length) throw invalid(`is for ${terms.length} operands, not for ${node.inputs.length}`);

  const widths = terms.map((term, i) => (term.includes('...') ? context.shape(i).length - (term.length - 3) : 0));
  const width = Math.max(...widths);
  const free = Array.from(letters).filter((letter) => !text.includes(letter)).slice(0, width).join('');
  if (widths.some((given) => given < 0) || free.length < width) throw invalid('names more axes than the operands have');
  // "..." stands for the last of the common axes, as in broadcasting.
  const operands = terms.map((term, i) => term.replace('...', free.slice(width - widths[i])));
  const single = Array.from(new Set(Array.from(left.replaceAll(/[.,]/g, '')))).filter((letter) => left.split(letter).length === 2).sort().join('');
  const result = right === undefined ? free + single : right.replace('...', free);
  operands.forEach((operand, i) => {
    if (new Set(operand).size !== operand.length) throw new UnsupportedOperatorError('Einsum', node.name, 'operator', `a letter stands twice in "${terms[i]}".`);
    if (operand.length !== context.shape(i).length) throw invalid(`does not fit an operand of shape ${formatShape(context.shape(i))}`);
  });
  const unknown = Array.from(result).some((letter) => !operands.some((operand) => operand.includes(letter)));
  if (unknown || result.includes('.') || operands.join('').includes('.') || new Set(result).size !== result.length) throw invalid('has a result that its operands do not give');
  return { operands, result };
}

/** The size of each letter's axis; 1 yields to others. */
function sizesOf(context: NodeContext, { operands }: Equation): Map<string, Dim> {
  const sizes = new Map<string, Dim>();
  operands.forEach((operand, i) => {
    Array.from(operand).forEach((letter, axis) => {
      const dim = context.shape(i)[axis];
      const known = sizes.get(letter) ?? 1;
      if (!sameDim(known, 1) && !sameDim(dim, 1) && !sameDim(known, dim)) {
        throw new FoveaError('shape-mismatch', `${label(context)}: the axes "${letter}" of its operands have different sizes.`);
      }
      sizes.set(letter, sameDim(known, 1) ? dim : known);
    });
  });
  return sizes;
}

function shapeOf(term: string, sizes: ReadonlyMap<string, Dim>): Shape {
  return Array.from(term, (letter) => sizes.get(letter)!);
}

/** Σ over what the wanted operand does not have of gradient·(the other operands), repeated along what only the wanted one has. */
function operandGradient(context: GradientContext, equation: Equation, wanted: number): string {
  const { b, gradients: [gradient], inputs } = context;
  const { operands, result } = equation;
  const others = inputs.map((_, i) => i).filter((i) => i !== wanted);
  const terms = [result, ...others.map((i) => operands[i])];
  const target = operands[wanted];
  const found = Array.from(target).filter((letter) => terms.some((term) => term.includes(letter))).join('');
  const product = b.add('Einsum', [gradient!, ...others.map((i) => inputs[i])], { equation: `${terms.join()}->${found}` });
  const own = context.shape(wanted);
  // Axes of size 1 that were repeated are summed; axes that no other term has were summed, so their gradient is repeated.
  const summed = b.sumTo(product, Array.from(found, (letter) => own[target.indexOf(letter)]));
  const apart = b.reshape(summed, Array.from(target, (letter, axis): Dim => (found.includes(letter) ? own[axis] : 1)));
  return b.expandLike(apart, inputs[wanted]);
}

const einsum: Operator = {
  op: 'Einsum',
  infer: (context) => {
    const equation = readEquation(context);
    return [{ type: sameType(context), shape: shapeOf(equation.result, sizesOf(context, equation)) }];
  },
  gradient: (context) => {
    const equation = readEquation(context);
    return context.inputs.map((_, i) => (context.wants(i) ? operandGradient(context, equation, i) : undefined));
  },
};

export const einsumOperators: readonly Operator[] = [einsum];
