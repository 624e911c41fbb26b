import type { PictureMetadata } from '#shared/picture-metadata.ts'
import { emptyGeneration, type Generation } from './generation.ts'
import { asList, asObject, first, nameOf, numberOf, parseObject } from './loose-json.ts'
import { seedOf, sizeOf, textOf, type JsonObject } from './loose-json.ts'
import { chunk } from './sources.ts'

/**
 * What NovelAI writes: chunks `Software`, `Source`, `Description` and `Comment` (JSON), the same as
 * one object hidden in the alpha, or in EXIF's UserComment of a WebP.
 */
export function readNovelAI(metadata: PictureMetadata): Generation | null {
  const whole = parseObject(metadata.hidden) ?? parseObject(metadata.exif.userComment)
  const of = (key: string): string | null => chunk(metadata, key) ?? textOf(first(whole, key))
  const text = of('Comment')
  const comment = parseObject(text)
  const software = of('Software') ?? metadata.exif.software ?? ''
  const source = nameOf(of('Source'))
  const isNamed = software.startsWith('NovelAI') || (source ?? '').startsWith('NovelAI')
  if (text === null || !comment) return null
  if (!isNamed && !('uc' in comment && 'scale' in comment && 'sampler' in comment)) return null

  const found = emptyGeneration('novelai', text)
  found.prompt =
    captionOf(asObject(first(comment, 'v4_prompt'))) ??
    textOf(first(comment, 'prompt')) ??
    of('Description')
  found.negativePrompt =
    captionOf(asObject(first(comment, 'v4_negative_prompt'))) ?? textOf(first(comment, 'uc'))
  found.seed = seedOf(first(comment, 'seed'))
  found.steps = numberOf(first(comment, 'steps'))
  found.guidance = numberOf(first(comment, 'scale'))
  found.sampler = nameOf(first(comment, 'sampler'))
  found.scheduler = nameOf(first(comment, 'noise_schedule'))
  found.size = sizeOf(first(comment, 'width'), first(comment, 'height'))
  found.model = source
  // `NovelAI Diffusion V4.5 4BDE2A90`
  found.modelHash = /\s([0-9A-F]{8})$/.exec(source ?? '')?.[1] ?? null
  return found
}

/** The caption of the whole picture, and on lines of their own those of its characters. */
function captionOf(prompt: JsonObject | null): string | null {
  const caption = asObject(first(prompt, 'caption'))
  const base = textOf(first(caption, 'base_caption'))
  if (base === null) return null
  const characters = asList(first(caption, 'char_captions'))
    .slice(0, 50)
    .map((one) => nameOf(first(asObject(one), 'char_caption')))
    .filter((one) => one !== null)
  return [base, ...characters].join('\n')
}
