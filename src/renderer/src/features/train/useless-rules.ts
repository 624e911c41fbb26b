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
  if (!/^[a-z0-9-]+$/.test(name)) return 'A name is of lower case letters, digits and hyphens.'
  if (all.some((other, i) => i !== index && other.name.trim() === name)) {
    return `Two rules are called ${name}.`
  }
  if (draft.explanation.trim() === '') return 'Say in words what the rule takes.'
  if (draft.kind === 'measure') {
    if (!(draft.atLeast > 0 && draft.atLeast <= 1)) return 'The share lies between 0 and 1.'
    if (!(Number.isInteger(draft.minWords) && draft.minWords >= 1)) {
      return 'Words are counted from 1.'
    }
    return null
  }
  if (draft.pattern === '') return 'A pattern is needed.'
  try {
    new RegExp(draft.pattern, 'iu')
    return null
  } catch (error) {
    return `The pattern is no regular expression: ${(error as Error).message.replace(/^.*: /, '')}.`
  }
}
