import type { CleanRules } from '#shared/contract/prompt-rules.ts'
import type { Prediction } from '#shared/contract/jobs/prompt-base.ts'
import type { PromptEvaluation } from '#shared/contract/prompt-evaluation.ts'
import { createHelper } from '../../processes/helper.ts'
import type { Helper } from '../../processes/helper.ts'
import { startThread } from '../../processes/start.ts'
import type { RuleStep } from '../../search/prompts/rules.ts'
import type { ComposedPrompt } from '../../search/prompts/compose-prompt.ts'
import type { JudgedTerm } from '../../store/repositories/prompt-base.ts'
import type { AtBase, Rows } from './base-rows.ts'
import type { EvaluationInput } from './evaluate-rows.ts'

export interface Taken<S> {
  id: number
  step: S
  why: string
}

/** What of a picture comes out. */
export interface PredictedPrompt extends ComposedPrompt {
  neighbours: { id: number; text: string; cosine: number }[]
  /** E_pred. */
  row: Float64Array
}

/** Work on all prompts of a base, which `prompt-tasks.ts` does in a thread. */
export interface PromptCalls {
  /** Words that stand in fewer prompts than so many. */
  rareWords: { input: AtBase & { upTo: number; minPrompts: number }; value: string[] }
  /** What the cheap steps take out, and how many prompts each looked at. */
  rules: {
    input: AtBase & { upTo: number; rules: CleanRules; exotic: string[] }
    value: { taken: Taken<RuleStep>[]; looked: Record<RuleStep, number> }
  }
  nearDuplicates: {
    input: AtBase & { rows: Rows; ids: Int32Array; threshold: number }
    value: { found: { id: number; of: number; cosine: number }[]; cells: number | null }
    event: number
  }
  /** Whole words of a `tokenizer.json`, by their ids, at most so many. */
  vocabulary: { input: { path: string; most: number }; value: { words: string[]; all: number } }
  /** Distinct terms of prompts, and how many prompts have none that is judged. */
  terms: {
    input: AtBase & { ids: Int32Array; mostWords: number }
    value: { terms: string[]; notJudged: number }
  }
  /** The word of the vocabulary that is nearest to each term. */
  bestWords: {
    input: AtBase & { rows: Rows; terms: string[]; vectors: Float32Array }
    value: JudgedTerm[]
  }
  /** Prompts with a term below the bound. */
  judge: {
    input: AtBase & { rows: Rows; ids: Int32Array; least: number; mostWords: number }
    value: { id: number; why: string }[]
  }
  predict: {
    input: AtBase & {
      clip: Rows
      sentence: Rows
      queries: Float32Array
      k: number
      shown: number
    } & Prediction
    /** Of each query, and of how many prompts; `missing`: in use and not embedded. */
    value: { prompts: PredictedPrompt[]; used: number; missing: number }
  }
  evaluate: {
    input: AtBase & EvaluationInput
    value: PromptEvaluation
    event: { done: number; total: number; note: string }
  }
  /** An SVG of the means over k. */
  curve: { input: { report: PromptEvaluation }; value: string }
}

/** @param entry `entries.promptWorker` */
export function startPromptWorker(entry: URL): Helper<PromptCalls> {
  return createHelper<PromptCalls>({
    name: 'The thread for prompts',
    start: () => startThread(entry),
    closeMs: 0,
  })
}
