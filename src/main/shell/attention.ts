import type { Job } from '#shared/contract/jobs.ts'

/** Nobody is called back for what was over sooner, milliseconds. */
const LONG_MS = 30_000

export interface AttentionOptions {
  /** Milliseconds. */
  now(): number
  /** Somebody looks at the window. */
  isInFront(): boolean
  notify(title: string, body: string): void
  /** Of the bar in the task bar: a share of 1; null = how far is not known; -1 = no bar. */
  progress(share: number | null): void
}

/** Tells somebody who works elsewhere how jobs go: by the task bar, and by a notification at the end. */
export function createAttention(options: AttentionOptions): {
  take(job: Job): void
  /** The engine is gone: what runs is told anew. */
  reset(): void
} {
  /** Running jobs, in the order in which they began. */
  const running = new Map<string, { job: Job; since: number }>()
  let shown: number | null = -1

  function show(): void {
    const first = running.values().next().value
    const { done, total } = first?.job.progress ?? { done: 0, total: null }
    const share = !first ? -1 : total === null || total <= 0 ? null : Math.min(1, done / total)
    // A task bar shows no more than per cents.
    const rounded = share === null || share < 0 ? share : Math.floor(share * 100) / 100
    if (rounded === shown) return
    shown = rounded
    options.progress(rounded)
  }

  return {
    take(job) {
      const known = running.get(job.id)
      if (job.state === 'running') {
        running.set(job.id, { job, since: known?.since ?? options.now() })
      } else running.delete(job.id)
      show()
      if (!known || options.isInFront() || options.now() - known.since < LONG_MS) return
      if (job.state === 'done') options.notify('Done', job.title)
      if (job.state === 'failed') {
        options.notify('Failed', `${job.title}: ${job.error?.message ?? 'see the list of jobs'}`)
      }
    },
    reset() {
      running.clear()
      show()
    },
  }
}
