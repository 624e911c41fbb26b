import type { PairContext } from '#shared/text/context.ts'
import type { ContextWindow } from '../tokenize/context-windows.ts'
import type { ContextReply } from '../models/protocol.ts'
import type { TextModel } from './text-session.ts'

/**
 * Tokenises and runs contexts. The bytes: of each context in order the offsets of its tokens
 * (int32, 2 a token), then of each of its windows rows x columns float32.
 */
export async function runContexts(
  model: TextModel,
  contexts: readonly PairContext[],
): Promise<{ value: { contexts: ContextReply[]; columns: number }; bytes: Uint8Array }> {
  const texts = contexts.map((context) => model.windows(context))
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
  await model.run(windows, (index) => places[index] as Float32Array)
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

/** What devices are compared on; in the languages of nobody, so that every vocabulary has them. */
const PROBES: PairContext[] = [
  {
    text: 'a photo of a cat on a mat\nFigure 1: two red circles on a table, 1850\nthe next paragraph',
    parts: [
      { source: 'before', start: 0, end: 25 },
      { source: 'caption', start: 26, end: 70 },
      { source: 'after', start: 71, end: 89 },
    ],
    picture: 25,
  },
  { text: 'map', parts: [{ source: 'caption', start: 0, end: 3 }], picture: 0 },
]

/**
 * What a model makes of made-up texts, as unit vectors that two devices can be compared by: hidden
 * states, or the square roots of the chances of each place to be the start and the end. `seconds`
 * that the second run took.
 */
export async function probeText(
  model: TextModel,
): Promise<{ value: { dim: number; seconds: number }; bytes: Uint8Array }> {
  await runContexts(model, PROBES)
  const start = performance.now()
  const { value, bytes } = await runContexts(model, PROBES)
  const seconds = (performance.now() - start) / 1000
  const rows: Float32Array[] = []
  let at = 0
  const floats = new Float32Array(bytes.buffer)
  for (const { tokens, windows } of value.contexts) {
    at += 2 * tokens
    for (const [, n] of windows) {
      const all = floats.subarray(at, at + n * value.columns)
      at += all.length
      if (model.manifest.kind === 'span')
        rows.push(rootOfChances(all, 0, n), rootOfChances(all, n, n))
      else {
        for (let i = 0; i < n; i++) {
          rows.push(unit(all.subarray(i * value.columns, i * value.columns + model.manifest.dim)))
        }
      }
    }
  }
  const dim = Math.max(...rows.map((row) => row.length))
  const out = new Float32Array(rows.length * dim)
  for (const [i, row] of rows.entries()) out.set(row, i * dim)
  return { value: { dim, seconds }, bytes: new Uint8Array(out.buffer) }
}

function rootOfChances(logits: Float32Array, from: number, n: number): Float32Array {
  const part = logits.subarray(from, from + n)
  const most = Math.max(...part)
  const chances = part.map((value) => Math.exp(value - most))
  const sum = chances.reduce((a, b) => a + b, 0)
  return chances.map((value) => Math.sqrt(value / sum))
}

function unit(row: Float32Array): Float32Array {
  const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0))
  return row.map((value) => (length === 0 ? 0 : value / length))
}
