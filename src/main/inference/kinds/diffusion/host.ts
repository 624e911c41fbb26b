import { join } from 'node:path'
import { AppError } from '#shared/errors.ts'
import type { RealDevice } from '../../onnx/device.ts'
import { openTextTokenizer, type TextTokenizer } from '../../tokenize/text-tokenizer.ts'
import type { PictureSource } from '../../pictures/picture-source.ts'
import { defineHostKind, type HostTools, type LoadTools } from '../host-kind.ts'
import { normaliseRows } from '../vectors.ts'
import { loadGraph, type Graph } from './graph.ts'
import type { DiffusionManifest } from './manifest.ts'
import type { DiffusionCalls } from './types.ts'

interface Reader {
  graph: Graph
  tokenizer: TextTokenizer
  states: string
  /** Of the second of XL. */
  row: string | null
}

interface LoadedHere {
  manifest: DiffusionManifest
  readers: Reader[]
  unet: Graph
  decoder: Graph
  /** Loaded when a picture is the start. */
  encoder(): Promise<Graph>
  release(): Promise<void>
}

async function load(
  folder: string,
  manifest: DiffusionManifest,
  device: RealDevice,
  threads: number,
  { tokenizers, signal }: LoadTools,
): Promise<LoadedHere> {
  const graphs: Graph[] = []
  const open = async (file: string): Promise<Graph> => {
    const graph = await loadGraph(manifest.name, folder, file, device, threads)
    graphs.push(graph)
    return graph
  }
  const release = async (): Promise<void> => {
    await Promise.all(graphs.map((graph) => graph.release()))
  }
  try {
    const readers: Reader[] = []
    for (const [i, { graph: file, tokenizer, text }] of manifest.readers.entries()) {
      const graph = await open(file)
      readers.push({
        graph,
        tokenizer: await openTextTokenizer(tokenizers, join(folder, tokenizer), text, { signal }),
        states: statesOf(manifest, graph),
        row:
          manifest.family === 'sdxl' && i === manifest.readers.length - 1
            ? rowOf(manifest, graph)
            : null,
      })
    }
    const [unet, decoder] = [await open(manifest.unet), await open(manifest.decoder)]
    let encoder: Promise<Graph> | null = null
    return {
      manifest,
      readers,
      unet,
      decoder,
      encoder() {
        if (manifest.encoder === null) {
          throw new AppError(
            'unsupported',
            `${manifest.name} has no vae_encoder, so a picture cannot be the start`,
            'Add vae_encoder/model.onnx to its folder, or begin with noise.',
          )
        }
        return (encoder ??= open(manifest.encoder))
      },
      release,
    }
  } catch (error) {
    await release()
    throw error
  }
}

/** Which output has the states that the network reads. */
function statesOf({ family, name }: DiffusionManifest, { file, outputs }: Graph): string {
  if (family === 'sd') {
    return outputs.includes('last_hidden_state') ? 'last_hidden_state' : (outputs[0] as string)
  }
  const layers = outputs
    .flatMap((output) => /^hidden_states\.(\d+)$/.exec(output)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b)
  const last = layers.at(-2)
  if (last !== undefined) return `hidden_states.${last}`
  throw new AppError(
    'model',
    `${name} cannot be used: ${file} does not give the states of each layer (hidden_states.0, ...)`,
    'Export its text encoders with output_hidden_states.',
  )
}

function rowOf({ name }: DiffusionManifest, { file, outputs }: Graph): string {
  if (outputs.includes('text_embeds')) return 'text_embeds'
  throw new AppError(
    'model',
    `${name} cannot be used: ${file} has no output text_embeds`,
    'Export it as CLIPTextModelWithProjection.',
  )
}

interface Read {
  tokens: number
  width: number
  states: Float32Array
  row: Float32Array
  cut: number[]
}

/** What one encoder makes of texts, each padded to the whole context. */
async function readTexts(
  { graph, states, row }: Reader,
  { contextLength, padId }: DiffusionManifest['readers'][number]['text'],
  ids: readonly number[][],
): Promise<Omit<Read, 'cut'>> {
  const n = ids.length
  const values = new Int32Array(n * contextLength).fill(padId)
  for (const [i, list] of ids.entries()) values.set(list, i * contextLength)
  const shape = [n, contextLength]
  const mask = graph.inputs.find(({ name }) => name === 'attention_mask')
  const feeds = {
    [(graph.inputs.find(({ name }) => name === 'input_ids') ?? graph.inputs[0])?.name ??
    'input_ids']: { values, shape },
    // Padding is seen, as it was in the training.
    ...(mask ? { attention_mask: { values: new Int32Array(values.length).fill(1), shape } } : {}),
  }
  const outputs = row === null ? [states] : [states, row]
  const [hidden, pooled] = await graph.run(feeds, outputs, 'for the prompt')
  const width = hidden?.shape[2] ?? 0
  return {
    tokens: contextLength,
    width,
    states: hidden?.values ?? new Float32Array(),
    row: pooled?.values ?? new Float32Array(),
  }
}

