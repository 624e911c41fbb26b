import { eld } from 'eld/small'
import { drawFigure } from '#figures/draw.ts'
import type { CleanRules } from '#shared/contract/prompt-rules.ts'
import { readSmall } from '../../files/read-small.ts'
import type { Tasks } from '../../processes/peer.ts'
import { composePrompt } from '../../search/prompts/compose-prompt.ts'
import { nearDuplicates } from '../../search/prompts/near-duplicates.ts'
import { cachedRows } from '../../search/prompts/unit-rows.ts'
import { cosineOf, predictedRow } from '../../search/prompts/predicted-rows.ts'
import { ruleOut } from '../../search/prompts/rules.ts'
import type { RuleStep } from '../../search/prompts/rules.ts'
import { termKey, termsOf, wordsOf } from '../../search/prompts/terms.ts'
import { createFlatIndex } from '../../search/vectors/flat-index.ts'
import type { FlatIndex } from '../../search/vectors/flat-index.ts'
import { readPromptBase } from '../../store/open-prompt-base.ts'
import type { PromptDb } from '../../store/open-prompt-base.ts'
import {
  allWords,
  eachPrompt,
  judgedTerms,
  promptTextsAt,
} from '../../store/repositories/prompt-base.ts'
import { promptVectorAt, withVector } from '../../store/repositories/prompt-vectors.ts'
import { evaluationCurve } from '#shared/prompt-evaluation-curve.ts'
import { spaceRowsAt, withBase } from './base-rows.ts'
import { evaluateRows } from './evaluate-rows.ts'
import type { AtBase, Rows } from './base-rows.ts'
import type { PromptCalls, Taken } from './prompt-calls.ts'

/** Of exact rows that are compared again and again. */
const MOST_BYTES = 128 * 2 ** 20

function reading<T>({ root, name }: AtBase, work: (db: PromptDb) => T): T {
  const db = readPromptBase(root, name)
  try {
    return work(db)
  } finally {
    db.close()
  }
}

export const promptTasks: Tasks<PromptCalls> = {
  rareWords: (input) =>
    reading(input, (db) => {
      const counts = new Map<string, number>()
      for (const { text } of eachPrompt(db, input.upTo)) {
        for (const word of new Set(wordsOf(text))) counts.set(word, (counts.get(word) ?? 0) + 1)
      }
      return [...counts].filter(([, n]) => n < input.minPrompts).map(([word]) => word)
    }),
  rules: (input) => reading(input, (db) => applyRules(db, input)),
  nearDuplicates: (input, io) =>
    reading(input, (db) => {
      const { id, dim } = input.rows
      const ids = withVector(db, id, input.ids)
      const idAt = (row: number): number => ids[row] as number
      const out = new Float32Array(dim)
      const stored = {
        ...{ size: ids.length, dim },
        row: (place: number) => promptVectorAt(db, id, idAt(place), out),
      }
      const rows = cachedRows(stored, MOST_BYTES)
      const { found, cells } = nearDuplicates(rows, input.threshold, {
        tell: (done) => void io.emit(done),
      })
      return {
        found: found.map(({ row, of, cosine }) => ({ id: idAt(row), of: idAt(of), cosine })),
        cells,
      }
    }),
  vocabulary: ({ path, most }) => vocabularyOf(path, most),
  terms: (input) =>
    reading(input, (db) => {
      const terms = new Set<string>()
      let notJudged = 0
      for (const text of promptTextsAt(db, input.ids)) {
        const own = judgedTermsOf(text, input.mostWords)
        if (own.length === 0) notJudged++
        for (const term of own) terms.add(term)
      }
      return { terms: [...terms], notJudged }
    }),
  bestWords: (input) => {
    const { words, index } = wordsOfModel(input)
    const near = index.searchMany(input.vectors, 1)
    return input.terms.map((term, i) => ({
      term,
      cosine: near[i]?.cosines[0] ?? 0,
      word: words[near[i]?.rows[0] ?? 0] ?? '',
    }))
  },
  judge: (input) =>
    reading(input, (db) => {
      const judged = judgedTerms(db, input.rows.id)
      const texts = promptTextsAt(db, input.ids)
      return texts.flatMap((text, i) => {
        const low = judgedTermsOf(text, input.mostWords)
          .flatMap((term) => judged.get(term) ?? [])
          .filter(({ cosine }) => cosine < input.least)
          .sort((a, b) => a.cosine - b.cosine)
        const [worst] = low
        if (!worst) return []
        const why = `"${worst.term}" is nearest to "${worst.word}", ${worst.cosine.toFixed(3)}`
        return [{ id: input.ids[i] as number, why }]
      })
    }),
  predict: (input) =>
    withBase(input, input.clip, spaceOf(input), (base) => {
      const { k, shown } = input
      const near = base.index.searchMany(input.queries, Math.max(k, shown))
      const prompts = near.map((neighbours) => {
        const { rows, cosines } = neighbours
        const texts = base.textsAt(rows)
        const all = Array.from(rows, (place, i) => ({
          id: base.idAt(place),
          text: texts[i] as string,
          cosine: cosines[i] as number,
        }))
        // Of those that are averaged alone: by their order from here on.
        const own = spaceRowsAt(base, rows.subarray(0, k))
        const order = Uint32Array.from({ length: own.length / base.spaceDim }, (_, i) => i)
        const row = predictedRow(own, base.spaceDim, { rows: order, cosines }, k, input)
        const centre = nearestTo(row, own, base.spaceDim)
        return { ...composePrompt(all.slice(0, k), centre), neighbours: all.slice(0, shown), row }
      })
      return { prompts, used: base.size, missing: base.missing }
    }),
  evaluate: (input, io) =>
    withBase(input, input.clip, spaceOf(input), (base) =>
      evaluateRows(base, input, input, (done, total, note) => io.emit({ done, total, note })),
    ),
  curve: ({ report }) => drawFigure(evaluationCurve(report), { width: 640, theme: 'print' }),
}

