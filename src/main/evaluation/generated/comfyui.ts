import type { PictureMetadata } from '#shared/picture-metadata.ts'
import { createTrace, type Trace } from './comfy-trace.ts'
import {
  readPromptGraph,
  readWorkflowGraph,
  type ComfyGraph,
  type ComfyNode,
} from './comfy-graph.ts'
import { emptyGeneration, GENERATION_FIELDS, type Generation } from './generation.ts'
import { asObject, first, get, nameOf, numberOf, parseObject } from './loose-json.ts'
import { linkOf } from './comfy-graph.ts'
import { seedOf, sizeOf, textOf, type Json, type JsonObject } from './loose-json.ts'
import { chunk } from './sources.ts'

/** Samplers whose inputs are known: what they hold is not guessed. */
const KNOWN = new Set(['KSampler', 'KSamplerAdvanced', 'SamplerCustom', 'SamplerCustomAdvanced'])
const MAX_LORAS = 100

/**
 * What ComfyUI writes: the graph as it was run (`prompt`), else as the window shows it (`workflow`),
 * in chunks of a PNG or in EXIF's Model, Make or ImageDescription. Followed from where a picture is
 * saved up to the sampler that began it, and from there to words, model and size. Fields that were
 * reached over nodes that are not known, or where several would do, are named in `guessed`.
 */
export function readComfyUI(metadata: PictureMetadata): Generation | null {
  const { prompt, workflow } = graphTexts(metadata)
  const run = parseObject(prompt)
  if (prompt !== null && run) {
    const told = fromCivitai(prompt, run)
    if (told) return told
    const graph = readPromptGraph(run)
    if (graph) return fromGraph(prompt, graph)
  }
  const drawn = readWorkflowGraph(parseObject(workflow))
  if (workflow === null || !drawn) return null
  const found = fromGraph(workflow, drawn)
  // Widgets have no names here, so each is told by its place.
  found.guessed = filledFields(found)
  return found
}

