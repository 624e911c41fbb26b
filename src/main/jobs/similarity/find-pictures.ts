import { stat } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Settings } from '#shared/settings.ts'
import { userAgent } from '#shared/user-agent.ts'
import { fetchPictures } from '../../images/fetch.ts'
import type { FetchOptions } from '../../images/fetch-options.ts'
import type { FetchOutcome, FetchRequest } from '../../images/fetch-outcome.ts'
import type { PictureSource } from '../../inference/pictures/picture-source.ts'

export type FoundPicture = PictureSource | { failure: string }

/** Pictures that cells of a table name: files of this machine and addresses of the web. */
export interface PictureFinder {
  /** What a cell names, as one picture has it however it is written; null where it names none. */
  keyOf(cell: string): string | null
  find(key: string): Promise<FoundPicture>
  close(): Promise<void>
}

const ADDRESS = /^(?:https?:)?\/\//i

/**
 * @param root where paths begin that are not absolute
 * @param fetching for tests, which have servers of their own
 */
export function createPictureFinder(
  root: string,
  settings: Settings['fetch'],
  signal: AbortSignal,
  fetching: Partial<FetchOptions> = {},
): PictureFinder {
  const web = createWebFinder(settings, signal, fetching)
  return {
    keyOf(cell) {
      const value = cell.trim()
      if (value === '') return null
      if (ADDRESS.test(value)) return value.startsWith('//') ? `https:${value}` : value
      if (/^file:/i.test(value)) return pathOf(value)
      return isAbsolute(value) ? value : join(root, value)
    },
    async find(key) {
      if (ADDRESS.test(key)) return web.find(key)
      if (/^data:/i.test(key)) return { failure: 'a data: address is not read' }
      // Devices and pipes would never end.
      const found = await stat(key).catch(() => null)
      if (found === null) return { failure: `there is no file ${key}` }
      return found.isFile() ? { path: key } : { failure: `${key} is no file` }
    },
    close: () => web.close(),
  }
}

function pathOf(address: string): string {
  try {
    return fileURLToPath(address)
  } catch {
    return address
  }
}

/** One polite reader of the web for the whole run: pauses and robots.txt hold from first to last. */
function createWebFinder(
  settings: Settings['fetch'],
  signal: AbortSignal,
  fetching: Partial<FetchOptions>,
): Pick<PictureFinder, 'find' | 'close'> {
  const waiting = new Map<number, (found: FoundPicture) => void>()
  const queue: FetchRequest[] = []
  let more = Promise.withResolvers<undefined>()
  let isEnded = false
  let running: Promise<void> | null = null
  let last = 0

  async function* requests(): AsyncGenerator<FetchRequest, void, void> {
    while (!isEnded) {
      const next = queue.shift()
      if (next) yield next
      else {
        await more.promise
        more = Promise.withResolvers()
      }
    }
  }

  const wake = (): void => more.resolve(undefined)

  async function run(): Promise<void> {
    const outcomes = fetchPictures(
      requests(),
      {
        userAgent: userAgent(settings.userAgentContact),
        perHostDelayMs: settings.perHostDelayMs,
        maxBytes: settings.maxBytes,
        timeoutMs: settings.timeoutMs,
        honourOptOut: settings.honourOptOut,
        ...fetching,
      },
      signal,
    )
    for await (const outcome of outcomes) {
      waiting.get(outcome.id)?.(foundOf(outcome))
      waiting.delete(outcome.id)
    }
  }

  function endAll(): void {
    for (const answer of waiting.values()) answer({ failure: 'fetching ended' })
    waiting.clear()
  }

  signal.addEventListener('abort', wake, { once: true })
  return {
    find(url) {
      const id = ++last
      const answer = new Promise<FoundPicture>((resolve) => waiting.set(id, resolve))
      queue.push({ id, urls: [url] })
      wake()
      running ??= run().finally(endAll)
      // Whoever waits for a picture hears of the abort elsewhere.
      running.catch(() => undefined)
      return answer
    },
    async close() {
      isEnded = true
      wake()
      signal.removeEventListener('abort', wake)
      await running?.catch(() => undefined)
    },
  }
}

function foundOf(outcome: FetchOutcome): FoundPicture {
  if (!outcome.ok) return { failure: `${outcome.reason}: ${outcome.detail}` }
  return { base64: Buffer.from(outcome.bytes).toString('base64') }
}
