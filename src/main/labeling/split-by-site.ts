import { parse } from 'tldts'
import { AppError } from '#shared/errors.ts'
import { wordTokens } from './word-tokens.ts'
import { sha256Of } from '../files/digest.ts'

export const SPLITS = ['train', 'validation', 'test'] as const
export type Split = (typeof SPLITS)[number]

export interface SplitItem {
  id: string | number
  pageUrl: string
  /** What must not be in two splits: the description, or the text that holds it. Blank = nothing. */
  texts: readonly string[]
}

export interface SplitOptions {
  /** Shares of the items, each at least 0, in sum 1. */
  train: number
  validation: number
  test: number
  seed: number
}

const SPLIT_DEFAULTS: SplitOptions = { train: 0.8, validation: 0.1, test: 0.1, seed: 1 }

export interface SplitResult {
  /** By place in the input. */
  splits: Split[]
  /** The site of each item, by place. */
  sites: string[]
  counts: Record<Split, { items: number; sites: number }>
  /** Groups of sites that share texts and so went together; only groups of two sites and more. */
  tiedSites: string[][]
  /** Said where the shares could not be kept, or a split stayed empty. */
  warnings: string[]
}

/**
 * The registrable domain of a page (public suffix list, private suffixes too: two blogs below
 * github.io are two sites); an IP address or a host without one is its own site; an address that
 * does not parse is `(none)`. Lower case, IDN as punycode.
 */
export function siteOf(pageUrl: string): string {
  // The URL parser unites the spellings of a host: case, IDN and punycode, numbers of an address.
  const host = URL.canParse(pageUrl) ? new URL(pageUrl).hostname : ''
  if (host === '') return '(none)'
  const { domain, isIp } = parse(host, { allowPrivateDomains: true })
  return isIp || domain === null ? host : domain
}

/**
 * Two texts with the same key are the same for a split: equal up to case, white space, punctuation,
 * Unicode form and numbers ("Photo 12 of 30" and "Photo 13 of 30"), and to the first 200 words.
 * null = too short to tie two sites: fewer than `minWords` words ("Home", "Read more").
 */
export function textKey(text: string, minWords = 4): string | null {
  const words = wordTokens(text).folded
  if (words.length < minWords) return null
  const bare = words.slice(0, 200).map((word) => word.replace(/\p{N}+/gu, '0'))
  return sha256Of(bare.join(' ')).slice(0, 32)
}

/**
 * Splits by site, never by row: all items of a site are in one split, and sites that share a text
 * (by `textKey`) go together, so that no text of the test set is in training. Deterministic: the
 * same items in any order and the same seed give the same splits.
 *
 * Groups of sites are dealt in an order given by a hash of seed and site names, each to the split
 * that lacks the most items of its share; where there are at least three groups every split that
 * has a share gets one. A large group may be all there is: the warnings say what came out.
 * @throws AppError `invalid-input` when the shares are negative or do not sum to 1.
 */
export function splitBySite(
  items: readonly SplitItem[],
  options: Partial<SplitOptions> = {},
): SplitResult {
  const settings = { ...SPLIT_DEFAULTS, ...options }
  const shares = SPLITS.map((split) => settings[split])
  if (
    shares.some((share) => !(share >= 0)) ||
    Math.abs(shares.reduce((a, b) => a + b) - 1) > 1e-6
  ) {
    throw new AppError('invalid-input', `The shares ${shares.join(', ')} do not sum to 1.`)
  }
  const sites = items.map((item) => siteOf(item.pageUrl))
  const groups = tie(items, sites)
  const sizes = new Map<string, number>()
  const members = new Map<string, Set<string>>()
  for (const site of sites) {
    const root = groups.find(site)
    sizes.set(root, (sizes.get(root) ?? 0) + 1)
    let names = members.get(root)
    if (!names) members.set(root, (names = new Set()))
    names.add(site)
  }
  const dealt = deal(sizes, members, settings)
  const splits = sites.map((site) => dealt.get(groups.find(site)) as Split)
  const counts = countSplits(splits, sites)
  return {
    splits,
    sites,
    counts,
    tiedSites: [...members.values()]
      .filter((names) => names.size > 1)
      .map((names) => [...names].sort()),
    warnings: warningsOf(counts, items.length, settings),
  }
}

