import type { PictureMetadata } from '#shared/picture-metadata.ts'
import { emptyGeneration, type Generation } from './generation.ts'
import { asList, first, nameOf, numberOf, parseObject, seedOf } from './loose-json.ts'
import { sizeOf, textOf, type Json, type JsonObject } from './loose-json.ts'
import { chunk, descriptions } from './sources.ts'

/**
 * What Fooocus and its forks write in their own scheme (`modules/meta_parser.py`): JSON with the
 * prompt as it was typed and `full_prompt` as the styles made it; the first is taken. Its other
 * scheme is A1111's and is read there.
 */
export function readFooocus(metadata: PictureMetadata): Generation | null {
  const isNamed =
    chunk(metadata, 'fooocus_scheme') === 'fooocus' || metadata.exif.makerNote === 'fooocus'
  for (const text of descriptions(metadata)) {
    const object = parseObject(text)
    if (!object) continue
    // Forks and older ones write the names as people read them: `Base Model`.
    const keys = new Map(Object.entries(object).map(([key, value]) => [plain(key), value]))
    const get = (...names: string[]): Json | undefined =>
      names.map((name) => keys.get(name)).find((value) => value !== undefined && value !== null)
    const program = nameOf(get('version', 'software')) ?? ''
    const isTold = isNamed || keys.has('metadatascheme') || /fooocus/i.test(program)
    if (!isTold || !(keys.has('basemodel') || keys.has('basemodelname'))) continue
    return fromKeys(text, get, object)
  }
  return null
}

function plain(key: string): string {
  return key.toLowerCase().replace(/[^a-z0-9]/g, '')
}

function fromKeys(
  text: string,
  get: (...names: string[]) => Json | undefined,
  object: JsonObject,
): Generation {
  const found = emptyGeneration('fooocus', text)
  found.version = nameOf(get('version', 'software'))
  found.prompt = textOf(get('prompt'))
  found.negativePrompt = textOf(get('negativeprompt', 'negative'))
  found.seed = seedOf(get('seed'))
  found.steps = numberOf(get('steps'))
  found.guidance = numberOf(get('guidancescale', 'cfg'))
  found.sampler = nameOf(get('sampler', 'samplername'))
  found.scheduler = nameOf(get('scheduler'))
  const resolution = /(\d{1,6})\D{1,5}(\d{1,6})/.exec(
    (textOf(get('resolution')) ?? '').slice(0, 40),
  )
  found.size = resolution
    ? sizeOf(resolution[1], resolution[2])
    : sizeOf(get('width'), get('height'))
  found.model = nameOf(get('basemodel', 'basemodelname'))
  found.modelHash = nameOf(get('basemodelhash'))
  for (const entry of asList(get('loras')).slice(0, 50)) {
    const [name, weight, hash] = asList(entry)
    const its = nameOf(name)
    if (its !== null) found.loras.push({ name: its, weight: numberOf(weight), hash: nameOf(hash) })
  }
  // `lora_combined_1` and `LoRA 1`: `name : weight`.
  for (const key of Object.keys(object).slice(0, 500)) {
    if (!/^lora(combined)?\d+$/.test(plain(key))) continue
    const value = nameOf(first(object, key)) ?? ''
    const colon = value.lastIndexOf(':')
    const name = (colon < 0 ? value : value.slice(0, colon)).trim()
    if (name === '' || name === 'None' || found.loras.some((one) => one.name === name)) continue
    found.loras.push({
      name,
      weight: colon < 0 ? null : numberOf(value.slice(colon + 1)),
      hash: null,
    })
  }
  return found
}
