import { createHash } from 'node:crypto'
import type { TrainingData } from '#shared/contract/training-data.ts'
import type { TrainingRun } from '#shared/contract/training.ts'
import { contextSources, fromSource, joinContext } from '#shared/text/context.ts'
import type { PairContext } from '#shared/text/context.ts'
import { checkSpan, trimSpan } from '#shared/text/spans.ts'
import type { QuotedSpan } from '#shared/text/spans.ts'
import { splitBySite } from '../../labeling/split-by-site.ts'
import type { Split, SplitItem } from '../../labeling/split-by-site.ts'
import { wordTokens } from '../../labeling/word-tokens.ts'
import { idSet } from '../../store/reads/arrays.ts'
import { pairIdsWhere } from '../../store/reads/score-ref.ts'
import type { ReaderDb } from '../../store/open.ts'
import { pairTexts } from '../../store/repositories/pair-texts.ts'
import { goldLabels } from '../../store/repositories/gold-labels.ts'
import { eachInSet, spanSet } from '../../store/repositories/span-sets.ts'

/** Where the answer of a text comes from; `none`: people said that nothing describes it. */
export type TrainingOrigin = 'label' | 'none' | 'exact' | 'normalised' | 'near'

export interface TrainingSpan extends QuotedSpan {
  /** Description type of a label; `alt` for an alt that was found. */
  type: string
}

/** All that is known of the texts without the texts: small enough to be held and sent. */
export interface TrainingIndex {
  items: {
    pairId: number
    spans: TrainingSpan[]
    origin: TrainingOrigin
    split: Split
    site: string
  }[]
  splits: TrainingRun['splits']
  /** By origin, the most frequent first. */
  origins: { origin: TrainingOrigin; n: number }[]
  warnings: string[]
}

/** Below these a head learns little, and a measure on the test sites says little. */
const FEW_TEXTS = 100
const FEW_TEST_TEXTS = 20

interface Found {
  pairId: number
  pageUrl: string
  spans: TrainingSpan[]
  origin: TrainingOrigin
}

/** The work of `collectTrainingData` (training-data.ts); blocks its thread. */
export function indexTrainingData(db: ReaderDb, input: TrainingData): TrainingIndex {
  const ids = input.where.trim() === '' ? null : pairIdsWhere(db, input.where)
  const wanted = ids && idSet(ids)
  const isWanted = (pair: number): boolean => wanted?.has(pair) ?? true
  const counts = { disputed: 0, otherTypes: 0, several: 0, twice: 0, broken: 0 }
  /** By the running text and the picture's place in it. */
  const kept = new Map<string, Found>()
  const labeled = new Set<number>()

  const keep = (
    pairId: number,
    origin: TrainingOrigin,
    placed: readonly {
      source: PairContext['parts'][number]['source']
      start: number
      end: number
      quote: string
      type: string
    }[],
  ): void => {
    const texts = pairTexts(db, pairId)
    if (!texts) return
    const context = joinContext(texts)
    if (context.text.trim() === '') return
    let spans: TrainingSpan[]
    try {
      spans = placed.flatMap((place) => {
        const joined = fromSource(context, place)
        checkSpan(context.text, { ...joined, quote: place.quote })
        const { start, end } = trimSpan(context.text, joined)
        return end > start ? [{ start, end, quote: place.quote.trim(), type: place.type }] : []
      })
    } catch {
      counts.broken++
      return
    }
    // As every format of a package has them: the first is the same one for head and script.
    spans.sort((a, b) => a.start - b.start || a.end - b.end)
    const key = keyOf(context)
    if (kept.has(key)) {
      counts.twice++
      return
    }
    if (spans.length > 1) counts.several++
    kept.set(key, { pairId, pageUrl: texts.pageUrl, spans, origin })
  }

  if (input.labels) {
    for (const { pairId, origin, spans } of goldLabels(db)) {
      labeled.add(pairId)
      if (!isWanted(pairId)) continue
      if (origin === 'conflict') {
        counts.disputed++
        continue
      }
      const { types } = input
      const chosen = types === null ? spans : spans.filter(({ type }) => types.includes(type))
      if (chosen.length === 0 && spans.length > 0) counts.otherTypes++
      keep(pairId, chosen.length > 0 ? 'label' : 'none', chosen)
    }
  }
  if (input.alts !== null) {
    spanSet(db, input.alts)
    for (const { pairId, spans } of eachInSet(db, input.alts)) {
      const best = spans[0]
      if (!best?.place || labeled.has(pairId) || !isWanted(pairId)) continue
      if ((best.score ?? 0) < input.minAltScore) continue
      if (wordTokens(best.place.quote).count < input.minAltWords) continue
      keep(pairId, best.kind as TrainingOrigin, [{ ...best.place, type: 'alt' }])
    }
  }
  return split(db, [...kept.values()], input, counts)
}

