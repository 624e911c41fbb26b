import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import {
  readOnnxHeader,
  weightsDtype,
  type OnnxHeader,
  type OnnxValue,
} from '../../onnx/onnx-header.ts'
import { Preprocessor, recipeOf } from '../pictures/preprocessor.ts'
import { findGraphs, missingFiles, readModelJson, UnusableFolder } from '../hub-layout.ts'
import { isId } from '../../tokenize/library.ts'
import type { Tokenizers } from '../../tokenize/tokenizers.ts'
import { PictureTextManifest, type PictureTextManifestInput } from './manifest.ts'

const Config = z.looseObject({
  model_type: z.string().optional(),
  projection_dim: z.number().int().optional(),
  text_config: z
    .looseObject({
      max_position_embeddings: z.number().int().optional(),
      eos_token_id: z.number().int().nullable().optional(),
      pad_token_id: z.number().int().nullable().optional(),
    })
    .default({}),
})

export const TITLE = 'a model of pictures and texts'

function missing(folder: string, what: string[]): UnusableFolder {
  return new UnusableFolder(
    folder,
    TITLE,
    what,
    'A model folder holds ONNX graphs, tokenizer.json, and gleaner.json or config.json with preprocessor_config.json. docs/models.md describes it.',
  )
}

function readJson<T>(folder: string, name: string, schema: z.ZodType<T>): T {
  return readModelJson(folder, name, schema, (lacks) => missing(folder, lacks))
}

/** Whether a folder is meant to be a model of pictures and texts: it prepares pictures. */
export function looksLikePictureText(folder: string): boolean {
  if (existsSync(join(folder, 'preprocessor_config.json'))) return true
  const graphs = findGraphs(folder)
  return graphs !== null && 'image' in graphs
}

/**
 * Works out the manifest of a folder in the hub's usual layout. Throws `invalid-input` naming all
 * that is missing.
 *
 * @param id what the model is to be called
 */
export async function inferPictureText(
  folder: string,
  id: string,
  name: string,
  tokenizers: Tokenizers,
): Promise<PictureTextManifest> {
  const graphs = findGraphs(folder)
  const lacks: string[] = []
  if (graphs === null) {
    lacks.push('no graphs (onnx/text_model.onnx with onnx/vision_model.onnx, or onnx/model.onnx)')
  }
  lacks.push(...missingFiles(folder, ['tokenizer.json', 'config.json', 'preprocessor_config.json']))
  if (graphs === null || lacks.length > 0) throw missing(folder, lacks)

  const config = readJson(folder, 'config.json', Config)
  const family = familyOf(config.model_type)
  if (family === null) {
    throw missing(folder, [
      `config.json says model_type "${config.model_type ?? 'nothing'}"; clip and siglip can be run`,
    ])
  }
  const preprocessor = readJson(folder, 'preprocessor_config.json', Preprocessor)
  const tokens = await tokenizerFacts(folder, tokenizers)

  const headers =
    'joint' in graphs
      ? [readOnnxHeader(join(folder, graphs.joint))]
      : [readOnnxHeader(join(folder, graphs.image)), readOnnxHeader(join(folder, graphs.text))]
  const [first, second] = headers as [OnnxHeader, OnnxHeader | undefined]
  const imageHeader = first
  const textHeader = second ?? first
  const pixels = need(folder, imageHeader.inputs, 'pixel input', isPixels)
  const ids = need(folder, textHeader.inputs, 'token input', (value) => value.name === 'input_ids')
  const mask = textHeader.inputs.find((value) => value.name === 'attention_mask') ?? null
  const known = new Set([pixels.name, ids.name, mask?.name])
  const strange = [...imageHeader.inputs, ...textHeader.inputs].find((v) => !known.has(v.name))
  if (strange) throw missing(folder, [`the graph asks for an input "${strange.name}"`])

  const image = embeddingOf(folder, imageHeader, ['image_embeds', 'pooler_output'])
  const text = embeddingOf(folder, textHeader, ['text_embeds', 'pooler_output'])
  const embeddingDim = [image, text]
    .map((value) => value.shape.at(-1))
    .concat(config.projection_dim)
    .find((size) => typeof size === 'number')
  if (embeddingDim === undefined) {
    throw missing(folder, ['neither the graphs nor config.json say how long an embedding is'])
  }

  const length = ids.shape.at(-1)
  const isDynamic = typeof length !== 'number'
  const contextLength = isDynamic
    ? (config.text_config.max_position_embeddings ??
      tokens.maxLength ??
      (family === 'clip' ? 77 : 64))
    : length
  const dtypes = [...new Set(headers.map(weightsDtype))]
  const input: PictureTextManifestInput = {
    format: 1,
    id,
    name,
    family,
    description: '',
    license: null,
    dtype: dtypes.length === 1 ? (dtypes[0] ?? 'mixed') : 'mixed',
    embeddingDim,
    graphs:
      'joint' in graphs
        ? {
            joint: {
              file: graphs.joint,
              pixels: pixels.name,
              imageEmbedding: image.name,
              ids: ids.name,
              mask: mask?.name ?? null,
              textEmbedding: text.name,
            },
          }
        : {
            image: { file: graphs.image, pixels: pixels.name, embedding: image.name },
            text: {
              file: graphs.text,
              ids: ids.name,
              mask: mask?.name ?? null,
              embedding: text.name,
            },
          },
    image: recipeOf(preprocessor, pixels, (lacks) => missing(folder, lacks)),
    text: {
      tokenizer: 'tokenizer.json',
      contextLength,
      padId: tokens.padId ?? config.text_config.pad_token_id ?? tokens.endId ?? 0,
      endId: tokens.endId,
      padding: family === 'clip' && isDynamic ? 'longest' : 'full',
      // SigLIP's punctuation rule stands in some tokenizer.json and not in others; twice is harmless.
      clean: family === 'siglip' && !tokens.isGemma ? 'siglip' : 'none',
    },
    cutoffs: [],
  }
  return PictureTextManifest.parse(input)
}

