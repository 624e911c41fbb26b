import { OWN_TEXTS, TextSource } from '../domain.ts'
import type { OwnText } from '../domain.ts'
import { ALL, and, or } from './ast.ts'
import type { Comparison, Query, ScoreRef } from './ast.ts'
import { FIELDS, SCORE_TEXTS, WORD_TEXTS, fieldNamed, isPlainColumn } from './fields.ts'
import type { FieldInfo, FieldName, WordText } from './fields.ts'
import { patternProblem } from './pattern.ts'
import { searchWords } from '../text/search-words.ts'

/** A query that cannot be read: what was expected, and where (UTF-16 units from 0). */
export class QueryError extends Error {
  readonly position: number
  constructor(message: string, position: number) {
    super(message)
    this.name = 'QueryError'
    this.position = position
  }
}

/** Deeper nesting than anybody means; keeps hostile input from exhausting the stack. */
const MAX_DEPTH = 100
const MAX_LENGTH = 20_000
const DATE = /^\d{4}(-\d\d(-\d\d([T ]\d\d(:\d\d(:\d\d)?)?Z?)?)?)?$/
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

/**
 * Reads a query.
 * @throws QueryError
 */
export function parseQuery(source: string): Query {
  if (source.length > MAX_LENGTH) {
    throw new QueryError(`a query has at most ${MAX_LENGTH} characters`, MAX_LENGTH)
  }
  const parser = new Parser(source)
  return parser.whole()
}

/** The error of a query, or null if it can be read. */
export function checkQuery(source: string): { message: string; position: number } | null {
  try {
    parseQuery(source)
    return null
  } catch (error) {
    if (error instanceof QueryError) return { message: error.message, position: error.position }
    throw error
  }
}

class Parser {
  private at = 0
  private depth = 0
  private readonly source: string

  constructor(source: string) {
    this.source = source
  }

  whole(): Query {
    this.space()
    if (this.done()) return ALL
    const query = this.alternatives()
    this.space()
    if (!this.done()) {
      throw this.error(this.peek() === ')' ? 'this parenthesis was not opened' : 'expected a term')
    }
    return query
  }

  private alternatives(): Query {
    if (++this.depth > MAX_DEPTH) throw this.error(`nested deeper than ${MAX_DEPTH} levels`)
    const items = [this.sequence()]
    while (this.keyword('OR')) items.push(this.sequence())
    this.depth--
    return or(items)
  }

  private sequence(): Query {
    const items = [this.negation()]
    for (;;) {
      if (this.keyword('AND')) {
        items.push(this.negation())
        continue
      }
      this.space()
      if (this.done() || this.peek() === ')' || this.atKeyword('OR')) return and(items)
      items.push(this.negation())
    }
  }

  private negation(): Query {
    let negative = false
    for (;;) {
      this.space()
      if (this.keyword('NOT')) negative = !negative
      else if (this.peek() === '-') {
        this.at++
        negative = !negative
      } else break
    }
    const item = this.primary()
    return negative ? { kind: 'not', item } : item
  }

  private primary(): Query {
    this.space()
    if (this.done()) throw this.error('expected a term, the query ends here')
    const char = this.peek()
    if (char === '(') {
      const open = this.at++
      this.space()
      if (this.peek() === ')') throw this.error('expected a term between the parentheses')
      const inner = this.alternatives()
      this.space()
      if (this.peek() !== ')') {
        throw this.done()
          ? new QueryError('this parenthesis is not closed, expected )', open)
          : this.error('expected )')
      }
      this.at++
      return inner
    }
    if (char === ')') throw this.error('expected a term before this parenthesis')
    if (char === '"') return { kind: 'words', words: this.phrase('a phrase') }
    for (const word of ['AND', 'OR']) {
      if (this.atKeyword(word)) {
        throw this.error(
          `expected a term before ${word}; write "${word}" in quotes to find the word`,
        )
      }
    }
    const field = this.fieldTerm()
    if (field) return field
    if (/^(?:[><!]=|[=<>])/.test(this.source.slice(this.at, this.at + 2))) {
      throw this.error('expected a field before this comparison; quote it to search for it')
    }
    return { kind: 'words', words: this.word() }
  }

