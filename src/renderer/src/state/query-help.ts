import { QUERY_EXAMPLES } from '#shared/query/index.ts'
import type { FieldName, QueryExample } from '#shared/query/index.ts'
import type { TextKey } from '../texts/index.ts'

/** What each field of the query language is, in a line. */
export const FIELD_HELP: Record<FieldName, TextKey> = {
  text: 'query.fields.text',
  alt: 'query.fields.alt',
  caption: 'query.fields.caption',
  title: 'query.fields.title',
  before: 'query.fields.before',
  after: 'query.fields.after',
  span: 'query.fields.span',
  words: 'query.fields.words',
  url: 'query.fields.url',
  page: 'query.fields.page',
  host: 'query.fields.host',
  lang: 'query.fields.lang',
  status: 'query.fields.status',
  mime: 'query.fields.mime',
  archive: 'query.fields.archive',
  width: 'query.fields.width',
  height: 'query.fields.height',
  side: 'query.fields.side',
  ratio: 'query.fields.ratio',
  bytes: 'query.fields.bytes',
  date: 'query.fields.date',
  score: 'query.fields.score',
  tokens: 'query.fields.tokens',
  confidence: 'query.fields.confidence',
  labeled: 'query.fields.labeled',
  flagged: 'query.fields.flagged',
  label: 'query.fields.label',
  altspan: 'query.fields.altspan',
  'alt-kind': 'query.fields.altKind',
  'alt-rule': 'query.fields.altRule',
  mark: 'query.fields.mark',
  tag: 'query.fields.tag',
  note: 'query.fields.note',
  marker: 'query.fields.marker',
  version: 'query.fields.version',
  one: 'query.fields.one',
  duplicate: 'query.fields.duplicate',
  decided: 'query.fields.decided',
  position: 'query.fields.position',
  id: 'query.fields.id',
}

/** What each example asks for. */
const EXAMPLE_HELP: Record<QueryExample, TextKey> = {
  words: 'query.examples.words',
  quoted: 'query.examples.quoted',
  wholeWords: 'query.examples.wholeWords',
  near: 'query.examples.near',
  either: 'query.examples.either',
  not: 'query.examples.not',
  has: 'query.examples.has',
  exact: 'query.examples.exact',
  pattern: 'query.examples.pattern',
  numbers: 'query.examples.numbers',
  dates: 'query.examples.dates',
  found: 'query.examples.found',
  labeled: 'query.examples.labeled',
  marked: 'query.examples.marked',
  column: 'query.examples.column',
  score: 'query.examples.score',
  scoreOf: 'query.examples.scoreOf',
  tokens: 'query.examples.tokens',
}

/** The language in a few lines. */
export const QUERY_LINES = (Object.keys(EXAMPLE_HELP) as QueryExample[]).map((name) => ({
  example: QUERY_EXAMPLES[name],
  help: EXAMPLE_HELP[name],
}))
