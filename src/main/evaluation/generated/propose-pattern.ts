import type { PictureFile, Tie } from './image-plan.ts'
import { PICTURE_ENDING, type Placeholder } from './name-pattern.ts'
import { createTie, planImages } from './plan-images.ts'
import {
  createPromptIndex,
  levelKey,
  placeKey,
  slugOf,
  type PromptIndex,
  type PromptRow,
} from './study-prompts.ts'

/** A pattern that names seem to follow. */
export interface ProposedPattern {
  pattern: string
  /** What {index} is for the first prompt. */
  firstIndex: 0 | 1
  /** Of the files that were held against it, those that found a prompt, each another take. */
  matched: number
  of: number
}

const MAX_SAMPLES = 12
const MAX_CANDIDATES = 120
const MAX_HELD = 200
const MAX_TOKENS = 60
const MAX_NUMBERS = 4

/**
 * Patterns that names of pictures seem to follow, the best first; none where no name holds a group,
 * the text of a prompt or a number. Found in a few names by the groups, kinds and texts of the study
 * and by what their numbers may mean, and held against up to 200 of all.
 */
export function proposePatterns(
  files: readonly PictureFile[],
  prompts: readonly PromptRow[],
  most = 5,
): ProposedPattern[] {
  const index = createPromptIndex(prompts)
  const candidates = new Set<string>()
  const samples = spread(files, MAX_SAMPLES)
  const common = commonWords(samples.map(({ name }) => tokensOf(name)))
  for (const { name } of samples) {
    for (const pattern of candidatesOf(name, index, common)) {
      if (candidates.size < MAX_CANDIDATES) candidates.add(pattern)
    }
  }
  const held = spread(files, MAX_HELD)
  return [...candidates]
    .flatMap((pattern) => judge(pattern, held, index) ?? [])
    .sort((a, b) => b.matched - a.matched || b.sense - a.sense || (a.pattern < b.pattern ? -1 : 1))
    .slice(0, most)
    .map(({ pattern, firstIndex, matched }) => ({ pattern, firstIndex, matched, of: held.length }))
}

/** Some of a list, evenly over it. */
function spread<T>(list: readonly T[], most: number): T[] {
  if (list.length <= most) return [...list]
  return Array.from({ length: most }, (_, i) => list[Math.floor((i * list.length) / most)] as T)
}

interface Token {
  text: string
  is: 'word' | 'number' | 'other'
}

function tokensOf(name: string): Token[] {
  const stem = name.replace(PICTURE_ENDING, '').normalize('NFC').toLowerCase()
  return [...stem.matchAll(/\d+|[\p{L}\p{M}]+|[^\d\p{L}\p{M}]/gu)].map(([text]) => ({
    text,
    is: /^\d/.test(text) ? 'number' : /^[\p{L}\p{M}]/u.test(text) ? 'word' : 'other',
  }))
}

