import { workerData } from 'node:worker_threads'
import { setImmediate as breathe } from 'node:timers/promises'
import { serveParent } from '../processes/child.ts'
import { toStoreError } from './errors.ts'
import { openReader } from './open.ts'
import type { ReaderDb } from './open.ts'
import { isDamage, setDatabaseAside } from './rebuild.ts'
import { rest } from './rest.ts'
import { wholeSpanSet } from './repositories/span-sets.ts'
import { createTextIndexing } from './texts/index-texts.ts'
import type { IndexStep } from './texts/index-texts.ts'
import { openTextsForWriting, textsFile } from './texts/texts-db.ts'
import type { TextsDb } from './texts/texts-db.ts'
import type { TextCalls } from './texts/text-service.ts'

/** Entry of the thread that keeps the index of texts up to date: started by `createTextService`. */
const { corpusPath } = workerData as { corpusPath: string }

let open: { corpus: ReaderDb; texts: TextsDb; step: IndexStep } | null = null

function openAll(): NonNullable<typeof open> {
  const corpus = openReader(corpusPath)
  let texts: TextsDb | null = null
  try {
    texts = openTextsForWriting(corpusPath)
    return { corpus, texts, step: createTextIndexing(texts, corpus, wholeSpanSet) }
  } catch (error) {
    texts?.close()
    corpus.close()
    throw error
  }
}

/** What is damaged is made anew: nothing is lost by it. */
function opened(): NonNullable<typeof open> {
  try {
    return openAll()
  } catch (error) {
    if (!isDamage(error) || setDatabaseAside(textsFile(corpusPath)) === null) throw error
    return openAll()
  }
}

function close(): void {
  if (!open) return
  rest(open.texts)
  open.texts.close()
  open.corpus.close()
  open = null
}

serveParent<TextCalls>({
  close() {
    close()
    return { value: null }
  },
  async goOn(_input, { signal, emit }) {
    try {
      open ??= opened()
      for (;;) {
        const { state, more } = open.step()
        await emit({ pairs: state.pairs })
        if (!more || signal.aborted) return { value: { pairs: state.pairs } }
        await breathe()
      }
    } catch (error) {
      // Begun again from what is written; damage is found in opening.
      close()
      throw toStoreError(error, corpusPath)
    }
  },
})
