import type { PictureMetadata } from '#shared/picture-metadata.ts'
import { readA1111Text } from './a1111-text.ts'
import { emptyGeneration, type Generation, type Lora, type Program } from './generation.ts'
import { asList, asObject, first, nameOf, numberOf, parseLoose, parseObject } from './loose-json.ts'
import { seedOf, sizeOf } from './loose-json.ts'
import { chunk, descriptions } from './sources.ts'

/**
 * What AUTOMATIC1111's web UI writes, and all that write like it: Forge, SD.Next, Civitai, savers of
 * ComfyUI. A text without settings counts only as the chunk `parameters`, and then as a prompt.
 */
export function readA1111(metadata: PictureMetadata): Generation | null {
  for (const text of descriptions(metadata)) {
    if (text.trimStart().startsWith('{')) continue
    const found = fromText(text)
    if (!found) continue
    // Savers of ComfyUI write such a text beside the graph.
    if (chunk(metadata, 'prompt')?.includes('"class_type"')) found.program = 'comfyui'
    return found
  }
  const parameters = chunk(metadata, 'parameters')
  if (parameters === null || parameters.trim() === '' || /^\s*\{/.test(parameters)) return null
  const { prompt, negativePrompt } = readA1111Text(parameters)
  const found = emptyGeneration('automatic1111', parameters)
  found.prompt = prompt
  found.negativePrompt = negativePrompt
  found.guessed.push('prompt')
  found.problems.push('Its parameters hold no settings.')
  return found
}

function fromText(text: string): Generation | null {
  const { prompt, negativePrompt, settings } = readA1111Text(text)
  if (!settings.has('Steps') && !settings.has('Seed')) return null
  const get = (...names: string[]): string | null => {
    for (const name of names) {
      const value = settings.get(name)?.trim()
      if (value !== undefined && value !== '') return value
    }
    return null
  }
  const found = emptyGeneration(programOf(settings), text)
  found.version = get('Version')
  found.prompt = prompt
  // It writes no line for an empty one.
  found.negativePrompt = negativePrompt ?? ''
  found.seed = seedOf(get('Seed'))
  found.steps = numberOf(get('Steps'))
  found.guidance = numberOf(get('CFG scale', 'CFG Scale', 'Guidance'))
  found.sampler = get('Sampler')
  found.scheduler = get('Schedule type', 'Scheduler')
  const size = /^\s*(\d{1,6})\s*[x×]\s*(\d{1,6})/i.exec(get('Size') ?? '')
  if (size) found.size = sizeOf(size[1], size[2])
  const hashes = parseObject(get('Hashes'))
  found.model = get('Model')
  found.modelHash = get('Model hash') ?? nameOf(first(hashes, 'model'))
  found.loras = lorasOf(`${prompt}\n${negativePrompt ?? ''}`, get('Lora hashes'))
  if (found.program === 'fooocus') readFooocus(found, get)
  const resources = get('Civitai resources')
  if (resources !== null) readResources(found, resources)
  return found
}

function programOf(settings: ReadonlyMap<string, string>): Program {
  const version = settings.get('Version') ?? ''
  if (settings.has('Civitai resources') || settings.has('Civitai metadata')) return 'civitai'
  if (/fooocus/i.test(version)) return 'fooocus'
  if (/^(f\d|neo|classic)|forge/i.test(version)) return 'forge'
  if (/^SD\.?Next/i.test(settings.get('App') ?? '')) return 'sd-next'
  // Older ones of SD.Next name their backend.
  if (settings.has('Backend') && settings.has('Parser')) return 'sd-next'
  if (/^ComfyUI/i.test(version)) return 'comfyui'
  return 'automatic1111'
}

/** Fooocus' own scheme `a1111` keeps what was typed beside what the styles made of it. */
function readFooocus(found: Generation, get: (...names: string[]) => string | null): void {
  found.prompt = get('Raw prompt') ?? found.prompt
  found.negativePrompt = get('Raw negative prompt') ?? found.negativePrompt
  const weights = pairsOf(get('Lora weights'))
  for (const [name, weight] of weights) {
    const lora = found.loras.find((one) => one.name === name)
    if (lora) lora.weight ??= numberOf(weight)
    else found.loras.push({ name, weight: numberOf(weight), hash: null })
  }
}

/** Civitai names what it used in a list of JSON. */
function readResources(found: Generation, text: string): void {
  for (const entry of asList(parseLoose(text)).slice(0, 200)) {
    const resource = asObject(entry)
    const version = first(resource, 'modelVersionName')
    const name = [first(resource, 'modelName'), version].map(nameOf).filter((one) => one !== null)
    if (name.length === 0) continue
    const type = first(resource, 'type')
    if (type === 'checkpoint') found.model ??= name.join(' ')
    else if (type === 'lora' || type === 'lycoris') {
      const weight = numberOf(first(resource, 'weight'))
      found.loras.push({ name: name.join(' '), weight, hash: null })
    }
  }
}

const TAG = /<(?:lora|lyco):([^:<>\n]{1,200})(?::([^:<>\n]{1,20}))?(?::[^<>\n]{0,100})?>/g

/** LoRAs by their tags in the prompt, with the hashes of `Lora hashes: "name: hash, ..."`. */
function lorasOf(prompt: string, hashes: string | null): Lora[] {
  const byName = new Map(pairsOf(hashes))
  const found = new Map<string, Lora>()
  for (const [, name, weight] of prompt.matchAll(TAG)) {
    const key = (name as string).trim()
    if (found.size >= 200 || found.has(key)) continue
    found.set(key, { name: key, weight: numberOf(weight), hash: byName.get(key) ?? null })
  }
  for (const [name, hash] of byName) {
    if (!found.has(name)) found.set(name, { name, weight: null, hash })
  }
  return [...found.values()]
}

/** `a: 1, b: 2` as pairs. */
function pairsOf(text: string | null): [string, string][] {
  return (text ?? '')
    .split(',')
    .slice(0, 200)
    .flatMap((part): [string, string][] => {
      const colon = part.lastIndexOf(':')
      const name = part.slice(0, Math.max(0, colon)).trim()
      return name === '' ? [] : [[name, part.slice(colon + 1).trim()]]
    })
}
