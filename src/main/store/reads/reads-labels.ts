import type { CallOutput } from '#shared/contract/index.ts'
import type { LABEL_ORDERS, LABEL_SCOPES, LabelItem, Suggestion } from '#shared/contract/labels.ts'
import { AppError } from '#shared/errors.ts'
import { median } from '#shared/statistics.ts'
import type { Query } from '#shared/query/index.ts'
import { argsort, arrange, idSet } from './arrays.ts'
import { lru } from './lru.ts'
import type { ReaderDb } from '../open.ts'
import { meanIou } from '../repositories/gold-labels.ts'
import { labelState, statesOf } from '../repositories/labels.ts'
import type { Speaker } from '../repositories/labels.ts'
import { pairRows } from '../repositories/pairs.ts'
import { currentSpanSet, latestSpanSet, spanSet, spansOf } from '../repositories/span-sets.ts'
import { labeledToday, labelList } from './reads-label-list.ts'
import { readWhere } from './score-ref.ts'
import { statement } from '../statements.ts'

export interface LabelReadContext {
  db: ReaderDb
  /** Ids that a filter keeps, ascending. Not to be changed. */
  idsOf(query: Query): Int32Array
  /** What a filter's ids depend on. */
  stamp(query: Query): string
  countPairs(): number
  /** Pairs of a set from the least confident up. */
  byConfidence(set: number): Int32Array
}

interface QueueArgs extends Speaker {
  order: (typeof LABEL_ORDERS)[number]
  scope: (typeof LABEL_SCOPES)[number]
  where: string
  seed: number
}

/** What a speaker says of a pair now, and the time spent on it. */
interface Entry {
  status: 'open' | 'labeled' | 'skipped'
  none: boolean
  flagged: boolean
  at: string
  uid: string
  /** null = never measured. */
  seconds: number | null
}

const MAX_QUEUES = 8
/** Items that tell the pace. */
const RECENT = 50

/**
 * Reads for labeling. All labels as they are now are held by speaker and brought up to date from the
 * events that are new, so that a key that is pressed costs no pass over what was said before.
 */
