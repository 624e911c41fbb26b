import type { PictureMetadata } from '#shared/picture-metadata.ts'
import { emptyGeneration, type Generation } from './generation.ts'
import { asList, asObject, first, nameOf, numberOf, parseObject } from './loose-json.ts'
import { seedOf, sizeOf, textOf, type Json, type JsonObject } from './loose-json.ts'
import { chunk } from './sources.ts'

/** What InvokeAI writes: `invokeai_metadata`, before version 3 `sd-metadata`, before 2.3 `Dream`. */
export function readInvokeAI(metadata: PictureMetadata): Generation | null {
  const now = chunk(metadata, 'invokeai_metadata')
  const object = parseObject(now)
  if (now !== null && object) return fromMetadata(now, object)
  const before = chunk(metadata, 'sd-metadata')
  const older = parseObject(before)
  if (before !== null && older) return fromOlder(before, older)
  const dream = chunk(metadata, 'Dream')
  return dream === null ? null : fromDream(dream)
}

function fromMetadata(text: string, object: JsonObject): Generation {
  const found = emptyGeneration('invokeai', text)
  found.version = nameOf(first(object, 'app_version'))
  found.prompt = textOf(first(object, 'positive_prompt'))
  found.negativePrompt = textOf(first(object, 'negative_prompt'))
  const style = nameOf(first(object, 'positive_style_prompt'))
  if (style !== null && style !== found.prompt?.trim()) {
    found.problems.push('Its style prompt, which is another text, is left out of the prompt.')
  }
  found.seed = seedOf(first(object, 'seed'))
  found.steps = numberOf(first(object, 'steps'))
  found.guidance = numberOf(first(object, 'cfg_scale', 'guidance'))
  found.sampler = nameOf(first(object, 'scheduler'))
  found.size = sizeOf(first(object, 'width'), first(object, 'height'))
  const model = first(object, 'model')
  found.model = modelName(model)
  found.modelHash = nameOf(first(asObject(model), 'hash', 'model_hash'))
  found.loras = asList(first(object, 'loras'))
    .slice(0, 200)
    .flatMap((entry) => {
      const lora = asObject(entry)
      const its = first(lora, 'model', 'lora')
      const name = modelName(its)
      const hash = nameOf(first(asObject(its), 'hash'))
      return name === null ? [] : [{ name, weight: numberOf(first(lora, 'weight')), hash }]
    })
  return found
}

/** A model is a name or an object that has one. */
function modelName(value: Json | undefined): string | null {
  return nameOf(value) ?? nameOf(first(asObject(value), 'name', 'model_name'))
}

function fromOlder(text: string, object: JsonObject): Generation {
  const image = asObject(first(object, 'image'))
  const found = emptyGeneration('invokeai', text)
  found.version = nameOf(first(object, 'app_version'))
  const prompts = first(image, 'prompt')
  const texts = Array.isArray(prompts)
    ? prompts.map((one) => textOf(first(asObject(one), 'prompt')))
    : [textOf(prompts)]
  const prompt = texts.filter((one) => one !== null).join(', ')
  setDreamPrompt(found, prompt)
  found.seed = seedOf(first(image, 'seed'))
  found.steps = numberOf(first(image, 'steps'))
  found.guidance = numberOf(first(image, 'cfg_scale'))
  found.sampler = nameOf(first(image, 'sampler'))
  found.size = sizeOf(first(image, 'width'), first(image, 'height'))
  found.model = nameOf(first(object, 'model_weights', 'model'))
  found.modelHash = nameOf(first(object, 'model_hash'))
  return found
}

/** `"a prompt [what not]" -s 50 -S 42 -W 512 -H 512 -C 7.5 -A k_lms` */
function fromDream(text: string): Generation | null {
  const end = text.lastIndexOf('"')
  if (!text.startsWith('"') || end === 0) return null
  const found = emptyGeneration('invokeai', text)
  setDreamPrompt(found, text.slice(1, end))
  const options = new Map<string, string>()
  for (const part of text.slice(end + 1, end + 2000).split(' -')) {
    // `-s 50` and `-s50` are the same.
    const match = /^-?([a-zA-Z])\s*(\S*)/.exec(part)
    if (match) options.set(match[1] as string, match[2] as string)
  }
  found.seed = seedOf(options.get('S'))
  found.steps = numberOf(options.get('s'))
  found.guidance = numberOf(options.get('C'))
  found.sampler = nameOf(options.get('A'))
  found.size = sizeOf(options.get('W'), options.get('H'))
  return found
}

/** Square brackets hold what the picture should not show. */
function setDreamPrompt(found: Generation, text: string): void {
  const negatives: string[] = []
  const positive = text.replace(/\[([^[\]]{0,10000})\]/g, (_, negative: string) => {
    negatives.push(negative.trim())
    return ' '
  })
  found.prompt = positive.replace(/ {2,}/g, ' ').trim()
  found.negativePrompt = negatives.join(', ')
}
