import { IMAGE_STATUSES, TEXT_SOURCES } from '../domain.ts'

export type FieldKind = 'text' | 'word' | 'number' | 'date' | 'score'

/** How an alt text stands in the texts; `none`: it was looked for and is not there. */
export const ALT_SPAN_KINDS = ['exact', 'normalised', 'near', 'none'] as const

/** One field of the query language, with the line that the filter bar and `?` show. */
export interface FieldInfo {
  name: string
  kind: FieldKind
  help: string
  example: string
  /** The only values that it takes, if it is a choice. */
  values?: readonly string[]
}

export const FIELDS = [
  {
    name: 'text',
    kind: 'text',
    help: 'any of the words: alt, title, caption, before, after',
    example: 'text:harbour',
  },
  { name: 'alt', kind: 'text', help: 'alt text', example: 'alt:"red apple"' },
  { name: 'caption', kind: 'text', help: 'caption', example: 'caption:*' },
  { name: 'title', kind: 'text', help: 'title attribute of the picture', example: 'title:map' },
  { name: 'before', kind: 'text', help: 'text before the picture', example: 'before:figure' },
  { name: 'after', kind: 'text', help: 'text after the picture', example: 'after:photo' },
  {
    name: 'span',
    kind: 'text',
    help: 'description found in the texts: the span of the current set',
    example: 'span:harbour',
  },
  { name: 'url', kind: 'text', help: 'address of the picture', example: 'url:thumb' },
  { name: 'page', kind: 'text', help: 'address of the page', example: 'page:"/gallery/"' },
  {
    name: 'host',
    kind: 'word',
    help: 'host of the page, subdomains included',
    example: 'host:example.org',
  },
  { name: 'lang', kind: 'word', help: 'language of the page', example: 'lang:en' },
  {
    name: 'status',
    kind: 'word',
    help: 'state of the picture',
    example: 'status:ok',
    values: IMAGE_STATUSES,
  },
  { name: 'mime', kind: 'word', help: 'type of the picture', example: 'mime:image/jpeg' },
  { name: 'archive', kind: 'text', help: 'name of the archive', example: 'archive:crawl' },
  { name: 'width', kind: 'number', help: 'width of the picture in pixels', example: 'width>=512' },
  {
    name: 'height',
    kind: 'number',
    help: 'height of the picture in pixels',
    example: 'height:200..800',
  },
  { name: 'ratio', kind: 'number', help: 'width divided by height', example: 'ratio:0.5..2' },
  {
    name: 'bytes',
    kind: 'number',
    help: 'size of the picture file in bytes',
    example: 'bytes>10000',
  },
  { name: 'date', kind: 'date', help: 'when the page was archived', example: 'date>=2019-06' },
  {
    name: 'score',
    kind: 'score',
    help: 'cosine; score.caption for another text, score[model].alt for another model',
    example: 'score>=0.28',
  },
  {
    name: 'confidence',
    kind: 'number',
    help: 'confidence of the current set of spans, 0 to 1, also in "no description"',
    example: 'confidence>=0.5',
  },
  {
    name: 'labeled',
    kind: 'word',
    help: 'labeled by an annotator, or by anybody: labeled:*',
    example: 'labeled:anna',
  },
  {
    name: 'flagged',
    kind: 'word',
    help: 'flagged by an annotator, or by anybody: flagged:*',
    example: 'flagged:*',
  },
  {
    name: 'label',
    kind: 'word',
    help: 'description type of a labeled span; label:* has a labeled span',
    example: 'label:caption',
  },
  {
    name: 'altspan',
    kind: 'word',
    help: 'how the alt text stands in the texts around the picture, after they were searched',
    example: 'altspan:near',
    values: ALT_SPAN_KINDS,
  },
  {
    name: 'position',
    kind: 'number',
    help: 'place of the picture on its page, from 0',
    example: 'position=0',
  },
  { name: 'id', kind: 'number', help: 'number of the pair', example: 'id:1..100' },
] as const satisfies readonly FieldInfo[]

export type FieldName = (typeof FIELDS)[number]['name']
/** Sources that `score.` takes. */
export const SCORE_TEXTS = TEXT_SOURCES

const byName = new Map<string, FieldInfo & { name: FieldName }>(
  FIELDS.map((field) => [field.name, field]),
)

export function fieldNamed(name: string): (FieldInfo & { name: FieldName }) | null {
  return byName.get(name.toLowerCase()) ?? null
}
