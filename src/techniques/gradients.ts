/** The gradient of the score with respect to the picture, as one program that many techniques share. */
import { GraphBuilder } from '../graph/builder.ts';
import type { GradientRule } from '../graph/differentiate.ts';
import { foldBatchNormalization } from '../graph/fold-batch-norm.ts';
import type { Graph } from '../graph/graph.ts';
import type { Model } from '../graph/model.ts';
import type { RectifierRule } from '../graph/operators/operator.ts';
import type { ScoreKind } from '../protocol/techniques.ts';
import { scoreGradients } from './score.ts';

export interface GradientPass {
  readonly score: ScoreKind;
  /** How gradients pass rectifiers. */
  readonly rectifier: RectifierRule;
  /** Whether they do so at Relu alone, and as derivatives at other rectifiers. */
  readonly reluAlone?: boolean;
}

const elsewhereDerivatives: GradientRule = (context, derivative) => (context.node.op === 'Relu' ? undefined : derivative({ ...context, rectifier: 'gradient' }));

/** @returns a graph: inputs `image` and `classes`, outputs `logits` and `values` = ∂score/∂image */
export function gradientGraph(model: Model, { score, rectifier, reluAlone }: GradientPass): Graph {
  const b = GraphBuilder.from(foldBatchNormalization(model.graph, new Set()));
  const [gradient] = scoreGradients(b, model, score, [model.input.name], { rectifier, rule: reluAlone ? elsewhereDerivatives : undefined });
  return b.build(rectifier === 'gradient' ? 'gradient' : `gradient-${rectifier}`, { logits: model.logits.name, values: gradient! });
}

/** Names what `gradientGraph` computes. */
export function gradientKey({ score, rectifier, reluAlone = false }: GradientPass): string {
  return `gradient ${score} ${rectifier}${reluAlone ? ' at Relu' : ''}`;
}
