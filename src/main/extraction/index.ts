/**
 * HTML to pictures with their words.
 *
 *     const { text, charset, charsetSource } = decodeHtml(body, headers.get('content-type') ?? null)
 *     const page = extractPage(text, url, { charset, charsetSource, httpLanguage })
 *
 * Both are synchronous, hold no state between pages and run in any thread.
 *
 * - `decodeHtml(body: Uint8Array, contentType: string | null, pageUrl?: string): DecodedHtml`
 * - `extractPage(html: string, pageUrl: string, meta: PageMeta, limits?: Partial<ExtractLimits>): ExtractedPage`
 *   throws `AppError('damaged', message)`; `extractionFailureReason(error)` gives the short reason
 *   for the failures table (`html-too-long`, `too-many-images`, `time-budget`).
 *
 * `inertPage` for the inspector (the page made harmless, picture and words marked) is in `inert.ts`:
 * what it needs of CSS would be loaded by every worker of an ingest.
 */
export { decodeHtml } from './charset.ts'
export { DEFAULT_LIMITS, extractPage, extractionFailureReason } from './page.ts'
export type {
  CharsetSource,
  DecodedHtml,
  ExtractedPage,
  ExtractedPair,
  ExtractLimits,
  PageMeta,
} from './types.ts'
