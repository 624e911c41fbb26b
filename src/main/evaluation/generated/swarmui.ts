import type { PictureMetadata } from '#shared/picture-metadata.ts'
import { emptyGeneration, type Generation } from './generation.ts'
import { asList, asObject, first, nameOf, numberOf, parseObject } from './loose-json.ts'
import { seedOf, sizeOf, textOf, type Json, type JsonObject } from './loose-json.ts'
import { descriptions } from './sources.ts'

/** What SwarmUI writes (its docs, "Image Metadata Format"): JSON with `sui_image_params`. */
export function readSwarmUI(metadata: PictureMetadata): Generation | null {
  for (const text of descriptions(metadata)) {
    if (!text.includes('sui_image_params')) continue
    const whole = parseObject(text)
    const params = asObject(first(whole, 'sui_image_params'))
    if (!params) continue
    const found = emptyGeneration('swarmui', text)
    found.version = nameOf(first(params, 'swarm_version'))
    found.prompt = textOf(first(params, 'prompt'))
    found.negativePrompt = textOf(first(params, 'negativeprompt'))
    found.seed = seedOf(first(params, 'seed'))
    found.steps = numberOf(first(params, 'steps'))
    found.guidance = numberOf(first(params, 'cfgscale'))
    found.sampler = nameOf(first(params, 'sampler', 'comfyuisampler'))
    found.scheduler = nameOf(first(params, 'scheduler', 'comfyuischeduler'))
    found.size = sizeOf(first(params, 'width'), first(params, 'height'))
    found.model = nameOf(first(params, 'model'))
    readModels(found, params, asList(first(whole, 'sui_models')))
    return found
  }
  return null
}

function readModels(found: Generation, params: JsonObject, models: Json[]): void {
  const entries = models.slice(0, 200).map(asObject)
  const hashOf = (param: string, name: string | null): string | null => {
    const bare = (text: string): string => text.replace(/\.safetensors$/, '')
    const entry = entries.find((one) => {
      const its = nameOf(first(one, 'name'))
      const fits = its !== null && name !== null && bare(its) === bare(name)
      return first(one, 'param') === param && fits
    })
    return nameOf(first(entry ?? null, 'hash'))
  }
  found.modelHash = hashOf('model', found.model)
  const names = listOf(first(params, 'loras'))
  const weights = listOf(first(params, 'loraweights'))
  found.loras = names.flatMap((value, i) => {
    const name = nameOf(value)
    return name === null
      ? []
      : [{ name, weight: numberOf(weights[i]), hash: hashOf('loras', name) }]
  })
}

/** Older ones join a list by commas. */
function listOf(value: Json | undefined): Json[] {
  return (typeof value === 'string' ? value.split(',') : asList(value)).slice(0, 200)
}
