import type { Resolver } from './address.ts'
import { attribute, decodeAttribute } from './attribute-value.ts'
import { waitingAddresses } from './lazy.ts'
import type { FoundImage } from './scan.ts'
import { parseSrcset } from './srcset.ts'

/** The real address where `src` holds a placeholder until a script puts it in. */
const LAZY_SRC = [
  'data-src',
  'data-lazy-src',
  'data-original',
  'data-lazy',
  'data-lazyload',
  'data-original-src',
  'data-lazy-original',
  'data-src-lazy',
  'data-ll-src',
  'data-echo',
  'data-flickity-lazyload',
  'data-img-src',
  'data-actualsrc',
  'data-delayed-url',
  'data-defer-src',
  'data-deferred-src',
  'data-layzr',
  'data-pagespeed-lazy-src',
  'data-cfsrc',
  'data-ezsrc',
  'data-litespeed-src',
  'data-opt-src',
  'data-runner-src',
  'data-normal',
  'lazy-src',
  'lazyload',
  'file',
] as const
const LAZY_SRCSET = [
  'data-srcset',
  'data-lazy-srcset',
  'data-original-set',
  'data-original-srcset',
  'data-ll-srcset',
  'data-src-set',
  'data-cfsrcset',
  'data-ezsrcset',
  'data-litespeed-srcset',
  'data-opt-srcset',
] as const
/**
 * Larger versions, or addresses under names that are also used for other things. They replace a
 * placeholder, and else are further addresses of the same picture.
 */
const OTHER_ADDRESSES = [
  'data-hi-res-src',
  'data-hi-res',
  'data-hires',
  'data-highres',
  'data-orig-file',
  'data-large-file',
  'data-medium-file',
  'data-full-src',
  'data-full',
  'data-large',
  'data-image',
  'data-url',
  'data-bg',
  'data-background',
  'data-at2x',
  'data-src-retina',
  'data-retina',
  'data-zoom-image',
  'data-zoom-src',
  'data-pin-media',
  'data-thumb',
  'data-fallback-src',
  'data-noscript-src',
  'lowsrc',
] as const

/** Not decodable by the program: such a `<source>` is only ever an alternate. */
const UNDECODABLE = /^image\/(?:jxl|heic|heif|jp2|jpx|jpm|jxr|vnd\.ms-photo|jls)\b|^video\//i
const PICTURE_NAME = /\.(?:jpe?g|jpe|jfif|png|gif|webp|avif|svgz?|bmp|tiff?|ico|apng)(?:$|[?&/;])/i
const PLACEHOLDER_NAME =
  /(?:^|[/_.-])(?:blank|spacer|pixel|clear|clearpixel|transparent|trans|empty|placeholder|loading|loader|spinner|lazy|lazyload|dot|1x1|1px|grey|gray|white|px|s|t|b|p|none|default)(?:[-_]?(?:img|image|gif|pixel|small|1x1|bg))?\.(?:gif|png|svg|jpg|jpeg|webp)(?:$|\?)/i
const MAX_ALTERNATES = 32

/** What one `<img>` shows. */
export interface Picture {
  /** The address and which attribute gave it. null = not paired, for the reason given. */
  url: string | null
  rule: string
  alternates: string[]
  reason: 'data-uri' | 'tracker' | 'no-address' | 'bad-address' | 'not-http' | null
  /** Its `src` waits for a script. */
  lazy: boolean
}

interface Candidate {
  url: string
  rule: string
  /** Pixels, where a `w` descriptor says; else null. */
  width: number | null
  density: number
}

/** A `<source>` whose set is yet to be put in by a script. */
function waits(srcset: string | undefined): boolean {
  return (
    srcset === undefined || srcset.trim() === '' || /^\s*data:[^\s]*(?:\s+\S+)?\s*$/i.test(srcset)
  )
}

const SOURCE_NAMES = new Set<string>([...LAZY_SRCSET, 'data-src'])
const OTHER_NAMES = new Set<string>([...LAZY_SRC, ...LAZY_SRCSET, ...OTHER_ADDRESSES])

function holdsOther(attributes: Map<string, string>): boolean {
  for (const name of attributes.keys()) if (OTHER_NAMES.has(name)) return true
  return false
}

const HTTP = /^https?:\/\/[^/]/i

function isData(address: string): boolean {
  return /^[\0- ]*data:/i.test(address.slice(0, 64).replace(/[\t\n\r]/g, ''))
}