function graphTexts(metadata: PictureMetadata): { prompt: string | null; workflow: string | null } {
  let prompt = chunk(metadata, 'prompt')
  let workflow = chunk(metadata, 'workflow')
  const { make, model, imageDescription, userComment } = metadata.exif
  for (const text of [model, make, imageDescription]) {
    const named = /^\s*(prompt|workflow)\s*:\s*(?=\{)/i.exec((text ?? '').slice(0, 40))
    if (!named || !text) continue
    const body = text.slice(named[0].length)
    if (named[1]?.toLowerCase() === 'prompt') prompt ??= body
    else workflow ??= body
  }
  // As Civitai and some savers write it.
  if (userComment?.includes('"class_type"')) prompt ??= userComment
  return { prompt, workflow }
}

/** Civitai's own runs put what was asked for beside the graph. */
function fromCivitai(raw: string, object: JsonObject): Generation | null {
  const extra = get(object, 'extraMetadata')
  const told = asObject(extra) ?? parseObject(textOf(extra))
  const prompt = textOf(first(told, 'prompt'))
  if (prompt === null) return null
  const found = emptyGeneration('civitai', raw)
  found.prompt = prompt
  found.negativePrompt = textOf(first(told, 'negativePrompt'))
  found.seed = seedOf(first(told, 'seed'))
  found.steps = numberOf(first(told, 'steps'))
  found.guidance = numberOf(first(told, 'cfgScale'))
  found.sampler = nameOf(first(told, 'sampler'))
  found.size = sizeOf(first(told, 'width'), first(told, 'height'))
  return found
}

function fromGraph(raw: string, graph: ComfyGraph): Generation {
  const found = emptyGeneration('comfyui', raw)
  const trace = createTrace(graph)
  const { sampler, isOnly } = findSampler(graph, trace)
  if (sampler === null) {
    found.problems.push('No sampler was found in its graph.')
    lastResort(found, graph, trace)
    return found
  }
  let isSure = isOnly && KNOWN.has(sampler.type)
  const { inputs } = sampler
  const guider = trace.nodeAt(inputs.get('guider'))
  const sigmas = trace.nodeAt(inputs.get('sigmas'))
  const inputOf = (key: string): Json | undefined =>
    inputs.get(key) ?? guider?.inputs.get(key) ?? sigmas?.inputs.get(key)
  const seed = inputs.get('seed') ?? inputs.get('noise_seed') ?? inputs.get('noise')
  found.seed = seedOf(trace.value(seed, ['noise_seed', 'seed']))
  found.steps = numberOf(trace.value(inputOf('steps'), ['steps']))
  found.guidance = numberOf(trace.value(inputOf('cfg'), ['cfg']))
  found.sampler = nameOf(
    trace.value(inputs.get('sampler_name') ?? inputs.get('sampler'), ['sampler_name']),
  )
  found.scheduler = nameOf(trace.value(inputOf('scheduler'), ['scheduler']))
  const positive = trace.conditioning(inputOf('positive') ?? inputOf('conditioning'), 'positive')
  const negative = trace.conditioning(inputOf('negative'), 'negative')
  found.prompt = positive?.text ?? null
  found.negativePrompt = negative?.text ?? null
  // Flux is guided by a number in its conditioning; its cfg of 1 does nothing.
  if ((found.guidance ?? 1) === 1) found.guidance = positive?.guidance ?? found.guidance
  readModel(found, inputOf('model'), trace)
  readSize(found, inputs, trace)
  if (found.prompt === null) {
    isSure = false
    lastResort(found, graph, trace)
  }
  const unsure = { prompt: positive?.isSure, negativePrompt: negative?.isSure }
  found.guessed = filledFields(found).filter((field) => {
    if (!isSure) return true
    return (field === 'prompt' || field === 'negativePrompt') && unsure[field] !== true
  })
  return found
}

/** The sampler that begins the picture that is saved: of several in a row the first. */
function findSampler(
  graph: ComfyGraph,
  trace: Trace,
): { sampler: ComfyNode | null; isOnly: boolean } {
  const nodes = [...graph.values()]
  const linked = new Set(
    nodes.flatMap((node) => [...node.inputs.values()].flatMap((v) => linkOf(v) ?? [])),
  )
  const ends = nodes.filter((node) => !linked.has(node.id) && node.inputs.has('images'))
  const rank = (node: ComfyNode): number =>
    /^SaveImage/.test(node.type) ? 0 : /save/i.test(node.type) ? 1 : 2
  ends.sort((a, b) => rank(a) - rank(b))
  const samplers = nodes.filter(isSampler)
  for (const end of ends.slice(0, 50)) {
    const reached = [...trace.above(end.inputs.get('images'))].filter(isSampler)
    const last = reached.at(-1)
    if (last) return { sampler: last, isOnly: samplers.length === 1 }
  }
  const best = samplers.sort((a, b) => score(b) - score(a))[0]
  return { sampler: best ?? null, isOnly: false }
}

function isSampler(node: ComfyNode): boolean {
  if (KNOWN.has(node.type)) return true
  const { inputs, type } = node
  if (/^KSampler(?!Select)/.test(type)) return true
  return inputs.has('positive') && inputs.has('negative') && score(node) >= 2
}

function score({ inputs }: ComfyNode): number {
  const keys = ['seed', 'noise_seed', 'steps', 'cfg', 'sampler_name', 'guider']
  return keys.filter((key) => inputs.has(key)).length
}

function readModel(found: Generation, start: Json | undefined, trace: Trace): void {
  for (const { inputs, type } of trace.above(start)) {
    const model = first(
      Object.fromEntries(inputs) as JsonObject,
      'ckpt_name',
      'unet_name',
      'base_ckpt_name',
      'gguf_name',
    )
    if (found.model === null && typeof model === 'string') found.model = model
    for (const [key, value] of inputs) {
      if (found.loras.length >= MAX_LORAS) return
      if (key === 'lora_name' && typeof value === 'string') {
        const weight = numberOf(inputs.get('strength_model') ?? inputs.get('lora_model_strength'))
        if (value !== 'None') found.loras.push({ name: value, weight, hash: null })
      }
      const entry = /lora/i.test(type) && /^lora_\d+$/.test(key) ? asObject(value) : null
      const name = nameOf(get(entry, 'lora'))
      if (name !== null && get(entry, 'on') !== false && name !== 'None') {
        found.loras.push({ name, weight: numberOf(get(entry, 'strength')), hash: null })
      }
    }
  }
}

function readSize(found: Generation, inputs: ReadonlyMap<string, Json>, trace: Trace): void {
  for (const node of trace.above(inputs.get('latent_image') ?? inputs.get('latent'))) {
    if (!/latent/i.test(node.type)) continue
    const width = trace.value(node.inputs.get('width'), ['width'])
    const height = trace.value(node.inputs.get('height'), ['height'])
    found.size = sizeOf(width, height)
    if (found.size) return
  }
}

/** Where no way leads to the words: all that is encoded, if it is one text. */
function lastResort(found: Generation, graph: ComfyGraph, trace: Trace): void {
  const texts = new Set<string>()
  for (const node of [...graph.values()].filter((one) => one.type.startsWith('CLIPTextEncode'))) {
    const words = trace.text([node.id, 0], 'positive')
    if (words !== null && words.trim() !== '') texts.add(words)
    if (texts.size > 20) break
  }
  const [only, ...others] = texts
  if (only !== undefined && others.length === 0) {
    found.prompt = only
    found.guessed.push('prompt')
  } else if (others.length > 0) {
    found.problems.push(`Its graph holds ${texts.size} texts; which is the prompt is not clear.`)
  }
}

function filledFields(found: Generation): Generation['guessed'] {
  return GENERATION_FIELDS.filter((field) => {
    const value = found[field]
    return Array.isArray(value) ? value.length > 0 : value !== null
  })
}
