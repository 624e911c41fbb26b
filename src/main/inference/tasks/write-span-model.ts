import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import type { TrainingRun } from '#shared/contract/training.ts'
import { MANIFEST_FILE } from '../kinds/manifest.ts'
import { span as spanKind } from '../kinds/span/kind.ts'
import type { DecodeRecipe, SpanManifest } from '../kinds/span/manifest.ts'
import type { SpanModel } from '../kinds/span/types.ts'
import type { TextEncoderModel } from '../kinds/text-encoder/types.ts'
import { headMarksOf } from '../kinds/text/head-features.ts'
import { TRAINED_FOLDER } from '../models/find-models.ts'
import { newModelFolder, resolveFolder } from '../models/registry.ts'
import type { ModelsFolders } from '../models/types.ts'
import { openContextTokenizer } from '../tokenize/context-windows.ts'
import { composeSpanGraph, type HeadTensors, SPAN_OUTPUTS } from './head-graph.ts'
import { spanModelCard } from './span-model-card.ts'
import { writeWhole } from '../../files/write-whole.ts'
import { isAlive } from '../../processes/alive.ts'

const CARD_FILE = 'MODEL_CARD.md'
const HISTORY_FILE = 'history.json'

/**
 * Writes a span model of one's own, an encoder with a head that was trained on it, as a folder below
 * the user's models: gleaner.json, model.onnx, tokenizer.json. It is there whole or not at all. Its
 * id is made of `name`.
 *
 * @param head as `exportHead` of src/main/labeling gives it, for `featureDim` inputs
 * @param run the training that it comes from, for the card; `describeSpanModel` writes it later
 * @throws AppError as `composeSpanGraph`
 */
export async function writeSpanModel(
  folders: ModelsFolders,
  encoder: TextEncoderModel,
  head: HeadTensors,
  about: { name: string; description: string; decode: DecodeRecipe },
  run: TrainingRun | null = null,
): Promise<SpanModel> {
  const { manifest } = encoder
  const { id, folder } = newModelFolder(folders, about.name, 'span-model')
  const from = join(encoder.folder, manifest.text.tokenizer)
  const tokenizer = await openContextTokenizer(folders.tokenizers, from, manifest.text.padId)
  const { ids, mask, types } = manifest.graph
  const span: SpanManifest = {
    format: 1,
    kind: 'span',
    id,
    name: about.name,
    description: about.description,
    license: manifest.license,
    demonstration: false,
    derivedFrom: null,
    graph: { file: 'model.onnx', ids, mask, types, ...SPAN_OUTPUTS },
    dim: manifest.dim,
    text: { ...manifest.text, tokenizer: 'tokenizer.json', padId: tokenizer.padId },
    decode: about.decode,
    encoder: { id: encoder.id, digest: encoder.digest },
  }
  removeUnfinished(dirname(folder))
  const temporary = `${folder}.${process.pid}.tmp`
  rmSync(temporary, { recursive: true, force: true })
  mkdirSync(temporary, { recursive: true })
  try {
    const marks = headMarksOf(manifest, tokenizer)
    composeSpanGraph(encoder.folder, manifest, marks, head, join(temporary, span.graph.file))
    copyFileSync(from, join(temporary, span.text.tokenizer))
    writeFileSync(join(temporary, MANIFEST_FILE), `${JSON.stringify(span, null, 2)}\n`)
    if (run) writeCard(temporary, span, encoder, run)
    mkdirSync(dirname(folder), { recursive: true })
    renameSync(temporary, folder)
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true })
    throw error
  }
  return resolveFolder(folders, spanKind, folder)
}

/**
 * Writes MODEL_CARD.md and history.json of a model that `writeSpanModel` made, again where they are
 * there: after its test. Neither changes its digest.
 */
export function describeSpanModel(
  model: SpanModel,
  encoder: TextEncoderModel,
  run: TrainingRun,
): void {
  writeCard(model.folder, model.manifest, encoder, run)
}

/** Removes the model of a training that was killed before it was over, and that begins anew. */
export function removeModelOfRun(folders: ModelsFolders, run: string): void {
  const parent = join(folders.user, TRAINED_FOLDER)
  if (!existsSync(parent)) return
  for (const name of readdirSync(parent)) {
    const file = join(parent, name, HISTORY_FILE)
    if (!existsSync(file) || !readFileSync(file, 'utf8').includes(run)) continue
    rmSync(join(parent, name), { recursive: true })
  }
}

/** What killed processes left of models that they were writing. */
function removeUnfinished(parent: string): void {
  if (!existsSync(parent)) return
  for (const name of readdirSync(parent)) {
    const pid = Number(/\.(\d+)\.tmp$/.exec(name)?.[1] ?? process.pid)
    if (pid !== process.pid && !isAlive(pid)) rmSync(join(parent, name), { recursive: true })
  }
}

function writeCard(
  folder: string,
  manifest: SpanManifest,
  encoder: TextEncoderModel,
  run: TrainingRun,
): void {
  const write = (name: string, text: string): void => writeWhole(join(folder, name), text)
  const { history, bestEpoch, config, splits, test, temperature, calibrationError } = run
  write(
    HISTORY_FILE,
    `${JSON.stringify({ run: run.id, createdAt: run.createdAt, encoder: manifest.encoder, config, splits, history, bestEpoch, test, temperature, calibrationError, warnings: run.warnings }, null, 2)}\n`,
  )
  write(CARD_FILE, spanModelCard(manifest, encoder, run))
}