/** Whose rows are averaged. */
function spaceOf(input: { space: 'sentence' | 'clip'; clip: Rows; sentence: Rows }): Rows {
  return input.space === 'clip' ? input.clip : input.sentence
}

function indexOf(vectors: Float32Array, dimensions: number): FlatIndex {
  const index = createFlatIndex({ dimensions })
  index.add(vectors)
  return index
}

let heldWords: { key: string; words: string[]; index: FlatIndex } | null = null

function wordsOfModel({ root, name, rows }: AtBase & { rows: Rows }) {
  const key = JSON.stringify([root, name, rows.id])
  if (heldWords?.key !== key) {
    const found = reading({ root, name }, (db) => allWords(db, rows.id, rows.dim))
    heldWords = { key, words: found.words, index: indexOf(found.vectors, rows.dim) }
  }
  return heldWords
}

function applyRules(
  db: PromptDb,
  { upTo, rules, exotic }: { upTo: number; rules: CleanRules; exotic: string[] },
): PromptCalls['rules']['value'] {
  const rare = new Set(exotic)
  const taken: Taken<RuleStep>[] = []
  const of: Record<RuleStep, number> = { empty: 0, nan: 0, language: 0, vocabulary: 0 }
  let all = 0
  for (const { id, text } of eachPrompt(db, upTo)) {
    all++
    const out = ruleOut(text, rules, languageOf, (word) => rare.has(word))
    if (!out) continue
    taken.push({ id, ...out })
    of[out.step]++
  }
  const looked = { empty: all, nan: all - of.empty, language: 0, vocabulary: 0 }
  looked.language = looked.nan - of.nan
  looked.vocabulary = looked.language - of.language
  return { taken, looked }
}

/** Letters of Latin script below which the detector is sure of what it cannot know: "A red kite" is Spanish to it. */
const FEW_LETTERS = 25

/** null where the detector is not sure: short texts and lists of words. */
export function languageOf(text: string): string | null {
  const letters = text.match(/\p{L}/gu) ?? []
  if (letters.length < FEW_LETTERS && letters.every((one) => /\p{Script=Latin}/u.test(one))) {
    return null
  }
  const found = eld.detect(text)
  return found.language !== '' && found.isReliable() ? found.language : null
}

function judgedTermsOf(text: string, mostWords: number): string[] {
  return termsOf(text)
    .map(termKey)
    .filter((term) => {
      const words = wordsOf(term).length
      return words > 0 && words <= mostWords
    })
}

/** Which of the neighbours' rows is nearest to the predicted one. */
function nearestTo(row: Float64Array, rows: Float32Array, dim: number): number {
  let [best, most] = [0, -Infinity]
  for (let i = 0; i * dim < rows.length; i++) {
    const cosine = cosineOf(row, rows.subarray(i * dim, (i + 1) * dim))
    if (cosine > most) [best, most] = [i, cosine]
  }
  return best
}

/**
 * Entries of a vocabulary that are words by themselves: letters alone, three at least, no piece of a
 * word (`##ing`), and where the vocabulary marks the beginning of words (`▁`, `Ġ`, `</w>` at the end)
 * those that are marked.
 */
function vocabularyOf(path: string, most: number): { words: string[]; all: number } {
  const json = JSON.parse(readSmall(path, 'list')) as {
    model?: { vocab?: Record<string, number> | [string, number][] }
  }
  const vocab = json.model?.vocab ?? {}
  const entries: string[] = Array.isArray(vocab)
    ? vocab.map(([entry]) => String(entry))
    : Object.entries(vocab)
        .sort(([, a], [, b]) => a - b)
        .map(([entry]) => entry)
  const marks = [/^▁(.+)$/u, /^Ġ(.+)$/u, /^(.+)<\/w>$/u]
  const mark = marks.find(
    (one) => entries.filter((entry) => one.test(entry)).length > entries.length / 10,
  )
  const words = new Set<string>()
  for (const entry of entries) {
    const word = mark ? (mark.exec(entry)?.[1] ?? '') : entry
    if (/^\p{L}{3,}$/u.test(word)) words.add(word.toLowerCase())
  }
  return { words: [...words].slice(0, most), all: words.size }
}
