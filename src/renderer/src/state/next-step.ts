import type { Job } from '#shared/contract/index.ts'
import { t } from '../texts/index.ts'
import { useFetching } from './fetching.ts'
import { useJobs } from './jobs.ts'
import { usePairs } from './pairs.ts'
import { useSession } from './session.ts'
import { useTableScoring } from './table-scoring.ts'

/** What comes after a job: a place to go to, or something to do where one is. */
export interface NextStep {
  label: string
  /** Name of the view. */
  place?: string
  run?: () => void
}

/** The one step that follows from a job that is done, in the open corpus or in none; null = none does. */
export function nextStep(job: Job): NextStep | null {
  if (job.kind === 'similarity') return shownScores(job)
  if (job.state !== 'done' || job.corpus === null || job.corpus !== useSession().path) return null
  // What was asked for already comes first.
  if (useJobs().live.some(({ corpus }) => corpus === job.corpus)) return null
  switch (job.kind) {
    case 'ingest':
    case 'import':
      return fetchStep() ?? scoreStep() ?? { label: t('jobs.next.pairs'), place: 'pairs' }
    case 'pictures':
      return scoreStep() ?? { label: t('jobs.next.cutoff'), place: 'cutoff' }
    case 'score':
      return { label: t('jobs.next.cutoff'), place: 'cutoff' }
    case 'alt-spans':
      return { label: t('jobs.next.alt-spans'), place: 'train' }
    case 'train-spans':
      return { label: t('jobs.next.train-spans'), place: 'train' }
    case 'predict-spans':
      return { label: t('jobs.next.predict-spans'), place: 'label' }
    case 'study-generate':
    case 'study-images':
    case 'study-package':
      return { label: t('jobs.next.judge'), place: 'judge' }
    default:
      return null
  }
}

/** It belongs to no corpus. */
function shownScores(job: Job): NextStep | null {
  if (job.state !== 'done') return null
  return { label: t('jobs.next.similarity'), run: () => useTableScoring().show(job) }
}

/** Where there is no picture, that comes first. */
function fetchStep(): NextStep | null {
  const fetching = useFetching()
  if (!fetching.hasNone || fetching.absent === 0) return null
  return { label: t('jobs.next.fetch'), run: () => void fetching.ask('all') }
}

function scoreStep(): NextStep | null {
  if (usePairs().sources.length > 0 || (useFetching().counts?.ok ?? 0) === 0) return null
  return { label: t('jobs.next.score'), place: 'cutoff' }
}
