import { readdirSync, rmSync, statSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { Job } from '#shared/contract/jobs.ts'
import { isAlive } from '../../processes/alive.ts'
import { codeOf } from '../../files/disk.ts'
import { withStoreErrors } from '../../store/errors.ts'
import { setAsideNote, writeJson, type Home } from '../home/home.ts'
import type { Notes } from '../home/notes.ts'
import { readSmall } from '../../files/read-small.ts'

/** A job of the machine, not of a corpus, with the process that runs it. */
const HomeJob = z.object({
  pid: z.number().int(),
  host: z.string(),
  job: Job,
  input: z.unknown(),
})

export interface HomeJobs {
  /** Writes a job down; one that has come to its end is forgotten. */
  save(job: Job, input: unknown): void
  forget(id: string): void
  /** What processes that ended meanwhile did not finish, oldest first. */
  left(): { job: Job; input: unknown }[]
}

/**
 * Jobs that belong to no corpus, one file each, so that they go on after a kill. A window and a
 * command line share them: what another living process runs is left to it.
 */
export function openHomeJobs(home: Home, notes: Notes): HomeJobs {
  const folder = join(home.root, 'jobs')
  return {
    save(job, input) {
      const file = join(folder, `${job.id}.json`)
      const isOver = job.state === 'done' || job.state === 'failed' || job.state === 'canceled'
      withStoreErrors(file, () => {
        if (isOver) rmSync(file, { force: true })
        else writeJson(file, { pid: process.pid, host: hostname(), job, input })
      })
    },
    forget: (id) => rmSync(join(folder, `${id}.json`), { force: true }),
    left() {
      if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return []
      const found: z.infer<typeof HomeJob>[] = []
      for (const name of readdirSync(folder).filter((each) => each.endsWith('.json'))) {
        const kept = read(join(folder, name), notes)
        if (kept === null) continue
        // An earlier process may have had the number of this one.
        if (kept.host === hostname() && (kept.pid === process.pid || !isAlive(kept.pid))) {
          found.push(kept)
        }
      }
      return found
        .sort((a, b) => (a.job.createdAt < b.job.createdAt ? -1 : 1))
        .map(({ job, input }) => ({ job, input }))
    },
  }
}

/** null for what no version of the program can go on with; it is set aside. */
function read(file: string, notes: Notes): z.infer<typeof HomeJob> | null {
  try {
    return HomeJob.parse(JSON.parse(readSmall(file, 'list')))
  } catch (error) {
    // Another process ended it meanwhile.
    if (codeOf(error) !== 'ENOENT')
      notes.add(setAsideNote(file, 'is no job that can go on', 'start it again where it is needed'))
    return null
  }
}
