import type { RepeatedTexts } from './machine-alt-rules.ts'

/** A text that stands on many sites: whole, or as the beginning or end of different texts. */
export interface AltTemplate {
  /** Digits as `#`; `…` where the texts differ. */
  text: string
  sites: number
  pairs: number
}

/** Words that a beginning or an end has, where the rest differs. */
const ENDS = 5
const MAX_LENGTH = 1000
/** Counters of the first look; 4 MB. Two texts in one counter are told apart by the second look. */
const COUNTERS = 1 << 21
/** Beyond this nobody needs to know how many. */
const MOST = 1000

/**
 * What of an alt may be a template: itself, its first and its last words; lower case, digits as `#`.
 */
export function templateKeys(alt: string, minWords: number): string[] {
  const words = alt
    .slice(0, MAX_LENGTH)
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\p{N}+/gu, '#')
    .split(/\s+/u)
    .filter(Boolean)
  if (words.length < minWords) return []
  const whole = words.join(' ')
  const ends = Math.max(minWords, ENDS)
  if (words.length < ends + 2) return [whole]
  return [whole, `${words.slice(0, ends).join(' ')} …`, `… ${words.slice(-ends).join(' ')}`]
}

/** One alt, on which site, with which picture. */
export interface PlacedAlt {
  alt: string
  site: string
  picture: number
}

/**
 * Finds templates by counting. A text counts where it stands on enough sites with enough different
 * pictures (a picture that many sites show with its caption is syndicated, not a template); a
 * beginning or an end where enough different texts on enough sites have it.
 * @param read gives all alts, the same ones each time: it is called twice
 */
export async function countTemplates(
  read: () => AsyncIterable<PlacedAlt> | Iterable<PlacedAlt>,
  { minSites, minVariants, minWords }: RepeatedTexts,
): Promise<AltTemplate[]> {
  const counters = new Uint16Array(COUNTERS)
  for await (const { alt } of read()) {
    for (const key of templateKeys(alt, minWords)) {
      const at = hash(key) & (COUNTERS - 1)
      if ((counters[at] as number) < 0xffff) counters[at]!++
    }
  }
  const least = Math.max(minSites, minVariants)
  const found = new Map<string, { sites: Set<string>; variants: Set<number>; pairs: number }>()
  for await (const { alt, site, picture } of read()) {
    const keys = templateKeys(alt, minWords)
    for (const [i, key] of keys.entries()) {
      if ((counters[hash(key) & (COUNTERS - 1)] as number) < least) continue
      let entry = found.get(key)
      if (!entry) found.set(key, (entry = { sites: new Set(), variants: new Set(), pairs: 0 }))
      entry.pairs++
      if (entry.sites.size < MOST) entry.sites.add(site)
      if (entry.variants.size < MOST) entry.variants.add(i === 0 ? picture : hash(keys[0] ?? ''))
    }
  }
  return [...found]
    .filter(([, { sites, variants }]) => sites.size >= minSites && variants.size >= minVariants)
    .map(([text, { sites, pairs }]) => ({ text, sites: sites.size, pairs }))
    .sort((a, b) => b.pairs - a.pairs || (a.text < b.text ? -1 : 1))
}

/** FNV-1a over UTF-16 units. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let i = 0; i < text.length; i++) {
    value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
  }
  return value >>> 0
}
