/**
 * Losses of a start/end head and their gradients, float64.
 *
 * Positions: 0 stands for "no answer" (BERT's [CLS]), 1..n-1 are the tokens of the context. The
 * start and the end distribution are softmaxes over all n positions. A gold span is given by its
 * first and last position, inclusive, both at least 1; null = no answer, whose target is position 0.
 */
export interface GoldSpan {
  first: number
  last: number
}

export interface SpanLossOptions {
  /** Weight of the cross-entropy; at least 0. */
  crossEntropy: number
  /** Weight of the soft IoU loss; at least 0. */
  softIou: number
  /** Added to intersection and union, in tokens; above 0, so that empty against empty is 1. */
  smoothing: number
}

export const SPAN_LOSS_DEFAULTS: SpanLossOptions = { crossEntropy: 1, softIou: 1, smoothing: 1 }

export interface SpanLoss {
  /** options.crossEntropy * crossEntropy + options.softIou * softIouLoss */
  loss: number
  /** Mean of the two cross-entropies, as transformers' question answering heads have it. */
  crossEntropy: number
  /** 1 - soft IoU. */
  softIouLoss: number
  /** Of `loss` by the start and end logits. */
  startGradient: Float64Array
  endGradient: Float64Array
}

/** softmax(x)_i = exp(x_i) / sum_j exp(x_j), shifted by the maximum so that nothing overflows. */
export function softmax(logits: ArrayLike<number>): Float64Array {
  let max = -Infinity
  for (let i = 0; i < logits.length; i++) max = Math.max(max, logits[i] as number)
  const p = new Float64Array(logits.length)
  let total = 0
  for (let i = 0; i < p.length; i++) {
    const value = Math.exp((logits[i] as number) - max)
    p[i] = value
    total += value
  }
  for (let i = 0; i < p.length; i++) p[i] = (p[i] as number) / total
  return p
}

/** log sum_i exp(x_i), shifted by the maximum. */
function logSumExp(values: ArrayLike<number>): number {
  let max = -Infinity
  for (let i = 0; i < values.length; i++) max = Math.max(max, values[i] as number)
  if (max === -Infinity) return -Infinity
  let total = 0
  for (let i = 0; i < values.length; i++) total += Math.exp((values[i] as number) - max)
  return max + Math.log(total)
}

/**
 * Sparse categorical cross-entropy: -log softmax(logits)[target], in nats. Its gradient by the
 * logits is softmax(logits) - onehot(target) (Bridle 1990; Keras SparseCategoricalCrossentropy with
 * from_logits, torch.nn.functional.cross_entropy).
 */
function sparseCategoricalCrossEntropy(
  logits: ArrayLike<number>,
  target: number,
): { loss: number; gradient: Float64Array } {
  const gradient = softmax(logits)
  const loss = logSumExp(logits) - (logits[target] as number)
  gradient[target] = (gradient[target] as number) - 1
  return { loss, gradient }
}

/**
 * Soft IoU loss. With p the start and q the end distribution, the chance that token i is covered
 * is c_i = P(start <= i) P(end >= i), i = 1..n-1, for independent start and end; the mass on "no
 * answer" covers nothing. Against the gold cover g_i in {0, 1}
 *
 *     I = sum c_i g_i     U = sum c_i + g_i - c_i g_i     loss = 1 - (I + s) / (U + s)
 *
 * with smoothing s. It is the relaxation of the Jaccard index by products and probabilistic sums
 * (Rahman and Wang 2016, Optimizing Intersection-Over-Union in Deep Neural Networks for Image
 * Segmentation), applied to the cover of a span. One-hot p and q on the gold span: loss 0. No gold
 * and all mass on no answer: 0, not 0/0.
 */
export function softIouLoss(
  startLogits: ArrayLike<number>,
  endLogits: ArrayLike<number>,
  gold: GoldSpan | null,
  smoothing = SPAN_LOSS_DEFAULTS.smoothing,
): { loss: number; startGradient: Float64Array; endGradient: Float64Array } {
  const n = startLogits.length
  const p = softmax(startLogits)
  const q = softmax(endLogits)
  const started = new Float64Array(n)
  const open = new Float64Array(n + 1)
  for (let i = 1; i < n; i++) started[i] = (started[i - 1] as number) + (p[i] as number)
  for (let i = n - 1; i >= 1; i--) open[i] = (open[i + 1] as number) + (q[i] as number)
  let covered = 0
  let inside = 0
  for (let i = 1; i < n; i++) {
    const c = (started[i] as number) * (open[i] as number)
    covered += c
    if (isGold(gold, i)) inside += c
  }
  const goldLength = gold === null ? 0 : gold.last - gold.first + 1
  const upper = inside + smoothing
  const lower = covered + goldLength - inside + smoothing
  // By c_i: for gold tokens the intersection grows, for the others the union.
  const byGold = -1 / lower
  const byOther = upper / (lower * lower)
  const byStarted = new Float64Array(n)
  const byOpen = new Float64Array(n)
  for (let i = 1; i < n; i++) {
    const byCover = isGold(gold, i) ? byGold : byOther
    byStarted[i] = byCover * (open[i] as number)
    byOpen[i] = byCover * (started[i] as number)
  }
  // p_k counts in started_i for all i >= k; q_k in open_i for all i <= k.
  const byP = new Float64Array(n)
  const byQ = new Float64Array(n)
  for (let k = n - 1, sum = 0; k >= 1; k--) byP[k] = sum += byStarted[k] as number
  for (let k = 1, sum = 0; k < n; k++) byQ[k] = sum += byOpen[k] as number
  return {
    loss: 1 - upper / lower,
    startGradient: throughSoftmax(p, byP),
    endGradient: throughSoftmax(q, byQ),
  }
}

const isGold = (gold: GoldSpan | null, i: number): boolean =>
  gold !== null && i >= gold.first && i <= gold.last

/** d/dx_i = p_i (d/dp_i - sum_j p_j d/dp_j). */
function throughSoftmax(p: Float64Array, byP: Float64Array): Float64Array {
  let mean = 0
  for (let i = 0; i < p.length; i++) mean += (p[i] as number) * (byP[i] as number)
  const gradient = new Float64Array(p.length)
  for (let i = 0; i < p.length; i++) {
    gradient[i] = (p[i] as number) * ((byP[i] as number) - mean)
  }
  return gradient
}

/** Both losses, weighted. Length n of the two arrays is at least 1 (no answer). */
export function spanLoss(
  startLogits: ArrayLike<number>,
  endLogits: ArrayLike<number>,
  gold: GoldSpan | null,
  options: SpanLossOptions = SPAN_LOSS_DEFAULTS,
): SpanLoss {
  const start = sparseCategoricalCrossEntropy(startLogits, gold?.first ?? 0)
  const end = sparseCategoricalCrossEntropy(endLogits, gold?.last ?? 0)
  const soft = softIouLoss(startLogits, endLogits, gold, options.smoothing)
  const crossEntropy = (start.loss + end.loss) / 2
  const mix = (entropy: Float64Array, iou: Float64Array): Float64Array =>
    entropy.map(
      (value, i) => (options.crossEntropy * value) / 2 + options.softIou * (iou[i] as number),
    )
  return {
    loss: options.crossEntropy * crossEntropy + options.softIou * soft.loss,
    crossEntropy,
    softIouLoss: soft.loss,
    startGradient: mix(start.gradient, soft.startGradient),
    endGradient: mix(end.gradient, soft.endGradient),
  }
}