/** States of several encoders side by side. */
function sideBySide(parts: readonly Omit<Read, 'cut'>[], n: number): Omit<Read, 'cut'> {
  const tokens = parts[0]?.tokens ?? 0
  const width = parts.reduce((sum, part) => sum + part.width, 0)
  const states = new Float32Array(n * tokens * width)
  for (let at = 0; at < n * tokens; at++) {
    let column = at * width
    for (const part of parts) {
      states.set(part.states.subarray(at * part.width, (at + 1) * part.width), column)
      column += part.width
    }
  }
  return { tokens, width, states, row: parts.at(-1)?.row ?? new Float32Array() }
}

function floatsOf(bytes: Uint8Array): Float32Array {
  return new Float32Array(new Uint8Array(bytes).buffer)
}

const asBytes = (values: Float32Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength)

function repeated(values: ArrayLike<number>, times: number): Float32Array {
  const out = new Float32Array(values.length * times)
  for (let i = 0; i < times; i++) out.set(values, i * values.length)
  return out
}

/** What the network says of a sample for each text, in one run or, where it takes one, in several. */
async function denoise(
  { manifest, unet }: LoadedHere,
  input: DiffusionCalls['denoise']['input'],
  floats: Float32Array,
): Promise<Float32Array> {
  const { height, width, texts, tokens, textWidth, pooled } = input
  const size = manifest.latents.channels * height * width
  const sample = floats.subarray(0, size)
  const states = floats.subarray(size, size + texts * tokens * textWidth)
  const rows = floats.subarray(size + states.length)
  const batch = unet.input('sample').shape[0]
  const each = batch ?? texts
  const out = new Float32Array(texts * size)
  for (let from = 0; from < texts; from += each) {
    const n = Math.min(each, texts - from)
    const part = <T extends Float32Array>(values: T, one: number): Float32Array => {
      const got = values.subarray(from * one, (from + n) * one)
      // A graph of a fixed batch gets its last row again.
      return n === each
        ? got
        : Float32Array.from({ length: each * one }, (_, i) => got[i % got.length] as number)
    }
    const time = unet.input('timestep')
    const times = time.shape.length === 0 ? 1 : (time.shape[0] ?? 1)
    const feeds: Record<string, { values: ArrayLike<number>; shape: number[] }> = {
      sample: {
        values: repeated(sample, each),
        shape: [each, manifest.latents.channels, height, width],
      },
      timestep: {
        values: new Float64Array(times).fill(input.timestep),
        shape: time.shape.length === 0 ? [] : [times],
      },
      encoder_hidden_states: {
        values: part(states, tokens * textWidth),
        shape: [each, tokens, textWidth],
      },
    }
    if (manifest.family === 'sdxl') {
      feeds['text_embeds'] = { values: part(rows, pooled), shape: [each, pooled] }
      const ids = input.timeIds ?? []
      feeds['time_ids'] = { values: repeated(ids, each), shape: [each, ids.length] }
    }
    if (input.guidance) {
      feeds['timestep_cond'] = {
        values: repeated(input.guidance, each),
        shape: [each, input.guidance.length],
      }
    }
    const name = unet.outputs[0] as string
    const [said] = await unet.run(feeds, [name], `at timestep ${input.timestep}`)
    out.set((said?.values ?? new Float32Array()).subarray(0, n * size), from * size)
  }
  return out
}

/** A picture as diffusers' image processor takes it: stretched to the size by Lanczos, -1..1. */
async function read(
  source: PictureSource,
  height: number,
  width: number,
  { prepare }: Pick<HostTools, 'prepare'>,
): Promise<Float32Array> {
  const half: [number, number, number] = [0.5, 0.5, 0.5]
  const found = await prepare(source, {
    width,
    height,
    resize: { mode: 'exact', shortestEdge: null, filter: 'lanczos' },
    crop: 'transformers',
    rescale: 1 / 255,
    mean: half,
    std: half,
    orientation: 'apply',
    alpha: 'white',
  })
  if ('pixels' in found) return found.pixels
  throw new AppError(
    'invalid-input',
    `The picture to begin with cannot be read: ${found.reason}`,
    'Give a JPEG, PNG or WebP that other programs open.',
  )
}

