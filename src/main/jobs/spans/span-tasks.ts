import type { AltReport } from '#shared/contract/spans.ts'
import type { EpochRecord } from '#shared/contract/training.ts'
import { AppError } from '#shared/errors.ts'
import { agreement } from '../../labeling/agreement.ts'
import { altSpanReport } from '../../labeling/alt-span-report.ts'
import type { AltSpan } from '../../labeling/find-alt-spans.ts'
import { trainSpanHead } from '../../labeling/train-span-head.ts'
import type { ExampleSource } from '../../labeling/train-span-head.ts'
import { altJudge, parseUselessAltRules } from '../../labeling/useless-alts.ts'
import type { CallIo, Tasks } from '../../processes/peer.ts'
import { openReader } from '../../store/open.ts'
import type { ReaderDb } from '../../store/open.ts'
import { itemsForAgreement } from '../../store/repositories/gold-labels.ts'
import { eachAlt } from '../../store/repositories/pairs.ts'
import { contextsAfter } from '../../store/repositories/span-sets.ts'
import type { FoundSpan } from '../../store/repositories/span-sets.ts'
import { fromAltReport, toAltReport } from './alt-report.ts'
import { openFeatures } from './features-file.ts'
import type { CachedWindow } from './features-file.ts'
import { pairIdsWhere } from '../../store/reads/score-ref.ts'
import { measureSet } from './measure-set.ts'
import type { AltBatch, HeadOrder, SpanCalls } from './span-calls.ts'
import { spanSamples } from './span-samples.ts'
import { sortAlts } from './sort-alts-task.ts'
import { indexTrainingData } from './training-index.ts'

/** Work on descriptions that would keep the engine from answering; see `runSpanTask`. */
export const spanTasks: Tasks<SpanCalls> = {
  collectTraining: ({ path, input }) => reading(path, (db) => indexTrainingData(db, input)),
  findAlts,
  tryRules,
  sortAlts,
  checkRules: ({ rules }) => parseUselessAltRules(rules),
  agreement: ({ path, where, options }) =>
    reading(path, (db) => {
      const ids = where.trim() === '' ? null : pairIdsWhere(db, where)
      return agreement(itemsForAgreement(db, ids ? { ids } : {}), options)
    }),
  measureSet: ({ path, set }) => reading(path, (db) => measureSet(db, set)),
  spanSamples: ({ path, args }) => reading(path, (db) => spanSamples(db, args)),
  trainHead,
}

function reading<T>(path: string, work: (db: ReaderDb) => T): T {
  const db = openReader(path)
  try {
    return work(db)
  } finally {
    db.close()
  }
}

/** A commit covers at most this much. */
const BATCH_PAIRS = 1000
const BATCH_MS = 500
const PAGE = 200

async function findAlts(
  args: SpanCalls['findAlts']['input'],
  io: CallIo<AltBatch>,
): Promise<AltReport> {
  const { path, rules, report } = args
  const db = openReader(path)
  try {
    const tool = altSpanReport({
      ...args.find,
      judge: altJudge(rules),
      from: report && fromAltReport(report),
    })
    let nextPair = args.afterId
    for (let atEnd = false; !atEnd && !io.signal.aborted;) {
      const pairs: AltBatch['pairs'] = []
      const began = performance.now()
      while (!atEnd && pairs.length < BATCH_PAIRS && performance.now() - began < BATCH_MS) {
        const page = contextsAfter(db, { afterId: nextPair, limit: PAGE })
        for (const pair of page) {
          nextPair = pair.pairId
          pairs.push({
            pairId: pair.pairId,
            spans: tool.add(String(pair.pairId), pair).map(toFound),
          })
        }
        atEnd = page.length < PAGE
      }
      const batch: AltBatch = { pairs, nextPair, report: toAltReport(tool.report(), rules) }
      if (pairs.length > 0) await io.emit(batch)
    }
    return toAltReport(tool.report(), rules)
  } finally {
    db.close()
  }
}

function toFound({ source, start, end, quote, kind, score }: AltSpan): FoundSpan {
  return { place: { source, start, end, quote }, kind, score }
}

const RULE_EXAMPLES = 20

/** What rules would take: each spelling of an alt is judged once, the most frequent ones shown. */
function tryRules(args: SpanCalls['tryRules']['input']): SpanCalls['tryRules']['value'] {
  const rules = parseUselessAltRules(args.rules)
  const judge = altJudge(rules)
  return reading(args.path, (db) => {
    const taken = new Map(
      [...rules.map(({ name }) => name), 'empty'].map((rule) => [
        rule,
        { rule, n: 0, examples: [] as string[] },
      ]),
    )
    let alts = 0
    for (const { alt, n } of eachAlt(db)) {
      alts += n
      const verdict = judge(alt)
      const entry = verdict && taken.get(verdict.rule)
      if (!entry) continue
      entry.n += n
      if (entry.examples.length < RULE_EXAMPLES) entry.examples.push(alt)
    }
    return { alts, taken: [...taken.values()].filter(({ n }) => n > 0) }
  })
}

/** Emits each `EpochRecord`. Aborted: the best head so far. */
async function trainHead(
  args: HeadOrder,
  io: CallIo<EpochRecord>,
): Promise<SpanCalls['trainHead']['value']> {
  const features = openFeatures(args.file, args.dim)
  const source = (windows: readonly CachedWindow[]): ExampleSource => ({
    count: windows.length,
    dim: args.dim,
    get(index) {
      const window = windows[index]
      if (!window) throw new AppError('internal', `There is no window ${index}.`)
      const { document, tokenOffset, gold, weight } = window
      return { document, tokenOffset, gold, weight, features: features.read(window) }
    },
  })
  /** Epochs come rarely and are awaited at the end, so that training does not wait for a listener. */
  const told: Promise<void>[] = []
  try {
    const trained = await trainSpanHead(source(args.train), source(args.validation), {
      ...args.options,
      signal: io.signal,
      onEpoch: (record: EpochRecord) => void told.push(io.emit(record)),
    })
    await Promise.all(told)
    return trained
  } finally {
    features.close()
  }
}
