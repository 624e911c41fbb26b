/** Model folders with random weights in `.setup/fidelity`, made when they are first asked for. */
import { cpSync, existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pictureText } from '../../src/main/inference/kinds/picture-text/kind.ts'
import type { PictureTextManifestInput } from '../../src/main/inference/kinds/picture-text/manifest.ts'
import { writeOnnxFile } from '../../src/main/inference/onnx/onnx-file.ts'
import { resolveFolder } from '../../src/main/inference/models/registry.ts'
import type { PictureTextModel } from '../../src/main/inference/kinds/picture-text/types.ts'
import { CLIP_IMAGE } from '../support/clip-recipe.ts'
import { clipTokenizerJson } from '../support/clip-tokenizer.ts'
import { emptyFolders, MODELS } from '../support/models.ts'
import { sharedData } from '../support/shared-data.ts'
import { imageGraph, textGraph, type Precision } from './graphs.ts'
import { shapeOf, type Shape } from './shapes.ts'

export const CACHE = fileURLToPath(new URL('../../.setup/fidelity/', import.meta.url))
/** Raised when graphs or weights change, so that older ones are not taken. */
const VERSION = 1

/** CLIP's real merges, or null where they are not on this machine. */
export function merges(): string | null {
  return sharedData('clip/reference/bpe_simple_vocab_16e6.txt.gz')
}

function once(path: string, make: (path: string) => void): void {
  if (existsSync(path)) return
  make(`${path}.${process.pid}.part`)
  renameSync(`${path}.${process.pid}.part`, path)
}

/**
 * A model folder of a shape. A CLIP model has CLIP's real tokenizer where the merges are on this
 * machine; without them only its pictures can be looked at, and it gets a small tokenizer.
 */
export async function shapeModel(
  id: string,
  precision: Precision = 'fp32',
): Promise<PictureTextModel> {
  const shape = shapeOf(id)
  const real = shape.family === 'clip' && merges() !== null
  const folder = join(
    CACHE,
    `v${VERSION}`,
    `${id}-${precision}${shape.family === 'clip' && !real ? '-pictures' : ''}`,
  )
  mkdirSync(join(folder, 'onnx'), { recursive: true })
  once(join(folder, 'onnx/vision_model.onnx'), (path) => {
    writeOnnxFile(path, imageGraph(shape, precision))
  })
  const tiny = shape.family === 'clip' ? 'tiny-clip' : 'tiny-siglip'
  once(join(folder, 'tokenizer.json'), (path) => {
    const gz = shape.family === 'clip' ? merges() : null
    if (gz === null) cpSync(join(MODELS, tiny, 'tokenizer.json'), path)
    else writeFileSync(path, JSON.stringify(clipTokenizerJson(gz)))
  })
  once(join(folder, 'onnx/text_model.onnx'), (path) => {
    if (shape.family === 'siglip' || real) writeOnnxFile(path, textGraph(shape, precision))
    else {
      const layers = { ...shape.text, layers: 1 }
      writeOnnxFile(path, textGraph({ ...shape, text: layers, vocabulary: 2000 }, precision))
    }
  })
  writeFileSync(join(folder, 'gleaner.json'), JSON.stringify(manifestOf(id, shape, precision)))
  return resolveFolder(emptyFolders(), pictureText, folder)
}

function manifestOf(id: string, shape: Shape, precision: Precision): PictureTextManifestInput {
  const { imageSize } = shape
  const isClip = shape.family === 'clip'
  return {
    format: 1,
    id: `random-${id}-${precision}`,
    name: `${shape.name}, random weights, ${precision}`,
    family: shape.family,
    dtype: precision,
    embeddingDim: shape.dim,
    graphs: {
      image: {
        file: 'onnx/vision_model.onnx',
        pixels: 'pixel_values',
        embedding: 'image_embeds',
      },
      text: { file: 'onnx/text_model.onnx', ids: 'input_ids', embedding: 'text_embeds' },
    },
    image: isClip
      ? {
          ...CLIP_IMAGE,
          width: imageSize,
          height: imageSize,
          resize: { mode: 'shortest-edge', shortestEdge: imageSize, filter: 'bicubic' },
        }
      : {
          ...CLIP_IMAGE,
          width: imageSize,
          height: imageSize,
          resize: { mode: 'exact', filter: 'bicubic' },
          mean: [0.5, 0.5, 0.5],
          std: [0.5, 0.5, 0.5],
        },
    text: {
      contextLength: shape.context,
      padId: shape.padId,
      endId: shape.endId,
      padding: isClip ? 'longest' : 'full',
    },
  }
}

/** Bytes of a model's graphs. */
export function graphBytes(model: PictureTextModel): number {
  const files = ['onnx/vision_model.onnx', 'onnx/text_model.onnx']
  return files.reduce((sum, file) => sum + statSync(join(model.folder, file)).size, 0)
}

export function forget(folder: string): void {
  if (folder.startsWith(CACHE)) rmSync(folder, { recursive: true, force: true })
}
