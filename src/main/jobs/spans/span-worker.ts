import { parentPort, workerData } from 'node:worker_threads'
import { toErrorValue } from '#shared/errors.ts'
import type { AsideIo, FromAside, ToAside } from './aside.ts'
import { spanTasks } from './span-tasks.ts'

/** Entry of a thread that does one task of `span-tasks.ts`; see `runAside`. */
if (!parentPort) throw new Error('span-worker.ts runs as a worker thread')
const port = parentPort
const { name, args } = workerData as { name: keyof typeof spanTasks; args: never }

const abort = new AbortController()
const waiting: (() => void)[] = []
port.on('message', (message: ToAside) => {
  if (message.kind === 'abort') abort.abort()
  else waiting.shift()?.()
})
const send = (message: FromAside): void => port.postMessage(message)
const io: AsideIo = {
  signal: abort.signal,
  emit: (event) =>
    new Promise((resolve) => {
      waiting.push(resolve)
      send({ kind: 'event', event })
    }),
}

try {
  const task = spanTasks[name] as (args: never, io: AsideIo) => unknown
  send({ kind: 'done', value: await task(args, io) })
} catch (error) {
  send({ kind: 'failed', error: toErrorValue(error) })
}
