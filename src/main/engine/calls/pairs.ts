import type { pairs as contract } from '#shared/contract/pairs.ts'
import { checkQuery } from '#shared/query/index.ts'
import type { EngineContext } from '../context.ts'
import type { CallsOf } from './calls-of.ts'
import { readPageSource } from './page-source.ts'
import { readPictureRecord } from './picture-record.ts'
import type { ReadCall } from './read-calls.ts'

export function pairCalls({
  corpora,
  readers,
}: EngineContext): CallsOf<Omit<typeof contract, ReadCall>> {
  return {
    'pairs.checkQuery': ({ where }) => ({ error: checkQuery(where) }),
    'pairs.source': ({ corpus, id }) =>
      readPageSource(corpora.get(corpus).corpus, id, readers.pages),
    'pairs.pictureRecord': ({ corpus, id }) => readPictureRecord(corpora.get(corpus).corpus, id),
  }
}
