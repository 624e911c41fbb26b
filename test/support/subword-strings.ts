import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { Encoding } from 'tokenizers'
import type { LoadedTokenizer } from '../../src/main/inference/tokenize/library.ts'
import { numbers } from './numbers.ts'

interface Kind {
  chosen: [ids: number[], offsets: number[]][]
  digests: string[]
  real: string[]
}

/** What tools/reference/make_subword_reference.py wrote. */
export interface SubwordReference {
  madeBy: Record<string, string>
  seed: number
  count: number
  realCount: number
  texts: string[]
  fragments: string[]
  kinds: Record<string, Kind>
}

const FIXTURES = new URL('../fixtures/inference/', import.meta.url)

export function subwordReference(): SubwordReference {
  const path = new URL('subword-tokens.json', FIXTURES)
  return JSON.parse(readFileSync(path, 'utf8')) as SubwordReference
}

export function subwordTokenizer(kind: string): string {
  const path = new URL(`tokenizers/${kind}.json.gz`, FIXTURES)
  return gunzipSync(readFileSync(path)).toString('utf8')
}

/** The strings that the reference was run on. */
export function* generatedStrings(
  { seed, fragments, texts }: SubwordReference,
  count: number,
): Generator<string> {
  const { below } = numbers(seed)
  const fragment = (): string => fragments[below(fragments.length)] as string
  for (let i = 0; i < count; i++) {
    if (i < texts.length) {
      yield texts[i] as string
      continue
    }
    if (i % 2000 === 1999) {
      const piece = fragment()
      yield `x${piece.repeat(Math.floor(10_000 / [...piece].length))}`
      continue
    }
    let text = ''
    for (let parts = 1 + below(20); parts > 0; parts--) {
      text += fragment()
      if (below(3) === 0) text += ' '
    }
    yield text
  }
}

/** Ids, offsets and words of an encoding in one line, as the reference writes them. */
function encodingLine(encoding: Encoding): string {
  const places = encoding.getOffsets().map((place) => place.join(' '))
  const words = encoding.getWordIds().map((word) => word ?? '-')
  return `${encoding.getIds().join(' ')}|${places.join(' ')}|${words.join(' ')}\n`
}

/** One SHA-256, cut to 16 digits, for each thousand texts. */
export async function encodingDigests(
  { encode }: LoadedTokenizer,
  texts: Iterable<string>,
): Promise<string[]> {
  const out: string[] = []
  for (const thousand of thousands(texts)) {
    const hash = createHash('sha256')
    for (const encoding of await encode(thousand, { special: true })) {
      hash.update(encodingLine(encoding))
    }
    out.push(hash.digest('hex').slice(0, 16))
  }
  return out
}

export function* thousands<T>(items: Iterable<T>): Generator<T[]> {
  let part: T[] = []
  for (const item of items) {
    part.push(item)
    if (part.length < 1000) continue
    yield part
    part = []
  }
  if (part.length > 0) yield part
}

/**
 * How many of the generated strings a test goes through: a part, or all that the reference was run
 * on with GLEANER_ALL_STRINGS=1.
 */
export function stringsToTest({ kinds }: SubwordReference, kind: string, part: number): number {
  const all = (kinds[kind]?.digests.length ?? 0) * 1000
  return process.env.GLEANER_ALL_STRINGS === '1' ? all : Math.min(part, all)
}
