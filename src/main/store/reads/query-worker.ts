import { parentPort, workerData } from 'node:worker_threads'
import { toErrorValue } from '#shared/errors.ts'
import { toStoreError } from '../errors.ts'
import { openReader } from '../open.ts'
import { createReads } from './reads.ts'
import type { ReadCall, ReadReply } from './read-service.ts'

/** Entry of the thread that reads: started by `createReadService`. */
if (!parentPort) throw new Error('query-worker.ts runs as a worker thread')
const port = parentPort
const { corpusPath } = workerData as { corpusPath: string }

type Answer = (args: unknown) => unknown
let reads: Record<string, Answer | undefined> | null = null

port.on('message', (call: ReadCall) => {
  let reply: ReadReply
  try {
    reads ??= createReads(openReader(corpusPath, { cacheMB: 128 })) as unknown as Record<
      string,
      Answer | undefined
    >
    const answer = reads[call.name]
    if (!answer) throw new Error(`no read ${call.name}`)
    reply = { id: call.id, ok: true, value: answer(call.args) }
  } catch (error) {
    reply = { id: call.id, ok: false, error: toErrorValue(toStoreError(error, corpusPath)) }
  }
  port.postMessage(reply)
})
