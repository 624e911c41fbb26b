import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { field } from '../../src/main/inference/onnx/onnx-file.ts'

/**
 * A latent diffusion model of a few numbers, in the hub's layout, whose pictures can be worked out by
 * hand: see `unetSays` and `decoderSays`. Latents are a quarter of a picture's side.
 */
export interface TinyDiffusion {
  /** The decoder's weights are so large that its values are infinite. */
  overflows?: boolean
  encoder?: boolean
  scheduler?: Record<string, unknown>
  /** Type of the timestep. */
  timestep?: 'int64' | 'float'
}

const FLOAT = 1
const INT32 = 6
const INT64 = 7
/** Side of a picture for one of the latents. */
export const SCALE = 4
export const FACTOR = 0.5
const WIDTH = 3

interface Node {
  op: string
  inputs: string[]
  output: string
  attributes?: Uint8Array[]
}
interface Value {
  name: string
  type: number
  shape: (number | string)[]
}
interface Weight {
  name: string
  dims: number[]
  values: Float32Array | BigInt64Array
}

const ints = (name: string, values: number[]): Uint8Array =>
  field.message(5, [field.text(1, name), ...values.map((v) => field.int(8, v)), field.int(20, 7)])
const int = (name: string, value: number): Uint8Array =>
  field.message(5, [field.text(1, name), field.int(3, value), field.int(20, 2)])

function graph(nodes: Node[], inputs: Value[], outputs: Value[], weights: Weight[]): Uint8Array {
  const value = (number: number, { name, type, shape }: Value): Uint8Array => {
    const dims = shape.map((size) =>
      field.message(1, [typeof size === 'number' ? field.int(1, size) : field.text(2, size)]),
    )
    const tensor = field.message(1, [field.int(1, type), field.message(2, dims)])
    return field.message(number, [field.text(1, name), field.message(2, [tensor])])
  }
  const parts = [
    ...nodes.map(({ op, inputs: from, output, attributes = [] }) =>
      field.message(1, [
        ...from.map((name) => field.text(1, name)),
        field.text(2, output),
        field.text(3, output),
        field.text(4, op),
        ...attributes,
      ]),
    ),
    field.text(2, 'tiny'),
    ...weights.map(({ name, dims, values }) =>
      field.message(5, [
        ...dims.map((size) => field.int(1, size)),
        field.int(2, values instanceof Float32Array ? FLOAT : INT64),
        field.text(8, name),
        field.bytes(9, new Uint8Array(values.buffer)),
      ]),
    ),
    ...inputs.map((one) => value(11, one)),
    ...outputs.map((one) => value(12, one)),
  ]
  return Buffer.concat([
    field.int(1, 8),
    field.message(7, parts),
    field.message(8, [field.text(1, ''), field.int(2, 13)]),
  ])
}

/** The 256 bytes as CLIP writes them, then with the end of a word, then the two special tokens. */
function vocabulary(): Record<string, number> {
  const order: number[] = []
  for (const [from, to] of [
    [0x21, 0x7e],
    [0xa1, 0xac],
    [0xae, 0xff],
  ] as const) {
    for (let b = from; b <= to; b++) order.push(b)
  }
  const chars = order.map((b) => String.fromCodePoint(b))
  for (let b = 0; b < 256; b++) {
    if (!order.includes(b)) chars.push(String.fromCodePoint(256 + chars.length - order.length))
  }
  const words = [...chars, ...chars.map((c) => `${c}</w>`), '<|startoftext|>', '<|endoftext|>']
  return Object.fromEntries(words.map((word, i) => [word, i]))
}

const tableAt = (i: number): number => Math.fround(Math.sin(i * 0.37))
const decoderAt = (i: number): number => Math.fround(0.4 * Math.cos(i * 0.91))

/** The mean over all states of a text of these ids, padded with the end to 77. */
export function meanOf(ids: readonly number[]): number {
  const end = Object.keys(vocabulary()).length - 1
  const all = Array.from({ length: 77 }, (_, i) => ids[i] ?? end)
  const sum = all.reduce(
    (total, id) => total + [0, 1, 2].reduce((row, c) => row + tableAt(id * WIDTH + c), 0),
    0,
  )
  return sum / (77 * WIDTH)
}

/** `sample / 2 + mean of the text's states + timestep / 10000` */
export function unetSays(sample: number, mean: number, timestep: number): number {
  return sample / 2 + mean + timestep / 10_000
}

/** The picture's value at c, y, x of latents (4 channels). */
export function decoderSays(
  latentAt: (channel: number, y: number, x: number) => number,
  c: number,
  y: number,
  x: number,
): number {
  let sum = 0
  for (let channel = 0; channel < 4; channel++) {
    const at = ((channel * 3 + c) * SCALE + (y % SCALE)) * SCALE + (x % SCALE)
    sum += decoderAt(at) * latentAt(channel, Math.floor(y / SCALE), Math.floor(x / SCALE))
  }
  return sum
}

