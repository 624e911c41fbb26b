import { toErrorValue } from '#shared/errors.ts'
import type { Job } from '#shared/contract/index.ts'
import { useClient } from '../../bridge/client.ts'
import { baseName } from '../../bridge/format.ts'
import { useJobs } from '../../state/jobs.ts'
import { useMachine } from '../../state/machine.ts'
import { useSession } from '../../state/session.ts'

/** Corpora of one name that are looked at before it is given up. */
const MOST_TRIED = 50

/**
 * Opens a rater's package in a corpus of its own, named after the file in the folder of corpora; one
 * that it was opened in before is used again.
 * @returns the name of its study, in the corpus that is open then; null where that could not be
 *   done, which was said
 * @throws AppError
 */
export async function openPackage(path: string): Promise<string | null> {
  const before = useSession().path
  const where = await corpusFor(path)
  if (!(await useSession().open(where))) return null
  const { job } = await useClient().call('studies.openPackage', { corpus: where, package: path })
  const done = await ended(job)
  if (done.state === 'done') {
    // Its result is told as label and value; the study is the newest.
    const [made] = await useClient().call('studies.list', { corpus: where })
    return made?.name ?? null
  }
  // It is here already, as the message of the job says: that one is shown.
  if (done.error?.kind === 'conflict') {
    const studies = await useClient().call('studies.list', { corpus: where })
    const known = studies.find(({ name }) => done.error?.message.includes(`"${name}"`))
    return known?.name ?? null
  }
  await leave(where, before)
  return null
}

/** Goes back to what was open before, and forgets a corpus that stayed empty. */
async function leave(empty: string, before: string | null): Promise<void> {
  const session = useSession()
  const studies = await useClient().call('studies.list', { corpus: empty })
  if (studies.length === 0) {
    await useClient().call('corpora.forget', { path: empty })
    session.corpus = null
  }
  if (before !== null) await session.open(before)
  else await session.loadRecent()
}

/** Makes a corpus for a package, or finds the one that holds packages of this name alone. */
async function corpusFor(path: string): Promise<string> {
  const client = useClient()
  const folder =
    useMachine().info?.corporaFolder ?? (await client.call('system.info', {})).corporaFolder
  const separator = folder.includes('\\') ? '\\' : '/'
  const name = baseName(path).replace(/\.zip$/i, '') || 'study'
  let last: unknown
  for (let n = 1; n <= MOST_TRIED; n++) {
    const where = `${folder}${separator}${n === 1 ? name : `${name} ${n}`}.gleaner`
    try {
      return (await client.call('corpora.create', { path: where })).path
    } catch (thrown) {
      if (toErrorValue(thrown).kind !== 'conflict') throw thrown
      last = thrown
    }
    const [{ pairs }, studies] = await Promise.all([
      client.call('corpora.stats', { corpus: where }),
      client.call('studies.list', { corpus: where }),
    ]).catch(() => [{ pairs: NaN }, []] as const)
    if (pairs === 0 && studies.every(({ role }) => role === 'rater')) return where
  }
  throw last
}

/** Until a job is over. */
async function ended(id: string): Promise<Job> {
  const jobs = useJobs()
  const isOver = (job: Job | undefined): job is Job =>
    job !== undefined && !['queued', 'running'].includes(job.state)
  return new Promise((resolve, reject) => {
    const stop = jobs.onEnd((job) => {
      if (job.id !== id) return
      stop()
      resolve(job)
    })
    jobs.load().then(() => {
      const job = jobs.byId.get(id)
      if (!isOver(job)) return
      stop()
      resolve(job)
    }, reject)
  })
}
