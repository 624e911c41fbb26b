import { seededRandom } from '#shared/random.ts'
import type { CorpusPart } from '#shared/contract/index.ts'
import type { CorpusStats, Failure } from '#shared/contract/corpora.ts'
import type { ExportSkip } from '#shared/contract/exporting.ts'
import type { ExportFormat } from '#shared/contract/jobs.ts'
import type { PairSort, ScoreSource } from '#shared/contract/pairs.ts'
import type { ImageStatus, Pair, PairDetail, PairRow, TextSource } from '#shared/domain.ts'
import { AppError } from '#shared/errors.ts'
import { BLANK_CHARACTERS, EXPORT_NEEDS } from '#shared/export-needs.ts'
import { and, fieldNamed, parts, printQuery } from '#shared/query/index.ts'
import type { FieldName, Query } from '#shared/query/index.ts'
import {
  Int32List,
  argsort,
  arrange,
  idSet,
  lowerBound,
  sampleBelow,
  shuffle,
  upperBound,
} from './arrays.ts'
import { compileQuery } from './compile-query.ts'
import { lru } from './lru.ts'
import type { ReaderDb } from '../open.ts'
import { createLabelReads } from './reads-labels.ts'
import { createPromptReads } from './reads-prompts.ts'
import { createSpanReads } from './reads-spans.ts'
import { listFailures } from '../repositories/failures.ts'
import { findModel, textKey } from '../repositories/models.ts'
import type { ScoreKind } from '../repositories/models.ts'
import { listPairs, pairDetail, pairRows } from '../repositories/pairs.ts'
import { scoreSources } from '../repositories/scores.ts'
import { currentSpanSet } from '../repositories/span-sets.ts'
import { corpusStats, countRows } from '../repositories/stats.ts'
import { modelsFor, readWhere, resolveScore, spanSetsOf } from './score-ref.ts'
import { scoreArrays } from './sorted-scores.ts'
import type { SortedScores } from './sorted-scores.ts'

export type Changed = CorpusPart

/** Scores of one model for one text, within a filter. */
export interface ScoreScope {
  model: string
  text: TextSource
  where: string
}

interface Selection {
  ids: Int32Array
  /** Place of each id, made when it is first asked for. */
  places: Int32Array | null
  corpusTotal: number
  prefer: TextSource | null
  score: ScoreKind | null
}

/** What is known of each pair's picture: `kinds[byPair[id]]`. */
interface PictureKinds {
  kinds: { status: ImageStatus; mime: string | null }[]
  byPair: Uint16Array
}

interface Scores extends SortedScores {
  /** Pairs in scope, with or without a score. */
  scope: number
}

interface SelectArgs {
  where: string
  sort: PairSort
  score: ScoreSource | null
  seed: number
}

const MAX_SELECTIONS = 8
const MAX_SCORES = 8
const MAX_SETS = 8

/**
 * Everything that the window and the command line read, over one connection. Holds arrays of ids
 * and scores so that a million pairs can be paged, counted and sorted at once; they are dropped by
 * `invalidate`. Each function gives what the call of the same name in the contract answers.
 */
export type Reads = ReturnType<typeof createReads>

