import type { columns } from '#shared/contract/columns.ts'
import type { pairs as contract } from '#shared/contract/pairs.ts'
import { checkQuery } from '#shared/query/index.ts'
import { setBlur } from '../../store/repositories/columns.ts'
import type { EngineContext } from '../context.ts'
import type { CallsOf } from './calls-of.ts'
import { readPageSource } from './page-source.ts'
import { readPictureRecord } from './picture-record.ts'
import type { ReadCall } from './read-calls.ts'
import { selectPairs } from './search.ts'

export function pairCalls({
  corpora,
  readers,
  searches,
  announce,
}: EngineContext): CallsOf<Omit<typeof contract & typeof columns, ReadCall>> {
  return {
    'pairs.select': (args) => selectPairs({ corpora, searches }, args),
    'pairs.checkQuery': ({ where }) => ({ error: checkQuery(where) }),
    'pairs.setBlur'({ corpus, blur }) {
      setBlur(corpora.get(corpus).corpus.writer, blur)
      announce(corpus, ['pairs'])
      return {}
    },
    'pairs.source': ({ corpus, id }) =>
      readPageSource(corpora.get(corpus).corpus, id, readers.pages),
    'pairs.pictureRecord': ({ corpus, id }) => readPictureRecord(corpora.get(corpus).corpus, id),
  }
}