export function createLabelReads(context: LabelReadContext) {
  const { db } = context
  const queues = lru<Int32Array>(MAX_QUEUES)
  const speakers = new Map<string, { speaker: Speaker; entries: Map<number, Entry> }>()
  let lastEvent = 0

  function refresh(): void {
    const rows = statement<{
      id: number
      uid: string
      annotator: string
      review: number
      pair_id: number
      status: Entry['status']
      spans: number
      flagged: number
      seconds: number | null
      at: string
    }>(
      db,
      `SELECT id, uid, annotator, review, pair_id, status, spans, flagged, seconds, at
       FROM label_events WHERE id > ? ORDER BY id`,
    ).iterate(lastEvent)
    for (const row of rows) {
      lastEvent = row.id
      const entries = entriesOf({ annotator: row.annotator, review: row.review === 1 })
      const known = entries.get(row.pair_id)
      const seconds =
        row.seconds === null ? (known?.seconds ?? null) : (known?.seconds ?? 0) + row.seconds
      // A file that was merged brings events that lie before those that are here.
      if (known && (known.at > row.at || (known.at === row.at && known.uid > row.uid))) {
        known.seconds = seconds
        continue
      }
      entries.set(row.pair_id, {
        status: row.status,
        none: row.status === 'labeled' && row.spans === 0,
        flagged: row.flagged === 1,
        at: row.at,
        uid: row.uid,
        seconds,
      })
    }
  }

  function entriesOf(speaker: Speaker): Map<number, Entry> {
    const { annotator, review } = speaker
    const key = JSON.stringify([annotator, review])
    let known = speakers.get(key)
    if (!known) {
      known = { speaker: { annotator, review }, entries: new Map() }
      speakers.set(key, known)
    }
    return known.entries
  }

  /** How many annotators have labeled each pair, reviews aside. */
  function labeledBy(): Map<number, number> {
    const counts = new Map<number, number>()
    for (const { speaker, entries } of speakers.values()) {
      if (speaker.review) continue
      for (const [pair, { status }] of entries) {
        if (status === 'labeled') counts.set(pair, (counts.get(pair) ?? 0) + 1)
      }
    }
    return counts
  }

  /** The pairs that a speaker is asked about: of a review only those that somebody has labeled. */
  function asked(speaker: Speaker, query: Query): Int32Array {
    const kept = context.idsOf(query)
    if (!speaker.review) return kept
    const counts = labeledBy()
    return kept.filter((id) => counts.has(id))
  }

  function inScope(kept: Int32Array, args: QueueArgs): Int32Array {
    if (args.scope === 'all') return kept
    const entries = entriesOf(args)
    if (args.scope === 'open') {
      return kept.filter((id) => (entries.get(id)?.status ?? 'open') === 'open')
    }
    const wanted: number[] = []
    for (const [id, { status, flagged }] of entries) {
      if (args.scope === 'flagged' ? flagged : status === args.scope) wanted.push(id)
    }
    const set = idSet(Int32Array.from(wanted))
    return kept.filter((id) => set.has(id))
  }

  function ordered(kept: Int32Array, args: QueueArgs): Int32Array {
    switch (args.order) {
      case 'page':
        // Pairs are numbered page by page, in the order in which they stand there.
        return kept
      case 'random': {
        const keys = new Uint32Array(kept.length)
        for (let i = 0; i < kept.length; i++) keys[i] = mix(kept[i] as number, args.seed)
        const order = argsort(keys)
        const ids = new Int32Array(kept.length)
        for (let i = 0; i < ids.length; i++) ids[i] = kept[order[i] as number] as number
        return ids
      }
      case 'uncertain': {
        const set = predictionSet(db)
        return set === null ? kept : arrange(kept, context.byConfidence(set))
      }
      case 'disagreement': {
        const counts = labeledBy()
        return Int32Array.from(
          [...kept.filter((id) => (counts.get(id) ?? 0) >= 2)]
            .map((id) => ({ id, iou: agreementOn(id) }))
            .sort((a, b) => a.iou - b.iou || a.id - b.id)
            .map(({ id }) => id),
        )
      }
    }
  }

  function agreementOn(pair: number): number {
    const states = statesOf(db, pair).filter((one) => !one.review && one.state.status === 'labeled')
    return meanIou(states.map(({ state }) => state)) ?? 1
  }

  function make(args: QueueArgs): Int32Array {
    return ordered(inScope(asked(args, readWhere(args.where)), args), args)
  }

  return {
    /** `labels.queue` */
    labelQueue(args: QueueArgs): CallOutput<'labels.queue'> {
      refresh()
      const { annotator, review, order, scope, where, seed } = args
      const query = readWhere(where)
      const set = predictionSet(db)
      const stamps = [
        context.stamp(query),
        lastEvent,
        order === 'uncertain' && set && `${set}.${spanSet(db, set).pairs}`,
      ]
      const queue = JSON.stringify([annotator, review, order, scope, where, seed, stamps.join(' ')])
      const total = queues.get(queue, () => make(args)).length
      return { queue, total, predicted: set === null ? 0 : context.byConfidence(set).length }
    },

    /** `labels.queuePage`. A queue that was dropped is made again from its name. */
    labelQueuePage(
      args: Speaker & { queue: string; offset: number; limit: number },
    ): CallOutput<'labels.queuePage'> {
      refresh()
      const ids = queues.get(args.queue, () => make(readQueue(args.queue)))
      const entries = entriesOf(args)
      return Array.from(ids.subarray(args.offset, args.offset + args.limit), (pair) => {
        const { status = 'open', flagged = false } = entries.get(pair) ?? {}
        return { pair, status, flagged }
      })
    },

    /** `labels.list` */
    labelList: (args: Parameters<typeof labelList>[1]) => labelList(db, args),

    /** `labels.progress` */
    labelProgress(args: Speaker & { where: string }): CallOutput<'labels.progress'> {
      refresh()
      const query = readWhere(args.where)
      const all = query.kind === 'all' && !args.review
      const kept = all ? null : asked(args, query)
      const set = kept && idSet(kept)
      const sums = { labeled: 0, none: 0, skipped: 0, flagged: 0, today: labeledToday(db, args) }
      const recent: { at: string; seconds: number }[] = []
      for (const [id, entry] of entriesOf(args)) {
        if (entry.status === 'labeled' && entry.seconds !== null) keepLatest(recent, entry)
        if (set && !set.has(id)) continue
        if (entry.flagged) sums.flagged++
        if (entry.status === 'skipped') sums.skipped++
        if (entry.status !== 'labeled') continue
        sums.labeled++
        if (entry.none) sums.none++
      }
      const seconds = recent.map((one) => one.seconds)
      const spent = seconds.reduce((sum, one) => sum + one, 0)
      const enough = seconds.length >= 3
      return {
        total: kept ? kept.length : context.countPairs(),
        ...sums,
        medianSeconds: enough ? median(seconds) : null,
        perHour: enough && spent > 0 ? (3600 * seconds.length) / spent : null,
      }
    },

    /**
     * `labels.item`. A model's proposals are those of the current set, else of its newest; an alt's
     * those of the newest search.
     * @throws AppError `not-found`
     */
    labelItem(args: Speaker & { pair: number }): LabelItem {
      const [row] = pairRows(db, { ids: [args.pair], prefer: null, score: null })
      const texts = statement<Omit<LabelItem, 'pair' | 'row' | 'suggestions' | 'state' | 'others'>>(
        db,
        `SELECT p.alt, p.title, c.before, p.caption, c.after, g.language, g.url AS pageUrl,
           g.title AS pageTitle
         FROM pairs p CROSS JOIN pages g ON g.id = p.page_id
           LEFT JOIN contexts c ON c.pair_id = p.id WHERE p.id = ?`,
      ).get(args.pair)
      if (!row || !texts) {
        throw new AppError('not-found', `there is no pair ${args.pair} in this corpus`)
      }
      const current = currentSpanSet(db)
      const chosen = current === null ? null : spanSet(db, current)
      const suggestions: Suggestion[] = []
      let noneConfidence: number | null = null

      const others = args.review ? statesOf(db, args.pair).filter((one) => !one.review) : []
      for (const { annotator, state } of others) {
        for (const place of state.spans) {
          suggestions.push({ origin: 'annotator', name: annotator, place, score: null })
        }
      }
      for (const origin of ['model', 'alt'] as const) {
        const set = chosen?.kind === origin ? chosen : latestSpanSet(db, origin)
        const found = set ? (spansOf(db, set.id, [args.pair]).get(args.pair) ?? []) : []
        for (const { place, kind, score } of found) {
          if (place) {
            const name = origin === 'model' ? (set?.model ?? set?.title) : kind
            suggestions.push({
              origin,
              name: name ?? '',
              place: { ...place, type: null },
              score,
            })
          } else if (origin === 'model') noneConfidence = score
        }
      }
      return {
        pair: args.pair,
        row,
        ...texts,
        suggestions,
        noneConfidence,
        state: labelState(db, { ...args, pairId: args.pair }),
        others: others.map(({ annotator, state }) => ({ annotator, state })),
      }
    },
  }
}

