import type { results as contract } from '#shared/contract/results.ts'
import { picturesBehind } from '../../jobs/evaluate/pictures-behind.ts'
import { requireOwner } from '../../jobs/evaluate/report-rows.ts'
import { runStudyTask } from '../../jobs/evaluate/study-calls.ts'
import { studyOf } from '../../store/repositories/studies.ts'
import type { EngineContext } from '../context.ts'
import type { CallsOf } from './calls-of.ts'

/** Simulations of a design that takes longer are none that anyone waits for. */
const POWER_MS = 300_000

export function resultCalls({ corpora, entries }: EngineContext): CallsOf<typeof contract> {
  return {
    async 'studies.results'({ corpus, study, options }) {
      const opened = corpora.get(corpus).corpus
      // Told at once, before a thread is started.
      requireOwner(studyOf(opened.reader, study))
      const { results, figures } = await runStudyTask(
        entries.studyWorker,
        'results',
        { path: opened.path, study, options, tables: false },
        { graceMs: 0 },
      )
      return { results, figures }
    },
    'studies.behind'({ corpus, study, pick, limit }) {
      const { reader } = corpora.get(corpus).corpus
      return picturesBehind(reader, studyOf(reader, study), pick, limit)
    },
    'studies.power': (input) =>
      runStudyTask(entries.studyWorker, 'power', input, { graceMs: 0, timeoutMs: POWER_MS }),
  }
}
