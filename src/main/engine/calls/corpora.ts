import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { corpora as contract } from '#shared/contract/corpora.ts'
import { AppError } from '#shared/errors.ts'
import { listsPairs } from '../../jobs/ingest/lists-pairs.ts'
import { relocateArchive } from '../../store/repositories/archives.ts'
import { findSource, fingerprint } from '../../warc/index.ts'
import type { EngineContext } from '../context.ts'
import type { CallsOf } from './calls-of.ts'
import type { ReadCall } from './read-calls.ts'
import { addSampleStudy, fillSample, sampleFolder } from './sample.ts'

export function corporaCalls(context: EngineContext): CallsOf<Omit<typeof contract, ReadCall>> {
  const { home, recent, corpora, announce } = context
  const sample = sampleFolder(context)
  return {
    'corpora.recent': () => corpora.recent(),
    'corpora.create': ({ path }) => corpora.create(path),
    'corpora.open': ({ path }) => corpora.open(path),
    async 'corpora.openSample'() {
      if (!existsSync(sample)) {
        throw new AppError('not-found', 'The sample is not part of this installation.')
      }
      const path = join(home.corpora, 'sample.gleaner')
      const isThere = existsSync(path)
      const info = isThere ? await corpora.open(path) : corpora.create(path)
      if (!isThere) await fillSample(context, info.path)
      await addSampleStudy(context, info.path)
      return info
    },
    async 'corpora.close'({ corpus }) {
      await corpora.close(corpus)
      return {}
    },
    'corpora.forget'({ path }) {
      recent.remove(resolve(path))
      return {}
    },
    async 'corpora.listsPairs'({ paths }) {
      return { lists: await listsPairs(paths) }
    },
    async 'corpora.relocateArchive'({ corpus, from, to }) {
      const { writer } = corpora.get(corpus).corpus
      relocateArchive(writer, from, to, await fingerprint(await findSource(to)))
      announce(corpus, ['pairs'])
      return {}
    },
  }
}
