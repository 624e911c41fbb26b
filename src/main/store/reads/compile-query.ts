import { addressSpellings, normalHost } from '#shared/address.ts'
import type { OwnText } from '#shared/domain.ts'
import { fieldNamed } from '#shared/query/index.ts'
import type { Comparison, FieldName, Query, ScoreRef } from '#shared/query/index.ts'
import type { ScoreKind } from '../repositories/models.ts'
import { linearPattern } from './linear-pattern.ts'
import { ALL_WORDS, wordColumns } from './word-terms.ts'
import type { Reach } from '../texts/columns.ts'
import type { Found, TextIndex } from '../texts/text-index.ts'
import { duplicateTerm, withOnes } from './duplicate-terms.ts'
import type { DuplicateTerm, OneTerm } from './duplicate-terms.ts'
import { markTerm } from './mark-terms.ts'
import type { MarkTerm } from './mark-state.ts'
import { fold } from './sql-functions.ts'

/** The sets of spans that the fields of a query mean. */
export interface SpanSets {
  /** What the text source `span` means. */
  current: number | null
  /** Where alts were found, and the last pair that was searched. */
  alts: { set: number; upTo: number } | null
}

/** A query as SQL over `p` (pairs) and what it joins. All values are parameters. */
export interface CompiledQuery {
  /** `pairs p` with the joins that are needed, `p` outermost so that rows come in order of id. */
  from: string
  where: string
  params: (string | number)[]
}

/** What a query means in a corpus; each is asked only where a term needs it. */
export interface Meaning {
  /** Finds the score that is meant. */
  score(ref: ScoreRef): ScoreKind
  /** The same, whose tokens are counted. */
  tokens(ref: ScoreRef): ScoreKind
  spanSets(): SpanSets
  /** A number that `in_marks` knows. */
  marks(term: MarkTerm): number
  /** The id of an imported column. */
  column(name: string): number
  /** The index of the texts, which makes terms faster and changes no answer. */
  texts: TextIndex
  /** A number that `in_set` knows, for pairs by their duplicates. */
  duplicates(term: DuplicateTerm): number
  /** As `duplicates`, for what terms with `one` leave of what a query keeps. */
  oneOf(query: Query, terms: readonly OneTerm[]): number
  /** The model whose texts in pictures are meant; 0 where none was run. */
  textFinder(): number
  /** The text that `caption-in-image` alone means. */
  shownText(): OwnText
  /** SQL of a column that was worked out here, over `p`. */
  measured(column: number): string
}

type Join = 'pages' | 'images' | 'contexts' | 'spans' | 'alts' | 'altKinds' | 'pictureTexts'

const COLUMNS: Partial<Record<FieldName, { column: string; join?: Join }>> = {
  alt: { column: 'p.alt' },
  title: { column: 'p.title' },
  caption: { column: 'p.caption' },
  before: { column: 'c.before', join: 'contexts' },
  after: { column: 'c.after', join: 'contexts' },
  span: { column: 'sp.quote', join: 'spans' },
  confidence: { column: 'sp.score', join: 'spans' },
  url: { column: 'i.url', join: 'images' },
  page: { column: 'g.url', join: 'pages' },
  host: { column: 'g.host', join: 'pages' },
  lang: { column: 'g.language', join: 'pages' },
  status: { column: 'i.status', join: 'images' },
  mime: { column: 'i.mime', join: 'images' },
  archive: { column: 'a.name', join: 'pages' },
  width: { column: 'i.width', join: 'images' },
  height: { column: 'i.height', join: 'images' },
  side: { column: 'min(i.width, i.height)', join: 'images' },
  'alt-kind': { column: 'ak.kind', join: 'altKinds' },
  ratio: { column: '(CAST(i.width AS REAL) / i.height)', join: 'images' },
  bytes: { column: 'i.bytes', join: 'images' },
  date: { column: 'g.date', join: 'pages' },
  'text-in-image': {
    column: "CASE WHEN pt.n > 0 THEN 'yes' WHEN pt.n = 0 THEN 'no' END",
    join: 'pictureTexts',
  },
  'text-area': { column: 'pt.share', join: 'pictureTexts' },
  'image-text': { column: 'pt.words', join: 'pictureTexts' },
  position: { column: 'p.position' },
  id: { column: 'p.id' },
}
const ANY_TEXT: FieldName[] = ['alt', 'title', 'caption', 'before', 'after']
/** No index: everything is left to be read. */
const NOTHING_KNOWN: Found = { ids: [], upTo: 0 }
const NO_SETS: SpanSets = { current: null, alts: null }
const BARE_WORDS: FieldName[] = ['alt', 'caption', 'title']
/** What `trim` takes for white space, as JavaScript does. */
export const WHITE_SPACE =
  '\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff'

