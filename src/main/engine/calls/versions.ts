import type { versions as contract } from '#shared/contract/versions.ts'
import { checkVersion } from '../../jobs/versions/check.ts'
import { diffVersions, pageOf } from '../../jobs/versions/diff.ts'
import type { WholeDiff } from '../../jobs/versions/diff.ts'
import { NOW, sideOfNow, storedSide } from '../../jobs/versions/sides.ts'
import { openReader } from '../../store/open.ts'
import type { ReaderDb } from '../../store/open.ts'
import { findVersion, infoOf, listVersions } from '../../store/repositories/versions.ts'
import { beginSnapshot } from '../../store/statements.ts'
import type { EngineContext } from '../context.ts'
import type { CallsOf } from './calls-of.ts'

const NEVER = new AbortController().signal

export function versionCalls({ corpora }: EngineContext): CallsOf<typeof contract> {
  const reader = (corpus: string): ReaderDb => corpora.get(corpus).corpus.reader
  /** Pages of one comparison are asked for one after the other. */
  let last: { key: string; diff: Promise<WholeDiff> } | null = null

  async function compare(corpus: string, a: string, b: string): Promise<WholeDiff> {
    // Sees what was written since by this and by other connections.
    const db = openReader(corpora.get(corpus).corpus.path)
    try {
      beginSnapshot(db)
      const from = storedSide(db, a)
      const to = b === NOW ? await sideOfNow(db, from, NEVER) : storedSide(db, b)
      return await diffVersions(db, from, to, NEVER)
    } finally {
      db.close()
    }
  }

  return {
    'versions.list': ({ corpus }) => listVersions(reader(corpus)).map(infoOf),
    'versions.get': ({ corpus, name }) => infoOf(findVersion(reader(corpus), name)),
    async 'versions.diff'({ corpus, a, b, ...asked }) {
      const key = JSON.stringify([corpus, a, b])
      // The first page is worked out anew: what explains it may have changed.
      if (asked.offset === 0 || last?.key !== key) last = { key, diff: compare(corpus, a, b) }
      return pageOf(await last.diff, asked)
    },
    'versions.check': ({ corpus, name }) => checkVersion(reader(corpus), name),
  }
}
