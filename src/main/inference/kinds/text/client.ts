import type { PairContext } from '#shared/text/context.ts'
import { AppError } from '#shared/errors.ts'
import type { ModelPort } from '../define.ts'
import type { TextManifest } from './manifest.ts'
import type { TextCalls } from './types.ts'

/** What the host answers on one context: rows x columns numbers a window. */
export interface ContextAnswer {
  offsets: Int32Array
  isCut: boolean
  columns: number
  windows: { tokenOffset: number; values: Float32Array }[]
}

/**
 * Asks about contexts in calls of bounded size.
 * @param most what one call holds: contexts, and UTF-16 units of them unless it is a single one
 */
export async function askContexts(
  port: Pick<ModelPort<TextManifest, TextCalls>, 'call'>,
  contexts: readonly PairContext[],
  most: { contexts: number; units: number },
): Promise<ContextAnswer[]> {
  const answers: ContextAnswer[] = []
  for (const part of inCalls(contexts, most)) answers.push(...(await askFor(port, part)))
  return answers
}

function* inCalls(
  contexts: readonly PairContext[],
  most: { contexts: number; units: number },
): Generator<PairContext[]> {
  let part: PairContext[] = []
  let units = 0
  for (const context of contexts) {
    const isFull = part.length === most.contexts || units + context.text.length > most.units
    if (part.length > 0 && isFull) {
      yield part
      part = []
      units = 0
    }
    part.push(context)
    units += context.text.length
  }
  if (part.length > 0) yield part
}

/** Copies every list out of the frame, so that keeping one does not keep all. */
async function askFor(
  port: Pick<ModelPort<TextManifest, TextCalls>, 'call'>,
  contexts: PairContext[],
): Promise<ContextAnswer[]> {
  const { value, bytes } = await port.call('contexts', { contexts })
  const { columns } = value
  const { buffer } = new Uint8Array(bytes)
  let at = 0
  const take = (numbers: number): number => {
    const from = 4 * at
    at += numbers
    if (4 * at > buffer.byteLength) {
      throw new AppError('internal', 'The inference process sent fewer numbers than it said')
    }
    return from
  }
  const answers = value.contexts.map(({ tokens, isCut, windows }) => ({
    offsets: new Int32Array(buffer, take(2 * tokens), 2 * tokens).slice(),
    isCut,
    columns,
    windows: windows.map(([tokenOffset, rows]) => ({
      tokenOffset,
      values: new Float32Array(buffer, take(rows * columns), rows * columns).slice(),
    })),
  }))
  if (answers.length !== contexts.length || 4 * at !== buffer.byteLength) {
    throw new AppError('internal', 'The inference process answered another question')
  }
  return answers
}
