import { extname, resolve } from 'node:path'
import type { RatingMode, ratings as contract } from '#shared/contract/ratings.ts'
import { formatCount } from '#shared/format.ts'
import { SOFTWARE } from '#shared/version.ts'
import { raterSummaries } from '../../jobs/evaluate/raters.ts'
import {
  ratingQueue,
  ratingTasks,
  requireFrozen,
  setRating,
  shownAnswers,
} from '../../jobs/evaluate/rating-tasks.ts'
import type { Corpus } from '../../store/open.ts'
import {
  mergeRatings,
  saveRatingEvents,
  saveRatingTable,
} from '../../store/repositories/rating-files.ts'
import { redoRating, undoRating } from '../../store/repositories/ratings.ts'
import { logStudy, stateOf, studyOf, type StudyRow } from '../../store/repositories/studies.ts'
import { taskOf } from '../../store/repositories/study-tasks.ts'
import type { EngineContext } from '../context.ts'
import type { CallsOf } from './calls-of.ts'

export function ratingCalls({ corpora, announce }: EngineContext): CallsOf<typeof contract> {
  const found = (corpus: string, name: string): { corpus: Corpus; study: StudyRow } => {
    const opened = corpora.get(corpus).corpus
    return { corpus: opened, study: studyOf(opened.writer, name) }
  }
  type Step = typeof undoRating
  const step = (
    take: Step,
    {
      corpus,
      study,
      rater,
      mode,
    }: { corpus: string; study: string; rater: string; mode?: RatingMode | undefined },
  ) => {
    const of = found(corpus, study)
    const blind = stateOf(of.study) !== 'unblinded'
    const taken = take(of.corpus.writer, {
      study: of.study.id,
      rater,
      mode,
      blind,
      software: SOFTWARE,
    })
    if (!taken) return null
    announce(corpus, ['ratings'])
    const task = taskOf(of.corpus.reader, of.study, taken.task)
    return { ...taken, answers: shownAnswers(of.corpus, of.study, rater, task) }
  }
  return {
    'ratings.queue'({ corpus, study, ...args }) {
      const of = found(corpus, study)
      return ratingQueue(of.corpus, of.study, args)
    },
    'ratings.tasks'({ corpus, study, ...args }) {
      const of = found(corpus, study)
      return ratingTasks(of.corpus, of.study, args)
    },
    'ratings.set'({ corpus, study, ...args }) {
      const of = found(corpus, study)
      const answers = setRating(of.corpus, of.study, args)
      announce(corpus, ['ratings'])
      return { answers }
    },
    'ratings.undo': (args) => step(undoRating, args),
    'ratings.redo': (args) => step(redoRating, args),
    'ratings.raters'({ corpus, study }) {
      const of = found(corpus, study)
      return raterSummaries(of.corpus, of.study)
    },
    async 'ratings.export'({ corpus, study, out, format }) {
      const of = found(corpus, study)
      const path = resolve(out)
      const chosen = format ?? (extname(path).toLowerCase() === '.csv' ? 'csv' : 'jsonl')
      const save = chosen === 'csv' ? saveRatingTable : saveRatingEvents
      return { rows: await save(of.corpus.reader, of.study, path), path }
    },
    async 'ratings.merge'({ corpus, study, files }) {
      const of = found(corpus, study)
      requireFrozen(of.study)
      const merged = await mergeRatings(
        of.corpus.writer,
        of.study,
        files.map((file) => resolve(file)),
      )
      if (merged.added > 0) {
        logStudy(
          of.corpus.writer,
          of.study.id,
          'merged',
          `${formatCount(merged.added)} answers from ${files.length} ${files.length === 1 ? 'file' : 'files'}`,
        )
      }
      announce(corpus, ['ratings', 'studies'])
      return merged
    },
  }
}
