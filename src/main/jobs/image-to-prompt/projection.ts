import type { ProjectionRecipe } from '#shared/contract/prompt-projection.ts'
import { seededRandom } from '#shared/random.ts'
import { adam } from '../../labeling/adam.ts'
import { cosineOf } from '../../search/prompts/predicted-rows.ts'

/** A linear map with a bias: y = W·x + b. */
export interface Projection {
  from: number
  to: number
  /** W row by row (`to` x `from`), then b. */
  parameters: Float64Array
}

export interface TrainedProjection {
  projection: Projection
  steps: number
  /** Mean of 1 - cosine over each epoch, as it was met while training. */
  losses: number[]
  /** 1 - cosine on the pairs that it was looked at by, after each epoch, the beginning first. */
  looked: number[]
  /** Of these the one that was kept; the last epoch where nothing was looked at. */
  kept: number
}

/**
 * Trains a linear projection so that 1 - cos(W·x + b, y) is small, in float64.
 *
 * W and b begin uniform in ±1/sqrt(from) (as torch's Linear). Each epoch visits all pairs once in a
 * new order; the last batch may be shorter. One step a batch: the mean loss, AdamW (beta 0.9, 0.999,
 * epsilon 1e-8, decoupled weight decay on W and b), a constant learning rate. The seed decides all.
 * With `look` the mean of 1 - cosine on those pairs is taken before the first and after each epoch; the
 * best is kept, and training ends once `patience` epochs were not better.
 * @param x n rows of `from`, @param y n rows of `to`
 * @param options.tell after each step; what it throws ends the training
 */
export async function trainProjection(
  x: Float32Array,
  y: Float32Array,
  { from, to }: Pick<Projection, 'from' | 'to'>,
  recipe: Omit<ProjectionRecipe, 'stop'>,
  seed: number,
  {
    tell = () => Promise.resolve(),
    start,
    look = null,
  }: {
    tell?: (step: number, steps: number) => Promise<void>
    /** W and b to begin with, in place of random ones. */
    start?: Float64Array
    /** Pairs that train nothing, by which it ends early. */
    look?: { x: Float32Array; y: Float32Array; patience: number } | null
  } = {},
): Promise<TrainedProjection> {
  const n = x.length / from
  const random = seededRandom(seed)
  const bound = 1 / Math.sqrt(from)
  const parameters =
    start?.slice() ??
    Float64Array.from({ length: to * from + to }, () => (2 * random.next() - 1) * bound)
  const { learningRate, weightDecay, batch, epochs } = recipe
  const step = adam(parameters.length, { learningRate, weightDecay })
  const order = Int32Array.from({ length: n }, (_, i) => i)
  const steps = epochs * Math.ceil(n / batch)
  const gradient = new Float64Array(parameters.length)
  const losses: number[] = []
  const lossOf = (): number => (look ? meanLoss({ from, to, parameters }, look.x, look.y) : 0)
  const looked = look ? [lossOf()] : []
  let best = look ? { epoch: 0, parameters: parameters.slice() } : null
  let done = 0
  for (let epoch = 0; epoch < epochs; epoch++) {
    random.shuffle(order)
    let loss = 0
    for (let at = 0; at < n; at += batch) {
      const part = order.subarray(at, Math.min(n, at + batch))
      gradient.fill(0)
      for (const row of part) {
        loss += addGradient(parameters, x, y, row, { from, to }, 1 / part.length, gradient)
      }
      step(parameters, gradient)
      await tell(++done, steps)
    }
    losses.push(loss / n)
    if (!look || !best) continue
    looked.push(lossOf())
    const now = looked.length - 1
    if ((looked[now] as number) < (looked[best.epoch] as number)) {
      best = { epoch: now, parameters: parameters.slice() }
    } else if (now - best.epoch >= look.patience) break
  }
  const projection = { from, to, parameters: best?.parameters ?? parameters }
  return { projection, steps: done, losses, looked, kept: best?.epoch ?? epochs }
}

function meanLoss(projection: Projection, x: Float32Array, y: Float32Array): number {
  const { from, to } = projection
  const n = x.length / from
  let sum = 0
  for (let row = 0; row < n; row++) {
    const given = projected(projection, x.subarray(row * from, (row + 1) * from))
    sum += 1 - cosineOf(given, y.subarray(row * to, (row + 1) * to))
  }
  return sum / n
}

/** Adds the gradient of one pair's loss. @returns the loss */
function addGradient(
  parameters: Float64Array,
  x: Float32Array,
  y: Float32Array,
  row: number,
  { from, to }: Pick<Projection, 'from' | 'to'>,
  scale: number,
  gradient: Float64Array,
): number {
  const input = x.subarray(row * from, (row + 1) * from)
  const wanted = y.subarray(row * to, (row + 1) * to)
  const given = projected({ from, to, parameters }, input)
  let [dot, one, two] = [0, 0, 0]
  for (let i = 0; i < to; i++) {
    dot += (given[i] as number) * (wanted[i] as number)
    one += (given[i] as number) ** 2
    two += (wanted[i] as number) ** 2
  }
  const [length, other] = [Math.sqrt(one), Math.sqrt(two)]
  if (length === 0 || other === 0) return 1
  const cosine = dot / (length * other)
  for (let i = 0; i < to; i++) {
    // d(1 - cos)/df = (cos·f/|f| - y/|y|) / |f|
    const slope =
      (scale * ((cosine * (given[i] as number)) / length - (wanted[i] as number) / other)) / length
    const at = i * from
    for (let k = 0; k < from; k++) {
      gradient[at + k] = (gradient[at + k] as number) + slope * (input[k] as number)
    }
    gradient[to * from + i] = (gradient[to * from + i] as number) + slope
  }
  return 1 - cosine
}

export function projected({ from, to, parameters }: Projection, input: Float32Array): Float64Array {
  const out = new Float64Array(to)
  for (let i = 0; i < to; i++) {
    let sum = parameters[to * from + i] as number
    const at = i * from
    for (let k = 0; k < from; k++) sum += (parameters[at + k] as number) * (input[k] as number)
    out[i] = sum
  }
  return out
}
