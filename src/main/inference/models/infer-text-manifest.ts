import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { AppError } from '#shared/errors.ts'
import { createContextTokenizer } from '../tokenize/context-windows.ts'
import { findGraphs } from './infer-manifest.ts'
import { type OnnxValue, readOnnxHeader } from '../onnx/onnx-header.ts'
import { TextManifest, type TextManifestInput } from './text-manifest.ts'

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

function unusable(folder: string, what: string[]): AppError {
  return new AppError(
    'invalid-input',
    `${folder} is no text encoder or span model that can be used: ${what.join('; ')}`,
    'It holds model.onnx or onnx/model.onnx, config.json and tokenizer.json, as optimum exports a BERT-like model, or a gleaner.json. docs/models.md describes both.',
  )
}

function readJson<T>(folder: string, name: string, schema: z.ZodType<T>): T {
  let value: unknown
  try {
    value = JSON.parse(readFileSync(join(folder, name), 'utf8'))
  } catch (error) {
    throw unusable(folder, [`${name} is not JSON (${(error as Error).message})`])
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw unusable(folder, [
    `${name}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? 'is wrong'}`,
  ])
}

/**
 * Works out the manifest of a folder as transformers or optimum export it: an encoder by its output
 * `last_hidden_state` or `token_embeddings`, a span model by `start_logits` and `end_logits`. Throws
 * `invalid-input` naming all that is missing, `unsupported` for a tokenizer that cannot be used.
 *
 * @param id what the model is to be called
 */
export function inferTextManifest(folder: string, id: string, name: string): TextManifest {
  const graphs = findGraphs(folder)
  const lacks: string[] = []
  if (graphs === null) lacks.push('no graph (model.onnx or onnx/model.onnx)')
  else if (!('joint' in graphs)) {
    lacks.push('it is a model of pictures and texts; add it under Settings, Models')
  }
  for (const file of ['config.json', 'tokenizer.json']) {
    if (!existsSync(join(folder, file)) || !statSync(join(folder, file)).isFile()) {
      lacks.push(`no ${file}`)
    }
  }
  if (graphs === null || !('joint' in graphs) || lacks.length > 0) throw unusable(folder, lacks)

  const file = graphs.joint
  const config = readJson(folder, 'config.json', Config)
  const beside = existsSync(join(folder, 'tokenizer_config.json'))
    ? readJson(folder, 'tokenizer_config.json', TokenizerConfig)
    : {}
  // Its template is looked at now, not when the first text comes.
  const tokenizer = createContextTokenizer(
    readFileSync(join(folder, 'tokenizer.json'), 'utf8'),
    config.pad_token_id ?? null,
  )
  const header = readOnnxHeader(join(folder, file))
  const input = (wanted: string): OnnxValue | null =>
    header.inputs.find((value) => value.name === wanted) ?? null
  const names = (values: OnnxValue[]): string =>
    values.map((value) => value.name).join(', ') || 'none'
  const ids = input('input_ids')
  const mask = input('attention_mask')
  const types = input('token_type_ids')
  if (!ids) {
    throw unusable(folder, [
      `the graph has no input "input_ids" (its inputs: ${names(header.inputs)})`,
    ])
  }
  const strange = header.inputs.find((value) => ![ids, mask, types].includes(value))
  if (strange) throw unusable(folder, [`the graph asks for an input "${strange.name}"`])
  const output = (...wanted: string[]): OnnxValue | undefined =>
    wanted
      .map((one) => header.outputs.find((value) => value.name === one))
      .find((one) => one !== undefined)
  const start = output('start_logits')
  const end = output('end_logits')
  const hidden = output('last_hidden_state', 'token_embeddings', 'hidden_states')
  const isSpan = start !== undefined && end !== undefined
  if (!isSpan && (!hidden || hidden.shape.length !== 3)) {
    throw unusable(folder, [
      `the graph gives neither hidden states (last_hidden_state or token_embeddings, [batch, length, dim]) nor start_logits and end_logits; its outputs: ${names(header.outputs)}`,
    ])
  }

  const given = hidden?.shape[2]
  const dim =
    (typeof given === 'number' && given > 0 ? given : null) ?? config.hidden_size ?? config.dim
  if (!isSpan && !dim) {
    throw unusable(folder, [
      'neither the graph nor config.json (hidden_size) says how long a state is',
    ])
  }
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
    throw unusable(folder, [
      'neither config.json (max_position_embeddings) nor tokenizer_config.json (model_max_length) says how long a text can be',
    ])
  }
  const common = {
    format: 1,
    id,
    name,
    text: {
      tokenizer: 'tokenizer.json',
      maxLength: Math.min(MOST_TOKENS, ...limits),
      padId: tokenizer.hasPad ? tokenizer.padId : null,
    },
  } as const
  const graphInputs = {
    file,
    ids: ids.name,
    mask: mask?.name ?? null,
    types: types?.name ?? null,
  }
  const manifest: TextManifestInput =
    start && end
      ? {
          ...common,
          kind: 'span',
          graph: { ...graphInputs, start: start.name, end: end.name },
          dim: dim ?? null,
        }
      : {
          ...common,
          kind: 'text-encoder',
          graph: { ...graphInputs, hidden: hidden?.name ?? '' },
          dim: dim ?? 0,
          text: { ...common.text, breaks: mask !== null && tokenizer.hasPad ? 'pad' : 'none' },
        }
  const parsed = TextManifest.safeParse(manifest)
  if (parsed.success) return parsed.data
  throw unusable(
    folder,
    parsed.error.issues.slice(0, 3).map(({ path, message }) => `${path.join('.')}: ${message}`),
  )
}
