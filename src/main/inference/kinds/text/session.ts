import { join } from 'node:path'
import type ort from 'onnxruntime-node'
import type { PairContext } from '#shared/text/context.ts'
import { AppError } from '#shared/errors.ts'
import {
  checkOutput,
  inputOf,
  integerTensor,
  notFinite,
  openGraph,
  quantisesAsItRuns,
  runGraph,
  toFloats,
} from '../../onnx/onnx-runtime.ts'
import {
  type ContextWindow,
  type ContextWindows,
  contextWindows,
  openContextTokenizer,
} from '../../tokenize/context-windows.ts'
import type { RealDevice } from '../../onnx/device.ts'
import type { LoadTools } from '../host-kind.ts'
import { type HeadMarks, headMarksOf } from './head-features.ts'
import type { TextManifest } from './manifest.ts'

/** What a kind of text model takes from its graph. */
export interface TextOutput {
  /** Names of the graph's outputs, with the numbers that each gives for a place: null = just one. */
  readonly outputs: readonly { name: string; dim: number | null }[]
  /** Numbers that come out for a row. */
  readonly columns: number
  /** Whether attention leaves out the padding tokens that stand for breaks. */
  readonly hidesBreaks: boolean
  /**
   * Writes the rows of one window into `out`, positions x columns.
   * @param values what the graph gave, one array an output
   * @param first place of the window's first token in them, in places
   */
  write(
    values: readonly Float32Array[],
    first: number,
    window: ContextWindow,
    marks: HeadMarks,
    out: Float32Array,
  ): void
}

/** A loaded text model. Not safe for two runs at once: the host lets one through at a time. */
export interface TextModel {
  readonly manifest: TextManifest
  readonly device: RealDevice
  /** Numbers that come out for a row. */
  readonly columns: number
  /** In the order of `contexts`. */
  windows(contexts: readonly PairContext[], signal?: AbortSignal): Promise<ContextWindows[]>
  /**
   * Runs windows, in batches of similar length, and writes their rows where `place` says. Throws
   * `model` on values that are not finite.
   */
  run(windows: readonly ContextWindow[], place: (index: number) => Float32Array): Promise<void>
  release(): Promise<void>
}

/** Part of a batch that may be padding, once there are enough tokens in it. */
const MOST_PADDING = 1 / 16

/** The stride that a recipe means. */
function strideOf(text: TextManifest['text']): number {
  return text.stride ?? Math.floor(text.maxLength / 8)
}

