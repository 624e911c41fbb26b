import { computed, onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'
import type { CallOutput } from '#shared/contract/index.ts'
import { latest, useClient } from '../../../bridge/client.ts'
import { usePairs } from '../../../state/pairs.ts'
import { useUi } from '../../../state/ui.ts'
import type * as ranges from '../../../state/ranges.ts'
import { boxOf, holds, type Box, type Camera, type Pane } from './camera.ts'
import { KEPT, OUTSIDE, SELECTED } from './draw.ts'
import { useMap } from './map.ts'
import { readPoints, type Points } from './points.ts'

/** Beyond the pane at each side, as a share of it: so far one can move without waiting. */
const MORE = 0.35
/** Where not all are drawn, others are drawn from so much nearer. */
const NEARER = 1.6
const QUIET_MS = 90

/** The points around what is seen; they are read again as the camera moves on. */
export function useMapView(parts: {
  corpus: () => string
  camera: Ref<Camera>
  pane: Ref<Pane>
  /** Points came, or which of them are selected. */
  changed(points: Points, states: Uint8Array, isNew: boolean): void
}) {
  const pairs = usePairs()
  const map = useMap()
  const points = shallowRef<Points | null>(null)
  const legend = shallowRef<CallOutput<'maps.legend'> | null>(null)
  const busy = ref(false)
  let timer: ReturnType<typeof setTimeout> | null = null
  let readFor = ''

  const asked = computed(() =>
    map.current && pairs.selection !== null
      ? {
          ...{ corpus: parts.corpus(), map: map.current.id, layout: map.layout },
          ...{ selection: pairs.selection, colour: map.colour, score: pairs.score },
        }
      : null,
  )
  const read = latest((input: { box: Box; others: boolean } & NonNullable<typeof asked.value>) =>
    useClient().call('maps.view', input),
  )
  const readLegend = latest((input: NonNullable<typeof asked.value>) =>
    useClient().call('maps.legend', input),
  )

  async function load(): Promise<void> {
    const of = asked.value
    if (!of || parts.pane.value.width === 0) return
    const box = boxOf(parts.camera.value, parts.pane.value, MORE)
    busy.value = true
    try {
      const answer = await read({ ...of, box, others: map.others })
      if (answer.late) return
      points.value = readPoints(answer.value, box)
      readFor = keyOf()
      parts.changed(points.value, statesOf(points.value, pairs.marked), true)
      busy.value = false
      void map.countMissing()
      wake()
    } catch (error) {
      busy.value = false
      useUi().fail(error)
    }
  }

  const keyOf = (): string => JSON.stringify([asked.value, map.others, map.version])

  /** Whether what is there is enough for what is seen. */
  function isEnough(): boolean {
    const held = points.value
    if (!held || readFor !== keyOf()) return false
    const seen = boxOf(parts.camera.value, parts.pane.value)
    if (!holds(held.box, seen)) return false
    const { inBox, drawn } = held.view
    const isSampled = drawn.kept < inBox.kept || (map.others && drawn.others < inBox.others)
    const wide = (held.box[2] - held.box[0]) / (seen[2] - seen[0]) / (1 + 2 * MORE)
    return wide < NEARER || !isSampled
  }

  /** Looks whether more must be read, once the camera rests. */
  function wake(): void {
    if (timer) clearTimeout(timer)
    timer = setTimeout(() => {
      if (!isEnough()) void load()
    }, QUIET_MS)
  }

  watch(parts.camera, wake)
  watch(parts.pane, wake)
  watch([asked, () => map.others, () => map.version], () => void load(), { immediate: true })
  watch(
    [asked, () => map.version],
    async () => {
      const of = asked.value
      if (!of) return void (legend.value = null)
      try {
        const answer = await readLegend(of)
        if (!answer.late) legend.value = answer.value
      } catch {
        // The points say what is wrong.
      }
    },
    { immediate: true },
  )
  watch(
    () => pairs.marked,
    (marked) => {
      if (points.value) parts.changed(points.value, statesOf(points.value, marked), false)
    },
  )
  onScopeDispose(() => {
    if (timer) clearTimeout(timer)
    read.cancel()
    readLegend.cancel()
  })
  return { points, legend, busy, asked, reload: load }
}

/** How each point is drawn. */
export function statesOf(points: Points, marked: ranges.Ranges): Uint8Array {
  const { n, places } = points
  const states = new Uint8Array(n)
  const last = marked.at(-1)?.[1] ?? -1
  const bits = new Uint8Array(last + 1)
  for (const [from, to] of marked) bits.fill(1, from, to + 1)
  for (let i = 0; i < n; i++) {
    const place = places[i] as number
    states[i] = place < 0 ? OUTSIDE : place <= last && bits[place] === 1 ? SELECTED : KEPT
  }
  return states
}
