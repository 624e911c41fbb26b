import { join } from 'node:path'
import type { CleanedStep, CleanRules, CleanStep } from '#shared/contract/prompt-rules.ts'
import { formatCount } from '#shared/format.ts'
import { isId } from '../../inference/tokenize/library.ts'
import type { Tokenizers } from '../../inference/tokenize/tokenizers.ts'
import type { Helper } from '../../processes/helper.ts'
import type { PromptWriter } from '../../store/open-prompt-base.ts'
import {
  eachPrompt,
  judgedTerms,
  lastPrompt,
  promptTextsAt,
  putCleaning,
  putTerms,
  putWords,
  wordCount,
} from '../../store/repositories/prompt-base.ts'
import type { LeftOut } from '../../store/repositories/prompt-base.ts'
import type { JobContext } from '../run/job.ts'
import type { SentenceSide } from './base-models.ts'
import { embedSentences } from './embed.ts'
import type { AtBase } from './base-rows.ts'
import type { PromptCalls } from './prompt-calls.ts'

const EXAMPLES = 10
/** Prompts from which a step that takes out most of them is pointed at. */
const FEW = 20
/** Words and terms of a call. */
const BATCH = 1024
/** Words of a vocabulary that terms are compared with, by their ids. */
export const MOST_WORDS = 50_000

interface Cleaning {
  at: AtBase
  db: PromptWriter
  rules: CleanRules
  /** Needed by the steps that look at meanings, and by the vocabulary. */
  sentences: SentenceSide
  worker: Helper<PromptCalls>
  tokenizers: Tokenizers
  ctx: JobContext
}

/**
 * Cleans all prompts of a base: every step looks at what those before it left, and takes out, with the
 * reason, what docs/image-to-prompt.md says of it. Nothing is deleted; the cleaning is written down as
 * a whole at its end, and is in force from then on.
 */
export async function cleanBase(work: Cleaning): Promise<CleanedStep[]> {
  const { db, rules, ctx } = work
  const upTo = lastPrompt(db)
  const left = new Map<number, LeftOut>()
  const steps: CleanedStep[] = []
  const times = timesOf(db, upTo)
  const step = (name: CleanStep, looked: number, taken: readonly LeftOut[], note = ''): void => {
    for (const one of taken) left.set(one.id, one)
    const shown = taken.slice(0, EXAMPLES)
    const texts = promptTextsAt(
      db,
      shown.map(({ id }) => id),
    )
    steps.push({
      step: name,
      looked,
      taken: taken.length,
      rows: taken.reduce((sum, { id }) => sum + (times.get(id) ?? 1), 0),
      note,
      examples: shown.map(({ why }, i) => ({ text: (texts[i] as string).slice(0, 300), why })),
    })
  }
  const remaining = (): Int32Array => Int32Array.from(times.keys()).filter((id) => !left.has(id))

  await ruleSteps(work, upTo, step)
  if (rules.nearDuplicate !== null || rules.terms !== null) {
    await embedSentences(db, work.sentences, remaining(), ctx)
  }
  if (rules.nearDuplicate !== null) {
    const ids = remaining()
    const { taken, note } = await nearStep(work, ids, rules.nearDuplicate)
    step('near-duplicate', ids.length, taken, note)
  }
  if (rules.terms !== null) {
    const ids = remaining()
    const { taken, note } = await termStep(work, ids, rules.terms)
    step('terms', ids.length, taken, note)
  }
  putCleaning(db, { rules, upTo, steps, job: ctx.id }, left.values())
  for (const { step: name, taken, looked } of steps) {
    if (looked >= FEW && taken > looked / 2) {
      ctx.warn(
        `The step ${name} took out ${formatCount(taken)} of ${formatCount(looked)} prompts: look at its examples, and clean again with another threshold or without it where they are good prompts.`,
      )
    }
    ctx.result(name, `${formatCount(taken)} of ${formatCount(looked)} taken out`)
  }
  return steps
}

function timesOf(db: PromptWriter, upTo: number): Map<number, number> {
  const found = new Map<number, number>()
  for (const { id, times } of eachPrompt(db, upTo)) found.set(id, times)
  return found
}

type Step = (name: CleanStep, looked: number, taken: readonly LeftOut[], note?: string) => void

async function ruleSteps(work: Cleaning, upTo: number, step: Step): Promise<void> {
  const { at, rules, worker, ctx } = work
  const { signal } = ctx
  ctx.progress({ done: 0, total: null, unit: 'prompts', note: 'looking at the words' })
  let exotic: string[] = []
  if (rules.vocabulary !== null) {
    const { minPrompts } = rules.vocabulary
    const rare = await worker.call('rareWords', { ...at, upTo, minPrompts }, { signal })
    exotic = await notWhole(work, rare.value)
  }
  const { value } = await worker.call('rules', { ...at, upTo, rules, exotic }, { signal })
  for (const [name, isOn, note] of [
    ['empty', rules.empty, ''],
    ['nan', rules.nan, ''],
    ['language', rules.languages !== null, 'by eld 2.1.0; what it is not sure of stays'],
    ['vocabulary', rules.vocabulary !== null, `${formatCount(exotic.length)} exotic words`],
  ] as const) {
    if (!isOn) continue
    const taken = value.taken.filter((one) => one.step === name)
    step(name, value.looked[name], taken, note)
  }
}

