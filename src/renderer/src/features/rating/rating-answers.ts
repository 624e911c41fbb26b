import { CANNOT_JUDGE } from '#shared/studies/design.ts'
import { t } from '../../texts/index.ts'

const WORDS: Readonly<Record<string, () => string>> = {
  yes: () => t('rating.words.yes'),
  partly: () => t('rating.words.partly'),
  no: () => t('rating.words.no'),
  [CANNOT_JUDGE]: () => t('rating.words.cannot'),
}

/** An answer as it is shown; numbers as they are. */
export function answerText(answer: string | undefined): string {
  if (answer === undefined) return ''
  return WORDS[answer]?.() ?? answer
}

/** The same, and that there is none, in words. */
export function spokenAnswer(answer: string | undefined): string {
  if (answer === undefined) return t('rating.unrated')
  return answer === CANNOT_JUDGE ? t('rating.cannot') : answerText(answer)
}
