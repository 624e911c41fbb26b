import { workerData } from 'node:worker_threads'
import { AppError } from '#shared/errors.ts'
import { serveParent } from '../../processes/child.ts'
import { toStoreError } from '../errors.ts'
import { openReader } from '../open.ts'
import { createReads } from './reads.ts'

/** Entry of the thread that reads: started by `createReadService`. */
const { corpusPath } = workerData as { corpusPath: string }

type Read = (args: unknown) => unknown
let reads: Record<string, Read> | null = null

serveParent((name, args) => {
  try {
    reads ??= createReads(
      openReader(corpusPath, { cacheMB: 128 }),
      corpusPath,
    ) as unknown as Record<string, Read>
    const read = Object.hasOwn(reads, name) ? reads[name] : undefined
    if (!read) throw new AppError('internal', `There is no read ${name}.`)
    return { value: read(args) }
  } catch (error) {
    throw toStoreError(error, corpusPath)
  }
})
