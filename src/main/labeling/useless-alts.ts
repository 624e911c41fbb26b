import { z } from 'zod'
import { AppError } from '#shared/errors.ts'
import { USELESS_ALT_MEASURES, USELESS_ALT_RULES } from './useless-alt-rules.ts'
import type { UselessAltMeasure, UselessAltRule } from './useless-alt-rules.ts'
import { wordTokens } from './word-tokens.ts'

/** The rule that fired, for the report and the window. */
export interface UselessAlt {
  rule: string
  explanation: string
}

/** Says why an alt is useless; null = no rule takes it. An alt that is absent or blank is `empty`. */
export type AltJudge = (alt: string | null) => UselessAlt | null

/** No description is longer for these rules; a hostile alt must not feed a slow pattern. */
const MAX_LENGTH = 1000

const RuleList = z.array(
  z.object({
    name: z.string().regex(/^[a-z0-9-]+$/, 'lower case, digits and hyphens'),
    explanation: z.string().min(1),
    test: z.union([
      z.object({ pattern: z.string().min(1).max(4000) }),
      z.object({
        measure: z.enum(USELESS_ALT_MEASURES),
        atLeast: z.number().min(0).max(1),
        minWords: z.number().int().min(1),
      }),
    ]),
    examples: z.array(z.string()),
    spares: z.array(z.string()),
  }),
)

/**
 * Rules that a person edited. Every rule must take its examples, and none may take what a rule
 * spares, so that a slip in a pattern is seen before it throws descriptions away.
 * @throws AppError `invalid-input` naming the rule and what is wrong with it.
 */
export function parseUselessAltRules(json: unknown): UselessAltRule[] {
  const parsed = RuleList.safeParse(json)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw new AppError(
      'invalid-input',
      `The rules for uninformative alt texts are not valid: ${issue?.path.join('.')}: ${issue?.message}.`,
    )
  }
  const rules = parsed.data
  const names = new Set<string>()
  for (const rule of rules) {
    if (names.has(rule.name)) throw wrong(rule, 'There are two rules with this name.')
    names.add(rule.name)
  }
  const judge = altJudge(rules)
  for (const rule of rules) {
    for (const example of rule.examples) {
      if (!compile(rule)(normalise(example))) {
        throw wrong(rule, `It does not match its example ${JSON.stringify(example)}.`)
      }
    }
    for (const spared of rule.spares) {
      const taken = judge(spared)
      if (taken)
        throw wrong(rule, `${JSON.stringify(spared)} must not match, but ${taken.rule} matches it.`)
    }
  }
  return rules
}

const wrong = (rule: UselessAltRule, reason: string): AppError =>
  new AppError('invalid-input', `Rule ${rule.name} for uninformative alt texts: ${reason}`)

/**
 * Compiles the rules once for many alts.
 * @throws AppError `invalid-input` for a pattern that is no regular expression.
 */
export function altJudge(rules: readonly UselessAltRule[] = USELESS_ALT_RULES): AltJudge {
  const compiled = rules.map((rule) => ({
    taken: compile(rule),
    verdict: { rule: rule.name, explanation: rule.explanation },
  }))
  return (alt) => {
    const text = normalise(alt ?? '')
    if (text === '') return EMPTY
    return compiled.find(({ taken }) => taken(text))?.verdict ?? null
  }
}

const EMPTY: UselessAlt = { rule: 'empty', explanation: 'No alt text, or a blank one.' }

const normalise = (alt: string): string =>
  alt.slice(0, MAX_LENGTH).normalize('NFKC').replace(/\s+/gu, ' ').trim()

function compile(rule: UselessAltRule): (text: string) => boolean {
  const { test } = rule
  if ('pattern' in test) {
    let pattern: RegExp
    try {
      pattern = new RegExp(test.pattern, 'iu')
    } catch (error) {
      throw wrong(rule, `Its pattern is no regular expression: ${(error as Error).message}.`)
    }
    return (text) => pattern.test(text)
  }
  const measure = MEASURES[test.measure]
  return (text) => {
    const words = wordTokens(text).folded
    return words.length >= test.minWords && measure(text, words) >= test.atLeast
  }
}

const MEASURES: Record<UselessAltMeasure, (text: string, words: readonly string[]) => number> = {
  'repeated-words': (_text, words) => {
    const counts = new Map<string, number>()
    for (const word of words) {
      if (word.length >= 3) counts.set(word, (counts.get(word) ?? 0) + 1)
    }
    let repeated = 0
    for (const n of counts.values()) if (n >= 3) repeated += n
    return repeated / words.length
  },
  'listed-words': (text, words) => {
    const pieces = text.split(/[,;|]/).map((piece) => wordTokens(piece).count)
    if (pieces.length < 8) return 0
    let listed = 0
    for (const count of pieces) if (count <= 3) listed += count
    return listed / words.length
  },
}
