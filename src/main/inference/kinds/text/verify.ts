import { joinContext, type PairContext } from '#shared/text/context.ts'
import { DEVICE_BOUND, largestChange } from '../vectors.ts'
import type { AnyManifest, Check, Loaded, OpensModels, ResolvedModel } from '../define.ts'
import type { Attempt } from '../verify.ts'
import { PROBE_CONTEXTS } from './probe-contexts.ts'
import { stackRows } from './unit-rows.ts'

/** Texts of different lengths, so that a batch has padding. */
const CONTEXTS: PairContext[] = [
  ...PROBE_CONTEXTS,
  joinContext({ before: 'The old stone bridge.', caption: null, after: 'It was built in 1850.' }),
]

/**
 * Holds a text model to itself, each text alone and all together, and to the CPU.
 *
 * @param bound of the first; the second is held to DEVICE_BOUND
 * @param rowsOf unit rows of each context
 */
export async function checkAgainstItself<M extends AnyManifest, L extends Loaded<M>>(
  model: ResolvedModel<M, L>,
  loaded: L,
  host: OpensModels,
  attempt: Attempt,
  bound: number,
  rowsOf: (loaded: L, contexts: PairContext[]) => Promise<Float32Array[][]>,
): Promise<void> {
  const rows = async (of: L, contexts: PairContext[]): Promise<Float32Array[]> =>
    (await rowsOf(of, contexts)).flat()
  await attempt('one by one', async () => {
    const alone: Float32Array[] = []
    for (const context of CONTEXTS) alone.push(...(await rows(loaded, [context])))
    const together = await rows(loaded, CONTEXTS)
    return compareRows('one by one', together, alone, bound, 'texts in a batch against each alone')
  })
  if (loaded.device === 'cpu') return
  await attempt('against the CPU', async () => {
    const cpu = await host.open(model, 'cpu')
    try {
      const there = await rows(loaded, CONTEXTS)
      const here = await rows(cpu, CONTEXTS)
      return compareRows('against the CPU', there, here, DEVICE_BOUND, loaded.device)
    } finally {
      await cpu.release()
    }
  })
}

/** A check of two lists of unit rows: the most that any cosine between them changes. */
export function compareRows(
  name: string,
  a: readonly Float32Array[],
  b: readonly Float32Array[],
  bound: number,
  note: string,
): Check {
  const one = stackRows(a)
  const two = stackRows(b)
  const difference = one.dim === two.dim ? largestChange(one.vectors, two.vectors, one.dim) : 2
  return { name, ok: difference <= bound, difference, bound, note }
}
