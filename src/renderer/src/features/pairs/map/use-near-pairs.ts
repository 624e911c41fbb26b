import { shallowRef } from 'vue'
import type { PairRow } from '#shared/domain.ts'
import { useClient } from '../../../bridge/client.ts'
import { usePairs } from '../../../state/pairs.ts'

const MOST = 2000
const MOST_AT_ONCE = 400

/** Pairs of the map that are shown as pictures, read by their ids. */
export function useNearPairs(corpus: () => string) {
  const pairs = usePairs()
  const rows = shallowRef<ReadonlyMap<number, PairRow>>(new Map())
  const asked = new Set<number>()
  let of = ''

  async function want(ids: readonly number[]): Promise<void> {
    const now = JSON.stringify([corpus(), pairs.score, pairs.selection])
    if (now !== of) {
      of = now
      asked.clear()
      rows.value = new Map()
    }
    const missing = ids.filter((id) => !asked.has(id)).slice(0, MOST_AT_ONCE)
    if (missing.length === 0) return
    if (asked.size > MOST) {
      asked.clear()
      rows.value = new Map()
    }
    for (const id of missing) asked.add(id)
    try {
      const found = await useClient().call('maps.rows', {
        corpus: corpus(),
        ids: missing,
        score: pairs.score,
      })
      if (now !== of) return
      rows.value = new Map([...rows.value, ...found.map((row) => [row.id, row] as const)])
    } catch {
      for (const id of missing) asked.delete(id)
    }
  }

  return { rows, want }
}
