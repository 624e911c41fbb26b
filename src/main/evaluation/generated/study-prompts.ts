/** A prompt of a study; its place in the list is its number. */
export interface PromptRow {
  group: string
  kind: string
  level: number | string
  text: string
}

export type NoPrompt =
  | 'no-prompt-in-metadata'
  | 'prompt-not-in-study'
  | 'no-such-prompt'
  | 'unknown-group'
  | 'unknown-kind'
  | 'unknown-level'
  | 'ambiguous-prompt'

/** The number of a prompt, or why there is none. */
export type PromptFind =
  { ok: true; prompt: number; isGuess: boolean } | { ok: false; reason: NoPrompt }

/** A part of a name, as `a Red  Kite!` -> `a-red-kite`; letters of every script are kept. */
export function slugOf(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}]+/gu, '-')
    .replace(/^-|-$/g, '')
}

/** A slug without what parts its words: `red-car` and `redcar` are one. */
export function placeKey(text: string): string {
  return slugOf(text).replaceAll('-', '')
}

/** `03`, `3` and `3.0` are one level. */
export function levelKey(level: number | string): string {
  const text = String(level).trim()
  return /^\d{1,9}(\.0{1,9})?$/.test(text) ? String(Number(text)) : slugOf(text)
}

/** More of a text than any prompt has, characters. */
const MAX_TEXT = 20_000
const MAX_PIECES = 60
const TAG = /<(?:lora|lyco|hypernet):[^<>]{1,300}>/gi
/** A slug as long as this may be one that a program cut. */
const SHORTEST_CUT = 20

/**
 * The pieces of a text between commas and line ends, without what does not change what is asked
 * for: case, forms of characters (NFKC), spaces, tags of LoRAs, a full stop at the end.
 */
function piecesOf(text: string): string[] {
  return text
    .slice(0, MAX_TEXT)
    .normalize('NFKC')
    .toLowerCase()
    .replace(TAG, ' ')
    .split(/[,\n\r]/)
    .map((piece) => piece.replace(/\s+/g, ' ').trim())
    .filter((piece) => piece !== '')
}

const joined = (pieces: readonly string[]): string => pieces.join(', ').replace(/[ .]+$/, '')

/** Finds prompts of a study by what names, tables and pictures say. */
export interface PromptIndex {
  readonly prompts: readonly PromptRow[]
  /** Keys as `placeKey` makes them; of levels as `levelKey`. */
  readonly groups: ReadonlySet<string>
  readonly kinds: ReadonlySet<string>
  readonly levels: ReadonlySet<string>
  /** Values as written or as slugs; null is what is not said. */
  byPlace(group: string, level: string | null, kind: string | null): PromptFind
  /** By the text as a slug, whole or cut at its end. */
  bySlug(slug: string): PromptFind
  /** By the text; word for word, else normalised, else as a part between commas (styles). */
  byText(text: string): PromptFind
  /** Whether a text holds that prompt, as `byText` compares. */
  agrees(text: string, prompt: number): boolean
}

/** @param prompts in the order of the study */
export function createPromptIndex(prompts: readonly PromptRow[]): PromptIndex {
  const places = new Map<string, number[]>()
  const exact = new Map<string, number[]>()
  const normal = new Map<string, number[]>()
  const slugs = new Map<string, number[]>()
  const add = (map: Map<string, number[]>, key: string, prompt: number): void => {
    const list = map.get(key)
    if (list) list.push(prompt)
    else map.set(key, [prompt])
  }
  prompts.forEach((row, i) => {
    add(places, placeKey(row.group), i)
    add(exact, row.text.trim(), i)
    add(normal, joined(piecesOf(row.text)), i)
    add(slugs, slugOf(row.text), i)
  })
  normal.delete('')
  slugs.delete('')
  const sorted = [...slugs.keys()].sort()
  const groups = new Set(places.keys())
  const kinds = new Set(prompts.map((row) => placeKey(row.kind)))
  const levels = new Set(prompts.map((row) => levelKey(row.level)))

  const one = (
    found: readonly number[] | undefined,
    none: NoPrompt,
    isGuess: boolean,
  ): PromptFind => {
    const [first, ...others] = found ?? []
    if (first === undefined) return { ok: false, reason: none }
    if (others.length > 0) return { ok: false, reason: 'ambiguous-prompt' }
    return { ok: true, prompt: first, isGuess }
  }

  /** `a b` and `ab` may both be groups. */
  const exactFirst = (found: number[] | undefined, group: string): number[] | undefined => {
    const exact = found?.filter((i) => slugOf((prompts[i] as PromptRow).group) === slugOf(group))
    return exact && exact.length > 0 ? exact : found
  }

  return {
    prompts,
    groups,
    kinds,
    levels,
    byPlace(group, level, kind) {
      const inGroup = exactFirst(places.get(placeKey(group)), group)
      if (!inGroup) return { ok: false, reason: 'unknown-group' }
      if (kind !== null && !kinds.has(placeKey(kind))) return { ok: false, reason: 'unknown-kind' }
      if (level !== null && !levels.has(levelKey(level))) {
        return { ok: false, reason: 'unknown-level' }
      }
      const found = inGroup.filter((i) => {
        const row = prompts[i] as PromptRow
        const isLevel = level === null || levelKey(row.level) === levelKey(level)
        return isLevel && (kind === null || placeKey(row.kind) === placeKey(kind))
      })
      return one(found, 'no-such-prompt', false)
    },
    bySlug(slug) {
      const wanted = slugOf(slug)
      const whole = slugs.get(wanted)
      if (whole || wanted.length < SHORTEST_CUT) return one(whole, 'prompt-not-in-study', false)
      // Those that begin with it stand together.
      let low = 0
      let high = sorted.length
      while (low < high) {
        const middle = (low + high) >> 1
        if ((sorted[middle] as string) < wanted) low = middle + 1
        else high = middle
      }
      const starting = sorted.slice(low, low + 2).filter((key) => key.startsWith(wanted))
      return one(
        starting.flatMap((key) => slugs.get(key) as number[]),
        'prompt-not-in-study',
        true,
      )
    },
    byText(text) {
      if (text.trim() === '') return { ok: false, reason: 'no-prompt-in-metadata' }
      const same = exact.get(text.trim())
      if (same) return one(same, 'prompt-not-in-study', false)
      for (const range of rangesOf(piecesOf(text))) {
        const found = normal.get(range)
        if (found) return one(found, 'prompt-not-in-study', true)
      }
      return { ok: false, reason: 'prompt-not-in-study' }
    },
    agrees(text, prompt) {
      const wanted = joined(piecesOf((prompts[prompt] as PromptRow).text))
      const pieces = piecesOf(text)
      return joined(pieces).includes(wanted) && rangesOf(pieces).includes(wanted)
    },
  }
}

/** All that stands between two commas, the longest first; of the same length the first. */
function rangesOf(pieces: readonly string[]): string[] {
  const found = [joined(pieces)]
  const some = pieces.slice(0, MAX_PIECES)
  for (let count = some.length; count > 0; count--) {
    for (let at = 0; at + count <= some.length; at++) {
      found.push(joined(some.slice(at, at + count)))
    }
  }
  return found
}
