import {
  ChartColumn,
  FolderOutput,
  Images,
  Library,
  ListChecks,
  Settings2,
  Spline,
  TextSelect,
} from '@lucide/vue'
import type { Component } from 'vue'

export type ViewName =
  'corpora' | 'pairs' | 'cutoff' | 'label' | 'train' | 'export' | 'jobs' | 'settings'

export interface View {
  name: ViewName
  title: string
  key: string
  icon: Component
}

/** The rail, in its order. A view stands here when it works. */
export const VIEWS: readonly View[] = [
  { name: 'corpora', title: 'Corpora', key: '1', icon: Library },
  { name: 'pairs', title: 'Pairs', key: '2', icon: Images },
  { name: 'cutoff', title: 'Cutoff', key: '3', icon: ChartColumn },
  { name: 'label', title: 'Label', key: '4', icon: TextSelect },
  { name: 'train', title: 'Train', key: '5', icon: Spline },
  { name: 'export', title: 'Export', key: '6', icon: FolderOutput },
  { name: 'jobs', title: 'Jobs', key: '7', icon: ListChecks },
  { name: 'settings', title: 'Settings', key: '8', icon: Settings2 },
]

/** The key of a view, to be printed where a button leads there. */
export function viewKey(name: ViewName): string {
  return VIEWS.find((view) => view.name === name)?.key ?? ''
}