/** Those that stand in nearly all names. */
function commonWords(names: readonly Token[][]): Set<string> {
  const counts = new Map<string, number>()
  for (const tokens of names) {
    const words = tokens.filter((token) => token.is === 'word').map((token) => token.text)
    for (const word of new Set(words)) counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  const enough = 0.8 * names.length
  return new Set([...counts].flatMap(([word, count]) => (count >= enough ? word : [])))
}

type Piece = Token | { field: Placeholder }

function candidatesOf(name: string, index: PromptIndex, common: ReadonlySet<string>): string[] {
  const tokens = tokensOf(name)
  if (tokens.length > MAX_TOKENS || /[{}]/.test(name)) return []
  const bases: Piece[][] = []
  const texts = new Set(index.prompts.map((row) => slugOf(row.text)))
  const byText = replaceRun(tokens, 'prompt', (slug) => texts.has(slug) || index.bySlug(slug).ok)
  if (byText) bases.push(byText)
  const byGroup = replaceRun(tokens, 'group', (slug) => index.groups.has(placeKey(slug)))
  if (byGroup) {
    bases.push(byGroup)
    const byKind = replaceRun(byGroup, 'kind', (slug) => index.kinds.has(placeKey(slug)))
    if (byKind) bases.push(byKind)
  }
  bases.push(tokens)
  return bases.flatMap((base) => withNumbers(base, index, common))
}

/** The longest run of tokens that is a known value, made a placeholder. */
function replaceRun(
  pieces: readonly Piece[],
  field: Placeholder,
  isKnown: (slug: string) => boolean,
): Piece[] | null {
  for (let length = pieces.length; length > 0; length--) {
    for (let at = 0; at + length <= pieces.length; at++) {
      const run = pieces.slice(at, at + length)
      const tokens = run.flatMap((piece) => ('text' in piece ? piece : []))
      if (tokens.length < length || tokens.some((token) => token.text === '/')) continue
      if (tokens[0]?.is === 'other' || tokens.at(-1)?.is === 'other') continue
      if (!isKnown(slugOf(tokens.map((token) => token.text).join('')))) continue
      return [...pieces.slice(0, at), { field }, ...pieces.slice(at + length)]
    }
  }
  return null
}

/** Each way in which the numbers of a name may be level, take, seed, index or none of them. */
function withNumbers(
  base: readonly Piece[],
  index: PromptIndex,
  common: ReadonlySet<string>,
): string[] {
  const has = (field: Placeholder): boolean =>
    base.some((one) => 'field' in one && one.field === field)
  const tells = has('prompt') ? [] : has('group') ? (['level'] as const) : (['index'] as const)
  const places = base.flatMap((piece, i) =>
    'text' in piece &&
    (piece.is === 'number' || (has('group') && index.levels.has(levelKey(piece.text))))
      ? i
      : [],
  )
  if (places.length > MAX_NUMBERS + 2) return []
  const found: string[] = []
  const assign = (at: number, pieces: Piece[], left: readonly Placeholder[]): void => {
    const place = places[at]
    if (place === undefined) {
      const isTold = tells.every((field) => field === 'level' || !left.includes(field))
      if (isTold) found.push(write(pieces, common))
      return
    }
    const { text } = pieces[place] as Token
    for (const field of left) {
      if (field === 'level' ? !index.levels.has(levelKey(text)) : !/^\d+$/.test(text)) continue
      assign(
        at + 1,
        pieces.with(place, { field }),
        left.filter((one) => one !== field),
      )
    }
    assign(at + 1, /^\d+$/.test(text) ? pieces.with(place, { field: '*' }) : pieces, left)
  }
  assign(0, [...base], [...tells, 'take', 'seed'])
  return found
}

/** Words that most names lack stand for anything, together with what is between them. */
function write(pieces: readonly Piece[], common: ReadonlySet<string>): string {
  return pieces
    .map((piece) => {
      if ('field' in piece) return `{${piece.field}}`
      return piece.is === 'word' && !common.has(piece.text) ? '{*}' : piece.text
    })
    .join('')
    .replace(/\{\*\}(?:[^{}/]{0,3}\{\*\})+/g, '{*}')
}

interface Judged extends ProposedPattern {
  /** How well what it takes the numbers for goes with their size and their names. */
  sense: number
}

function judge(pattern: string, held: readonly PictureFile[], index: PromptIndex): Judged | null {
  const tieAll = (firstIndex: 0 | 1): Tie[] => {
    const tie = createTie(index, { by: 'pattern', pattern, firstIndex })
    return held.map((file) => tie(file, null))
  }
  let firstIndex: 0 | 1 = 0
  let ties: Tie[]
  try {
    ties = tieAll(0)
    if (pattern.includes('{index}')) {
      const fromOne = tieAll(1)
      const count = (some: readonly Tie[]): number => some.filter((tie) => tie.ok).length
      // Counted from 1 unless some name says 0.
      if (count(fromOne) >= count(ties)) [ties, firstIndex] = [fromOne, 1]
    }
  } catch {
    return null
  }
  const plan = planImages(index.prompts, ties)
  if (plan.images.length === 0) return null
  const matched = plan.images.length
  return { pattern, firstIndex, matched, of: held.length, sense: senseOf(pattern, ties) }
}

const WORDS: Partial<Record<Placeholder, RegExp>> = {
  seed: /(^|[^a-z])(seed|s)[_ =-]?\{seed\}/,
  take: /(^|[^a-z])(take|sample|img|image|t|n)[_ =-]?\{take\}/,
  level: /(^|[^a-z])(level|lvl|lv|l)[_ =-]?\{level\}/,
  index: /(^|[^a-z])(prompt|p|index|idx)[_ =-]?\{index\}/,
}

function senseOf(pattern: string, ties: readonly Tie[]): number {
  const images = ties.flatMap((tie) => (tie.ok ? tie.image : []))
  let sense = -pattern.split('{*}').length
  for (const [field, words] of Object.entries(WORDS)) {
    if (words.test(pattern)) sense += 4
    else if (pattern.includes(`{${field}}`) && /[a-z]$/.test(pattern.split(`{${field}}`)[0] ?? ''))
      sense -= 2
  }
  if (pattern.includes('{take}')) sense += images.every(({ take }) => (take ?? 0) < 1000) ? 2 : -2
  if (pattern.includes('{seed}')) {
    sense += images.some(({ seed }) => (seed ?? '').length > 2) ? 1 : -1
    if (images.every(({ seed }) => (seed ?? '').length > 3)) sense += 2
  }
  const at = (field: Placeholder): number => pattern.indexOf(`{${field}}`)
  if (at('group') >= 0 && at('level') > at('group')) sense += 1
  // A level is said before the takes of it.
  if (at('level') >= 0 && at('level') < Math.max(at('take'), at('seed'))) sense += 1
  if (at('index') >= 0 && at('index') < Math.max(at('take'), at('seed'))) sense += 1
  if (at('level') >= 0) sense += 2
  return sense
}
