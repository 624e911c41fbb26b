import type { CorpusPart } from '#shared/contract/index.ts'
import type { Feature } from '../state/features.ts'

/** Views read again at most this often while a job changes the corpus, in ms. */
const REFRESH_MS = 1200

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

  function tell(parts: readonly CorpusPart[], who: (feature: Feature) => boolean): void {
    if (parts.length === 0) return
    for (const feature of features) {
      if (who(feature)) feature.refresh?.(parts, feature.name === shown())
    }
  }

  function flush(): void {
    timer = undefined
    const parts = [...changed]
    changed.clear()
    const writer = features.find((feature) => feature.name === shown())
    if (writer?.writes && parts.every((part) => writer.writes?.includes(part))) {
      for (const part of parts) held.add(part)
      holder = writer.name
      tell(parts, (feature) => feature === writer)
    } else tell(parts, () => true)
  }

  return {
    /** Parts of the open corpus have changed. */
    changed(parts: readonly CorpusPart[]): void {
      for (const part of parts) changed.add(part)
      timer ??= setTimeout(flush, REFRESH_MS)
    },
    /** Another view is shown: what waited for that is read now. */
    left(): void {
      if (holder === null || holder === shown()) return
      const writer = holder
      const parts = [...held]
      holder = null
      held.clear()
      tell(parts, (feature) => feature.name !== writer)
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
      tell(['scores'], () => true)
    },
  }
}
