import type { CleanRules } from '#shared/contract/prompt-rules.ts'
import { wordsOf } from './terms.ts'

/** What stands for nothing in tables. */
const NOTHING = new Set(
  'nan null none nil n/a na #n/a #na undefined inf -inf +inf infinity -infinity nat <na>'.split(
    ' ',
  ),
)

export type RuleStep = 'empty' | 'nan' | 'language' | 'vocabulary'

/**
 * The first of the cheap steps that takes a prompt out, with the reason; null = none does.
 * @param languageOf the language of a text, as ISO 639-1; null where nobody is sure
 * @param isExotic whether a word is
 */
export function ruleOut(
  text: string,
  rules: Pick<CleanRules, 'empty' | 'nan' | 'languages' | 'vocabulary'>,
  languageOf: (text: string) => string | null,
  isExotic: (word: string) => boolean,
): { step: RuleStep; why: string } | null {
  const bare = text
    .trim()
    .replace(/^["'`]+|["'`]+$/g, '')
    .trim()
    .toLowerCase()
  if (!/[\p{L}\p{N}]/u.test(text)) {
    return rules.empty ? { step: 'empty', why: 'no letter and no digit' } : null
  }
  if (rules.nan && NOTHING.has(bare)) return { step: 'nan', why: `"${bare}" stands for nothing` }
  if (!/\p{L}/u.test(text)) return rules.nan ? { step: 'nan', why: 'numbers alone' } : null
  if (rules.languages !== null) {
    const language = languageOf(text)
    if (language !== null && !rules.languages.includes(language)) {
      return { step: 'language', why: language }
    }
  }
  if (rules.vocabulary !== null) {
    const words = wordsOf(text).filter((word) => /\p{L}/u.test(word))
    const exotic = words.filter(isExotic)
    if (exotic.length > rules.vocabulary.share * words.length) {
      const few = [...new Set(exotic)].slice(0, 5).join(', ')
      return { step: 'vocabulary', why: `${exotic.length} of ${words.length} words: ${few}` }
    }
  }
  return null
}
