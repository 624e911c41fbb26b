import type { texts as contract, TextsStatus } from '#shared/contract/texts.ts'
import { countRows } from '../../store/repositories/stats.ts'
import { textIndexOf } from '../../store/texts/text-index.ts'
import type { EngineContext } from '../context.ts'
import type { OpenCorpus } from '../home/open-corpora.ts'
import type { CallsOf } from './calls-of.ts'

export function textCalls({ corpora }: EngineContext): CallsOf<typeof contract> {
  return {
    'texts.status': ({ corpus }) => textsStatus(corpora.get(corpus)),
    async 'texts.update'({ corpus }) {
      const opened = corpora.get(corpus)
      await opened.texts?.whole()
      return textsStatus(opened)
    },
  }
}

/** How far the index of texts of an open corpus is. */
export function textsStatus({ corpus, texts }: OpenCorpus): TextsStatus {
  return {
    indexed: textIndexOf(corpus.reader).state()?.pairs ?? 0,
    total: countRows(corpus.reader, 'pairs'),
    building: texts?.isBuilding() ?? false,
    problem: texts?.problem() ?? null,
  }
}
