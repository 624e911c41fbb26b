import type { PairContext } from '#shared/text/context.ts'
import type { ContextWindow } from '../../tokenize/context-windows.ts'
import type { CallAnswer, HostTools, Probe } from '../host-kind.ts'
import { PROBE_CONTEXTS } from './probe-contexts.ts'
import type { TextModel } from './session.ts'
import type { TextCalls } from './types.ts'
import { stackRows } from './unit-rows.ts'

/**
 * Tokenises and runs contexts; no other graph runs meanwhile. The bytes: of each context in order the offsets of its tokens
 * (int32, 2 a token), then of each of its windows rows x columns float32.
 */
export async function runContexts(
  model: TextModel,
  contexts: readonly PairContext[],
  { alone, signal }: Pick<HostTools, 'alone'> & Partial<Pick<HostTools, 'signal'>>,
): Promise<CallAnswer<TextCalls['contexts']['value']> & { bytes: Uint8Array }> {
  const texts = await model.windows(contexts, signal)
  let size = 0
  for (const { offsets, windows } of texts) {
    size += offsets.length
    for (const { positions } of windows) size += positions.length * model.columns
  }
  const floats = new Float32Array(size)
  const whole = new Int32Array(floats.buffer)
  const windows: ContextWindow[] = []
  const places: Float32Array[] = []
  let at = 0
  for (const text of texts) {
    whole.set(text.offsets, at)
    at += text.offsets.length
    for (const window of text.windows) {
      const length = window.positions.length * model.columns
      windows.push(window)
      places.push(floats.subarray(at, at + length))
      at += length
    }
  }
  await alone(() => model.run(windows, (index) => places[index] as Float32Array))
  return {
    value: {
      columns: model.columns,
      contexts: texts.map(({ offsets, isCut, windows }) => ({
        tokens: offsets.length / 2,
        isCut,
        windows: windows.map(({ tokenOffset, positions }) => [tokenOffset, positions.length]),
      })),
    },
    bytes: new Uint8Array(floats.buffer),
  }
}

/** A probe is, already. */
const ALONE: Pick<HostTools, 'alone'> = { alone: (run) => run() }

/**
 * What a model makes of made-up texts.
 * @param rowsOf a window's numbers, n rows of `columns`, as unit vectors
 */
export async function probeText(
  model: TextModel,
  rowsOf: (values: Float32Array, n: number) => Float32Array[],
): Promise<Probe> {
  await runContexts(model, PROBE_CONTEXTS, ALONE)
  const start = performance.now()
  const { value, bytes } = await runContexts(model, PROBE_CONTEXTS, ALONE)
  const seconds = (performance.now() - start) / 1000
  const rows: Float32Array[] = []
  let at = 0
  const floats = new Float32Array(bytes.buffer)
  for (const { tokens, windows } of value.contexts) {
    at += 2 * tokens
    for (const [, n] of windows) {
      rows.push(...rowsOf(floats.subarray(at, at + n * value.columns), n))
      at += n * value.columns
    }
  }
  return { ...stackRows(rows), seconds }
}
