import { shallowReactive, type Component } from 'vue'
import type { CorpusPart } from '#shared/contract/index.ts'
import type { Action } from './actions.ts'

/**
 * A place in the rail. There are nine at most, and the settings at its foot; what comes more is a
 * mode or a tab of one of them.
 */
export interface Place {
  title: () => string
  /** What goes there: a digit; at the foot another key, as `Action.keys` write it. */
  key: string
  icon: Component
  /** Stands at the foot of the rail, apart from the others. */
  foot?: boolean
  /** Marked while this is not null; read out as it is. */
  mark?: () => string | null
}

/** What stands at the right of a view. */
export interface Inspector {
  component: Component
  when: () => boolean
}

/** A part of the window: everything that the frame must know of it. */
export interface Feature {
  /** Names its folder and its route. */
  name: string
  place?: Place
  view?: Component
  inspector?: Inspector
  /** Above whatever view is shown: dialogs, the large preview. */
  overlays?: readonly Component[]
  /** What can be done in every view; a view's own actions are registered by the view. */
  commands?: () => readonly Action[]
  /** Turns to another corpus; null = none is open. */
  enter?: (corpus: string | null) => void
  /**
   * Reads again what hangs on these parts of the open corpus. `seen` = its view is shown. Where a
   * promise is given, what a job made counts as still coming until it is read.
   */
  refresh?: (parts: readonly CorpusPart[], seen: boolean) => void | Promise<unknown>
  /**
   * Parts that people change here every few seconds: while the view is shown the other features
   * wait for them.
   */
  writes?: readonly CorpusPart[]
}

export function defineFeature(feature: Feature): Feature {
  return feature
}

const places = shallowReactive(new Map<string, Place>())

/** Makes the places known to all that leads to one. */
export function registerPlaces(features: readonly Feature[]): void {
  places.clear()
  for (const { name, place } of features) if (place) places.set(name, place)
}

/** The places in the order of the rail. */
export function allPlaces(): { name: string; place: Place }[] {
  return [...places].map(([name, place]) => ({ name, place }))
}

/** The key of a place, to be printed where a button leads there; empty where there is none. */
export function placeKey(name: string): string {
  return places.get(name)?.key ?? ''
}
