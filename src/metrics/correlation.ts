/** How alike two lists of numbers run. Each function takes two lists of the same length n; −1..1, higher is more alike. Cost: n, ranks n·log n. */

/** The middle rank of each value, 1 for the smallest; equal values share the mean of their ranks. */
export function ranks(values: ArrayLike<number>): Float64Array {
  const order = Uint32Array.from({ length: values.length }, (_, i) => i).sort((a, b) => values[a] - values[b]);
  const result = new Float64Array(values.length);
  for (let start = 0; start < order.length;) {
    let end = start + 1;
    while (end < order.length && values[order[end]] === values[order[start]]) end++;
    for (let i = start; i < end; i++) result[order[i]] = (start + 1 + end) / 2;
    start = end;
  }
  return result;
}

/** Pearson's correlation; 0 where one of the two is constant, since then there is nothing to correlate with. */
export function pearson(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [meanA, meanB] = [mean(a), mean(b)];
  let [product, squareA, squareB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] - meanA, b[i] - meanB];
    product += x * y;
    squareA += x * x;
    squareB += y * y;
  }
  return squareA > 0 && squareB > 0 ? Math.min(Math.max(product / (Math.sqrt(squareA) * Math.sqrt(squareB)), -1), 1) : 0;
}

/**
 * Spearman's rank correlation: Pearson's of the ranks; 0 where one of the two is constant. Source: Spearman 1904.
 * Adebayo et al. 2018 take it of signed maps and of magnitudes.
 */
export function spearman(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return pearson(ranks(a), ranks(b));
}

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}
