import { CANNOT_JUDGE, type AspectForm } from '#shared/studies/design.ts'
import { t } from '../../texts/index.ts'
import type { Vote } from './rating-keys.ts'
import type { Refusal } from './rating-desk-parts.ts'

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

const FORMS: Readonly<Record<AspectForm, () => string>> = {
  '0-5': () => t('rating.forms.scale'),
  'yes-partly-no': () => t('rating.forms.words'),
  count: () => t('rating.forms.count'),
}
export const formText = (form: AspectForm): string => FORMS[form]()

const VOTE_WORDS: Readonly<Record<Vote, () => string>> = {
  left: () => t('rating.votes.left'),
  right: () => t('rating.votes.right'),
  tie: () => t('rating.votes.tie'),
  bad: () => t('rating.votes.bad'),
}
export const voteText = (vote: Vote): string => VOTE_WORDS[vote]()

const REFUSALS: Readonly<Record<Refusal, () => string>> = {
  open: () => t('rating.refusals.open'),
  notShown: () => t('rating.refusals.notShown'),
  first: () => t('rating.refusals.first'),
  count: () => t('rating.refusals.count'),
}
export const refusalText = (refusal: Refusal): string => REFUSALS[refusal]()

export type Outcome = 'open' | 'elsewhere' | 'passed' | 'failed'
const OUTCOMES: Readonly<Record<Outcome, () => { title: string; text: string }>> = {
  open: () => ({
    title: t('rating.practised.open.title'),
    text: t('rating.practised.open.text'),
  }),
  elsewhere: () => ({
    title: t('rating.practised.elsewhere.title'),
    text: t('rating.practised.elsewhere.text'),
  }),
  passed: () => ({
    title: t('rating.practised.passed.title'),
    text: t('rating.practised.passed.text'),
  }),
  failed: () => ({
    title: t('rating.practised.failed.title'),
    text: t('rating.practised.failed.text'),
  }),
}
export const outcomeTexts = (outcome: Outcome): { title: string; text: string } =>
  OUTCOMES[outcome]()