/**
 * The picture of an `<img>`: the largest of its `<picture>` sources, lazy and plain candidate sets;
 * a lazy address before `src`; other addresses of the same picture as alternates. Where `src` is
 * missing, a `data:` picture or named as placeholders are, any attribute that holds the address of
 * a picture counts (`waitingAddresses`), and is named as the rule.
 *
 * Sources are compared by `w`; `x` counts as a multiple of the declared width where there is one.
 * Of equals the first in the order picture, lazy srcset, srcset, lazy src, src wins, as a browser
 * would choose. A `<source>` of a type that cannot be decoded here (JPEG XL, HEIC, JPEG 2000) is an
 * alternate only.
 */
export function pictureOf(found: FoundImage, resolver: Resolver): Picture {
  const { attributes } = found
  const candidates: Candidate[] = []
  const late: Candidate[] = []
  /** Smaller ones, or ones for when the other fails. */
  const spare: Candidate[] = []
  let sawData = false
  let sawBad = false
  let sawOther = false

  function add(
    to: Candidate[],
    address: string,
    rule: string,
    width: number | null,
    density: number,
  ) {
    const trimmed = address.trim()
    if (trimmed === '' || trimmed.startsWith('#')) return
    if (isData(trimmed)) {
      sawData = true
      return
    }
    const url = resolver.resolve(trimmed)
    if (url === null) sawBad = true
    else if (!HTTP.test(url)) sawOther = true
    else to.push({ url, rule, width, density })
  }
  function addSet(to: Candidate[], raw: string | undefined, rule: string, scale = 1): void {
    if (raw === undefined || raw === '') return
    for (const candidate of parseSrcset(decodeAttribute(raw))) {
      add(to, candidate.url, rule, candidate.width, (candidate.density ?? 1) * scale)
    }
  }

  for (const source of found.sources) {
    const type = source.get('type')
    const to = type !== undefined && UNDECODABLE.test(type.trim()) ? late : candidates
    const scale = mediaScale(source.get('media'))
    for (const name of LAZY_SRCSET) addSet(to, source.get(name), 'picture', scale)
    addSet(to, source.get('srcset'), 'picture', scale)
    const lazySource = source.get('data-src')
    if (lazySource !== undefined) add(to, decodeAttribute(lazySource), 'picture', null, scale)
    if (waits(source.get('srcset'))) {
      for (const { value, isSet, late } of waitingAddresses(source, SOURCE_NAMES)) {
        if (isSet) addSet(late ? spare : to, value, 'picture', scale)
        else add(late ? spare : to, value, 'picture', null, scale)
      }
    }
  }
  const beforeOwn = candidates.length
  const mayWait = holdsOther(attributes)
  if (mayWait) {
    for (const name of LAZY_SRCSET) addSet(candidates, attributes.get(name), name)
  }
  addSet(candidates, attributes.get('srcset'), 'srcset')
  if (mayWait) {
    for (const name of LAZY_SRC) {
      const raw = attributes.get(name)
      if (raw === undefined || raw === '') continue
      let value = decodeAttribute(raw).trim()
      if (value.includes('{width}')) value = withWidth(value, attributes.get('data-widths'))
      // Some scripts put a whole candidate set, or a word like "true", where others put an address.
      if (/\s\d+(?:\.\d+)?[wx](?:,|$)/.test(value)) addSet(candidates, raw, name)
      else if (looksLikeAddress(value)) add(candidates, value, name, null, 1)
    }
  }
  const src = attribute(attributes, 'src')
  const plain: Candidate[] = []
  if (src !== null) add(plain, src, 'src', null, 1)
  const srcUrl = plain[0]?.url
  const placeholder = srcUrl === undefined || PLACEHOLDER_NAME.test(srcUrl)
  // Under names that no list has: whatever holds an address beside a placeholder.
  if (placeholder && candidates.length === 0 && attributes.size > 1) {
    for (const { name, value, isSet, late } of waitingAddresses(attributes, OTHER_NAMES)) {
      if (isSet) addSet(late ? spare : candidates, value, name)
      else add(late ? spare : candidates, value, name, null, 1)
    }
  }
  const lazy =
    candidates.length > beforeOwn &&
    candidates.some((candidate, i) => i >= beforeOwn && candidate.rule !== 'srcset')
  const others: Candidate[] = []
  for (const name of mayWait ? OTHER_ADDRESSES : []) {
    const raw = attributes.get(name)
    if (raw === undefined) continue
    const value = decodeAttribute(raw).trim()
    if (PICTURE_NAME.test(value) && looksLikeAddress(value)) add(others, value, name, null, 1)
  }

  const declared = declaredSize(attributes.get('width'))
  let best: Candidate | undefined
  if (lazy || beforeOwn > 0 || candidates.length > 0) {
    // A plain src beside candidate sets takes part as 1x, unless it is what waits for a script.
    const pool = lazy || placeholder ? candidates : [...candidates, ...plain]
    best = largest(pool, declared)
  }
  if (!best && placeholder) {
    best = others.find(
      (candidate) => candidate.rule !== 'data-thumb' && candidate.rule !== 'lowsrc',
    )
  }
  best ??= plain[0] ?? others[0] ?? spare[0] ?? late[0]
  if (!best) {
    const reason = sawData
      ? 'data-uri'
      : sawOther
        ? 'not-http'
        : sawBad
          ? 'bad-address'
          : 'no-address'
    return { url: null, rule: '', alternates: [], reason, lazy }
  }
  if (isTracker(attributes)) {
    return { url: null, rule: best.rule, alternates: [], reason: 'tracker', lazy }
  }
  const alternates = new Set<string>()
  const rest =
    candidates.length > 1
      ? candidates.toSorted((a, b) => rank(b, declared) - rank(a, declared))
      : candidates
  for (const list of [rest, plain, others, spare, late]) {
    for (const candidate of list) {
      if (candidate.url !== best.url && alternates.size < MAX_ALTERNATES)
        alternates.add(candidate.url)
    }
  }
  return { url: best.url, rule: best.rule, alternates: [...alternates], reason: null, lazy }
}

