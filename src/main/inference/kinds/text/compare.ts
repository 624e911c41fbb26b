import { joinContext, type PairContext } from '#shared/text/context.ts'
import { AppError } from '#shared/errors.ts'
import type { AnyManifest, Comparison, Loaded, OpensModels, ResolvedModel } from '../define.ts'

/** Contexts per call. */
const CALL = 16
/** Rows of a text that all rows are compared with, at most. */
const MOST_ANCHORS = 64

/**
 * How far two text models are apart, on the CPU: the most that a cosine of what they make of a text
 * with what the first makes of any other place in it changes.
 *
 * @param rowsOf unit rows of each context
 * @param seen called with the texts that were read, both models counted; throws to end it
 */
export async function compareTextModels<M extends AnyManifest, L extends Loaded<M>>(
  host: OpensModels,
  a: ResolvedModel<M, L>,
  b: ResolvedModel<M, L>,
  texts: readonly string[],
  rowsOf: (loaded: L, contexts: PairContext[]) => Promise<Float32Array[][]>,
  seen: (done: number, total: number) => void,
): Promise<Comparison> {
  if (texts.length === 0) {
    throw new AppError('invalid-input', 'There is no text that both models can be compared on')
  }
  const contexts = texts.map((caption) => joinContext({ before: null, caption, after: null }))
  let done = 0
  const read = async (model: ResolvedModel<M, L>): Promise<Float32Array[][]> => {
    const loaded = await host.open(model, 'cpu')
    try {
      const rows: Float32Array[][] = []
      for (let start = 0; start < contexts.length; start += CALL) {
        seen(done, 2 * contexts.length)
        const part = contexts.slice(start, start + CALL)
        rows.push(...(await rowsOf(loaded, part)))
        done += part.length
      }
      return rows
    } finally {
      await loaded.release()
    }
  }
  const one = await read(a)
  const two = await read(b)
  seen(done, 2 * contexts.length)
  let largest = 0
  let squares = 0
  let n = 0
  for (const [t, rows] of one.entries()) {
    const step = Math.max(1, Math.ceil(rows.length / MOST_ANCHORS))
    for (const [i, row] of rows.entries()) {
      const other = two[t]?.[i] ?? new Float32Array(row.length)
      for (let r = 0; r < rows.length; r += step) {
        const anchor = rows[r] as Float32Array
        // Rows of windows have their own lengths; those of others are no anchors.
        if (anchor.length !== row.length) continue
        const change = Math.abs(changeOf(row, other, anchor))
        // Not a number is as wrong as can be.
        largest = Math.max(largest, Number.isFinite(change) ? change : 2)
        squares += change ** 2
        n++
      }
    }
  }
  const rms = Math.sqrt(squares / Math.max(1, n))
  return { largest, rms, pictures: 0, texts: texts.length, unreadable: 0 }
}

function changeOf(a: Float32Array, b: Float32Array, anchor: Float32Array): number {
  let change = 0
  for (let i = 0; i < a.length; i++) {
    change += ((a[i] as number) - (b[i] as number)) * (anchor[i] as number)
  }
  return change
}
