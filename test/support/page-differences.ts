import { attribute } from '../../src/main/extraction/attribute-value.ts'
import { DEFAULT_LIMITS } from '../../src/main/extraction/page.ts'
import { S_HIDDEN, S_LINK } from '../../src/main/extraction/markup/here.ts'
import { scan } from '../../src/main/extraction/scan.ts'
import { parse5Images, parse5Places, type Parse5Image } from '../unit/extraction/parse5-images.ts'
import { sharedData } from './shared-data.ts'

/** One broken page for each seed. */
export type Generator = (seed: number) => string

/** The generator beside the checkout; null, with a message, where it is not there. */
export async function sharedGenerator(): Promise<Generator | null> {
  const path = sharedData('generators/pages.mjs')
  if (path === null) return null
  const module = (await import(path)) as { page: Generator }
  return module.page
}

/** As `parse5Images`, by our scanner. */
export function ourImages(html: string): Parse5Image[] {
  return scan(html, DEFAULT_LIMITS, Infinity).images.map((image) => [
    attribute(image.attributes, 'src'),
    attribute(image.attributes, 'alt'),
    image.sources.map((source) => attribute(source, 'srcset')),
  ])
}

/** Whether parse5 sees other pictures, alts or sources in a page, or in another order. */
export function isDifferent(html: string): boolean {
  return JSON.stringify(ourImages(html)) !== JSON.stringify(parse5Images(html))
}

/** As `parse5Places`, by our scanner. */
function ourPlaces(html: string): ReturnType<typeof parse5Places> {
  const { images, bits } = scan(html, DEFAULT_LIMITS, Infinity)
  return images.map(({ attributes, item }) => {
    const place = bits[item] as number
    return [attribute(attributes, 'src'), (place & S_HIDDEN) !== 0, (place & S_LINK) !== 0]
  })
}

/**
 * Whether parse5 finds another picture hidden or in a link. What an end tag that comes later moves
 * out of an element, our scanner has passed by then; in tables it takes places as they are written.
 */
export function isPlacedOtherwise(html: string): boolean {
  return JSON.stringify(ourPlaces(html)) !== JSON.stringify(parse5Places(html))
}

/** Seeds from `from` up to, without, `to` whose pages parse5 reads otherwise. */
export function differentPages(page: Generator, from: number, to: number): number[] {
  const different: number[] = []
  for (let seed = from; seed < to; seed++) if (isDifferent(page(seed))) different.push(seed)
  return different
}
