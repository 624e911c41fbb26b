import { attribute } from '../../src/main/extraction/attribute-value.ts'
import { DEFAULT_LIMITS } from '../../src/main/extraction/page.ts'
import { scan } from '../../src/main/extraction/scan.ts'
import { parse5Images, type Parse5Image } from '../unit/extraction/parse5-images.ts'
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

/** Seeds from `from` up to, without, `to` whose pages parse5 reads otherwise. */
export function differentPages(page: Generator, from: number, to: number): number[] {
  const different: number[] = []
  for (let seed = from; seed < to; seed++) if (isDifferent(page(seed))) different.push(seed)
  return different
}