export function createReads(db: ReaderDb) {
  const version: Record<Changed, number> = {
    pairs: 0,
    images: 0,
    scores: 0,
    labels: 0,
    spans: 0,
    training: 0,
    prompts: 0,
    studies: 0,
    ratings: 0,
  }
  const selections = lru<Selection>(MAX_SELECTIONS)
  const sets = lru<Int32Array>(MAX_SETS)
  const allScores = scoreArrays(db, MAX_SCORES)
  /** Within filters. */
  const scores = lru<Scores>(MAX_SCORES)
  const sizes = lru<{ ids: Int32Array; order: Uint32Array }>(1)
  const pictures = lru<PictureKinds>(1)
  const wordless = lru<ReturnType<typeof idSet>>(2)
  const suggestions = lru<{ value: string; n: number }[]>(16)

  /** What a filter depends on, as a key of the caches. */
  function stamp(query: Query): string {
    const all = [...parts(query)]
    const pictures = all.some(
      (part) =>
        'field' in part &&
        ['url', 'status', 'mime', 'width', 'height', 'ratio', 'bytes'].includes(part.field),
    )
    const scored = all.some((part) => part.kind.startsWith('score'))
    const has = (...fields: FieldName[]): boolean =>
      all.some((part) => 'field' in part && fields.includes(part.field))
    const marks = [`p${version.pairs}`]
    if (pictures) marks.push(`i${version.images}`)
    // Another set of spans is another score, too.
    if (scored) marks.push(`s${version.scores}@${currentSpanSet(db) ?? 0}`)
    if (has('span', 'confidence', 'altspan')) marks.push(`x${version.spans}`)
    if (has('labeled', 'flagged', 'label')) marks.push(`l${version.labels}`)
    return marks.join(' ')
  }

  /** Ids that a filter keeps, ascending. Not to be changed. */
  function idsOf(query: Query, view: ScoreSource | null): Int32Array {
    const key = `${stamp(query)} ${view ? `${view.model} ${view.text}` : ''} ${printQuery(query)}`
    return sets.get(key, () => {
      // Comparisons of scores that must hold are done on the arrays, the rest in SQL.
      const items = query.kind === 'and' ? query.items : [query]
      const onScores = items.filter(isScoreTerm)
      const rest = and(items.filter((item) => !isScoreTerm(item)))
      let ids = rest.kind === 'all' && onScores.length > 0 ? null : fromSql(rest, view)
      for (const term of onScores) {
        const kept = byScore(baseScores(resolveScore(db, term.score, view)), term)
        ids = ids === null ? kept.sort() : intersect(ids, kept)
      }
      return ids ?? new Int32Array()
    })
  }

  function fromSql(query: Query, view: ScoreSource | null): Int32Array {
    if (query.kind === 'all') {
      const span = db
        .prepare<[], { low: number | null; high: number | null; n: number }>(
          'SELECT (SELECT min(id) FROM pairs) AS low, (SELECT max(id) FROM pairs) AS high, (SELECT count(*) FROM pairs) AS n',
        )
        .get()
      // Ids follow each other unless rows were taken out.
      if (span && span.low !== null && span.high !== null && span.high - span.low + 1 === span.n) {
        const first = span.low
        return Int32Array.from({ length: span.n }, (_, i) => first + i)
      }
    }
    const { from, where, params } = compileQuery(
      query,
      (ref) => resolveScore(db, ref, view),
      () => spanSetsOf(db),
    )
    const list = new Int32List()
    const rows = db
      .prepare<unknown[], number>(`SELECT p.id FROM ${from} WHERE ${where}`)
      .pluck()
      .iterate(...params)
    for (const id of rows) list.push(id)
    const ids = list.take()
    for (let i = 1; i < ids.length; i++)
      if ((ids[i] as number) < (ids[i - 1] as number)) return ids.sort()
    return ids
  }

  /** All scores of a kind. */
  function baseScores(kind: ScoreKind): SortedScores {
    return allScores.get(kind, version.scores)
  }

  function scoresOf(scope: ScoreScope): Scores {
    const query = readWhere(scope.where)
    const kind = resolveScore(db, { model: scope.model, text: scope.text }, null)
    const base = baseScores(kind)
    if (query.kind === 'all') return { ...base, scope: countPairsCached() }
    const key = `${version.scores} ${kind.modelId} ${kind.key} ${stamp(query)} ${printQuery(query)}`
    return scores.get(key, () => {
      const kept = idsOf(query, { model: scope.model, text: scope.text })
      const set = idSet(kept)
      const values = new Float32Array(base.values.length)
      const ids = new Int32Array(base.ids.length)
      let n = 0
      let sum = 0
      for (let i = 0; i < base.ids.length; i++) {
        const id = base.ids[i] as number
        if (!set.has(id)) continue
        ids[n] = id
        const value = base.values[i] as number
        sum += value
        values[n++] = value
      }
      return { values: values.slice(0, n), ids: ids.slice(0, n), sum, scope: kept.length }
    })
  }

  let pairCount = { version: -1, n: 0 }
  function countPairsCached(): number {
    if (pairCount.version !== version.pairs) {
      pairCount = { version: version.pairs, n: countRows(db, 'pairs') }
    }
    return pairCount.n
  }

  function select(args: SelectArgs): { selection: string; total: number; corpusTotal: number } {
    const query = readWhere(args.where)
    const stamps = `${version.pairs}.${version.images}.${version.scores} ${stamp(query)}`
    const id = JSON.stringify([args.where, args.sort, args.score, args.seed, stamps])
    const made = selections.get(id, () => makeSelection(query, args))
    return { selection: id, total: made.ids.length, corpusTotal: made.corpusTotal }
  }

  function makeSelection(query: Query, args: SelectArgs): Selection {
    const kind = args.score ? viewKind(args.score) : null
    const kept = idsOf(query, args.score)
    return {
      ids: ordered(kept, args, kind),
      places: null,
      corpusTotal: countPairsCached(),
      prefer: args.score?.text ?? null,
      score: kind,
    }
  }

  /** null when the model has no scores here: the view then shows none. */
  function viewKind(score: ScoreSource): ScoreKind | null {
    try {
      return {
        modelId: findModel(db, score.model).id,
        text: score.text,
        key: textKey(db, score.text),
      }
    } catch (error) {
      if (error instanceof AppError && error.kind === 'not-found') return null
      throw error
    }
  }

  function ordered(kept: Int32Array, args: SelectArgs, kind: ScoreKind | null): Int32Array {
    switch (args.sort) {
      case 'id':
        return kept
      case 'random': {
        const ids = kept.slice()
        shuffle(ids, args.seed)
        return ids
      }
      case 'score-asc':
      case 'score-desc': {
        if (!kind) return kept
        const base = baseScores(kind)
        return arrange(kept, base.ids, args.sort === 'score-desc')
      }
      case 'size-asc':
      case 'size-desc':
        return arrange(kept, idsBySize(), args.sort === 'size-desc')
    }
  }

  /** Ids of pairs whose picture's size is known, from the smallest area. */
  function idsBySize(): Int32Array {
    const found = sizes.get(`${version.pairs} ${version.images}`, () => {
      const ids = new Int32List()
      const areas = new Int32List()
      const rows = db
        .prepare<[], [number, number]>(
          `SELECT p.id, min(i.width * i.height, 2147483647)
           FROM pairs p CROSS JOIN images i ON i.id = p.image_id
           WHERE i.width IS NOT NULL AND i.height IS NOT NULL`,
        )
        .raw()
        .iterate() as IterableIterator<[number, number]>
      for (const row of rows) {
        ids.push(row[0])
        areas.push(row[1])
      }
      const keys = areas.take()
      return {
        ids: ids.take(),
        order: argsort(new Uint32Array(keys.buffer, keys.byteOffset, keys.length)),
      }
    })
    const sorted = new Int32Array(found.ids.length)
    for (let i = 0; i < sorted.length; i++)
      sorted[i] = found.ids[found.order[i] as number] as number
    return sorted
  }

  function pictureKinds(): PictureKinds {
    return pictures.get(`${version.pairs} ${version.images}`, () => {
      const last = (table: 'pairs' | 'images'): number =>
        db.prepare<[], number>(`SELECT ifnull(max(id), 0) FROM ${table}`).pluck().get() as number
      const kinds: PictureKinds['kinds'] = []
      const known = new Map<string, number>()
      const byImage = new Uint16Array(last('images') + 1)
      const images = db
        .prepare<[], [number, ImageStatus, string | null, number]>(
          'SELECT id, status, mime, sha256 IS NOT NULL FROM images',
        )
        .raw()
        .iterate() as IterableIterator<[number, ImageStatus, string | null, number]>
      for (const [id, status, mime, held] of images) {
        // A picture without bytes is none, whatever its status says.
        const kind = { status: status === 'ok' && held === 0 ? 'missing' : status, mime } as const
        const key = `${kind.status} ${mime}`
        let at = known.get(key)
        // Addresses may claim any number of types; those beyond the table are one.
        if (at === undefined) {
          at = Math.min(kinds.length, 0xffff)
          kinds[at] = kind
          known.set(key, at)
        }
        byImage[id] = at
      }
      const byPair = new Uint16Array(last('pairs') + 1)
      const pairs = db
        .prepare<[], [number, number]>('SELECT id, image_id FROM pairs')
        .raw()
        .iterate() as IterableIterator<[number, number]>
      for (const [id, image] of pairs) byPair[id] = byImage[image] as number
      return { kinds, byPair }
    })
  }

  /** Pairs without words in a text. */
  function wordlessIn(text: TextSource): ReturnType<typeof idSet> {
    const key = text === 'span' ? `${textKey(db, text)} ${version.spans}` : text
    return wordless.get(`${version.pairs} ${key}`, () => {
      const inContext = text === 'before' || text === 'after'
      const column = text === 'span' ? 'sp.quote' : `${inContext ? 'c' : 'p'}.${text}`
      const list = new Int32List()
      const rows = db
        .prepare<{ set: number; blank: string }, number>(
          `SELECT p.id FROM pairs p ${inContext ? 'LEFT JOIN contexts c ON c.pair_id = p.id' : ''}
           ${text === 'span' ? 'LEFT JOIN spans sp ON sp.set_id = @set AND sp.pair_id = p.id AND sp.rank = 0' : ''}
           WHERE ifnull(trim(${column}, @blank), '') = ''`,
        )
        .pluck()
        .iterate({ set: currentSpanSet(db) ?? 0, blank: BLANK_CHARACTERS })
      for (const id of rows) list.push(id)
      return idSet(list.take())
    })
  }

  /** A selection that was dropped is made again from its name. */
  function selectionOf(id: string): Selection {
    return selections.get(id, () => {
      const [where, sort, score, seed] = readSelection(id)
      return makeSelection(readWhere(where), { where, sort, score, seed })
    })
  }

  function rows(
    ids: ArrayLike<number>,
    prefer: TextSource | null,
    score: ScoreKind | null,
  ): PairRow[] {
    return pairRows(db, { ids, prefer, score })
  }

  function rowsOf(scope: ScoreScope, ids: ArrayLike<number>): PairRow[] {
    const kind = resolveScore(db, { model: scope.model, text: scope.text }, null)
    return rows(ids, scope.text, kind)
  }

  const spans = createSpanReads({ db, version, baseScores })
  const labels = createLabelReads({
    db,
    idsOf: (query) => idsOf(query, null),
    stamp,
    countPairs: countPairsCached,
    byConfidence: spans.byConfidence,
  })

  return {
    ...labels,
    spanCoverage: spans.spanCoverage,
    spanDensity: spans.spanDensity,
    ...createPromptReads({ db, version }),

    /** Rows changed: what was read before is not used again for new questions. */
    invalidate(what: readonly Changed[]): void {
      for (const one of what) version[one]++
      suggestions.clear()
    },

    select,

    page(args: { selection: string; offset: number; limit: number }): PairRow[] {
      const { ids, prefer, score } = selectionOf(args.selection)
      return rows(ids.subarray(args.offset, args.offset + args.limit), prefer, score)
    },

    indexOf(args: { selection: string; id: number }): { index: number | null } {
      const selection = selectionOf(args.selection)
      if (!selection.places) {
        let highest = 0
        for (const id of selection.ids) if (id > highest) highest = id
        selection.places = new Int32Array(highest + 1)
        for (let i = 0; i < selection.ids.length; i++) {
          selection.places[selection.ids[i] as number] = i + 1
        }
      }
      const place = selection.places[args.id] ?? 0
      return { index: place === 0 ? null : place - 1 }
    },

    get(args: { id: number }): PairDetail {
      return pairDetail(db, args.id)
    },

    list(args: { where: string; afterId: number; limit: number }): Pair[] {
      return listPairs(db, args)
    },

    suggest(args: { field: string; prefix: string }): { value: string; n: number }[] {
      const field = fieldNamed(args.field)
      if (!field) return []
      const sql = SUGGEST[field.name]
      if (!sql) return []
      const all = suggestions.get(
        `${field.name} ${version.pairs} ${version.images} ${version.labels}`,
        () => db.prepare<[], { value: string; n: number }>(sql).all(),
      )
      const prefix = args.prefix.toLowerCase()
      return all.filter(({ value }) => value.toLowerCase().startsWith(prefix)).slice(0, 50)
    },

    stats(): CorpusStats {
      return corpusStats(db)
    },

    failures(args: { reason?: string | undefined; offset: number; limit: number }): {
      total: number
      failures: Failure[]
    } {
      return listFailures(db, args)
    },

    exportPreview(args: { format: ExportFormat; where: string; text: TextSource }): {
      matched: number
      exported: number
      skipped: ExportSkip[]
    } {
      const { format, text } = args
      // As an export understands it: `score` alone is that of the only model.
      const models = modelsFor(db, text)
      const only = models.length === 1 ? models[0] : undefined
      const ids = idsOf(readWhere(args.where), only ? { model: only.publicId, text } : null)
      const needs = EXPORT_NEEDS[format]
      const blank = needs.text ? wordlessIn(text) : null
      const known = needs.pictures ? pictureKinds() : null
      const counts = new Array<number>(known?.kinds.length ?? 0).fill(0)
      let withoutText = 0
      let exported = 0
      for (let i = 0; i < ids.length; i++) {
        const id = ids[i] as number
        if (blank?.has(id)) withoutText++
        else if (known) counts[known.byPair[id] as number]!++
        else exported++
      }
      const skipped: ExportSkip[] = []
      if (withoutText > 0) skipped.push({ reason: 'no-text', n: withoutText })
      const absent = new Map<ImageStatus, number>()
      for (const [kind, n] of counts.entries()) {
        const { status, mime } = known?.kinds[kind] as PictureKinds['kinds'][number]
        if (n === 0) continue
        if (status !== 'ok') absent.set(status, (absent.get(status) ?? 0) + n)
        else if (mime !== null && needs.pictures?.includes(mime)) exported += n
        else skipped.push({ reason: 'picture-type', mime, n })
      }
      for (const [status, n] of absent) skipped.push({ reason: 'no-picture', status, n })
      return { matched: ids.length, exported, skipped: skipped.sort((a, b) => b.n - a.n) }
    },

    sources(): ReturnType<typeof scoreSources> {
      // What is in memory is summed up already.
      return scoreSources(db, (kind) => (allScores.holds(kind) ? baseScores(kind) : null))
    },

    histogram(
      args: ScoreScope & { bins: number; lo?: number | undefined; hi?: number | undefined },
    ) {
      const { values, sum, scope } = scoresOf(args)
      const n = values.length
      const lo = args.lo ?? values[0] ?? 0
      const hi = args.hi ?? values[n - 1] ?? 1
      if (!(lo <= hi)) {
        throw new AppError('invalid-input', `a histogram from ${lo} to ${hi} has no range`)
      }
      const counts = new Array<number>(args.bins)
      let before = lowerBound(values, lo)
      for (let bin = 0; bin < args.bins; bin++) {
        const after =
          bin === args.bins - 1
            ? upperBound(values, hi)
            : lowerBound(values, lo + ((hi - lo) * (bin + 1)) / args.bins)
        counts[bin] = after - before
        before = after
      }
      return {
        lo,
        hi,
        counts,
        n,
        unscored: scope - n,
        mean: n === 0 ? 0 : sum / n,
        median: median(values),
      }
    },

    countAbove(args: ScoreScope & { minCosine: number }): { kept: number; total: number } {
      const { values } = scoresOf(args)
      return { kept: values.length - lowerBound(values, args.minCosine), total: values.length }
    },

    cutoffForShare(args: ScoreScope & { share: number }): {
      cosine: number
      kept: number
      total: number
    } {
      const { values } = scoresOf(args)
      const total = values.length
      const wanted = Math.round(args.share * total)
      const cosine =
        total === 0
          ? 0
          : wanted === 0
            ? above(values[total - 1] as number)
            : (values[total - wanted] as number)
      // Equal scores stay together, so it can be more than was asked for.
      return { cosine, kept: total - lowerBound(values, cosine), total }
    },

    around(args: ScoreScope & { cosine: number; n: number }): {
      above: PairRow[]
      below: PairRow[]
    } {
      const { values, ids } = scoresOf(args)
      const line = lowerBound(values, args.cosine)
      return {
        above: rowsOf(args, ids.subarray(line, line + args.n)),
        below: rowsOf(args, ids.slice(Math.max(0, line - args.n), line).reverse()),
      }
    },

    inBin(args: ScoreScope & { lo: number; hi: number; n: number }): PairRow[] {
      const { values, ids } = scoresOf(args)
      const from = lowerBound(values, args.lo)
      const highest = values[values.length - 1] ?? 0
      const to = args.hi >= highest ? upperBound(values, args.hi) : lowerBound(values, args.hi)
      const count = Math.max(0, to - from)
      const n = Math.min(args.n, count)
      const places = Array.from({ length: n }, (_, i) => from + Math.floor(((i + 0.5) * count) / n))
      return rowsOf(
        args,
        places.map((place) => ids[place] as number),
      )
    },

    sampleDropped(
      args: ScoreScope & {
        cosine: number
        n: number
        method: 'random' | 'stratified'
        seed: number
      },
    ): { sample: PairRow[]; dropped: number } {
      const { values, ids } = scoresOf(args)
      const dropped = lowerBound(values, args.cosine)
      const random = seededRandom(args.seed).next
      const places =
        args.method === 'random'
          ? sampleBelow(dropped, args.n, random)
          : stratified(values, dropped, args.n, random)
      return {
        sample: rowsOf(
          args,
          places.map((place) => ids[place] as number),
        ),
        dropped,
      }
    },
  }
}

