import type { MapLabel, MapSubject } from '#shared/contract/maps.ts'
import { createAside } from '../run/aside.ts'

interface Embedded {
  /** Of the corpus. */
  path: string
  modelId: number
  subject: MapSubject
}
interface Moved {
  done: number
  total: number
  note: string
}

/** Axes and what lies within them, to place items by. */
export interface Frame {
  mean: Float32Array
  axes: Float32Array
  dim: number
}

/** The steps of a map that take seconds to minutes of a core; `map-tasks.ts` does them. */
export interface MapCalls {
  /** What there is to place, and the part of it that the map is built on. */
  sample: {
    input: Embedded & { seed: number; landmarks: number; axesFrom: number; axes: number }
    value: {
      /** Keys of all different pictures or texts, in order; some may have no embedding. */
      keys: Uint8Array
      frame: Frame
      shares: Float64Array
      /** In the coordinates of the axes, by the order of their keys. */
      landmarks: Float32Array
      axesFrom: number
    }
    event: Moved
  }
  layout: {
    input: {
      landmarks: Float32Array
      axes: number
      neighbours: number
      epochs: number
      seed: number
    }
    value: Float32Array
    event: Moved
  }
  /** Where these keys lie: by their first two coordinates, or between landmarks. */
  place: {
    input: Embedded & {
      keys: Uint8Array
      frame: Frame
      /** null: on the first two axes. */
      between: { landmarks: Float32Array; at: Float32Array; seed: number } | null
    }
    /** x and y of each key; NaN: it has no embedding. */
    value: Float32Array
    event: { done: number }
  }
  label: {
    input: { path: string; subject: MapSubject; keys: Uint8Array; at: Float32Array }
    value: MapLabel[]
  }
}

/** Runs one of them in the thread `entries.mapWorker`. */
export const runMapTask = createAside<MapCalls>()
