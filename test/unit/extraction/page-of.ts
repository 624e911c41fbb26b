import { extractPage } from '../../../src/main/extraction/index.ts'
import type {
  ExtractedPage,
  ExtractedPair,
  ExtractLimits,
} from '../../../src/main/extraction/index.ts'

export const PAGE_URL = 'https://example.org/news/2024/page.html'

/** A page as the ingest job would have it. */
export function pageOf(
  html: string,
  url = PAGE_URL,
  limits: Partial<ExtractLimits> = {},
  httpLanguage: string | null = null,
): ExtractedPage {
  return extractPage(html, url, { charset: 'utf-8', charsetSource: 'http', httpLanguage }, limits)
}

/** The only pair of a page. */
export function pairOf(html: string, url = PAGE_URL): ExtractedPair {
  const page = pageOf(html, url)
  const [pair] = page.pairs
  if (!pair || page.pairs.length !== 1) {
    throw new Error(`${page.pairs.length} pairs, not paired: ${JSON.stringify(page.notPaired)}`)
  }
  return pair
}
