/** Directives by which a publisher keeps a picture out of data sets; `none` is noindex and nofollow. */
export const OPT_OUTS: ReadonlySet<string> = new Set([
  'noai',
  'noimageai',
  'noindex',
  'noimageindex',
  'none',
])

/** The directive by which a page's `<meta name=robots>` opts out, or null. */
export function metaOptOut(directives: readonly string[]): string | null {
  for (const directive of directives) {
    for (const part of directive.toLowerCase().split(/[\s,]+/)) {
      if (OPT_OUTS.has(part)) return part
    }
  }
  return null
}

/** The same of what a corpus keeps of its pages: lists of words, plain or as JSON. */
export function pageOptOut(kept: readonly string[]): string | null {
  return metaOptOut(kept.map((text) => text.replace(/["[\]]/g, ' ')))
}