/**
 * How large a `<source>` without widths is meant to be, by its media condition: above a window's
 * width it is larger than the plain picture, below one smaller; for dark mode or print it is not
 * the picture one thinks of.
 */
function mediaScale(media: string | undefined): number {
  if (media === undefined) return 1
  const above = /min-(?:device-)?width\s*:\s*(\d{1,5})/i.exec(media)
  if (above) return 1 + Number(above[1]) / 1e5
  const below = /max-(?:device-)?width\s*:\s*(\d{1,5})/i.exec(media)
  if (below) return Number(below[1]) / 1e5
  return /dark|print|monochrome/i.test(media) ? 0.001 : 1
}

/** Shopify's pattern: `photo_{width}x.jpg` with the widths there are beside it. */
function withWidth(value: string, widths: string | undefined): string {
  const known = decodeAttribute(widths ?? '').match(/\d{1,5}/g)
  return value.replace(
    '{width}',
    String(known ? Math.max(...known.slice(0, 64).map(Number)) : 1024),
  )
}

function looksLikeAddress(value: string): boolean {
  if (value.length > 8000 || value === '') return false
  return /^[^\s{}<>"]*[/.][^{}<>"]*$/.test(value) && !value.startsWith('{')
}

/** For comparing candidates: pixels of width as far as they can be known. */
function rank(candidate: Candidate, declared: number | null): number {
  if (candidate.width !== null) return 1e6 + candidate.width
  // Without any width to go by, a density says only which of its own set is larger.
  return declared !== null && declared > 1 ? 1e6 + candidate.density * declared : candidate.density
}

function largest(candidates: Candidate[], declared: number | null): Candidate | undefined {
  let best: Candidate | undefined
  let bestRank = -1
  for (const candidate of candidates) {
    const value = rank(candidate, declared)
    if (value > bestRank) {
      best = candidate
      bestRank = value
    }
  }
  return best
}

/** A width or height attribute as pixels; null for percentages and what is not a number. */
export function declaredSize(raw: string | undefined): number | null {
  if (raw === undefined) return null
  const match = /^\s*\+?(\d{1,7})(?:\.\d+)?\s*(?:px)?\s*;?\s*$/i.exec(raw)
  return match ? Number(match[1]) : null
}

function isTracker(attributes: Map<string, string>): boolean {
  let width = declaredSize(attributes.get('width'))
  let height = declaredSize(attributes.get('height'))
  const style = attributes.get('style')
  if (style !== undefined && (width === null || height === null)) {
    width ??= styleSize(style, /(?:^|[;\s])width\s*:\s*(\d{1,7})(?:\.\d+)?(?:px)?\s*(?:;|!|$)/i)
    height ??= styleSize(style, /(?:^|[;\s])height\s*:\s*(\d{1,7})(?:\.\d+)?(?:px)?\s*(?:;|!|$)/i)
  }
  return width !== null && height !== null && width <= 1 && height <= 1
}

function styleSize(style: string, pattern: RegExp): number | null {
  const match = pattern.exec(style)
  return match ? Number(match[1]) : null
}
