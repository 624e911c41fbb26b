import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { readSmall } from '../../../files/read-small.ts'

/** What a description beside a graph says; what it does not say is undefined. */
export interface Described {
  /** Who wrote it: their defaults differ. */
  by: 'paddle' | 'doctr'
  channels?: 'rgb' | 'bgr'
  rescale?: number
  mean?: [number, number, number]
  std?: [number, number, number]
  size?: { mode: 'max' | 'min' | 'long'; side: number }
  threshold?: number
  boxThreshold?: number
  unclip?: number
  most?: number
  /** Height and width of a line. */
  line?: { height: number; width: number }
  characters?: string[]
}

const text = z.string()
// The failsafe schema leaves every scalar a text: in a dictionary `0`, `~` and `no` are characters.
const fraction = text.transform((value, context) => {
  const [, over, under] = /^\s*([\d.eE+-]+)\s*(?:\/\s*([\d.eE+-]+))?\s*$/.exec(value) ?? []
  const number = Number(over) / Number(under ?? 1)
  if (!Number.isFinite(number))
    context.addIssue({ code: 'custom', message: `"${value}" is no number` })
  return number
})
const triple = z.tuple([fraction, fraction, fraction])

const Paddle = z.looseObject({
  PreProcess: z
    .looseObject({ transform_ops: z.array(z.record(text, z.unknown())).max(100) })
    .optional(),
  PostProcess: z
    .looseObject({
      name: text.optional(),
      thresh: fraction.optional(),
      box_thresh: fraction.optional(),
      unclip_ratio: fraction.optional(),
      max_candidates: fraction.optional(),
      character_dict: z.array(text).max(65_536).optional(),
    })
    .optional(),
})
const Steps = {
  DecodeImage: z.looseObject({ img_mode: text.optional() }),
  DetResizeForTest: z.looseObject({
    resize_long: fraction.optional(),
    limit_side_len: fraction.optional(),
    limit_type: z.enum(['max', 'min']).optional(),
  }),
  NormalizeImage: z.looseObject({
    mean: triple.optional(),
    std: triple.optional(),
    scale: fraction.optional(),
  }),
  RecResizeImg: z.looseObject({ image_shape: triple.optional() }),
}

const numbers = z.tuple([z.number(), z.number(), z.number()])
/** `config.json` as docTR and OnnxTR write it. */
const Doctr = z.looseObject({
  task: z.enum(['detection', 'recognition']),
  mean: numbers.optional(),
  std: numbers.optional(),
  input_shape: numbers.optional(),
  vocab: z.string().max(65_536).optional(),
})

/** Reads a description; throws with what is wrong with it, in words. */
export function readDescription(folder: string, file: string): Described {
  const written = readSmall(join(folder, file), 'manifest')
  if (file.endsWith('.json')) return ofDoctr(Doctr.parse(JSON.parse(written)))
  return ofPaddle(Paddle.parse(parse(written, { schema: 'failsafe', maxAliasCount: 100 })))
}

function ofDoctr({ mean, std, input_shape, vocab }: z.infer<typeof Doctr>): Described {
  return {
    by: 'doctr',
    channels: 'rgb',
    ...(mean && { mean }),
    ...(std && { std }),
    ...(input_shape && { line: { height: input_shape[1], width: input_shape[2] } }),
    ...(vocab !== undefined && { characters: [...vocab] }),
  }
}

function ofPaddle({ PreProcess, PostProcess }: z.infer<typeof Paddle>): Described {
  const found: Described = { by: 'paddle' }
  const step = <N extends keyof typeof Steps>(name: N): z.infer<(typeof Steps)[N]> | undefined => {
    const written = PreProcess?.transform_ops.find((one) => name in one)?.[name]
    if (typeof written !== 'object' || written === null) return undefined
    return Steps[name].parse(written) as z.infer<(typeof Steps)[N]>
  }
  const order = step('DecodeImage')?.img_mode?.toLowerCase()
  if (order === 'rgb' || order === 'bgr') found.channels = order
  const normal = step('NormalizeImage')
  if (normal?.mean) found.mean = normal.mean
  if (normal?.std) found.std = normal.std
  if (normal?.scale !== undefined) found.rescale = normal.scale
  const size = step('DetResizeForTest')
  if (size?.resize_long !== undefined) found.size = { mode: 'long', side: size.resize_long }
  else if (size?.limit_side_len !== undefined) {
    found.size = { mode: size.limit_type ?? 'max', side: size.limit_side_len }
  }
  const shape = step('RecResizeImg')?.image_shape
  if (shape) found.line = { height: shape[1], width: shape[2] }
  const { thresh, box_thresh, unclip_ratio, max_candidates, character_dict } = PostProcess ?? {}
  if (thresh !== undefined) found.threshold = thresh
  if (box_thresh !== undefined) found.boxThreshold = box_thresh
  if (unclip_ratio !== undefined) found.unclip = unclip_ratio
  if (max_candidates !== undefined) found.most = max_candidates
  if (character_dict) found.characters = character_dict
  return found
}
