import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { readOnnxHeader, type OnnxHeader } from '../../onnx/onnx-header.ts'
import { missingFiles, readModelJson, UnusableFolder } from '../hub-layout.ts'
import { DiffusionManifest } from './manifest.ts'

export const TITLE = 'a model that makes pictures'
export const INDEX_FILE = 'model_index.json'

/** Pipelines whose folders are understood, without the prefixes of exporters. */
const PIPELINES = new Set([
  'StableDiffusionPipeline',
  'StableDiffusionImg2ImgPipeline',
  'StableDiffusionXLPipeline',
  'StableDiffusionXLImg2ImgPipeline',
  'LatentConsistencyModelPipeline',
])

/** Names of a component's graph, the one that is preferred first. */
const GRAPHS = ['model.onnx', 'model_fp16.onnx', 'model_quantized.onnx', 'model_int8.onnx']

const Index = z.looseObject({
  _class_name: z.string(),
  force_zeros_for_empty_prompt: z.boolean().nullish(),
})
const UnetConfig = z.looseObject({
  sample_size: z.union([z.number().int(), z.array(z.number().int())]).nullish(),
  time_cond_proj_dim: z.number().int().nullish(),
})
const VaeConfig = z.looseObject({
  scaling_factor: z.number().positive().nullish(),
  shift_factor: z.number().nullish(),
  latents_mean: z.array(z.number()).nullish(),
  latents_std: z.array(z.number()).nullish(),
  block_out_channels: z.array(z.number().int()).min(1).nullish(),
})
const Special = z.union([z.string(), z.looseObject({ content: z.string() })])
const TokenizerConfig = z.looseObject({
  model_max_length: z.number().nullish(),
  pad_token: Special.nullish(),
  eos_token: Special.nullish(),
})
const TextConfig = z.looseObject({ max_position_embeddings: z.number().int().nullish() })

/** What the network is told, and nothing else. */
const UNET_INPUTS = [
  'sample',
  'timestep',
  'encoder_hidden_states',
  'text_embeds',
  'time_ids',
  'timestep_cond',
]

function unusable(folder: string, lacks: string[]): UnusableFolder {
  return new UnusableFolder(
    folder,
    TITLE,
    lacks,
    'It holds model_index.json, scheduler/, tokenizer/, text_encoder/, unet/ and vae_decoder/ with ONNX graphs (for XL also tokenizer_2/ and text_encoder_2/). docs/generation.md describes it.',
  )
}

/**
 * The manifest of a folder in the hub's layout, of both generations of exporters. Throws
 * `UnusableFolder` naming all that is lacking.
 */
export function inferDiffusion(folder: string, id: string, name: string): DiffusionManifest {
  const wrong = (lacks: string[]): UnusableFolder => unusable(folder, lacks)
  const read = <T>(file: string, schema: z.ZodType<T>): T =>
    readModelJson(folder, file, schema, wrong)
  const optional = <T>(file: string, schema: z.ZodType<T>, none: T): T =>
    existsSync(join(folder, file)) ? read(file, schema) : none
  if (!existsSync(join(folder, INDEX_FILE))) throw wrong([`no ${INDEX_FILE}`])

  const index = read(INDEX_FILE, Index)
  const pipeline = index._class_name.replace(/^(Onnx|ORT)/, '')
  if (!PIPELINES.has(pipeline)) {
    throw wrong([
      `${INDEX_FILE} names ${index._class_name}; known are ${[...PIPELINES].join(', ')}`,
    ])
  }
  const isXl = pipeline.startsWith('StableDiffusionXL')
  const lacks = missingFiles(folder, ['scheduler/scheduler_config.json'])
  const graphOf = (component: string): string => {
    const found = GRAPHS.find((file) => existsSync(join(folder, component, file)))
    if (found === undefined) lacks.push(lackOf(folder, component))
    return `${component}/${found ?? 'model.onnx'}`
  }
  const readers = (isXl ? ['', '_2'] : ['']).map((suffix) => ({
    suffix,
    graph: graphOf(`text_encoder${suffix}`),
    tokenizer: tokenizerOf(folder, `tokenizer${suffix}`, lacks),
  }))
  const unet = graphOf('unet')
  const decoder = graphOf('vae_decoder')
  const hasEncoder = GRAPHS.some((file) => existsSync(join(folder, 'vae_encoder', file)))
  const encoder = hasEncoder ? graphOf('vae_encoder') : null
  if (lacks.length > 0) throw wrong(lacks)

  const header = readOnnxHeader(join(folder, unet))
  const strange = problemsOf(header, isXl)
  if (strange.length > 0) throw wrong(strange)
  const vae = vaeConfig(folder, optional)
  const channels = channelsOf(folder, decoder)
  const taken = header.inputs.find((one) => one.name === 'sample')?.shape[1]
  if (typeof taken === 'number' && taken > 0 && taken !== channels) {
    throw wrong([
      `unet takes ${taken} channels and the latents have ${channels}: it is made for inpainting or upscaling`,
    ])
  }
  const config = optional('unet/config.json', UnetConfig, {})
  const scale = vae.block_out_channels ? 2 ** (vae.block_out_channels.length - 1) : 8
  const sample = Array.isArray(config.sample_size) ? config.sample_size[0] : config.sample_size
  const wantsGuidance = header.inputs.find((one) => one.name === 'timestep_cond')
  const told = wantsGuidance?.shape[1]
  const manifest: z.input<typeof DiffusionManifest> = {
    format: 1,
    kind: 'diffusion',
    id,
    name,
    family: isXl ? 'sdxl' : 'sd',
    readers: readers.map(({ suffix, graph, tokenizer }) => {
      const said = optional(`tokenizer${suffix}/tokenizer_config.json`, TokenizerConfig, {})
      const text = optional(`text_encoder${suffix}/config.json`, TextConfig, {})
      const limit = said.model_max_length ?? 77
      const contextLength = Math.min(limit > 4096 ? 77 : limit, text.max_position_embeddings ?? 77)
      return {
        graph,
        tokenizer,
        text: {
          contextLength,
          padId: idOf(folder, tokenizer, contentOf(said.pad_token), wrong),
          endId: idOf(folder, tokenizer, contentOf(said.eos_token), wrong),
          padding: 'full' as const,
        },
      }
    }),
    unet,
    decoder,
    encoder,
    scheduler: 'scheduler/scheduler_config.json',
    latents: {
      channels,
      scale,
      // Old exports do not say it; it is that of Stable Diffusion 1 and 2.
      factor: vae.scaling_factor ?? (isXl ? 0.13025 : 0.18215),
      shift: vae.shift_factor ?? 0,
      mean: vae.latents_mean ?? null,
      std: vae.latents_std ?? null,
    },
    size: (sample ?? (isXl ? 128 : 64)) * scale,
    zerosWithoutNegative: isXl && (index.force_zeros_for_empty_prompt ?? true),
    guidanceDim: wantsGuidance
      ? (config.time_cond_proj_dim ?? (typeof told === 'number' ? told : 256))
      : null,
  }
  const parsed = DiffusionManifest.safeParse(manifest)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw wrong([`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is wrong'}`])
}

