import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ort from 'onnxruntime-node'
import type { PairContext } from '#shared/text/context.ts'
import { AppError } from '#shared/errors.ts'
import {
  type ContextWindow,
  type ContextWindows,
  contextWindows,
  createContextTokenizer,
} from '../tokenize/context-windows.ts'
import { HEAD_FEATURES, headFeatures, headMarksOf } from '../tasks/head-features.ts'
import { readOnnxHeader } from '../onnx/onnx-header.ts'
import type { RealDevice } from '../models/protocol.ts'
import { firstLine, toFloats } from './session.ts'
import type { TextManifest } from '../models/text-manifest.ts'

/** A loaded text model. Not safe for two runs at once: the host lets one through at a time. */
export interface TextModel {
  readonly manifest: TextManifest
  readonly device: RealDevice
  /** Numbers that come out for a row: an encoder's dim + HEAD_FEATURES, or 2. */
  readonly columns: number
  windows(context: PairContext): ContextWindows
  /**
   * Runs windows, in batches of similar length, and writes their rows where `place` says: of an
   * encoder hidden states with head features, of a span model start and end in two halves. Throws
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
  device: RealDevice,
  threads: number,
): Promise<TextModel> {
  const { graph, text } = manifest
  const path = join(folder, graph.file)
  const tokenizer = createContextTokenizer(
    readFileSync(join(folder, text.tokenizer), 'utf8'),
    text.padId,
  )
  const marks = headMarksOf(manifest, tokenizer)
  const options = { maxLength: text.maxLength, stride: strideOf(text), breaks: text.breaks }
  // Refuses lengths of no use before a text comes.
  contextWindows(tokenizer, { text: '', parts: [], picture: 0 }, options)

  let session: ort.InferenceSession
  try {
    session = await ort.InferenceSession.create(path, {
      executionProviders: [device],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      graphOptimizationLevel: 'all',
      logSeverityLevel: 3,
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    })
  } catch (error) {
    throw new AppError(
      'model',
      `${manifest.name}: ${graph.file} cannot be loaded on ${device}: ${firstLine(error)}`,
      device === 'cpu' ? 'Export or fetch the model again.' : undefined,
      { cause: error },
    )
  }
  const inputOf = (name: string): { type: string; shape: readonly (number | string)[] } => {
    const found = session.inputMetadata.find((input) => input.name === name)
    if (!found?.isTensor) {
      throw new AppError(
        'model',
        `${manifest.name}: the graph has no input "${name}"`,
        `Its inputs are ${session.inputNames.join(', ')}; correct gleaner.json.`,
      )
    }
    return found
  }
  const ids = inputOf(graph.ids)
  const mask = graph.mask === null ? null : inputOf(graph.mask)
  const types = graph.types === null ? null : inputOf(graph.types)
  const outputs =
    manifest.kind === 'span' ? [manifest.graph.start, manifest.graph.end] : [manifest.graph.hidden]
  for (const output of outputs) {
    if (session.outputNames.includes(output)) continue
    throw new AppError(
      'model',
      `${manifest.name}: the graph has no output "${output}"`,
      `Its outputs are ${session.outputNames.join(', ')}; correct gleaner.json.`,
    )
  }
  const strange = session.inputNames.find(
    (name) => ![graph.ids, graph.mask, graph.types].includes(name),
  )
  if (strange !== undefined) {
    throw new AppError(
      'model',
      `${manifest.name}: the graph also asks for "${strange}"`,
      'Name all of its inputs in gleaner.json: ids, mask, types.',
    )
  }
  const [fixedRows, fixedLength] = ids.shape.map((size) =>
    typeof size === 'number' && size > 0 ? size : null,
  )
  if (fixedLength !== null && fixedLength !== undefined && fixedLength < text.maxLength) {
    throw new AppError(
      'model',
      `${manifest.name}: the graph takes ${fixedLength} tokens, gleaner.json says ${text.maxLength}`,
    )
  }
  if (fixedLength !== null && fixedLength !== undefined && mask === null) {
    throw new AppError(
      'unsupported',
      `${manifest.name}: a graph of fixed length needs an attention mask`,
      'Export it with a dynamic length.',
    )
  }
  const { operators } = readOnnxHeader(path)
  // One scale for a whole batch: alone, what comes out does not depend on the neighbours.
  const isAlone = operators.has('DynamicQuantizeLinear') || operators.has('DynamicQuantizeMatMul')
  const rowsAtMost = isAlone ? 1 : (fixedRows ?? 64)
  const columns = manifest.kind === 'span' ? 2 : manifest.dim + HEAD_FEATURES

  const tensor = (type: string, values: Int32Array, shape: number[]): ort.Tensor =>
    type === 'int32'
      ? new ort.Tensor('int32', values, shape)
      : new ort.Tensor('int64', BigInt64Array.from(values, BigInt), shape)

  const feedsOf = (batch: readonly ContextWindow[], rows: number, length: number) => {
    const idValues = new Int32Array(rows * length).fill(tokenizer.padId)
    const maskValues = new Int32Array(rows * length)
    const typeValues = new Int32Array(rows * length)
    for (const [row, window] of batch.entries()) {
      idValues.set(window.ids, row * length)
      typeValues.set(window.typeIds, row * length)
      for (const [i, id] of window.ids.entries()) {
        // An encoder does not attend to breaks; in a span model the graph itself sees to that.
        const isHidden = manifest.kind === 'text-encoder' && id === marks.breakId
        maskValues[row * length + i] = isHidden ? 0 : 1
      }
    }
    const shape = [rows, length]
    const feeds: Record<string, ort.Tensor> = { [graph.ids]: tensor(ids.type, idValues, shape) }
    if (graph.mask !== null && mask) feeds[graph.mask] = tensor(mask.type, maskValues, shape)
    if (graph.types !== null && types) feeds[graph.types] = tensor(types.type, typeValues, shape)
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
        `${manifest.name}: "${name}" has the shape [${found.dims.join(', ')}], [${shape.join(', ')}] was expected`,
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
    let results: ort.InferenceSession.OnnxValueMapType
    try {
      results = await session.run(feeds, outputs)
    } catch (error) {
      throw new AppError(
        'model',
        `${manifest.name} failed on ${device}: ${firstLine(error)}`,
        undefined,
        {
          cause: error,
        },
      )
    }
    if (manifest.kind === 'span') {
      const start = await outputOf(results, manifest.graph.start, [rows, length])
      const end = await outputOf(results, manifest.graph.end, [rows, length])
      for (const [row, { window, out }] of batch.entries()) {
        const n = window.positions.length
        for (const [i, position] of window.positions.entries()) {
          out[i] = start[row * length + position] as number
          out[n + i] = end[row * length + position] as number
        }
        checkFinite(out)
      }
      return
    }
    const { dim } = manifest
    const states = await outputOf(results, manifest.graph.hidden, [rows, length, dim])
    for (const [row, { window, out }] of batch.entries()) {
      const features = headFeatures(window.ids, marks)
      for (const [i, position] of window.positions.entries()) {
        const from = (row * length + position) * dim
        out.set(states.subarray(from, from + dim), i * columns)
        const at = position * HEAD_FEATURES
        out.set(features.subarray(at, at + HEAD_FEATURES), i * columns + dim)
      }
      checkFinite(out)
    }
  }
  const checkFinite = (values: Float32Array): void => {
    // A sum is not finite if one of its terms is not.
    let sum = 0
    for (let i = 0; i < values.length; i++) sum += values[i] as number
    if (Number.isFinite(sum)) return
    throw new AppError(
      'model',
      `${manifest.name} gives values that are not finite on ${device}`,
      'Use another device (--device cpu) or another file of the model, such as fp32 for fp16.',
    )
  }

  return {
    manifest,
    device,
    columns,
    windows: (context) => contextWindows(tokenizer, context, options),
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
