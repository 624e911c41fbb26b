import { resolve } from 'node:path'
import type { marks as contract } from '#shared/contract/marks.ts'
import { SOFTWARE } from '#shared/version.ts'
import { mergeMarkEvents, saveMarkEvents } from '../../store/repositories/mark-files.ts'
import { putMarks, redoMarks, undoMarks } from '../../store/repositories/marks.ts'
import type { EngineContext } from '../context.ts'
import type { CallsOf } from './calls-of.ts'
import type { ReadCall } from './read-calls.ts'

export function markCalls({
  corpora,
  announce,
}: EngineContext): CallsOf<Omit<typeof contract, ReadCall>> {
  const opened = (path: string) => corpora.get(path).corpus
  return {
    async 'marks.set'({ corpus, person, target, change }) {
      // Asked first: what cannot be written to needs no look at a million pairs.
      const { writer } = opened(corpus)
      const ids = await corpora.get(corpus).reads.markTargets({ target })
      const made = putMarks(writer, { person, ids, change, software: SOFTWARE })
      announce(corpus, ['marks'])
      return made
    },
    'marks.undo'({ corpus, person, event }) {
      const done = undoMarks(opened(corpus).writer, { person, event, software: SOFTWARE })
      if (done) announce(corpus, ['marks'])
      return done
    },
    'marks.redo'({ corpus, person, event }) {
      const done = redoMarks(opened(corpus).writer, { person, event, software: SOFTWARE })
      if (done) announce(corpus, ['marks'])
      return done
    },
    'marks.export': ({ corpus, out }) => saveMarkEvents(opened(corpus).reader, resolve(out)),
    async 'marks.merge'({ corpus, files }) {
      const merged = await mergeMarkEvents(
        opened(corpus).writer,
        files.map((file) => resolve(file)),
      )
      announce(corpus, ['marks'])
      return merged
    },
  }
}
