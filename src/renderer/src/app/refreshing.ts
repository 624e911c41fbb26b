import type { CorpusPart } from '#shared/contract/index.ts'
import type { Feature } from '../state/features.ts'

/** Views read again at most this often while a job changes the corpus, in ms. */
const REFRESH_MS = 1200

/** Everything of a corpus. One that is missing does not compile. */
const EVERYTHING = Object.keys({
  pairs: 0,
  images: 0,
  scores: 0,
  labels: 0,
  spans: 0,
  training: 0,
  prompts: 0,
  studies: 0,
  ratings: 0,
  judgings: 0,
  marks: 0,
  kinds: 0,
  versions: 0,
  duplicates: 0,
  maps: 0,
  pictureTexts: 0,
} satisfies Record<CorpusPart, 0>) as CorpusPart[]

/**
 * Tells features what of the open corpus changed: what comes within a moment at once, and what the
 * view that is shown writes itself only when one leaves it.
 * @param shown names the feature whose view is shown
 */
export function createRefresher(features: readonly Feature[], shown: () => string) {
  let timer: ReturnType<typeof setTimeout> | undefined
  const changed = new Set<CorpusPart>()
  const held = new Set<CorpusPart>()
  let holder: string | null = null

  async function tell(
    parts: readonly CorpusPart[],
    who: (feature: Feature) => boolean,
  ): Promise<void> {
    if (parts.length === 0) return
    const reading = features
      .filter(who)
      .map((feature) => feature.refresh?.(parts, feature.name === shown()))
    // Each says itself what it cannot read.
    await Promise.allSettled(reading)
  }

  function flush(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    const parts = [...changed]
    changed.clear()
    const writer = features.find((feature) => feature.name === shown())
    if (writer?.writes && parts.every((part) => writer.writes?.includes(part))) {
      for (const part of parts) held.add(part)
      holder = writer.name
      return tell(parts, (feature) => feature === writer)
    }
    return tell(parts, () => true)
  }

  return {
    /** Parts of the open corpus have changed. */
    changed(parts: readonly CorpusPart[]): void {
      for (const part of parts) changed.add(part)
      timer ??= setTimeout(() => void flush(), REFRESH_MS)
    },
    /** What has changed is read now; resolves when it is. */
    now: flush,
    /** Another view is shown: what waited for that is read now. */
    left(): void {
      if (holder === null || holder === shown()) return
      const writer = holder
      const parts = [...held]
      holder = null
      held.clear()
      void tell(parts, (feature) => feature.name !== writer)
    },
    /** Another corpus is open: nothing of the one before matters. */
    forget(): void {
      clearTimeout(timer)
      timer = undefined
      changed.clear()
      held.clear()
      holder = null
    },
    /** Everything may have changed, as after the start of a new engine. */
    all(): void {
      void tell(EVERYTHING, () => true)
    },
  }
}