const SUGGEST: Partial<Record<string, string>> = {
  host: `SELECT g.host AS value, count(*) AS n FROM pairs p CROSS JOIN pages g ON g.id = p.page_id
    GROUP BY g.host ORDER BY n DESC, value LIMIT 10000`,
  lang: `SELECT g.language AS value, count(*) AS n FROM pairs p CROSS JOIN pages g ON g.id = p.page_id
    WHERE g.language IS NOT NULL GROUP BY g.language ORDER BY n DESC, value LIMIT 10000`,
  archive: `SELECT a.name AS value, count(*) AS n FROM pairs p CROSS JOIN pages g ON g.id = p.page_id
    CROSS JOIN archives a ON a.id = g.archive_id GROUP BY a.id ORDER BY n DESC, value LIMIT 10000`,
  status: `SELECT i.status AS value, count(*) AS n FROM pairs p CROSS JOIN images i ON i.id = p.image_id
    GROUP BY i.status ORDER BY n DESC, value`,
  mime: `SELECT i.mime AS value, count(*) AS n FROM pairs p CROSS JOIN images i ON i.id = p.image_id
    WHERE i.mime IS NOT NULL GROUP BY i.mime ORDER BY n DESC, value LIMIT 10000`,
  labeled: `SELECT annotator AS value, count(*) AS n FROM labels WHERE status = 'labeled'
    GROUP BY annotator ORDER BY n DESC, value LIMIT 10000`,
  flagged: `SELECT annotator AS value, count(*) AS n FROM labels WHERE flagged = 1
    GROUP BY annotator ORDER BY n DESC, value LIMIT 10000`,
  label: `SELECT json_extract(s.value, '$.type') AS value, count(DISTINCT l.pair_id) AS n
    FROM labels l, json_each(l.state, '$.spans') s WHERE l.status = 'labeled' AND l.spans > 0
    GROUP BY 1 ORDER BY n DESC, value LIMIT 10000`,
}