interface Groups {
  find(site: string): string
}

/** Union-find over sites; items that share a text tie their sites. */
function tie(items: readonly SplitItem[], sites: readonly string[]): Groups {
  const parents = new Map<string, string>()
  for (const site of sites) parents.set(site, site)
  const find = (site: string): string => {
    let root = site
    for (let up = parents.get(root); up !== undefined && up !== root; up = parents.get(root))
      root = up
    for (let at = site; at !== root;) {
      const up = parents.get(at) as string
      parents.set(at, root)
      at = up
    }
    return root
  }
  const owners = new Map<string, string>()
  items.forEach((item, place) => {
    const site = sites[place] as string
    for (const text of item.texts) {
      const key = textKey(text)
      if (key === null) continue
      const owner = owners.get(key)
      if (owner === undefined) owners.set(key, site)
      else if (owner !== site) {
        // The smaller name is the root, so that the order of the items does not matter.
        const [low, high] = [find(owner), find(site)].sort() as [string, string]
        parents.set(high, low)
      }
    }
  })
  return { find }
}

function deal(
  sizes: Map<string, number>,
  members: Map<string, Set<string>>,
  settings: SplitOptions,
): Map<string, Split> {
  const order = [...sizes.keys()]
    .map((root) => {
      const names = [...(members.get(root) as Set<string>)].sort().join(' ')
      const hash = sha256Of(`${settings.seed} ${names}`)
      return { root, hash, size: sizes.get(root) as number }
    })
    .sort((a, b) => (a.hash < b.hash ? -1 : a.hash > b.hash ? 1 : 0))
  const total = order.reduce((sum, group) => sum + group.size, 0)
  const wanted = new Map(SPLITS.map((split) => [split, settings[split] * total]))
  const dealt = new Map<string, Split>()
  // Groups too large for a small share would starve the others: the largest go first, to train.
  const isLarge = (group: { size: number }): boolean => group.size > 0.5 * settings.train * total
  const large = order.filter(isLarge)
  const rest = order.filter((group) => !isLarge(group))
  const give = (root: string, size: number, split: Split): void => {
    dealt.set(root, split)
    wanted.set(split, (wanted.get(split) as number) - size)
  }
  for (const { root, size } of large) give(root, size, mostWanted(wanted, settings))
  const starving = new Set(SPLITS.filter((split) => settings[split] > 0))
  for (const split of dealt.values()) starving.delete(split)
  rest.forEach(({ root, size }, place) => {
    const lacking = [...starving][0]
    const urgent = lacking !== undefined && rest.length - place <= starving.size
    const split = urgent ? lacking : mostWanted(wanted, settings)
    give(root, size, split)
    starving.delete(split)
  })
  return dealt
}

function mostWanted(wanted: Map<Split, number>, settings: SplitOptions): Split {
  let best: Split = 'train'
  for (const split of SPLITS) {
    if (settings[split] === 0) continue
    if (settings[best] === 0 || (wanted.get(split) as number) > (wanted.get(best) as number)) {
      best = split
    }
  }
  return best
}

function countSplits(splits: readonly Split[], sites: readonly string[]): SplitResult['counts'] {
  const counts = Object.fromEntries(
    SPLITS.map((split) => [split, { items: 0, sites: 0 }]),
  ) as SplitResult['counts']
  const seen = new Set<string>()
  splits.forEach((split, place) => {
    counts[split].items++
    const site = sites[place] as string
    if (!seen.has(site)) {
      seen.add(site)
      counts[split].sites++
    }
  })
  return counts
}

function warningsOf(
  counts: SplitResult['counts'],
  total: number,
  settings: SplitOptions,
): string[] {
  const warnings: string[] = []
  for (const split of SPLITS) {
    const share = settings[split]
    if (share === 0 || total === 0) continue
    const got = counts[split].items / total
    if (counts[split].items === 0) {
      warnings.push(`The ${split} split is empty: too few sites without shared texts.`)
    } else if (Math.abs(got - share) > Math.max(0.05, share / 2)) {
      const percent = (value: number): string => `${(100 * value).toFixed(1)} %`
      warnings.push(
        `The ${split} split holds ${percent(got)} of the texts instead of ${percent(share)} because sites are not divided.`,
      )
    }
  }
  return warnings
}
