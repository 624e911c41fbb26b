import { join } from 'node:path'
import type { z } from 'zod'
import { readSmall } from '../../../files/read-small.ts'
import { readOnnxAbout } from '../../onnx/onnx-about.ts'
import { readOnnxHeader, type OnnxValue } from '../../onnx/onnx-header.ts'
import type { Described } from './descriptions.ts'
import { dictionaryOf } from './layout.ts'
import type { TextDetectionManifest } from './manifest.ts'
import { unusableTextModel } from './unusable.ts'

/** PaddleOCR, RecResizeImg: (x / 255 - 0.5) / 0.5, padded to 320 with zeros. */
const PADDLE = { channels: 'bgr' as const, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], width: 320 }
/** docTR, models/recognition/crnn: default_cfgs. */
const DOCTR = { channels: 'rgb' as const, mean: [0.694, 0.695, 0.693], std: [0.299, 0.296, 0.301] }

type Written = z.input<typeof TextDetectionManifest>['recogniser']

/** What a graph that reads lines needs to be known of. Throws `invalid-input`. */
export function inferRecogniser(folder: string, graph: string, said: Described | null): Written {
  const { inputs, outputs } = readOnnxHeader(join(folder, graph))
  const pixels = inputs[0]
  const classes = outputs.find(({ shape }) => shape.length === 3)
  if (inputs.length !== 1 || pixels?.shape.length !== 4 || !classes) {
    throw unusableTextModel(folder, [
      `${graph} does not make [1, steps, classes] of a line [1, 3, height, width]`,
    ])
  }
  const { metadata, makers } = readOnnxAbout(join(folder, graph))
  const isDoctr = said?.by === 'doctr'
  const written = charactersOf(folder, graph, said, metadata)
  const values = isDoctr ? DOCTR : PADDLE
  return {
    file: graph,
    pixels: pixels.name,
    classes: classes.name,
    gives: makers.get(classes.name) === 'Softmax' ? 'probabilities' : 'logits',
    height: fixed(pixels, 2) ?? said?.line?.height ?? (isDoctr ? 32 : 48),
    width: fixed(pixels, 3),
    minWidth:
      fixed(pixels, 3) ?? (isDoctr ? said.line?.width : (said?.line?.width ?? PADDLE.width)),
    rest: isDoctr ? 'black' : 'zero',
    values: {
      channels: said?.channels ?? values.channels,
      mean: (said?.mean ?? values.mean) as [number, number, number],
      std: (said?.std ?? values.std) as [number, number, number],
    },
    characters: isDoctr ? written : withSpace(folder, graph, written, fixed(classes, 2)),
    blank: isDoctr ? 'last' : 'first',
  }
}

function fixed({ shape }: OnnxValue, axis: number): number | null {
  const size = shape[axis]
  return typeof size === 'number' && size > 0 ? size : null
}

/** Of the description, else of the graph's metadata, else of a list beside it. */
function charactersOf(
  folder: string,
  graph: string,
  said: Described | null,
  metadata: ReadonlyMap<string, string>,
): string[] {
  if (said?.characters) return said.characters
  const inGraph = metadata.get('character') ?? metadata.get('dictionary')
  if (inGraph !== undefined) return lines(inGraph)
  const file = dictionaryOf(folder, graph)
  if (file !== null) return lines(readSmall(join(folder, file), 'manifest'))
  throw unusableTextModel(folder, [
    `no characters for ${graph}: neither in its metadata ("character"), nor in inference.yml or config.json, nor as a list beside it (dict.txt, one a line)`,
  ])
}

function lines(text: string): string[] {
  const all = text.split(/\r?\n/)
  return all.at(-1) === '' ? all.slice(0, -1) : all
}

/**
 * PaddleOCR puts a space behind the characters of its lists (`use_space_char`), which they do not
 * name. One class more is the blank.
 */
function withSpace(
  folder: string,
  graph: string,
  characters: string[],
  classes: number | null,
): string[] {
  const missing = classes === null ? null : classes - 1 - characters.length
  if (missing === 0) return characters
  if (missing === 1 || missing === null) return [...characters, ' ']
  throw unusableTextModel(folder, [
    `${graph} tells ${classes} classes apart, its list has ${characters.length} characters: a blank, and if need be a space, are added`,
  ])
}