/** The set in use where a model made it: matches of an alt say nothing of how sure a model is. */
function predictionSet(db: ReaderDb): number | null {
  const set = currentSpanSet(db)
  return set !== null && spanSet(db, set).kind === 'model' ? set : null
}

/** Keeps the latest, at most `RECENT`, the oldest of them first. */
function keepLatest(
  recent: { at: string; seconds: number }[],
  { at, seconds }: { at: string; seconds: number | null },
): void {
  if (seconds === null) return
  if (recent.length === RECENT && at <= (recent[0]?.at ?? '')) return
  let place = recent.length
  while (place > 0 && (recent[place - 1]?.at ?? '') > at) place--
  recent.splice(place, 0, { at, seconds })
  if (recent.length > RECENT) recent.shift()
}

/**
 * A number that depends on a pair and a seed alone, so that a filter or new pairs do not change the
 * order of the others. Mixing of MurmurHash3 (A. Appleby, public domain).
 */
function mix(id: number, seed: number): number {
  let h = Math.imul(id ^ Math.imul(seed, 0x9e3779b1), 0x85ebca6b)
  h ^= h >>> 16
  h = Math.imul(h, 0x85ebca6b)
  h ^= h >>> 13
  h = Math.imul(h, 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

function readQueue(name: string): QueueArgs {
  try {
    const read: unknown = JSON.parse(name)
    if (Array.isArray(read) && read.length === 7) {
      const [annotator, review, order, scope, where, seed] = read as [
        string,
        boolean,
        QueueArgs['order'],
        QueueArgs['scope'],
        string,
        number,
      ]
      return { annotator, review, order, scope, where, seed }
    }
  } catch {
    // Said below.
  }
  throw new AppError('not-found', 'there is no such queue', 'Ask for it again.')
}