  /** `name`, then `:` or a comparison. null when what stands here is a bare word. */
  private fieldTerm(): Query | null {
    const start = this.at
    const head = /^[A-Za-z][A-Za-z0-9_]*/.exec(this.source.slice(start, start + 200))
    if (!head) return null
    const name = this.fieldName(start) ?? head[0]
    const field = fieldNamed(name)
    this.at = start + name.length
    if (name.toLowerCase() === 'column' && this.peek() === '[') {
      return this.columnTerm(this.bracketed('a column'))
    }
    if (field?.kind === 'score' && /^[[.]/.test(this.peek())) {
      const ref = this.scoreRef()
      const query = this.scoreTerm(ref, field.name)
      if (query) return query
      throw this.error(
        field.name === 'tokens'
          ? 'expected a comparison such as >77, or :* for any count'
          : 'expected a comparison such as >=0.28, or :* for any score',
      )
    }
    if (field?.kind === 'shown') return this.shownTerm(start)
    const text = field?.kind === 'words' ? this.wordText() : null
    const op = this.operator()
    if (op === null) {
      this.at = start
      return null
    }
    if (field?.kind === 'words') return this.wordSearch(text, op)
    if (!field && isPlainColumn(name) && this.isNumberNext(op)) {
      this.at = start + name.length
      return this.columnTerm(name)
    }
    if (!field && !/^[A-Za-z]+$/.test(name)) {
      this.at = start
      return null
    }
    if (!field) {
      const close = FIELDS.find((known) => known.name.startsWith(name.toLowerCase().slice(0, 3)))
      throw new QueryError(
        `there is no field "${name}"` +
          (close ? `, did you mean ${close.name}?` : '') +
          `; quote the text to search for it as it is`,
        start,
      )
    }
    if (field.kind === 'score') {
      this.at = start + name.length
      const query = this.scoreTerm({ model: null, text: null }, field.name)
      if (query) return query
    }
    if (field.kind === 'number') return this.numberTerm(field.name, op)
    if (field.kind === 'date') return this.dateTerm(op)
    return this.textTerm(field, op)
  }

  /** `.text` behind `words`. */
  private wordText(): WordText | null {
    if (this.peek() !== '.') return null
    const start = this.at + 1
    const name = /^[A-Za-z-]*/.exec(this.source.slice(start, start + 20))?.[0] ?? ''
    const text = WORD_TEXTS.find((one) => one === name.toLowerCase())
    // Bare words: "words.Then".
    if (!text && !/^[A-Za-z-]*:/.test(this.source.slice(start))) return null
    if (!text) throw new QueryError(`expected one of ${WORD_TEXTS.join(', ')}`, start)
    this.at = start + name.length
    return text
  }

  /** Behind `caption-in-image`: `.text`, then a comparison. null where it is a bare word. */
  private shownTerm(start: number): Query | null {
    let text: OwnText | null = null
    if (this.peek() === '.') {
      const name = /^[A-Za-z]*/.exec(this.source.slice(this.at + 1, this.at + 21))?.[0] ?? ''
      text = OWN_TEXTS.find((one) => one === name.toLowerCase()) ?? null
      if (text === null) {
        throw new QueryError(`expected one of ${OWN_TEXTS.join(', ')}`, this.at + 1)
      }
      this.at += 1 + name.length
    }
    const op = this.operator()
    if (op === null) {
      if (text !== null) throw this.error('expected a comparison such as >0.5, or :* for any share')
      this.at = start
      return null
    }
    const from = this.at
    const value = this.value(op === ':' ? 'a share, a range such as 0.5..1, or *' : 'a share')
    if (op !== ':') return { kind: 'shownCompare', text, op, value: this.number(value, from) }
    if (value === '*') return { kind: 'shownPresent', text }
    const range = this.range(value, from)
    return range
      ? { kind: 'shownRange', text, ...range }
      : { kind: 'shownCompare', text, op: '=', value: this.number(value, from) }
  }

  /** `car`, `car*`, `"red car"`, `"red ca*"` or `"red car"~5`. */
  private wordSearch(text: WordText | null, op: Comparison | ':'): Query {
    const start = this.at
    if (op !== ':') throw new QueryError('words takes : only', start - op.length)
    const isQuoted = this.peek() === '"'
    const written = this.value('a word, the beginning of one as in car*, or a "phrase"')
    const prefix = written.endsWith('*')
    const phrase = written.replace(/\*$/, '').trim().replace(/\s+/g, ' ')
    if (phrase.includes('*')) {
      throw new QueryError('a * stands at the end only, behind the beginning of a word', start)
    }
    if (searchWords(phrase).length === 0) {
      throw new QueryError('expected letters or digits: these are what words are made of', start)
    }
    if (prefix && searchWords(written.slice(-2)).length === 0) {
      throw new QueryError('the * stands right behind the beginning of a word', start)
    }
    let near: number | null = null
    if (isQuoted && this.peek() === '~') {
      const reach = /^~(\d{1,3})/.exec(this.source.slice(this.at, this.at + 5))
      if (!reach || !this.ends(this.at + reach[0].length)) {
        throw this.error('expected a number of words behind ~, as in "red car"~5')
      }
      if (prefix) throw this.error('words near each other are whole: take the * away')
      near = Number(reach[1])
      this.at += reach[0].length
    }
    const field = text === null || text === 'page-title' ? 'words' : text
    return { kind: 'wordSearch', field, text, search: { phrase, prefix, near } }
  }

  /** `[model]` and `.text` behind `score`. */
  private scoreRef(): ScoreRef {
    const ref: ScoreRef = { model: null, text: null }
    if (this.peek() === '[') ref.model = this.bracketed('a model')
    if (this.peek() === '.') {
      const start = ++this.at
      const name = /^[A-Za-z]*/.exec(this.source.slice(start))?.[0] ?? ''
      const text = TextSource.safeParse(name.toLowerCase())
      if (!text.success) throw new QueryError(`expected one of ${SCORE_TEXTS.join(', ')}`, start)
      this.at += name.length
      ref.text = text.data
    }
    return ref
  }

  /** @param what `score` or `tokens`, of the same model and text */
  private scoreTerm(score: ScoreRef, what: string): Query | null {
    const op = this.operator()
    if (op === null) return null
    const of = what === 'tokens' ? 'tokens' : 'score'
    if (op === ':') {
      const start = this.at
      const value = this.value(
        of === 'tokens' ? 'a range such as 20..77, or *' : 'a range such as 0.2..0.3, or *',
      )
      if (value === '*') return { kind: `${of}Present`, score }
      const range = this.range(value, start)
      return range
        ? { kind: `${of}Range`, score, ...range }
        : { kind: `${of}Compare`, score, op: '=', value: this.number(value, start) }
    }
    const start = this.at
    return { kind: `${of}Compare`, score, op, value: this.number(this.value('a number'), start) }
  }

  /** A field whose name has a hyphen, which begins a word of its own elsewhere. */
  private fieldName(start: number): string | null {
    const long = /^[A-Za-z]+(?:-[A-Za-z]+)+/.exec(this.source.slice(start, start + 40))?.[0]
    return long !== undefined && fieldNamed(long) !== null ? long : null
  }

  /** `[name]` or `["name"]`. */
  private bracketed(what: string): string {
    const open = this.at++
    let name: string
    if (this.peek() === '"') name = this.phrase(what)
    else {
      const end = this.source.indexOf(']', this.at)
      if (end < 0) throw new QueryError('this bracket is not closed, expected ]', open)
      name = this.source.slice(this.at, end).trim()
      this.at = end
    }
    if (this.peek() !== ']') throw this.error('expected ]')
    if (name === '') throw new QueryError(`expected the name of ${what}`, open + 1)
    this.at++
    return name
  }

  /** Whether what stands behind an operator is a number, a range of them or `*`. */
  private isNumberNext(op: Comparison | ':'): boolean {
    const word = /^[^\s()]*/.exec(this.source.slice(this.at))?.[0] ?? ''
    if (op !== ':') return NUMBER.test(word)
    if (word === '*' || NUMBER.test(word)) return true
    const [from, to, ...more] = word.split('..')
    return (
      to !== undefined &&
      more.length === 0 &&
      from + to !== '' &&
      [from, to].every((end) => end === '' || NUMBER.test(end ?? ''))
    )
  }

  private columnTerm(column: string): Query {
    const op = this.operator()
    if (op === null) throw this.error('expected a comparison such as <0.1, or :* for any value')
    const start = this.at
    const value = this.value(op === ':' ? 'a number, a range such as 0.2..0.8, or *' : 'a number')
    if (op !== ':') return { kind: 'columnCompare', column, op, value: this.number(value, start) }
    if (value === '*') return { kind: 'columnPresent', column }
    const range = this.range(value, start)
    return range
      ? { kind: 'columnRange', column, ...range }
      : { kind: 'columnCompare', column, op: '=', value: this.number(value, start) }
  }

  private numberTerm(field: FieldName, op: Comparison | ':'): Query {
    const start = this.at
    const value = this.value(op === ':' ? 'a number, a range such as 200..800, or *' : 'a number')
    if (op !== ':') return { kind: 'compare', field, op, value: this.number(value, start) }
    if (value === '*') return { kind: 'present', field }
    const range = this.range(value, start)
    return range
      ? { kind: 'range', field, ...range }
      : { kind: 'compare', field, op: '=', value: this.number(value, start) }
  }

  private dateTerm(op: Comparison | ':'): Query {
    const start = this.at
    const value = this.value('a date such as 2019-06 or 2019-06-30')
    if (op !== ':') return { kind: 'dateCompare', op, value: this.date(value, start) }
    if (value === '*') return { kind: 'present', field: 'date' }
    const dots = value.indexOf('..')
    if (dots < 0) return { kind: 'dateCompare', op: '=', value: this.date(value, start) }
    const from = value.slice(0, dots)
    const to = value.slice(dots + 2)
    if (from === '' && to === '')
      throw new QueryError('expected a date at one end of the range', start)
    return {
      kind: 'dateRange',
      from: from === '' ? null : this.date(from, start),
      to: to === '' ? null : this.date(to, start + dots + 2),
    }
  }

  private textTerm(field: FieldInfo & { name: FieldName }, op: Comparison | ':'): Query {
    const start = this.at
    if (op !== ':' && op !== '=' && op !== '!=') {
      throw new QueryError(`${field.name} holds words: expected :, = or !=`, start - op.length)
    }
    if (op === ':' && this.peek() === '*' && this.ends(this.at + 1)) {
      this.at++
      return { kind: 'present', field: field.name }
    }
    if (op === ':' && this.peek() === '/') {
      const pattern = this.pattern()
      if (pattern) return { kind: 'matches', field: field.name, ...pattern }
    }
    const quoted = this.peek() === '"'
    const value = quoted ? this.phrase('words') : this.value('a word, a "phrase", a /pattern/ or *')
    if (field.values && !field.values.includes(value.toLowerCase())) {
      throw new QueryError(`${field.name} is one of ${field.values.join(', ')}`, start)
    }
    // What is a choice has one meaning, however it is written.
    const exact = op !== ':' || field.values !== undefined || value === ''
    const term: Query = exact
      ? { kind: 'equals', field: field.name, value: field.values ? value.toLowerCase() : value }
      : { kind: 'contains', field: field.name, words: value }
    return op === '!=' ? { kind: 'not', item: term } : term
  }

  /** `/pattern/i`. null if the slash begins a path: then it is a word. */
  private pattern(): { pattern: string; ignoreCase: boolean } | null {
    const start = this.at
    let at = start + 1
    let inClass = false
    for (; at < this.source.length; at++) {
      const char = this.source[at]
      if (char === '\\') at++
      else if (char === '[') inClass = true
      else if (char === ']') inClass = false
      else if (char === '/' && !inClass) break
    }
    if (at >= this.source.length) {
      throw new QueryError(
        'this pattern is not closed, expected /; quote a text that begins with /',
        start,
      )
    }
    let end = at + 1
    while (/[a-z]/i.test(this.source[end] ?? '')) end++
    if (!this.ends(end)) {
      throw new QueryError('a pattern ends with / or /i; quote a text that begins with /', start)
    }
    const pattern = this.source.slice(start + 1, at)
    const flags = this.source.slice(at + 1, end)
    if (flags !== '' && flags !== 'i')
      throw new QueryError('the only flag of a pattern is i', at + 1)
    if (pattern === '') throw new QueryError('expected a pattern between the slashes', start)
    const problem = patternProblem(pattern)
    if (problem !== null) throw new QueryError(problem, start)
    this.at = end
    return { pattern, ignoreCase: flags === 'i' }
  }

  /** `:` stands at its field; a comparison may have spaces around it. */
  private operator(): Comparison | ':' | null {
    if (this.peek() === ':') {
      this.at++
      return ':'
    }
    const start = this.at
    this.space()
    const found = /^(?:[><!]=|[=<>])/.exec(this.source.slice(this.at, this.at + 2))
    if (!found) {
      this.at = start
      return null
    }
    this.at += found[0].length
    this.space()
    return found[0] as Comparison
  }

  private range(value: string, start: number): { from: number | null; to: number | null } | null {
    const dots = value.indexOf('..')
    if (dots < 0) return null
    const from = value.slice(0, dots)
    const to = value.slice(dots + 2)
    if (from === '' && to === '') {
      throw new QueryError('expected a number at one end of the range', start)
    }
    return {
      from: from === '' ? null : this.number(from, start),
      to: to === '' ? null : this.number(to, start + dots + 2),
    }
  }

  private number(value: string, position: number): number {
    if (!NUMBER.test(value)) throw new QueryError(`expected a number, found "${value}"`, position)
    const number = Number(value)
    if (!Number.isFinite(number)) throw new QueryError('this number is too large', position)
    return number === 0 ? 0 : number
  }

  private date(value: string, position: number): string {
    if (!DATE.test(value)) {
      throw new QueryError(`expected a date such as 2019-06-30, found "${value}"`, position)
    }
    return value.replace(' ', 'T').replace(/Z$/, '')
  }

  /** A value without quotes: up to white space or a parenthesis; in quotes, what is in them. */
  private value(expected: string): string {
    if (this.peek() === '"') return this.phrase(expected)
    const start = this.at
    while (!this.ends(this.at)) this.at++
    if (this.at === start) throw this.error(`expected ${expected}`)
    return this.source.slice(start, this.at)
  }

  private word(): string {
    const start = this.at
    while (!this.ends(this.at) && this.peek() !== '"') this.at++
    if (this.at === start) throw this.error('expected a word')
    return this.source.slice(start, this.at)
  }

  /** `"..."` with `\"` and `\\`. */
  private phrase(expected: string): string {
    const open = this.at++
    let out = ''
    for (;;) {
      const char = this.source[this.at++]
      if (char === undefined) {
        throw new QueryError(`these quotes are not closed, expected " behind ${expected}`, open)
      }
      if (char === '"') return out
      if (char === '\\') {
        const next = this.source[this.at]
        if (next === '"' || next === '\\') {
          out += next
          this.at++
          continue
        }
      }
      out += char
    }
  }

  private keyword(word: string): boolean {
    this.space()
    if (!this.atKeyword(word)) return false
    this.at += word.length
    return true
  }

  private atKeyword(word: string): boolean {
    return this.source.startsWith(word, this.at) && this.ends(this.at + word.length)
  }

  /** Whether a word ends before this place. */
  private ends(at: number): boolean {
    const char = this.source[at]
    return char === undefined || char === '(' || char === ')' || /\s/.test(char)
  }

  private space(): void {
    while (this.at < this.source.length && /\s/.test(this.source[this.at] as string)) this.at++
  }

  private peek(): string {
    return this.source[this.at] ?? ''
  }

  private done(): boolean {
    return this.at >= this.source.length
  }

  private error(message: string): QueryError {
    return new QueryError(message, this.at)
  }
}
