import type { Missing, TiedImage } from './image-plan.ts'
import type { PromptRow } from './study-prompts.ts'

interface Taken {
  images: (TiedImage & { take: number })[]
  doubles: { path: string; name: string; sameAs: string }[]
  missing: Missing[]
  takes: number
}

const collator = new Intl.Collator('en', { numeric: true })
/** In the order of people: `a2` before `a10`; one order on every machine. */
export function byName(a: { name: string }, b: { name: string }): number {
  return collator.compare(a.name, b.name) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)
}

/**
 * Numbers the pictures of each prompt from 0: by the take in their names, where all have one; else
 * by their seeds, where all have one; else in the order of their names. Takes and seeds that the
 * prompts share get one number for all, so that what is missing can be told.
 */
export function assignTakes(
  prompts: readonly PromptRow[],
  tied: readonly TiedImage[],
  expected: number | null,
): Taken {
  const images = [...tied].sort((a, b) => a.prompt - b.prompt || byName(a, b))
  const { kept, doubles } = dropDoubles(images, keyOf(images))
  const numbered = number(kept)
  const takes = expected ?? numbered.reduce((most, { take }) => Math.max(most, take + 1), 0)
  const there = new Set(numbered.map(({ prompt, take }) => `${prompt} ${take}`))
  const missing: Missing[] = []
  prompts.forEach(({ group, kind, level }, prompt) => {
    // Of a study without a picture each prompt lacks one.
    for (let take = 0; take < Math.max(1, takes); take++) {
      if (!there.has(`${prompt} ${take}`)) missing.push({ prompt, group, kind, level, take })
    }
  })
  return { images: numbered, doubles, missing, takes }
}

/** By what pictures of one prompt are told apart; null: by nothing but the file. */
function keyOf(images: readonly TiedImage[]): ((image: TiedImage) => string) | null {
  if (images.every((image) => image.take !== null)) return (image) => `take ${image.take}`
  if (images.every((image) => image.seed !== null)) return (image) => `seed ${image.seed}`
  return null
}

function dropDoubles(
  images: readonly TiedImage[],
  key: ((image: TiedImage) => string) | null,
): { kept: TiedImage[]; doubles: Taken['doubles'] } {
  const byKey = new Map<string, TiedImage>()
  const byPath = new Map<string, TiedImage>()
  const kept: TiedImage[] = []
  const doubles: Taken['doubles'] = []
  for (const image of images) {
    const place = key === null ? null : `${image.prompt} ${key(image)}`
    const same = byPath.get(image.path) ?? (place === null ? undefined : byKey.get(place))
    if (same) {
      doubles.push({ path: image.path, name: image.name, sameAs: same.path })
      continue
    }
    if (place !== null) byKey.set(place, image)
    byPath.set(image.path, image)
    kept.push(image)
  }
  return { kept, doubles }
}

function number(images: readonly TiedImage[]): (TiedImage & { take: number })[] {
  const perPrompt = new Map<number, TiedImage[]>()
  for (const image of images) {
    const list = perPrompt.get(image.prompt)
    if (list) list.push(image)
    else perPrompt.set(image.prompt, [image])
  }
  let most = 0
  for (const list of perPrompt.values()) most = Math.max(most, list.length)
  const shared = sharedNumbers(images, most)
  return [...perPrompt.values()].flatMap((list) => {
    const order = shared ? list : [...list].sort(bySeed)
    return order
      .map((image, i) => ({ ...image, take: shared ? shared(image) : i }))
      .sort((a, b) => a.take - b.take)
  })
}

/** Numbers that mean the same for each prompt, or null where each prompt has its own. */
function sharedNumbers(
  images: readonly TiedImage[],
  most: number,
): ((image: TiedImage) => number) | null {
  if (images.length === 0) return null
  if (images.every((image) => image.take !== null)) {
    const distinct = [...new Set(images.map((image) => image.take as number))].sort((a, b) => a - b)
    const [first, last] = [distinct[0] as number, distinct.at(-1) as number]
    // 1, 2, 4 has a hole; 42 and 1337 are names.
    if (last - first < 2 * distinct.length) return (image) => (image.take as number) - first
    const ranks = new Map(distinct.map((take, i) => [take, i]))
    return (image) => ranks.get(image.take as number) as number
  }
  if (images.some((image) => image.seed === null)) return null
  const seeds = [...new Set(images.map((image) => image.seed as string))]
  if (seeds.length > 2 * most) return null
  const sorted = seeds.sort(compareSeeds)
  const places = new Map(sorted.map((seed, i) => [seed, i]))
  return (image) => places.get(image.seed as string) as number
}

function bySeed(a: TiedImage, b: TiedImage): number {
  if (a.seed === null || b.seed === null) {
    return Number(a.seed === null) - Number(b.seed === null) || byName(a, b)
  }
  return compareSeeds(a.seed, b.seed) || byName(a, b)
}

function compareSeeds(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0)
}
