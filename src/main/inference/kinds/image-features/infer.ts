import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readOnnxHeader, type OnnxHeader, type OnnxValue } from '../../onnx/onnx-header.ts'
import { findGraphs, missingFiles, readModelJson, UnusableFolder } from '../hub-layout.ts'
import { Preprocessor, recipeOf } from '../pictures/preprocessor.ts'
import { ImageFeaturesManifest } from './manifest.ts'

export const TITLE = 'a model of picture features'

function unusable(folder: string, lacks: string[]): UnusableFolder {
  return new UnusableFolder(
    folder,
    TITLE,
    lacks,
    'A model folder holds an ONNX graph that takes pictures alone, and gleaner.json or preprocessor_config.json. docs/models.md describes it.',
  )
}

/** Whether a folder holds one graph that takes pictures and nothing else. */
export function looksLikeImageFeatures(folder: string): boolean {
  if (!existsSync(join(folder, 'preprocessor_config.json'))) return false
  const graphs = findGraphs(folder)
  if (graphs === null || 'image' in graphs) return false
  try {
    return takesPicturesAlone(readOnnxHeader(join(folder, graphs.joint)))
  } catch {
    return false
  }
}

function takesPicturesAlone({ inputs }: OnnxHeader): boolean {
  return inputs.length === 1 && inputs[0]?.shape.length === 4
}

/** The manifest of an encoder of pictures as exporters write it. Throws `invalid-input`. */
export function inferImageFeatures(
  folder: string,
  id: string,
  name: string,
): ImageFeaturesManifest {
  const graphs = findGraphs(folder)
  const lacks =
    graphs === null || 'image' in graphs ? ['no graph (onnx/model.onnx or model.onnx)'] : []
  lacks.push(...missingFiles(folder, ['preprocessor_config.json']))
  if (graphs === null || 'image' in graphs || lacks.length > 0) throw unusable(folder, lacks)
  const header = readOnnxHeader(join(folder, graphs.joint))
  const pixels = header.inputs[0]
  if (!pixels || !takesPicturesAlone(header)) {
    throw unusable(folder, ['the graph does not take pictures and nothing else'])
  }
  const { output, take } = featuresOf(folder, header)
  const dim = output.shape[take === 'row' ? 1 : 2]
  if (typeof dim !== 'number' || dim < 1) {
    throw unusable(folder, [`the output ${output.name} does not say how long a row is`])
  }
  const preprocessor = readModelJson(folder, 'preprocessor_config.json', Preprocessor, (wrong) =>
    unusable(folder, wrong),
  )
  return ImageFeaturesManifest.parse({
    format: 1,
    kind: 'image-features',
    id,
    name,
    measure: `FD (${name})`.slice(0, 80),
    graph: { file: graphs.joint, pixels: pixels.name, features: output.name, take },
    dim,
    image: recipeOf(preprocessor, pixels, (wrong) => unusable(folder, wrong)),
  })
}

function featuresOf(
  folder: string,
  { outputs }: OnnxHeader,
): { output: OnnxValue; take: 'row' | 'first-token' } {
  const named = ['image_embeds', 'pooler_output'].flatMap(
    (name) => outputs.find((one) => one.name === name) ?? [],
  )
  const flat = outputs.filter(({ shape }) => shape.length === 2)
  const row = named[0] ?? (flat.length === 1 ? flat[0] : undefined)
  if (row) return { output: row, take: 'row' }
  const tokens = outputs.find(
    ({ name, shape }) => name === 'last_hidden_state' && shape.length === 3,
  )
  if (tokens) return { output: tokens, take: 'first-token' }
  const names = outputs.map(({ name }) => name).join(', ')
  throw unusable(folder, [`no output of one row for a picture (the graph's outputs: ${names})`])
}
