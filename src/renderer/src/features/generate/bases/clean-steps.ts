import type { CleanStep } from '#shared/contract/index.ts'
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
