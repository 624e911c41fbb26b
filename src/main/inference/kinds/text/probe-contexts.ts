import type { PairContext } from '#shared/text/context.ts'

/** What devices are compared on; so plain that every vocabulary has its words. */
export const PROBE_CONTEXTS: PairContext[] = [
  {
    text: 'a photo of a cat on a mat\nFigure 1: two red circles on a table, 1850\nthe next paragraph',
    parts: [
      { source: 'before', start: 0, end: 25 },
      { source: 'caption', start: 26, end: 70 },
      { source: 'after', start: 71, end: 89 },
    ],
    picture: 25,
  },
  { text: 'map', parts: [{ source: 'caption', start: 0, end: 3 }], picture: 0 },
]
