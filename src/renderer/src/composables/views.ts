import { ChartColumn, FolderOutput, Images, Library, ListChecks, Settings2 } from '@lucide/vue'
import type { Component } from 'vue'

export type ViewName = 'corpora' | 'pairs' | 'cutoff' | 'export' | 'jobs' | 'settings'

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
  { name: 'export', title: 'Export', key: '4', icon: FolderOutput },
  { name: 'jobs', title: 'Jobs', key: '5', icon: ListChecks },
  { name: 'settings', title: 'Settings', key: '6', icon: Settings2 },
]
