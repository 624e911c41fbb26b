import { AppError } from '#shared/errors.ts'
import {
  levelKey,
  placeKey,
  type NoPrompt,
  type PromptFind,
  type PromptIndex,
} from './study-prompts.ts'

export const PLACEHOLDERS = [
  'group',
  'kind',
  'level',
  'take',
  'seed',
  'prompt',
  'index',
  '*',
] as const
export type Placeholder = (typeof PLACEHOLDERS)[number]
type Part = { literal: string } | { field: Placeholder }

/** What a name says by a pattern. */
export interface NameFacts {
  found: PromptFind
  take: number | null
  seed: string | null
  index: number | null
}

export interface NamePattern {
  readonly pattern: string
  /**
   * @param name relative to the folder, with slashes
   * @returns null where the name does not fit
   */
  read(name: string): NameFacts | null
}

export const PICTURE_ENDING = /\.(png|jpe?g|jfif|webp|avif|gif|tiff?)$/i
const MAX_NAME = 1000
const HINT = 'Use {group}, {kind}, {level}, {take}, {seed}, {prompt}, {index} and {*} for anything.'

/**
 * A pattern for names of pictures: `{group}_{level}_{seed}.png`, `{kind}/{group}-{level}-{take}.*`.
 * A placeholder stands for a value as written or as a slug, in any case: {group}, {kind}, {level},
 * {prompt} (its text) of the study, {index} (the place of the prompt in its list), {take}, {seed}
 * (digits), {*} (anything but a slash). Without slashes it is held against the name alone, with
 * some against as many folders; without an ending any picture fits.
 * @param firstIndex what {index} is for the first prompt
 * @throws AppError `invalid-input` for an unknown placeholder, or none that tells a prompt
 */
export function compilePattern(
  pattern: string,
  prompts: PromptIndex,
  firstIndex: 0 | 1 = 0,
): NamePattern {
  const ending = PICTURE_ENDING.exec(pattern)?.[0].toLowerCase() ?? null
  const parts = partsOf(pattern.replace(PICTURE_ENDING, '').replace(/\.\*$/, ''))
  const fields = new Set(parts.flatMap((part) => ('field' in part ? part.field : [])))
  if (!fields.has('group') && !fields.has('prompt') && !fields.has('index')) {
    throw new AppError(
      'invalid-input',
      `The pattern ${pattern} does not tell which prompt a picture is for`,
      'Give it one of {group}, {prompt} and {index}.',
    )
  }
  const folders = parts.flatMap((part) => ('literal' in part ? [...part.literal] : []))
  const depth = folders.filter((char) => char === '/').length

  return {
    pattern,
    read(name) {
      const its = PICTURE_ENDING.exec(name)?.[0].toLowerCase() ?? ''
      if (ending !== null && sameEnding(its) !== sameEnding(ending)) return null
      const stem = name
        .slice(0, name.length - its.length)
        .normalize('NFC')
        .toLowerCase()
      const held = stem
        .split('/')
        .slice(-depth - 1)
        .join('/')
      if (held.length > MAX_NAME) return null
      const known = match(parts, held, prompts)
      const values = known ?? match(parts, held, null)
      if (!values) return null
      const index = values.has('index') ? Number(values.get('index')) : null
      return {
        found: findBy(values, index, prompts, firstIndex),
        take: values.has('take') ? Number(values.get('take')) : null,
        seed: values.get('seed')?.replace(/^0+(?=\d)/, '') ?? null,
        index,
      }
    },
  }
}

function partsOf(pattern: string): Part[] {
  const parts: Part[] = []
  const seen = new Set<string>()
  for (const [whole, inside] of pattern.matchAll(/\{([^{}]*)\}|[^{}]+|[{}]/g)) {
    if (inside === undefined) {
      parts.push({ literal: whole.normalize('NFC').toLowerCase() })
      continue
    }
    const field = PLACEHOLDERS.find((one) => one === inside.trim().toLowerCase())
    if (!field) {
      throw new AppError('invalid-input', `The pattern has an unknown placeholder: ${whole}`, HINT)
    }
    if (field !== '*' && seen.has(field)) {
      throw new AppError('invalid-input', `The pattern has ${whole} twice`, HINT)
    }
    seen.add(field)
    parts.push({ field })
  }
  return parts
}