type ScoreTerm = Extract<Query, { kind: 'scorePresent' | 'scoreCompare' | 'scoreRange' }>

function isScoreTerm(query: Query): query is ScoreTerm {
  // `!=` takes what is around a value: left to SQL.
  return (
    query.kind === 'scorePresent' ||
    query.kind === 'scoreRange' ||
    (query.kind === 'scoreCompare' && query.op !== '!=')
  )
}

/** Ids whose score fits, a copy. */
function byScore({ values, ids }: SortedScores, term: ScoreTerm): Int32Array {
  let from = 0
  let to = values.length
  if (term.kind === 'scoreRange') {
    if (term.from !== null) from = lowerBound(values, term.from)
    if (term.to !== null) to = upperBound(values, term.to)
  } else if (term.kind === 'scoreCompare') {
    const { op, value } = term
    if (op === '>=' || op === '=') from = lowerBound(values, value)
    if (op === '>') from = upperBound(values, value)
    if (op === '<=' || op === '=') to = upperBound(values, value)
    if (op === '<') to = lowerBound(values, value)
  }
  return ids.slice(from, Math.max(from, to))
}

function intersect(ids: Int32Array, others: Int32Array): Int32Array {
  const set = idSet(others)
  return ids.filter((id) => set.has(id))
}

