import { AppError } from '#shared/errors.ts'
import type { ContextTokenizer } from '../../tokenize/context-windows.ts'
import type { TextManifest } from './manifest.ts'

/** Distances at which a feature has fallen to 1/e, in tokens. */
export const DECAYS = [2, 8, 32, 128] as const
/** What a head sees of a token besides its hidden state. */
export const HEAD_FEATURES = 2 * DECAYS.length + 2

/** What a head can know of a token from the ids alone. */
export interface HeadMarks {
  sepId: number
  /** Stands for the line feed between two blocks; null = breaks are not written. */
  breakId: number | null
}

/**
 * Where each place of a sequence stands, `HEAD_FEATURES` numbers a place:
 *
 * - 0-3: exp(-d / 2), exp(-d / 8), exp(-d / 32), exp(-d / 128) where it stands before the picture, d
 *   places before the middle separator (the first of two or more); else 0
 * - 4-7: the same behind the picture, d places behind the last middle separator
 * - 8: 1 where a block begins, 9: 1 where one ends: beside a break or a middle separator
 *
 * A window with one separator does not reach the picture: 0-7 are 0. `head-graph.ts` writes the
 * same into the graph of a span model.
 *
 * @param ids one window without padding
 */
export function headFeatures(ids: ArrayLike<number>, { sepId, breakId }: HeadMarks): Float32Array {
  const n = ids.length
  const out = new Float32Array(n * HEAD_FEATURES)
  let separators = 0
  let first = 0
  for (let i = 0; i < n; i++) {
    if (ids[i] === sepId && separators++ === 0) first = i
  }
  const isPair = separators > 1
  const lastMiddle = first + separators - 2
  const bounds = (i: number): boolean =>
    i >= 0 && i < n && ((isPair && i >= first && i <= lastMiddle) || ids[i] === breakId)
  for (let i = 0; i < n; i++) {
    const at = i * HEAD_FEATURES
    for (const [k, decay] of DECAYS.entries()) {
      if (isPair && i < first) out[at + k] = Math.exp(-(first - i) / decay)
      if (isPair && i > lastMiddle)
        out[at + DECAYS.length + k] = Math.exp(-(i - lastMiddle) / decay)
    }
    if (bounds(i - 1)) out[at + 8] = 1
    if (bounds(i + 1)) out[at + 9] = 1
  }
  return out
}

/**
 * What heads see of this model's ids. Throws `unsupported` for breaks without a mask to hide them
 * or a padding token to write them with.
 */
export function headMarksOf(
  manifest: Pick<TextManifest, 'name' | 'graph' | 'text'>,
  { sepId, padId, hasPad }: Pick<ContextTokenizer, 'sepId' | 'padId' | 'hasPad'>,
): HeadMarks {
  if (manifest.text.breaks === 'none') return { sepId, breakId: null }
  if (manifest.graph.mask !== null && hasPad) return { sepId, breakId: padId }
  throw new AppError(
    'unsupported',
    `The breaks between blocks that ${manifest.name} marks need ${hasPad ? 'a graph with an attention mask' : 'a padding token of their own'}.`,
    'Write "breaks": "none" into its gleaner.json.',
  )
}