export const TINY_SCHEDULER = {
  _class_name: 'DDIMScheduler',
  beta_start: 0.00085,
  beta_end: 0.012,
  beta_schedule: 'scaled_linear',
  clip_sample: false,
  set_alpha_to_one: false,
  steps_offset: 1,
}

/** Writes one. @returns its folder */
export function writeTinyDiffusion(folder: string, options: TinyDiffusion = {}): string {
  const { overflows = false, encoder = true, timestep = 'float' } = options
  const vocab = vocabulary()
  const words = Object.keys(vocab).length
  const write = (name: string, content: string | Uint8Array | object): void => {
    const path = join(folder, name)
    mkdirSync(dirname(path), { recursive: true })
    const isPlain = typeof content === 'string' || content instanceof Uint8Array
    writeFileSync(path, isPlain ? content : JSON.stringify(content))
  }
  write('model_index.json', { _class_name: 'StableDiffusionPipeline' })
  write('scheduler/scheduler_config.json', options.scheduler ?? TINY_SCHEDULER)
  write('tokenizer/vocab.json', vocab)
  write('tokenizer/merges.txt', '#version: 0.2\n')
  write('tokenizer/tokenizer_config.json', { model_max_length: 77, pad_token: '<|endoftext|>' })
  write('text_encoder/config.json', { max_position_embeddings: 77 })
  write('unet/config.json', { sample_size: 4 })
  write('vae_decoder/config.json', { scaling_factor: FACTOR, block_out_channels: [1, 1, 1] })

  const text = (name: string, type: number): Value => ({ name, type, shape: ['batch', 'sequence'] })
  const latents = (name: string, channels = 4): Value => ({
    name,
    type: FLOAT,
    shape: ['batch', channels, 'height', 'width'],
  })
  const states: Value = {
    name: 'last_hidden_state',
    type: FLOAT,
    shape: ['batch', 'sequence', WIDTH],
  }
  const table = Float32Array.from({ length: words * WIDTH }, (_, i) => tableAt(i))
  write(
    'text_encoder/model.onnx',
    graph(
      [{ op: 'Gather', inputs: ['table', 'input_ids'], output: 'last_hidden_state' }],
      [text('input_ids', INT32)],
      [states],
      [{ name: 'table', dims: [words, WIDTH], values: table }],
    ),
  )
  const one = (name: string, value: number): Weight => ({
    name,
    dims: [],
    values: Float32Array.of(value),
  })
  write(
    'unet/model.onnx',
    graph(
      [
        {
          op: 'ReduceMean',
          inputs: ['encoder_hidden_states'],
          output: 'mean',
          attributes: [ints('axes', [1, 2]), int('keepdims', 1)],
        },
        { op: 'Reshape', inputs: ['mean', 'flat'], output: 'means' },
        { op: 'Cast', inputs: ['timestep'], output: 'time', attributes: [int('to', FLOAT)] },
        { op: 'Mul', inputs: ['time', 'slow'], output: 'slowly' },
        { op: 'Mul', inputs: ['sample', 'half'], output: 'halved' },
        { op: 'Add', inputs: ['halved', 'means'], output: 'told' },
        { op: 'Add', inputs: ['told', 'slowly'], output: 'out_sample' },
      ],
      [
        latents('sample'),
        {
          name: 'timestep',
          type: timestep === 'float' ? FLOAT : INT64,
          shape: timestep === 'float' ? [] : [1],
        },
        { ...states, name: 'encoder_hidden_states' },
      ],
      [latents('out_sample')],
      [
        { name: 'flat', dims: [4], values: BigInt64Array.of(-1n, 1n, 1n, 1n) },
        one('slow', 1e-4),
        one('half', 0.5),
      ],
    ),
  )
  const strided = [ints('strides', [SCALE, SCALE]), ints('kernel_shape', [SCALE, SCALE])]
  const kernel = 4 * 3 * SCALE * SCALE
  write(
    'vae_decoder/model.onnx',
    graph(
      [
        {
          op: 'ConvTranspose',
          inputs: ['latent_sample', 'w'],
          output: 'sample',
          attributes: strided,
        },
      ],
      [latents('latent_sample')],
      [latents('sample', 3)],
      [
        {
          name: 'w',
          dims: [4, 3, SCALE, SCALE],
          values: Float32Array.from({ length: kernel }, (_, i) =>
            overflows ? 3e38 : decoderAt(i),
          ),
        },
      ],
    ),
  )
  if (encoder) {
    write(
      'vae_encoder/model.onnx',
      graph(
        [{ op: 'Conv', inputs: ['sample', 'w'], output: 'latent_parameters', attributes: strided }],
        [latents('sample', 3)],
        [latents('latent_parameters', 8)],
        [
          {
            name: 'w',
            dims: [8, 3, SCALE, SCALE],
            // The means are averages of a colour; the logarithms of the variances are 0.
            values: Float32Array.from({ length: 2 * kernel }, (_, i) =>
              i < kernel &&
              Math.floor(i / (SCALE * SCALE)) % 3 === Math.floor(i / (3 * SCALE * SCALE)) % 3
                ? 1 / (SCALE * SCALE)
                : 0,
            ),
          },
        ],
      ),
    )
  }
  return folder
}