/** What is lacking of a component, and what is there in its stead. */
function lackOf(folder: string, component: string): string {
  const path = join(folder, component)
  const others = existsSync(path)
    ? readdirSync(path).filter((name) => /\.(safetensors|bin|ckpt|pt)$/.test(name))
    : []
  return others.length > 0
    ? `no ${component}/model.onnx (${others[0]} is for PyTorch: export it to ONNX)`
    : `no ${component}/model.onnx`
}

function tokenizerOf(folder: string, component: string, lacks: string[]): string {
  const whole = `${component}/tokenizer.json`
  // The older files come first: where both are there, they are those that the model was trained with.
  const parts = [`${component}/vocab.json`, `${component}/merges.txt`]
  const missing = missingFiles(folder, parts)
  if (missing.length === 0) return parts[0] as string
  if (!existsSync(join(folder, whole))) lacks.push(...missing)
  return whole
}

function problemsOf({ inputs }: OnnxHeader, isXl: boolean): string[] {
  const names = inputs.map((one) => one.name)
  const needed = UNET_INPUTS.slice(0, isXl ? 5 : 3)
  const absent = needed
    .filter((name) => !names.includes(name))
    .map((name) => `unet has no input ${name}`)
  const unknown = names
    .filter(
      (name) => !UNET_INPUTS.includes(name) || (!isXl && /^(text_embeds|time_ids)$/.test(name)),
    )
    .map((name) => `unet also asks for ${name}`)
  return [...absent, ...unknown]
}

/** The autoencoder's settings stand beside either graph, or where they stood before the export. */
function vaeConfig(
  folder: string,
  optional: <T>(file: string, schema: z.ZodType<T>, none: T) => T,
): z.infer<typeof VaeConfig> {
  const file = ['vae_decoder', 'vae_encoder', 'vae']
    .map((component) => `${component}/config.json`)
    .find((name) => existsSync(join(folder, name)))
  return file === undefined ? {} : optional(file, VaeConfig, {})
}

function channelsOf(folder: string, decoder: string): number {
  const shape = readOnnxHeader(join(folder, decoder)).inputs[0]?.shape
  const channels = shape?.[1]
  return typeof channels === 'number' && channels > 0 ? channels : 4
}

function contentOf(special: z.infer<typeof Special> | null | undefined): string {
  if (typeof special === 'string') return special
  return special?.content ?? '<|endoftext|>'
}

/** The id of a special token. */
function idOf(
  folder: string,
  tokenizer: string,
  token: string,
  wrong: (lacks: string[]) => UnusableFolder,
): number {
  const isVocab = tokenizer.endsWith('vocab.json')
  const Vocab = z.record(z.string(), z.number())
  const Whole = z.looseObject({
    added_tokens: z.array(z.looseObject({ id: z.number(), content: z.string() })).default([]),
    model: z.looseObject({ vocab: Vocab.optional() }),
  })
  const found = isVocab
    ? readModelJson(folder, tokenizer, Vocab, wrong, 'list')[token]
    : ((whole) =>
        whole.added_tokens.find(({ content }) => content === token)?.id ??
        whole.model.vocab?.[token])(readModelJson(folder, tokenizer, Whole, wrong, 'list'))
  if (found === undefined) throw wrong([`${tokenizer} has no token "${token}"`])
  return found
}
