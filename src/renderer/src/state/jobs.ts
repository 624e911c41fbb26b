import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { jobOf, type Job, type JobOutcome } from '#shared/contract/index.ts'
import { useClient } from '../bridge/client.ts'
import { useUi } from './ui.ts'

const LIVE: readonly Job['state'][] = ['queued', 'running']

/** All long work, in one place. */
export const useJobs = defineStore('jobs', () => {
  const byId = ref(new Map<string, Job>())
  const list = computed(() =>
    [...byId.value.values()].sort((a, b) => b.createdAt.localeCompare(a.createdAt)),
  )
  /** Ended, and what they made is being read. */
  const settling = ref(new Set<string>())
  const live = computed(() => list.value.filter((job) => LIVE.includes(job.state)))
  /**
   * What is under way in a corpus and makes what a view waits for, the newest first. A job that
   * ended is under way until the views have read what it made: none says that there is nothing.
   */
  function making(outcomes: readonly JobOutcome[], corpus: string | null): Job[] {
    return list.value.filter((job) => {
      if (!LIVE.includes(job.state) && !settling.value.has(job.id)) return false
      const { makes } = jobOf(job.kind)
      return job.corpus === corpus && makes !== null && outcomes.includes(makes)
    })
  }
  const running = computed(() => live.value.find((job) => job.state === 'running') ?? null)

  /** A job that just ended is announced once, unless the person looks at it anyway. */
  const endings = new Set<(job: Job) => void>()

  function take(job: Job): void {
    const before = byId.value.get(job.id)
    byId.value = new Map(byId.value).set(job.id, job)
    const wasLive = before !== undefined && LIVE.includes(before.state)
    if (wasLive && !LIVE.includes(job.state)) for (const listener of endings) listener(job)
  }

  /** Counts a job that ended as under way until `read` is over. */
  async function settle(id: string, read: () => Promise<unknown>): Promise<void> {
    settling.value = new Set(settling.value).add(id)
    try {
      await read()
    } finally {
      const rest = new Set(settling.value)
      rest.delete(id)
      settling.value = rest
    }
  }

  function onEnd(listener: (job: Job) => void): () => void {
    endings.add(listener)
    return () => endings.delete(listener)
  }

  async function load(): Promise<void> {
    const jobs = await useClient().call('jobs.list', {})
    byId.value = new Map(jobs.map((job) => [job.id, job]))
  }

  async function cancel(id: string): Promise<void> {
    try {
      await useClient().call('jobs.cancel', { job: id })
    } catch (error) {
      useUi().fail(error)
    }
  }

  async function resume(id: string): Promise<void> {
    try {
      await useClient().call('jobs.resume', { job: id })
      await load()
    } catch (error) {
      useUi().fail(error)
    }
  }

  async function clear(): Promise<void> {
    try {
      await useClient().call('jobs.clear', {})
      await load()
    } catch (error) {
      useUi().fail(error)
    }
  }

  return { byId, list, live, making, running, take, settle, onEnd, load, cancel, resume, clear }
})