/**
 * Turns a query into SQL. Every term is true or false, never NULL, so that `-` takes exactly the
 * rest.
 * @throws AppError from `meaning`, or for a pattern that is too complex
 */
export function compileQuery(query: Query, meaning: Meaning): CompiledQuery {
  const joins = new Set<Join>()
  let sets: SpanSets | null = null
  const knownSets = (): SpanSets => (sets ??= meaning.spanSets())
  const params: (string | number)[] = []
  const bind = (value: string | number): string => {
    params.push(value)
    return '?'
  }

  const column = (field: FieldName): string => {
    const known = COLUMNS[field]
    if (!known) throw new Error(`no column for ${field}`)
    if (known.join) joins.add(known.join)
    // The text of a picture is found by its bytes.
    if (known.join === 'pictureTexts') joins.add('images')
    return known.column
  }
  const anyOf = (fields: FieldName[], term: (field: FieldName) => string): string =>
    `(${fields.map(term).join(' OR ')})`

  /**
   * A term that is looked at only where the index of texts names a pair, or does not know it yet.
   * The list comes first: it is what SQLite begins with.
   */
  const candidates = (words: string, reach: readonly Reach[], exact: () => string): string => {
    const found = meaning.texts.mayContain(words, reach)
    return found === null ? exact() : `(${listed(found)} AND ${exact()})`
  }
  const listed = ({ ids, upTo }: Found): string =>
    `p.id IN (SELECT value FROM json_each(${bind(JSON.stringify(ids))})
      UNION ALL SELECT id FROM pairs WHERE id > ${bind(upTo)})`

  /** Exact for what is in the index; the rest is read. */
  const wordTerm = (part: Extract<Query, { kind: 'wordSearch' }>): string => {
    const { text, search } = part
    const asked = JSON.stringify(search)
    if (text === 'span') {
      const set = knownSets().current
      if (set === null) return '0'
      const found = meaning.texts.withSpanWords(search, set) ?? NOTHING_KNOWN
      return `p.id IN (SELECT value FROM json_each(${bind(JSON.stringify(found.ids))})
        UNION ALL SELECT pair_id FROM spans WHERE set_id = ${Math.trunc(set)} AND rank = 0
          AND pair_id > ${bind(found.upTo)} AND has_words(${bind(asked)}, quote))`
    }
    const columns = wordColumns(text)
    const found = meaning.texts.withWords(search, columns) ?? NOTHING_KNOWN
    const texts = columns.map((one) => ALL_WORDS[one]).join(', ')
    return `p.id IN (SELECT value FROM json_each(${bind(JSON.stringify(found.ids))})
      UNION ALL SELECT p2.id FROM pairs p2 CROSS JOIN pages g2 ON g2.id = p2.page_id
        LEFT JOIN contexts c2 ON c2.pair_id = p2.id
        WHERE p2.id > ${bind(found.upTo)} AND has_words(${bind(asked)}, ${texts}))`
  }

  const contains = (name: string, words: string): string => {
    // ASCII words are found in any case by LIKE, others need folding.
    if (/^[\x20-\x7e]*$/.test(words)) {
      const pattern = `%${words.replace(/[\\%_]/g, '\\$&')}%`
      // A soft hyphen only says where a word may be broken.
      const text = /\burl$/.test(name) ? name : `replace(${name}, char(173), '')`
      return `ifnull(${text} LIKE ${bind(pattern)} ESCAPE '\\', 0)`
    }
    return `folded_contains(${name}, ${bind(fold(words))})`
  }

  const containsTerm = (field: FieldName, words: string): string => {
    switch (field) {
      case 'text':
        return candidates(words, ['near', 'far'], () =>
          anyOf(ANY_TEXT, (one) => contains(column(one), words)),
        )
      case 'alt':
      case 'caption':
      case 'title':
        return candidates(words, ['near'], () => contains(column(field), words))
      case 'before':
      case 'after':
        return candidates(words, ['far'], () => contains(column(field), words))
      case 'span':
        // A span is a part of one of the pair's own texts.
        return candidates(words, ['near', 'far'], () => contains(column(field), words))
      case 'host': {
        const name = column('host')
        const host = normalHost(words.replace(/^\*?\./, ''))
        const under = `%.${host.replace(/[\\%_]/g, '\\$&')}`
        return `(${name} = ${bind(host)} OR ${name} LIKE ${bind(under)} ESCAPE '\\')`
      }
      case 'lang': {
        const name = column('lang')
        const tag = words.toLowerCase()
        const longer = `${tag.replace(/[\\%_]/g, '\\$&')}-%`
        return `ifnull(lower(${name}) = ${bind(tag)} OR ${name} LIKE ${bind(longer)} ESCAPE '\\', 0)`
      }
      case 'archive':
        return ofArchive(contains('a.name', words))
      case 'alt-rule':
        return ofRule(`r.name = ${bind(words)} COLLATE NOCASE`)
      case 'labeled':
      case 'flagged':
      case 'label':
        return ofLabels(field, (name) => `${name} = ${bind(words)} COLLATE NOCASE`)
      case 'version':
        return ofVersions((name) => `${name} = ${bind(words)} COLLATE NOCASE`)
      case 'url':
      case 'page':
        return joined(
          addressSpellings(words).map((one) => contains(column(field), one)),
          'OR',
        )
      default:
        return contains(column(field), words)
    }
  }
  const ofArchive = (condition: string): string => {
    joins.add('pages')
    return `g.archive_id IN (SELECT a.id FROM archives a WHERE ${condition})`
  }

  const ofRule = (condition: string): string => {
    joins.add('altKinds')
    return `ifnull(ak.rule_id IN (SELECT r.id FROM alt_rules r WHERE ${condition}), 0)`
  }

  /** Pairs by what people say of them now. */
  const ofLabels = (
    field: 'labeled' | 'flagged' | 'label',
    condition: (column: string) => string,
  ): string => {
    switch (field) {
      case 'labeled':
        return `p.id IN (SELECT l.pair_id FROM labels l
          WHERE l.status = 'labeled' AND ${condition('l.annotator')})`
      case 'flagged':
        return `p.id IN (SELECT l.pair_id FROM labels l
          WHERE l.flagged = 1 AND ${condition('l.annotator')})`
      case 'label':
        return `p.id IN (SELECT l.pair_id FROM labels l, json_each(l.state, '$.spans') s
          WHERE l.status = 'labeled' AND l.spans > 0
            AND ${condition("json_extract(s.value, '$.type')")})`
    }
  }
  /** Pairs that stand in versions of the dataset. */
  const ofVersions = (condition: (column: string) => string): string =>
    `p.id IN (SELECT m.pair_id FROM versions v JOIN version_members m ON m.version_id = v.id
      WHERE ${condition('v.name')})`
  const altspanTerm = (kind: string | null): string => {
    const { alts } = knownSets()
    if (!alts) return '0'
    joins.add('alts')
    if (kind === null) return '(sa.start IS NOT NULL)'
    if (kind !== 'none') return `ifnull(sa.start IS NOT NULL AND sa.kind = ${bind(kind)}, 0)`
    return `(p.id <= ${bind(alts.upTo)} AND sa.start IS NULL
      AND ifnull(trim(p.alt, ${bind(WHITE_SPACE)}) <> '', 0))`
  }

  const equalsTerm = (field: FieldName, value: string): string => {
    if (field === 'text') return anyOf(ANY_TEXT, (one) => equalsTerm(one, value))
    if (field === 'archive') return ofArchive(`a.name = ${bind(value)}`)
    if (field === 'alt-rule') return ofRule(`r.name = ${bind(value)}`)
    if (field === 'altspan') return altspanTerm(value)
    if (isOfLabels(field)) return ofLabels(field, (name) => `${name} = ${bind(value)}`)
    if (field === 'version') return ofVersions((name) => `${name} = ${bind(value)}`)
    const same = (one: string): string => `ifnull(${column(field)} = ${bind(one)}, 0)`
    if (field === 'host') return same(normalHost(value))
    if (field === 'url' || field === 'page') return joined(addressSpellings(value).map(same), 'OR')
    return same(value)
  }

  const presentTerm = (field: FieldName): string => {
    if (field === 'text') return anyOf(ANY_TEXT, presentTerm)
    if (field === 'archive') return '1'
    if (field === 'alt-rule') return ofRule('1')
    if (field === 'altspan') return altspanTerm(null)
    if (isOfLabels(field)) return ofLabels(field, () => '1')
    if (field === 'version') return ofVersions(() => '1')
    const name = column(field)
    const isText = ['alt', 'title', 'caption', 'before', 'after', 'span', 'image-text'].includes(
      field,
    )
    return isText
      ? `ifnull(trim(${name}, ${bind(WHITE_SPACE)}) <> '', 0)`
      : `ifnull(${name} <> '', 0)`
  }

  const matchesTerm = (field: FieldName, pattern: string, ignoreCase: boolean): string => {
    if (field === 'text') return anyOf(ANY_TEXT, (one) => matchesTerm(one, pattern, ignoreCase))
    // Says now, not at the first row, that it cannot be used.
    linearPattern(pattern, ignoreCase)
    const term = (name: string): string =>
      `matches(${name}, ${bind(pattern)}, ${ignoreCase ? 1 : 0})`
    if (field === 'archive') return ofArchive(term('a.name'))
    if (field === 'alt-rule') return ofRule(term('r.name'))
    if (isOfLabels(field)) return ofLabels(field, term)
    if (field === 'version') return ofVersions(term)
    if (field === 'altspan') {
      const regexp = linearPattern(pattern, ignoreCase)
      const kinds = (fieldNamed('altspan')?.values ?? []).filter((kind) => regexp.test(kind))
      return kinds.length === 0 ? '0' : `(${kinds.map(altspanTerm).join(' OR ')})`
    }
    return term(column(field))
  }

  const dateCompare = (op: Comparison, value: string): string => {
    const name = column('date')
    // `2019-06` stands for the whole month: everything that begins so. `~` sorts behind a date.
    const end = value + '~'
    switch (op) {
      case '=':
        return `ifnull(${name} >= ${bind(value)} AND ${name} < ${bind(end)}, 0)`
      case '!=':
        return `ifnull(NOT (${name} >= ${bind(value)} AND ${name} < ${bind(end)}), 0)`
      case '<':
        return `ifnull(${name} < ${bind(value)}, 0)`
      case '<=':
        return `ifnull(${name} < ${bind(end)}, 0)`
      case '>':
        return `ifnull(${name} >= ${bind(end)}, 0)`
      case '>=':
        return `ifnull(${name} >= ${bind(value)}, 0)`
    }
  }

  const between = (name: string, from: number | null, to: number | null): string => {
    const ends: string[] = []
    if (from !== null) ends.push(`${name} >= ${bind(from)}`)
    if (to !== null) ends.push(`${name} <= ${bind(to)}`)
    return `ifnull(${ends.join(' AND ')}, 0)`
  }

  const cosine = (ref: ScoreRef): string => {
    const kind = meaning.score(ref)
    return `(SELECT s.cosine FROM scores s WHERE s.model_id = ${bind(kind.modelId)}
      AND s.text_source = ${bind(kind.key)} AND s.pair_id = p.id)`
  }

  const tokens = (ref: ScoreRef): string => {
    const kind = meaning.tokens(ref)
    return `(SELECT s.tokens FROM scores s WHERE s.model_id = ${bind(kind.modelId)}
      AND s.text_source = ${bind(kind.key)} AND s.pair_id = p.id)`
  }

  const marked = (part: Query): string | null => {
    const found = markTerm(part)
    if (!found) return null
    const inMarks = `in_marks(${Math.trunc(meaning.marks(found.term))}, p.id)`
    return found.isNot ? `NOT ${inMarks}` : inMarks
  }

  const duplicated = (part: Query): string | null => {
    const found = duplicateTerm(part)
    return found && `in_set(${Math.trunc(meaning.duplicates(found))}, p.id)`
  }

  const imported = (name: string): string => {
    const id = Math.trunc(meaning.column(name))
    if (id < 0) return meaning.measured(id)
    return `(SELECT v.value FROM column_values v WHERE v.column_id = ${id} AND v.pair_id = p.id)`
  }

  /** The share of a text's words that stand in the picture. */
  const shown = (text: OwnText | null): string => {
    joins.add('images').add('pictureTexts')
    return `shown_share(${column(text ?? meaning.shownText())}, pt.words)`
  }

  const term = (part: Query): string => {
    const ofMarks = marked(part)
    if (ofMarks !== null) return ofMarks
    const ofDuplicates = duplicated(part)
    if (ofDuplicates !== null) return ofDuplicates
    switch (part.kind) {
      case 'all':
        return '1'
      case 'and':
        return joined(part.items.map(term), 'AND')
      case 'or':
        return joined(part.items.map(term), 'OR')
      case 'not':
        return `NOT ${term(part.item)}`
      case 'words':
        return candidates(part.words, ['near'], () =>
          anyOf(BARE_WORDS, (field) => contains(column(field), part.words)),
        )
      case 'wordSearch':
        return wordTerm(part)
      case 'contains':
        return containsTerm(part.field, part.words)
      case 'equals':
        return equalsTerm(part.field, part.value)
      case 'matches':
        return matchesTerm(part.field, part.pattern, part.ignoreCase)
      case 'present':
        return presentTerm(part.field)
      case 'compare':
        // `op` is one of six constants of the parser, not text of the user.
        return `ifnull(${column(part.field)} ${part.op} ${bind(part.value)}, 0)`
      case 'range':
        return between(column(part.field), part.from, part.to)
      case 'dateCompare':
        return dateCompare(part.op, part.value)
      case 'dateRange': {
        const ends: string[] = []
        if (part.from !== null) ends.push(dateCompare('>=', part.from))
        if (part.to !== null) ends.push(dateCompare('<=', part.to))
        return `(${ends.join(' AND ')})`
      }
      case 'columnPresent':
        return `${imported(part.column)} IS NOT NULL`
      case 'columnCompare':
        return `ifnull(${imported(part.column)} ${part.op} ${bind(part.value)}, 0)`
      case 'columnRange': {
        const ends: string[] = []
        if (part.from !== null) ends.push(`${imported(part.column)} >= ${bind(part.from)}`)
        if (part.to !== null) ends.push(`${imported(part.column)} <= ${bind(part.to)}`)
        return `ifnull(${ends.join(' AND ')}, 0)`
      }
      case 'shownPresent':
        return `${shown(part.text)} IS NOT NULL`
      case 'shownCompare':
        return `ifnull(${shown(part.text)} ${part.op} ${bind(part.value)}, 0)`
      case 'shownRange':
        return between(shown(part.text), part.from, part.to)
      case 'tokensPresent':
        return `${tokens(part.score)} IS NOT NULL`
      case 'tokensCompare':
        return `ifnull(${tokens(part.score)} ${part.op} ${bind(part.value)}, 0)`
      case 'tokensRange': {
        const ends: string[] = []
        if (part.from !== null) ends.push(`${tokens(part.score)} >= ${bind(part.from)}`)
        if (part.to !== null) ends.push(`${tokens(part.score)} <= ${bind(part.to)}`)
        return `ifnull(${ends.join(' AND ')}, 0)`
      }
      case 'scorePresent':
        return `${cosine(part.score)} IS NOT NULL`
      case 'scoreCompare':
        return `ifnull(${cosine(part.score)} ${part.op} ${bind(part.value)}, 0)`
      case 'scoreRange': {
        const ends: string[] = []
        if (part.from !== null) ends.push(`${cosine(part.score)} >= ${bind(part.from)}`)
        if (part.to !== null) ends.push(`${cosine(part.score)} <= ${bind(part.to)}`)
        return `ifnull(${ends.join(' AND ')}, 0)`
      }
    }
  }

  // Of what all else keeps: what `one` means depends on it.
  const { rest, ones } = withOnes(query)
  const where =
    ones.length === 0 ? term(query) : `in_set(${Math.trunc(meaning.oneOf(rest, ones))}, p.id)`
  const { current, alts } = joins.has('spans') || joins.has('alts') ? knownSets() : NO_SETS
  const finder = joins.has('pictureTexts') ? meaning.textFinder() : 0
  return { from: fromWith(joins, current, alts?.set ?? null, finder), where, params }
}

