/** The extract worker, with pages that break it in the ways in which pages do. */
import { parentPort, workerData } from 'node:worker_threads'
import type { ExtractTask, ExtractWorkerData } from '../../src/main/jobs/ingest/ingest-task.ts'

const { current } = workerData as ExtractWorkerData
parentPort?.on('message', (posted: { message: { input: ExtractTask } }) => {
  const task = posted.message.input
  task.records.forEach((record, i) => {
    if (task.skip.includes(i)) return
    const block = Buffer.from(task.bytes, record.start, record.end - record.start).toString(
      'latin1',
    )
    const which = /<p>(HANG|DIE|GROW)/.exec(block)?.[1]
    if (!which) return
    Atomics.store(current, 0, i)
    if (which === 'HANG') for (;;);
    if (which === 'DIE') process.exit(3)
    const grown: unknown[] = []
    for (;;) grown.push(new Array(100_000).fill(grown.length))
  })
})
await import('../../src/main/jobs/ingest/extract-worker.ts')