/** Those of the words that the tokenizer of the sentence model cuts into pieces, or does not know. */
async function notWhole(work: Cleaning, words: readonly string[]): Promise<string[]> {
  const { manifest, folder } = work.sentences.loaded.model
  const names = ['[UNK]', '<unk>']
  const tokenizer = await work.tokenizers.open(join(folder, manifest.text.tokenizer), {
    plain: true,
    names,
    signal: work.ctx.signal,
  })
  const unknown = new Set(Object.values(tokenizer.facts.addedIds).filter(isId))
  const out: string[] = []
  for (let from = 0; from < words.length; from += BATCH) {
    const part = words.slice(from, from + BATCH)
    const tokens = await tokenizer.tokens(part, work.ctx.signal)
    for (const [i, { ids }] of tokens.entries()) {
      if (ids.length !== 1 || unknown.has(ids[0] as number)) out.push(part[i] as string)
    }
  }
  return out
}

async function nearStep(work: Cleaning, ids: Int32Array, threshold: number) {
  const { at, sentences, worker, ctx, db } = work
  const note = 'looking for near-duplicates'
  const { value } = await worker.call(
    'nearDuplicates',
    { ...at, rows: sentences.row, ids, threshold },
    {
      signal: ctx.signal,
      graceMs: 0,
      onEvent: (done) => ctx.progress({ done, total: ids.length, unit: 'prompts', note }),
    },
  )
  const texts = new Map<number, string>()
  const textOf = (id: number): string => {
    const found = texts.get(id) ?? (promptTextsAt(db, [id])[0] as string).slice(0, 100)
    texts.set(id, found)
    return found
  }
  const taken = value.found.map(({ id, of, cosine }): LeftOut => ({
    id,
    step: 'near-duplicate',
    why: `cosine ${cosine.toFixed(3)} with "${textOf(of)}"`,
  }))
  return {
    taken,
    note:
      value.cells === null
        ? 'each compared with all that stay'
        : `each compared with those in the nearest 4 of ${formatCount(value.cells)} cells`,
  }
}

async function termStep(
  work: Cleaning,
  ids: Int32Array,
  { least, mostWords }: NonNullable<CleanRules['terms']>,
) {
  const { at, db, sentences, worker, ctx } = work
  const { loaded, row } = sentences
  const { signal } = ctx
  const { words, all } = await vocabulary(work)
  const { value } = await worker.call('terms', { ...at, ids, mostWords }, { signal })
  const known = judgedTerms(db, row.id)
  const missing = value.terms.filter((term) => !known.has(term))
  for (let from = 0; from < missing.length; from += BATCH) {
    signal.throwIfAborted()
    ctx.progress({ done: from, total: missing.length, unit: 'terms', note: 'judging terms' })
    const terms = missing.slice(from, from + BATCH)
    const vectors = await loaded.encodeSentences(terms)
    const best = await worker.call('bestWords', { ...at, rows: row, terms, vectors }, { signal })
    putTerms(db, row.id, best.value)
  }
  const judged = await worker.call('judge', { ...at, rows: row, ids, least, mostWords }, { signal })
  const taken = judged.value.map(({ id, why }): LeftOut => ({ id, step: 'terms', why }))
  const cut = all > words ? ` (the first of ${formatCount(all)})` : ''
  return {
    taken,
    note: `${formatCount(value.terms.length)} terms against ${formatCount(words)} words${cut}; ${formatCount(value.notJudged)} prompts have no term of ${mostWords} words at most and are not judged`,
  }
}

/** Embeds the whole words of the sentence model's vocabulary, once for each base and model. */
async function vocabulary({ db, sentences, worker, ctx }: Cleaning) {
  const { loaded, row } = sentences
  const { manifest, folder } = loaded.model
  const path = join(folder, manifest.text.tokenizer)
  const { value } = await worker.call(
    'vocabulary',
    { path, most: MOST_WORDS },
    { signal: ctx.signal },
  )
  const { words, all } = value
  if (wordCount(db, row.id) !== words.length) {
    const vectors = new Float32Array(words.length * row.dim)
    for (let from = 0; from < words.length; from += BATCH) {
      ctx.signal.throwIfAborted()
      const note = 'embedding the vocabulary'
      ctx.progress({ done: from, total: words.length, unit: 'words', note })
      const part = await loaded.encodeSentences(words.slice(from, from + BATCH))
      vectors.set(part, from * row.dim)
    }
    putWords(db, row.id, words, vectors)
  }
  return { words: words.length, all }
}