function isOfLabels(field: FieldName): field is 'labeled' | 'flagged' | 'label' {
  return field === 'labeled' || field === 'flagged' || field === 'label'
}

/** As a balanced tree: SQLite takes a thousand terms in a chain for nesting that is too deep. */
function joined(terms: string[], operator: 'AND' | 'OR'): string {
  if (terms.length <= 2) return `(${terms.join(` ${operator} `)})`
  const middle = terms.length >>> 1
  return `(${joined(terms.slice(0, middle), operator)} ${operator} ${joined(terms.slice(middle), operator)})`
}

/** CROSS JOIN fixes the order of the loops: pairs first, each other row by its key. */
function fromWith(
  joins: ReadonlySet<Join>,
  spans: number | null,
  alts: number | null,
  finder: number,
): string {
  let from = 'pairs p'
  if (joins.has('pages')) from += ' CROSS JOIN pages g ON g.id = p.page_id'
  if (joins.has('images')) from += ' CROSS JOIN images i ON i.id = p.image_id'
  if (joins.has('contexts')) from += ' LEFT JOIN contexts c ON c.pair_id = p.id'
  if (joins.has('altKinds')) from += ' LEFT JOIN alt_kinds ak ON ak.pair_id = p.id'
  // Numbers of our own, 0 for none: parameters would have to come before those of the conditions.
  const best = (name: string, set: number | null): string =>
    ` LEFT JOIN spans ${name} ON ${name}.set_id = ${Math.trunc(set ?? 0)} AND ${name}.pair_id = p.id AND ${name}.rank = 0`
  if (joins.has('pictureTexts'))
    from += ` LEFT JOIN picture_texts pt ON pt.model_id = ${Math.trunc(finder)} AND pt.sha256 = i.sha256 AND i.status = 'ok'`
  if (joins.has('spans')) from += best('sp', spans)
  if (joins.has('alts')) from += best('sa', alts)
  return from
}