/** Throws `model` or `unsupported` for files that cannot be used. */
export async function loadTextModel(
  folder: string,
  manifest: TextManifest,
  output: TextOutput,
  device: RealDevice,
  threads: number,
  { tokenizers, signal }: LoadTools,
): Promise<TextModel> {
  const { graph, text, name } = manifest
  const tokenizer = await openContextTokenizer(
    tokenizers,
    join(folder, text.tokenizer),
    text.padId,
    { signal },
  )
  const marks = headMarksOf(manifest, tokenizer)
  const options = { maxLength: text.maxLength, stride: strideOf(text), breaks: text.breaks }
  // Refuses lengths of no use before a text comes.
  await contextWindows(tokenizer, [], options)

  const session = await openGraph(name, folder, graph.file, device, threads)
  const ids = inputOf(name, session, graph.ids)
  const mask = graph.mask === null ? null : inputOf(name, session, graph.mask)
  const types = graph.types === null ? null : inputOf(name, session, graph.types)
  for (const one of output.outputs) checkOutput(name, session, one.name)
  const strange = session.inputNames.find(
    (name) => ![graph.ids, graph.mask, graph.types].includes(name),
  )
  if (strange !== undefined) {
    throw new AppError(
      'model',
      `The graph of ${manifest.name} also asks for "${strange}".`,
      'Name all of its inputs in gleaner.json: ids, mask, types.',
    )
  }
  const [fixedRows, fixedLength] = ids.shape.map((size) =>
    typeof size === 'number' && size > 0 ? size : null,
  )
  if (fixedLength !== null && fixedLength !== undefined && fixedLength < text.maxLength) {
    throw new AppError(
      'model',
      `The graph of ${manifest.name} takes ${fixedLength} tokens, its gleaner.json says ${text.maxLength}.`,
      'Correct maxLength in gleaner.json.',
    )
  }
  if (fixedLength !== null && fixedLength !== undefined && mask === null) {
    throw new AppError(
      'unsupported',
      `The graph of ${manifest.name} has a fixed length and no attention mask.`,
      'Export it with a dynamic length.',
    )
  }
  const rowsAtMost = quantisesAsItRuns(folder, graph.file) ? 1 : (fixedRows ?? 64)

  const feedsOf = (batch: readonly ContextWindow[], rows: number, length: number) => {
    const idValues = new Int32Array(rows * length).fill(tokenizer.padId)
    const maskValues = new Int32Array(rows * length)
    const typeValues = new Int32Array(rows * length)
    for (const [row, window] of batch.entries()) {
      idValues.set(window.ids, row * length)
      typeValues.set(window.typeIds, row * length)
      for (const [i, id] of window.ids.entries()) {
        const isHidden = output.hidesBreaks && id === marks.breakId
        maskValues[row * length + i] = isHidden ? 0 : 1
      }
    }
    const shape = [rows, length]
    const feeds: Record<string, ort.Tensor> = {
      [graph.ids]: integerTensor(ids.type, idValues, shape),
    }
    if (graph.mask !== null && mask) feeds[graph.mask] = integerTensor(mask.type, maskValues, shape)
    if (graph.types !== null && types)
      feeds[graph.types] = integerTensor(types.type, typeValues, shape)
    return feeds
  }

  const outputOf = async (
    results: ort.InferenceSession.OnnxValueMapType,
    name: string,
    shape: number[],
  ): Promise<Float32Array> => {
    const found = results[name] as ort.Tensor
    if (found.dims.join() !== shape.join()) {
      throw new AppError(
        'model',
        `The output "${name}" of ${manifest.name} has the shape [${found.dims.join(', ')}], [${shape.join(', ')}] was expected.`,
        'Correct dim or the output names in gleaner.json.',
      )
    }
    const values = toFloats(await found.getData())
    found.dispose()
    return values
  }

  const runBatch = async (
    batch: readonly { window: ContextWindow; out: Float32Array }[],
    length: number,
  ): Promise<void> => {
    const rows = fixedRows ?? batch.length
    const feeds = feedsOf(
      batch.map(({ window }) => window),
      rows,
      length,
    )
    const { outputs } = output
    const results = await runGraph(
      name,
      device,
      session,
      feeds,
      outputs.map((one) => one.name),
    )
    const values: Float32Array[] = []
    for (const { name, dim } of outputs) {
      values.push(
        await outputOf(results, name, dim === null ? [rows, length] : [rows, length, dim]),
      )
    }
    for (const [row, { window, out }] of batch.entries()) {
      output.write(values, row * length, window, marks, out)
      checkFinite(out)
    }
  }
  const checkFinite = (values: Float32Array): void => {
    // A sum is not finite if one of its terms is not.
    let sum = 0
    for (let i = 0; i < values.length; i++) sum += values[i] as number
    if (Number.isFinite(sum)) return
    throw notFinite(name, device)
  }

  return {
    manifest,
    device,
    columns: output.columns,
    windows: (contexts, more) => contextWindows(tokenizer, contexts, options, more),
    async run(windows, place) {
      const order = windows
        .map((_, i) => i)
        .sort((a, b) => lengthAt(windows, a) - lengthAt(windows, b))
      const [enough, most] = device === 'cpu' ? [256, 2048] : [4096, 16_384]
      for (let start = 0; start < order.length;) {
        let end = start
        let needed = 0
        for (; end < order.length && end - start < rowsAtMost; end++) {
          const length = lengthAt(windows, order[end] as number)
          // Without a mask padding would be seen.
          const differs = mask === null && length !== lengthAt(windows, order[start] as number)
          const padded = length * (end - start + 1)
          const isWasteful = needed >= enough && padded - needed - length > padded * MOST_PADDING
          if (end > start && (differs || padded > most || isWasteful)) break
          needed += length
        }
        const batch = order.slice(start, end)
        await runBatch(
          batch.map((i) => ({ window: windows[i] as ContextWindow, out: place(i) })),
          fixedLength ?? lengthAt(windows, batch.at(-1) as number),
        )
        start = end
      }
    },
    release: () => session.release(),
  }
}

function lengthAt(windows: readonly ContextWindow[], index: number): number {
  return (windows[index] as ContextWindow).ids.length
}