function median(sorted: Float32Array): number {
  const n = sorted.length
  if (n === 0) return 0
  const middle = n >>> 1
  return n % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
}

/** The next float32 above a finite value. */
function above(value: number): number {
  const float = new Float32Array([value])
  const bits = new Int32Array(float.buffer)
  if (float[0] === 0) return 1.401298464324817e-45
  bits[0] = (bits[0] as number) + (value > 0 ? 1 : -1)
  return float[0] as number
}

/**
 * Places below `dropped`, the same number from each tenth of the range of values; what a tenth
 * does not have is taken from the fuller ones. Ascending by value.
 */
function stratified(
  values: Float32Array,
  dropped: number,
  n: number,
  random: () => number,
): number[] {
  if (dropped === 0) return []
  const low = values[0] as number
  const high = values[dropped - 1] as number
  const edges = Array.from({ length: 11 }, (_, i) =>
    i === 0
      ? 0
      : i === 10
        ? dropped
        : Math.min(dropped, lowerBound(values, low + ((high - low) * i) / 10)),
  )
  const strata = Array.from({ length: 10 }, (_, i) => ({
    from: edges[i] as number,
    size: (edges[i + 1] as number) - (edges[i] as number),
    take: 0,
  }))
  let left = Math.min(n, dropped)
  while (left > 0) {
    const open = strata.filter((stratum) => stratum.take < stratum.size)
    const share = Math.max(1, Math.floor(left / open.length))
    for (const stratum of open) {
      const more = Math.min(share, stratum.size - stratum.take, left)
      stratum.take += more
      left -= more
    }
  }
  return strata.flatMap(({ from, size, take }) =>
    sampleBelow(size, take, random)
      .map((place) => from + place)
      .sort((a, b) => a - b),
  )
}

function readSelection(id: string): [string, PairSort, ScoreSource | null, number] {
  try {
    const read: unknown = JSON.parse(id)
    if (Array.isArray(read) && read.length === 5) {
      return read as unknown as [string, PairSort, ScoreSource | null, number]
    }
  } catch {
    // Said below.
  }
  throw new AppError('not-found', 'there is no such selection', 'Select again.')
}