function keyOf(context: PairContext): string {
  return createHash('sha256').update(`${context.picture} ${context.text}`).digest('base64')
}

function split(
  db: ReaderDb,
  found: Found[],
  input: TrainingData,
  counts: { disputed: number; otherTypes: number; several: number; twice: number; broken: number },
): TrainingIndex {
  found.sort((a, b) => a.pairId - b.pairId)
  const dealt = splitBySite(
    found.map(({ pairId, pageUrl, spans }): SplitItem => {
      return {
        id: pairId,
        pageUrl,
        // Read when it is asked for: all texts at once may not fit into memory.
        get texts() {
          const texts = pairTexts(db, pairId)
          if (!texts) return []
          const parts = contextSources(texts).flatMap((source) => texts[source] ?? [])
          return [joinContext(texts).text, ...parts, ...spans.map(({ quote }) => quote)]
        },
      }
    }),
    input.split,
  )
  const items = found.map(({ pairId, spans, origin }, place) => ({
    pairId,
    spans,
    origin,
    split: dealt.splits[place] as Split,
    site: dealt.sites[place] as string,
  }))
  const splits = (['train', 'validation', 'test'] as const).map((name) => {
    const mine = items.filter((item) => item.split === name)
    return {
      split: name,
      texts: mine.length,
      answers: mine.filter(({ spans }) => spans.length > 0).length,
      sites: new Set(mine.map(({ site }) => site)).size,
    }
  })
  const byOrigin = new Map<TrainingOrigin, number>()
  for (const { origin } of items) byOrigin.set(origin, (byOrigin.get(origin) ?? 0) + 1)
  return {
    items,
    splits,
    origins: [...byOrigin]
      .map(([origin, n]) => ({ origin, n }))
      .sort((a, b) => b.n - a.n || (a.origin < b.origin ? -1 : 1)),
    warnings: warningsOf(input, splits, counts, dealt.warnings),
  }
}

function warningsOf(
  input: TrainingData,
  splits: TrainingIndex['splits'],
  counts: { disputed: number; otherTypes: number; several: number; twice: number; broken: number },
  ofSplit: readonly string[],
): string[] {
  const texts = splits.reduce((sum, one) => sum + one.texts, 0)
  const answers = splits.reduce((sum, one) => sum + one.answers, 0)
  const test = splits.find((one) => one.split === 'test')
  const next =
    input.alts === null
      ? 'Find alt texts in page text to train on them too, or label more pairs.'
      : 'Label more pairs, or import more archives.'
  const warnings: string[] = []
  if (texts === 0) warnings.push(`There is no training data. ${next}`)
  else if (answers === 0) warnings.push(`No text has a description. ${next}`)
  else if (texts < FEW_TEXTS) {
    warnings.push(`Only ${texts} training texts: a useful head needs a few hundred. ${next}`)
  }
  if (texts > 0 && test && input.split.test > 0 && test.answers < FEW_TEST_TEXTS) {
    warnings.push(
      `Too few texts with a description on test sites (${test.answers}): test results are uncertain.`,
    )
  }
  warnings.push(...(texts === 0 ? [] : ofSplit))
  const note = (n: number, text: string): void => {
    if (n > 0) warnings.push(`${text}: ${n.toLocaleString('en')}.`)
  }
  note(counts.disputed, 'Pairs excluded until a review decides where annotators disagree')
  note(counts.several, 'Texts with several descriptions, of which only the first is used')
  note(
    counts.otherTypes,
    'Texts with descriptions of other types only, used as texts without a description',
  )
  note(counts.twice, 'Duplicate texts excluded')
  note(counts.broken, 'Texts excluded because their spans do not match the text')
  return warnings
}