function familyOf(type: string | undefined): 'clip' | 'siglip' | null {
  if (type === undefined) return null
  // Chinese CLIP is a CLIP whose texts BERT reads.
  if (type === 'clip' || type === 'clip_model' || type === 'chinese_clip') return 'clip'
  return type === 'siglip' || type === 'siglip2' ? 'siglip' : null
}

function isPixels(value: OnnxValue): boolean {
  return value.name === 'pixel_values' || value.shape.length === 4
}

function need(
  folder: string,
  values: OnnxValue[],
  what: string,
  is: (value: OnnxValue) => boolean,
): OnnxValue {
  const found = values.find(is)
  if (found) return found
  const names = values.map((value) => value.name).join(', ')
  throw missing(folder, [`the graph has no ${what} (its inputs: ${names || 'none'})`])
}

function embeddingOf(folder: string, header: OnnxHeader, names: string[]): OnnxValue {
  for (const name of names) {
    const found = header.outputs.find((value) => value.name === name)
    if (found) return found
  }
  const flat = header.outputs.filter((value) => value.shape.length === 2)
  if (flat.length === 1 && flat[0]) return flat[0]
  const outputs = header.outputs.map((value) => value.name).join(', ')
  throw missing(folder, [`no output ${names.join(' or ')} (the graph's outputs: ${outputs})`])
}

interface TokenizerFacts {
  endId: number | null
  padId: number | null
  maxLength: number | null
  isGemma: boolean
}

const END = ['<|endoftext|>', '</s>', '<eos>', '[SEP]']
const PADDING = ['<pad>', '[PAD]']
/** Only Gemma's tokenizer has it. */
const TURN = '<start_of_turn>'

const NamedToken = z
  .union([z.string(), z.looseObject({ content: z.string() })])
  .nullable()
  .optional()
const TokenizerConfig = z.looseObject({
  pad_token: NamedToken,
  eos_token: NamedToken,
  model_max_length: z.number().optional(),
})

/** What a `tokenizer.json` and the files beside it say about end, padding and length. */
async function tokenizerFacts(folder: string, tokenizers: Tokenizers): Promise<TokenizerFacts> {
  const beside = existsSync(join(folder, 'tokenizer_config.json'))
    ? readJson(folder, 'tokenizer_config.json', TokenizerConfig)
    : {}
  const named = [beside.eos_token, beside.pad_token].map((token) =>
    typeof token === 'string' ? token : token?.content,
  )
  const [end, padding] = named
  const names = [...named, ...END, ...PADDING, TURN].filter((name) => name !== undefined)
  const { facts } = await tokenizers.open(join(folder, 'tokenizer.json'), { names })
  const first = (...spellings: (string | undefined)[]): number | null =>
    spellings.map((name) => (name === undefined ? undefined : facts.addedIds[name])).find(isId) ??
    null
  const maxLength = beside.model_max_length
  return {
    endId: first(end, ...END),
    padId: first(padding, ...PADDING),
    maxLength: maxLength !== undefined && maxLength < 4096 ? maxLength : null,
    isGemma: first(TURN) !== null,
  }
}
