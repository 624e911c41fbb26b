import { errorLine } from '#shared/errors.ts'
import { createHelper } from '../../processes/helper.ts'
import { startThread } from '../../processes/start.ts'

/** Pairs that are in the index. */
interface Progress {
  pairs: number
}

/** What the thread that writes the index is asked. */
export interface TextCalls {
  /** Puts in what is missing, until nothing is. */
  goOn: { input: null; value: Progress; event: Progress }
  close: { input: null; value: null }
}

export interface TextService {
  /** Rows came, or another set of spans is in use: goes on behind them. */
  wake(): void
  /** Resolves when nothing is missing, or it cannot go on. */
  whole(): Promise<void>
  /** Why it cannot go on; null while it works, and where nothing is missing. */
  problem(): string | null
  isBuilding(): boolean
  /** Ends after the batch at hand. */
  close(): Promise<void>
}

/**
 * Keeps the index of a corpus's texts up to date in a thread of its own, with connections of its own.
 * @param workerUrl `store/text-worker.ts`, or where the build put it
 * @param onChange more of it is there, or its state is another
 */
export function createTextService(
  corpusPath: string,
  workerUrl: URL,
  onChange: () => void,
): TextService {
  const helper = createHelper<TextCalls>({
    name: 'The index of texts',
    start: () => startThread(workerUrl, { data: { corpusPath } }),
    isFreeWhenIdle: true,
    closeMs: 2000,
  })
  let working: Promise<void> | null = null
  let isAskedAgain = false
  let problem: string | null = null
  const ending = new AbortController()

  async function work(): Promise<void> {
    do {
      isAskedAgain = false
      try {
        await helper.call('goOn', null, { signal: ending.signal, onEvent: onChange })
        problem = null
      } catch (error) {
        if (ending.signal.aborted) return
        problem = errorLine(error)
      }
    } while (isAskedAgain && !ending.signal.aborted)
  }

  function wake(): void {
    if (ending.signal.aborted) return
    if (working) {
      isAskedAgain = true
      return
    }
    working = work().finally(() => {
      working = null
      if (!ending.signal.aborted) onChange()
    })
  }

  return {
    wake,
    async whole() {
      wake()
      await working
    },
    problem: () => problem,
    isBuilding: () => working !== null,
    async close() {
      ending.abort()
      await working
      if (helper.running) await helper.call('close', null).catch(() => undefined)
      await helper.close()
    },
  }
}
