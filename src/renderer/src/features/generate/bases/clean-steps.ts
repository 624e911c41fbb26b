import { CleanRules, type CleanStep } from '#shared/contract/index.ts'
import { t } from '../../../texts/index.ts'

/** Names of the steps of a cleaning, and what each takes out. */
export const STEPS: Readonly<Record<CleanStep, { name: string; about: string }>> = {
  empty: { name: t('bases.cleaning.steps.empty'), about: t('bases.cleaning.abouts.empty') },
  nan: { name: t('bases.cleaning.steps.nan'), about: t('bases.cleaning.abouts.nan') },
  language: {
    name: t('bases.cleaning.steps.language'),
    about: t('bases.cleaning.abouts.language'),
  },
  vocabulary: {
    name: t('bases.cleaning.steps.vocabulary'),
    about: t('bases.cleaning.abouts.vocabulary'),
  },
  'near-duplicate': {
    name: t('bases.cleaning.steps.near-duplicate'),
    about: t('bases.cleaning.abouts.near-duplicate'),
  },
  terms: { name: t('bases.cleaning.steps.terms'), about: t('bases.cleaning.abouts.terms') },
}

/**
 * The rules that a base is cleaned by unless others are chosen. Cosines of an encoder that was not made
 * for sentences lie so close together that a threshold on them takes out nearly everything: without one
 * that was, the steps that need it are off.
 */
export function usualRules(isForSentences: boolean): CleanRules {
  const rules = CleanRules.parse({})
  return isForSentences ? rules : { ...rules, nearDuplicate: null, terms: null }
}
