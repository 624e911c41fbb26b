import type { UselessAltRuleValue } from '#shared/contract/index.ts'

/** A rule as it is edited: both kinds of test at once, lists as lines. */
export interface RuleDraft {
  name: string
  explanation: string
  kind: 'pattern' | 'measure'
  pattern: string
  measure: string
  atLeast: number
  minWords: number
  examples: string
  spares: string
}

const RULE_NAMES: Readonly<Record<string, TextKey>> = {
  empty: 'train.ruleNames.empty',
  'no-words': 'train.ruleNames.noWords',
  'single-character': 'train.ruleNames.singleCharacter',
  'numbers-only': 'train.ruleNames.numbersOnly',
  address: 'train.ruleNames.address',
  'camera-name': 'train.ruleNames.cameraName',
  'file-name': 'train.ruleNames.fileName',
  code: 'train.ruleNames.code',
  slug: 'train.ruleNames.slug',
  'picture-word': 'train.ruleNames.pictureWord',
  furniture: 'train.ruleNames.furniture',
  'page-action': 'train.ruleNames.pageAction',
  rating: 'train.ruleNames.rating',
  captcha: 'train.ruleNames.captcha',
  'repeated-keywords': 'train.ruleNames.repeatedKeywords',
  'keyword-list': 'train.ruleNames.keywordList',
}

/** A rule as people read it; those of a person are called as they were named. */
export function ruleName(slug: string): string {
  const key = RULE_NAMES[slug]
  return key ? t(key) : slug
}

const lines = (text: string): string[] => text.split('\n').filter((line) => line.trim() !== '')

export function draftOf(rule: UselessAltRuleValue): RuleDraft {
  const { test } = rule
  return {
    name: rule.name,
    explanation: rule.explanation,
    kind: 'pattern' in test ? 'pattern' : 'measure',
    pattern: 'pattern' in test ? test.pattern : '',
    measure: 'measure' in test ? test.measure : 'repeated-words',
    atLeast: 'measure' in test ? test.atLeast : 0.5,
    minWords: 'measure' in test ? test.minWords : 6,
    examples: rule.examples.join('\n'),
    spares: rule.spares.join('\n'),
  }
}

export function ruleOf(draft: RuleDraft): UselessAltRuleValue {
  return {
    name: draft.name.trim(),
    explanation: draft.explanation.trim(),
    test:
      draft.kind === 'pattern'
        ? { pattern: draft.pattern }
        : { measure: draft.measure, atLeast: draft.atLeast, minWords: draft.minWords },
    examples: lines(draft.examples),
    spares: lines(draft.spares),
  }
}

/** What is wrong with a draft as far as it can be seen here; null = nothing. The engine checks all. */
export function wrongWith(
  draft: RuleDraft,
  all: readonly RuleDraft[],
  index: number,
): string | null {
  const name = draft.name.trim()
  if (!/^[a-z0-9-]+$/.test(name)) return t('train.rules.problems.name')
  if (all.some((other, i) => i !== index && other.name.trim() === name)) {
    return t('train.rules.problems.twice', { name })
  }
  if (draft.explanation.trim() === '') return t('train.rules.problems.explanation')
  if (draft.kind === 'measure') {
    if (!(draft.atLeast > 0 && draft.atLeast <= 1)) return t('train.rules.problems.share')
    if (!(Number.isInteger(draft.minWords) && draft.minWords >= 1)) {
      return t('train.rules.problems.words')
    }
    return null
  }
  if (draft.pattern === '') return t('train.rules.problems.pattern')
  try {
    new RegExp(draft.pattern, 'iu')
    return null
  } catch (error) {
    return t('train.rules.problems.expression', {
      problem: (error as Error).message.replace(/^.*: /, ''),
    })
  }
}
import { t, type TextKey } from '../../texts/index.ts'
