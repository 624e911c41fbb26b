import { IMAGE_STATUSES, OWN_TEXTS, TEXT_SOURCES } from '../domain.ts'
import { ALT_KINDS } from '../alt-kinds.ts'
import { DUPLICATE_DECISIONS, DUPLICATE_KINDS } from '../duplicates.ts'
import { PAIR_MARKS } from '../marks.ts'

export type FieldKind = 'text' | 'word' | 'words' | 'number' | 'date' | 'score' | 'shown'

/** How an alt text stands in the texts; `none`: it was looked for and is not there. */
export const ALT_SPAN_KINDS = ['exact', 'normalised', 'near', 'none'] as const

/** One field of the query language. */
export interface FieldInfo {
  name: string
  kind: FieldKind
  example: string
  /** The only values that it takes, if it is a choice. */
  values?: readonly string[]
}

export const FIELDS = [
  {
    name: 'text',
    kind: 'text',
    example: 'text:harbour',
  },
  { name: 'alt', kind: 'text', example: 'alt:"red apple"' },
  { name: 'caption', kind: 'text', example: 'caption:*' },
  { name: 'title', kind: 'text', example: 'title:map' },
  { name: 'before', kind: 'text', example: 'before:figure' },
  { name: 'after', kind: 'text', example: 'after:photo' },
  {
    name: 'span',
    kind: 'text',
    example: 'span:harbour',
  },
  { name: 'words', kind: 'words', example: 'words:"red car"' },
  { name: 'url', kind: 'text', example: 'url:thumb' },
  { name: 'page', kind: 'text', example: 'page:"/gallery/"' },
  {
    name: 'host',
    kind: 'word',
    example: 'host:example.org',
  },
  { name: 'lang', kind: 'word', example: 'lang:en' },
  {
    name: 'status',
    kind: 'word',
    example: 'status:ok',
    values: IMAGE_STATUSES,
  },
  { name: 'mime', kind: 'word', example: 'mime:image/jpeg' },
  { name: 'archive', kind: 'text', example: 'archive:crawl' },
  { name: 'width', kind: 'number', example: 'width>=512' },
  {
    name: 'height',
    kind: 'number',
    example: 'height:200..800',
  },
  { name: 'side', kind: 'number', example: 'side>=256' },
  { name: 'ratio', kind: 'number', example: 'ratio:0.5..2' },
  {
    name: 'bytes',
    kind: 'number',
    example: 'bytes>10000',
  },
  { name: 'date', kind: 'date', example: 'date>=2019-06' },
  {
    name: 'score',
    kind: 'score',
    example: 'score>=0.28',
  },
  { name: 'tokens', kind: 'score', example: 'tokens>77' },
  {
    name: 'confidence',
    kind: 'number',
    example: 'confidence>=0.5',
  },
  {
    name: 'labeled',
    kind: 'word',
    example: 'labeled:anna',
  },
  {
    name: 'flagged',
    kind: 'word',
    example: 'flagged:*',
  },
  {
    name: 'label',
    kind: 'word',
    example: 'label:caption',
  },
  {
    name: 'altspan',
    kind: 'word',
    example: 'altspan:near',
    values: ALT_SPAN_KINDS,
  },
  { name: 'alt-kind', kind: 'word', example: 'alt-kind:machine', values: ALT_KINDS },
  { name: 'alt-rule', kind: 'word', example: 'alt-rule:file-name' },
  { name: 'mark', kind: 'word', example: 'mark:keep', values: [...PAIR_MARKS, 'none'] },
  { name: 'tag', kind: 'word', example: 'tag:logo' },
  { name: 'note', kind: 'text', example: 'note:crop' },
  { name: 'marker', kind: 'word', example: 'marker:anna' },
  {
    name: 'version',
    kind: 'word',
    example: 'version:paper-1',
  },
  { name: 'one', kind: 'word', example: 'one:perceptual', values: DUPLICATE_KINDS },
  { name: 'duplicate', kind: 'word', example: 'duplicate:exact', values: DUPLICATE_KINDS },
  { name: 'decided', kind: 'word', example: 'decided:drop', values: DUPLICATE_DECISIONS },
  { name: 'text-in-image', kind: 'word', example: 'text-in-image:yes', values: ['yes', 'no'] },
  { name: 'text-area', kind: 'number', example: 'text-area>0.1' },
  { name: 'image-text', kind: 'text', example: 'image-text:sale' },
  { name: 'caption-in-image', kind: 'shown', example: 'caption-in-image>0.5' },
  {
    name: 'position',
    kind: 'number',
    example: 'position=0',
  },
  { name: 'id', kind: 'number', example: 'id:1..100' },
] as const satisfies readonly FieldInfo[]

export type FieldName = (typeof FIELDS)[number]['name']
/** Texts that `words.` takes. */
export const WORD_TEXTS = [...OWN_TEXTS, 'page-title'] as const
export type WordText = (typeof WORD_TEXTS)[number]
/** Sources that `score.` takes. */
export const SCORE_TEXTS = TEXT_SOURCES

const byName = new Map<string, FieldInfo & { name: FieldName }>(
  FIELDS.map((field) => [field.name, field]),
)

export function fieldNamed(name: string): (FieldInfo & { name: FieldName }) | null {
  return byName.get(name.toLowerCase()) ?? null
}

/** Whether a column's name can be written without `column[...]`. */
export function isPlainColumn(name: string): boolean {
  return (
    /^[A-Za-z][A-Za-z0-9_]*$/.test(name) &&
    fieldNamed(name) === null &&
    !/^(AND|OR|NOT|column|score)$/i.test(name)
  )
}
