import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { type OnnxHeader, type OnnxValue, readOnnxHeader } from '../../onnx/onnx-header.ts'
import { openContextTokenizer } from '../../tokenize/context-windows.ts'
import type { Tokenizers } from '../../tokenize/tokenizers.ts'
import { findGraphs, missingFiles, readModelJson, UnusableFolder } from '../hub-layout.ts'

/** A window costs memory with the square of its length; more is for a gleaner.json to say. */
const MOST_TOKENS = 512
/** Encoders whose position embeddings begin behind the padding's. */
const OFFSET_POSITIONS = new Set([
  'roberta',
  'roberta-prelayernorm',
  'xlm-roberta',
  'xlm-roberta-xl',
  'camembert',
  'mpnet',
  'longformer',
  'data2vec-text',
  'ibert',
])

const count = z.number().int().min(0).nullable().optional()
const Config = z.looseObject({
  model_type: z.string().optional(),
  hidden_size: count,
  dim: count,
  max_position_embeddings: count,
  pad_token_id: count,
})
const TokenizerConfig = z.looseObject({ model_max_length: z.number().optional() })

const HINT =
  'It holds model.onnx or onnx/model.onnx, config.json and tokenizer.json, as optimum exports a BERT-like model, or a gleaner.json. docs/models.md describes both.'

/** What the files of a folder say about how a text is read. */
export interface TextFacts {
  header: OnnxHeader
  graph: { file: string; ids: string; mask: string | null; types: string | null }
  /** What config.json says; null = nothing. */
  hiddenSize: number | null
  text: { tokenizer: string; maxLength: number; padId: number | null }
  /** Whether breaks can be marked: there is a mask and a padding token of its own. */
  canMarkBreaks: boolean
}

/** The header of a folder's one graph; null where there is none, or none that can be read. */
export function textGraphHeader(folder: string): OnnxHeader | null {
  const graphs = findGraphs(folder)
  if (graphs === null || !('joint' in graphs)) return null
  try {
    return readOnnxHeader(join(folder, graphs.joint))
  } catch {
    return null
  }
}

/** Whether a graph takes what a BERT-like model takes, and nothing else. */
export function takesText({ inputs }: OnnxHeader): boolean {
  const names = inputs.map(({ name }) => name)
  return names.includes('input_ids') && names.every((name) => INPUTS.includes(name))
}
const INPUTS = ['input_ids', 'attention_mask', 'token_type_ids']

export function outputOf(header: OnnxHeader, ...wanted: string[]): OnnxValue | null {
  for (const name of wanted) {
    const found = header.outputs.find((value) => value.name === name)
    if (found) return found
  }
  return null
}

export function namesOf(values: readonly OnnxValue[]): string {
  return values.map((value) => value.name).join(', ') || 'none'
}

/** The error of a folder that is not what it was taken for. @param title as of the kind */
export function unusableText(folder: string, title: string, lacks: string[]): UnusableFolder {
  return new UnusableFolder(folder, title, lacks, HINT)
}

/**
 * Reads a folder as transformers or optimum export it.
 * @throws `UnusableFolder` naming all that is missing, `unsupported` for a template that cannot
 *   carry the place of a picture, and as `Tokenizers.open`
 */
export async function inferText(
  folder: string,
  title: string,
  tokenizers: Tokenizers,
): Promise<TextFacts> {
  const unusable = (lacks: string[]): UnusableFolder => unusableText(folder, title, lacks)
  const graphs = findGraphs(folder)
  const lacks: string[] = []
  if (graphs === null) lacks.push('no graph (model.onnx or onnx/model.onnx)')
  else if (!('joint' in graphs)) lacks.push('it is a model of pictures and texts')
  lacks.push(...missingFiles(folder, ['config.json', 'tokenizer.json']))
  if (graphs === null || !('joint' in graphs) || lacks.length > 0) throw unusable(lacks)

  const file = graphs.joint
  const config = readModelJson(folder, 'config.json', Config, unusable)
  const beside = existsSync(join(folder, 'tokenizer_config.json'))
    ? readModelJson(folder, 'tokenizer_config.json', TokenizerConfig, unusable)
    : {}
  // Its template is looked at now, not when the first text comes.
  const tokenizer = await openContextTokenizer(
    tokenizers,
    join(folder, 'tokenizer.json'),
    config.pad_token_id ?? null,
  )
  const header = readOnnxHeader(join(folder, file))
  const input = (wanted: string): OnnxValue | null =>
    header.inputs.find((value) => value.name === wanted) ?? null
  const [ids, mask, types] = INPUTS.map(input)
  if (!ids) {
    throw unusable([`the graph has no input "input_ids" (its inputs: ${namesOf(header.inputs)})`])
  }
  const strange = header.inputs.find((value) => !INPUTS.includes(value.name))
  if (strange) throw unusable([`the graph asks for an input "${strange.name}"`])

  const offset = OFFSET_POSITIONS.has(config.model_type ?? '') ? (config.pad_token_id ?? 1) + 1 : 0
  const fixed = ids.shape.at(-1)
  const limits = [
    config.max_position_embeddings ? config.max_position_embeddings - offset : null,
    // Where no limit is known, transformers writes 1e30.
    beside.model_max_length !== undefined && beside.model_max_length < 1e6
      ? Math.floor(beside.model_max_length)
      : null,
    typeof fixed === 'number' && fixed > 0 ? fixed : null,
  ].filter((limit) => limit !== null)
  if (limits.length === 0) {
    throw unusable([
      'neither config.json (max_position_embeddings) nor tokenizer_config.json (model_max_length) says how long a text can be',
    ])
  }
  return {
    header,
    graph: { file, ids: ids.name, mask: mask?.name ?? null, types: types?.name ?? null },
    hiddenSize: (config.hidden_size || config.dim) ?? null,
    text: {
      tokenizer: 'tokenizer.json',
      maxLength: Math.min(MOST_TOKENS, ...limits),
      padId: tokenizer.hasPad ? tokenizer.padId : null,
    },
    canMarkBreaks: Boolean(mask) && tokenizer.hasPad,
  }
}

/** Parses what was worked out. Throws `UnusableFolder`. */
export function asManifest<M>(
  folder: string,
  title: string,
  schema: z.ZodType<M>,
  manifest: unknown,
): M {
  const parsed = schema.safeParse(manifest)
  if (parsed.success) return parsed.data
  throw unusableText(
    folder,
    title,
    parsed.error.issues.slice(0, 3).map(({ path, message }) => `${path.join('.')}: ${message}`),
  )
}