function sameEnding(ending: string): string {
  if (/^\.(jpe?g|jfif)$/.test(ending)) return '.jpg'
  return ending === '.tif' ? '.tiff' : ending
}

/**
 * Values by placeholder, or null. What was tried in vain is remembered, so the work is at most the
 * parts by the square of the name.
 * @param prompts whose groups, kinds and levels alone are taken; null: any
 */
function match(
  parts: readonly Part[],
  name: string,
  prompts: PromptIndex | null,
): Map<Placeholder, string> | null {
  const values = new Map<Placeholder, string>()
  const failed = new Set<number>()
  const walk = (part: number, at: number): boolean => {
    const here = parts[part]
    if (!here) return at === name.length
    const state = part * (MAX_NAME + 1) + at
    if (failed.has(state)) return false
    if ('literal' in here) {
      if (name.startsWith(here.literal, at) && walk(part + 1, at + here.literal.length)) return true
    } else {
      for (const end of endsOf(here.field, name, at, parts[part + 1])) {
        const value = name.slice(at, end)
        if (!fits(here.field, value, prompts)) continue
        if (walk(part + 1, end)) {
          values.set(here.field, value)
          return true
        }
      }
    }
    failed.add(state)
    return false
  }
  return walk(0, 0) ? values : null
}

/**
 * Where a value that begins at `at` may end: the longest first, anything shortest first. Where no
 * literal follows, only between a word, a number and what is neither, so that few are tried.
 */
function* endsOf(
  field: Placeholder,
  name: string,
  at: number,
  next: Part | undefined,
): Generator<number> {
  const slash = name.indexOf('/', at)
  let last = slash < 0 ? name.length : slash
  const mayEnd = (end: number): boolean => {
    if (next === undefined) return end === name.length
    if ('literal' in next) return name.startsWith(next.literal, end)
    return end === name.length || classAt(name, end - 1) !== classAt(name, end)
  }
  if (field === '*') {
    for (let end = at; end <= last; end++) if (mayEnd(end)) yield end
    return
  }
  if (field === 'take' || field === 'seed' || field === 'index') {
    let end = at
    while (end < last && classAt(name, end) === 'digit') end++
    last = end
  }
  for (let end = last; end > at; end--) if (mayEnd(end)) yield end
}

function classAt(name: string, at: number): 'digit' | 'word' | 'other' {
  const char = name[at] ?? ''
  if (char >= '0' && char <= '9') return 'digit'
  return /[\p{L}\p{M}\p{N}\p{Cs}]/u.test(char) ? 'word' : 'other'
}

function fits(field: Placeholder, value: string, prompts: PromptIndex | null): boolean {
  switch (field) {
    case 'take':
    case 'index':
      return value.length <= 9
    case 'seed':
      return value.length <= 40
    case 'group':
      return prompts === null || prompts.groups.has(placeKey(value))
    case 'kind':
      return prompts === null || prompts.kinds.has(placeKey(value))
    case 'level':
      return prompts === null || prompts.levels.has(levelKey(value))
    default:
      return true
  }
}

function findBy(
  values: ReadonlyMap<Placeholder, string>,
  index: number | null,
  prompts: PromptIndex,
  firstIndex: 0 | 1,
): PromptFind {
  const group = values.get('group')
  const kind = values.get('kind') ?? null
  if (group !== undefined) return prompts.byPlace(group, values.get('level') ?? null, kind)
  const text = values.get('prompt')
  if (text !== undefined) return prompts.bySlug(text)
  return byIndex(index, prompts, firstIndex)
}

/** The prompt at a place of the list. */
export function byIndex(index: number | null, prompts: PromptIndex, firstIndex: 0 | 1): PromptFind {
  const prompt = (index ?? -1) - firstIndex
  const none: NoPrompt = 'no-such-prompt'
  if (!Number.isInteger(prompt) || prompt < 0 || prompt >= prompts.prompts.length) {
    return { ok: false, reason: none }
  }
  return { ok: true, prompt, isGuess: false }
}
