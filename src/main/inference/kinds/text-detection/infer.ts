import { join } from 'node:path'
import { z } from 'zod'
import { readOnnxAbout } from '../../onnx/onnx-about.ts'
import { readOnnxHeader, type OnnxHeader, type OnnxValue } from '../../onnx/onnx-header.ts'
import { readDescription, type Described } from './descriptions.ts'
import { inferRecogniser } from './infer-recogniser.ts'
import { descriptionOf, textLayout, type TextLayout } from './layout.ts'
import { TextDetectionManifest } from './manifest.ts'
import { unusableTextModel } from './unusable.ts'

/** PaddleOCR: configs of PP-OCRv3 to v5, NormalizeImage and DetResizeForTest. */
const PADDLE = {
  channels: 'bgr' as const,
  mean: [0.485, 0.456, 0.406] as [number, number, number],
  std: [0.229, 0.224, 0.225] as [number, number, number],
  size: { mode: 'max' as const, side: 960 },
}
/** docTR, models/detection/differentiable_binarization: default_cfgs, DBPostProcessor. */
const DOCTR = {
  channels: 'rgb' as const,
  mean: [0.798, 0.785, 0.772] as [number, number, number],
  std: [0.264, 0.2749, 0.287] as [number, number, number],
  size: { mode: 'max' as const, side: 1024 },
  boxThreshold: 0.1,
}

/** Whether a folder holds a graph from a picture to a map of one channel. */
export function looksLikeTextDetection(folder: string): boolean {
  try {
    const layout = textLayout(folder)
    return layout !== null && mapOf(readOnnxHeader(join(folder, layout.detector))) !== null
  } catch {
    return false
  }
}

/** The map of a graph that takes a picture and nothing else, or null. */
function mapOf({ inputs, outputs }: OnnxHeader): OnnxValue | null {
  if (inputs.length !== 1 || inputs[0]?.shape.length !== 4) return null
  if (typeof inputs[0].shape[1] === 'number' && inputs[0].shape[1] > 3) return null
  return (
    outputs.find(
      ({ shape }) =>
        shape.length === 4 && (shape[1] === 1 || typeof shape[1] !== 'number' || shape[1] < 1),
    ) ?? null
  )
}

/** The manifest of a detector, and what reads, as exporters write them. Throws `invalid-input`. */
export function inferTextDetection(
  folder: string,
  id: string,
  name: string,
): TextDetectionManifest {
  const layout = textLayout(folder)
  if (layout === null) throw unusableTextModel(folder, ['no graph (det.onnx or model.onnx)'])
  const header = readOnnxHeader(join(folder, layout.detector))
  const [pixels, map] = [header.inputs[0], mapOf(header)]
  if (!pixels || !map) {
    throw unusableTextModel(folder, [
      `${layout.detector} does not make a map [1, 1, height, width] of a picture [1, 3, height, width]`,
    ])
  }
  const said = described(folder, layout.detector, layout)
  const usual = said?.by === 'doctr' ? DOCTR : PADDLE
  const maker = readOnnxAbout(join(folder, layout.detector)).makers.get(map.name)
  const manifest = TextDetectionManifest.safeParse({
    format: 1,
    kind: 'text-detection',
    id,
    name,
    detector: {
      file: layout.detector,
      pixels: pixels.name,
      map: map.name,
      gives: maker === 'Sigmoid' ? 'probabilities' : 'logits',
      picture: {
        channels: said?.channels ?? usual.channels,
        rescale: said?.rescale,
        mean: said?.mean ?? usual.mean,
        std: said?.std ?? usual.std,
        size: fixedSize(pixels) ?? said?.size ?? usual.size,
      },
    },
    boxes: {
      threshold: said?.threshold,
      boxThreshold:
        said?.boxThreshold ?? ('boxThreshold' in usual ? usual.boxThreshold : undefined),
      unclip: said?.unclip,
      most: said?.most,
    },
    recogniser:
      layout.recogniser === null
        ? null
        : inferRecogniser(folder, layout.recogniser, described(folder, layout.recogniser, layout)),
  })
  if (manifest.success) return manifest.data
  throw unusableTextModel(folder, [wrongWith(manifest.error)])
}

/** Of a graph that takes pictures of one size. */
function fixedSize({ shape }: OnnxValue): { mode: 'pad'; width: number; height: number } | null {
  const [, , height, width] = shape
  if (typeof height !== 'number' || typeof width !== 'number') return null
  return height > 0 && width > 0 ? { mode: 'pad', width, height } : null
}

function described(folder: string, graph: string, layout: TextLayout): Described | null {
  const { detector, recogniser } = layout
  const folderOf = (file: string): string => file.slice(0, file.lastIndexOf('/') + 1)
  const shared = recogniser !== null && folderOf(detector) === folderOf(recogniser)
  const file = descriptionOf(folder, graph, shared)
  if (file === null) return null
  try {
    return readDescription(folder, file)
  } catch (error) {
    const what = error instanceof z.ZodError ? wrongWith(error) : (error as Error).message
    throw unusableTextModel(folder, [`${file} cannot be used (${what.split('\n')[0]})`])
  }
}

function wrongWith(error: z.ZodError): string {
  const issue = error.issues[0]
  return `${issue?.path.join('.') ?? ''} ${issue?.message ?? 'is wrong'}`.trim()
}