export const diffusionHost = defineHostKind<DiffusionManifest, LoadedHere, DiffusionCalls>({
  kind: 'diffusion',
  load,
  calls: {
    async texts({ manifest, readers }, { texts }, { signal, alone }) {
      const cut = texts.map((): number[] => [])
      const ids: number[][][] = []
      for (const [r, { tokenizer }] of readers.entries()) {
        const { contextLength } = manifest.readers[r]?.text ?? { contextLength: 77 }
        const whole = await tokenizer.whole(texts, signal)
        for (const [i, length] of whole.lengths.entries()) {
          cut[i]?.push(Math.max(0, length - contextLength))
        }
        ids.push(whole.ids)
      }
      return alone(async () => {
        const parts: Omit<Read, 'cut'>[] = []
        for (const [r, reader] of readers.entries()) {
          const recipe = manifest.readers[r]
          if (recipe) parts.push(await readTexts(reader, recipe.text, ids[r] ?? []))
        }
        const { tokens, width, states, row } = sideBySide(parts, texts.length)
        const pooled = row.length / texts.length
        const out = new Float32Array(states.length + row.length)
        const size = tokens * width
        for (let i = 0; i < texts.length; i++) {
          out.set(states.subarray(i * size, (i + 1) * size), i * (size + pooled))
          out.set(row.subarray(i * pooled, (i + 1) * pooled), i * (size + pooled) + size)
        }
        return { value: { tokens, width, pooled, cut }, bytes: asBytes(out) }
      })
    },
    denoise: (model, input, { alone, bytes }) => {
      // It shares its memory until the run begins.
      const floats = floatsOf(bytes)
      return alone(async () => ({ value: {}, bytes: asBytes(await denoise(model, input, floats)) }))
    },
    decode: ({ manifest, decoder }, { height, width }, { alone, bytes }) => {
      const values = floatsOf(bytes)
      return alone(async () => {
        const shape = [1, manifest.latents.channels, height, width]
        const input = decoder.inputs[0]?.name ?? ''
        const [made] = await decoder.run(
          { [input]: { values, shape } },
          [decoder.outputs[0] as string],
          'for the picture',
        )
        const [, , h = 0, w = 0] = made?.shape ?? []
        return {
          value: { height: h, width: w },
          bytes: asBytes(made?.values ?? new Float32Array()),
        }
      })
    },
    async encode(model, { height, width, source }, tools) {
      const values = source ? await read(source, height, width, tools) : floatsOf(tools.bytes)
      return tools.alone(async () => {
        const encoder = await model.encoder()
        const input = encoder.inputs[0]?.name ?? ''
        const [made] = await encoder.run(
          { [input]: { values, shape: [1, 3, height, width] } },
          [encoder.outputs[0] as string],
          'for the picture to begin with',
        )
        return {
          value: { channels: made?.shape[1] ?? 0 },
          bytes: asBytes(made?.values ?? new Float32Array()),
        }
      })
    },
  },
  async probe(model) {
    const { manifest, unet, readers } = model
    const [, , h, w] = unet.input('sample').shape
    const [height, width] = [h ?? 16, w ?? 16]
    const ids = manifest.readers.map(({ text }) => [[text.endId ?? text.padId]])
    const parts: Omit<Read, 'cut'>[] = []
    for (const [r, reader] of readers.entries()) {
      const recipe = manifest.readers[r]
      if (recipe) parts.push(await readTexts(reader, recipe.text, ids[r] ?? []))
    }
    const { tokens, width: textWidth, states, row } = sideBySide(parts, 1)
    const size = manifest.latents.channels * height * width
    const floats = Float32Array.from([
      ...Float32Array.from({ length: size }, (_, i) => Math.sin(i * 1.3)),
      ...states,
      ...row,
    ])
    const side = manifest.size
    const input = {
      height,
      width,
      timestep: 500,
      texts: 1,
      tokens,
      textWidth,
      pooled: row.length,
      timeIds: manifest.family === 'sdxl' ? [side, side, 0, 0, side, side] : null,
      guidance:
        manifest.guidanceDim === null ? null : Array<number>(manifest.guidanceDim).fill(0.1),
    }
    await denoise(model, input, floats)
    const start = performance.now()
    const vectors = await denoise(model, input, floats)
    const seconds = (performance.now() - start) / 1000
    normaliseRows(vectors, size)
    return { vectors, dim: size, seconds }
  },
})
