import { ref, watch } from 'vue'
import { keep, recall } from '../bridge/persist.ts'
import { clamp } from '#shared/clamp.ts'
import { useJobs } from './jobs.ts'

export type PairView = 'grid' | 'table' | 'map' | 'duplicates'

const isView = (value: unknown): boolean =>
  value === 'grid' || value === 'table' || value === 'map' || value === 'duplicates'

export const MOST_CAPTION_LINES = 4
export const MOST_ROW_LINES = 8

/**
 * How the pairs are laid out: pictures in a grid, or rows of a table. Where a corpus has no pictures
 * words come first, until a person says otherwise; what they say is kept for that corpus.
 * @param parts.changed another view is shown from now on
 * @param parts.again asks once more what the corpus holds
 */
export function createPairView(parts: { changed(): void; again(): void }) {
  const view = ref<PairView>('grid')
  /** Lines of the text below each picture of the grid, and of each row of the table. */
  const captionLines = ref(recall(null, 'caption-lines', 1))
  const rowLines = ref(recall(null, 'row-lines', 3))
  /** Wished width of a cell of the grid, px. */
  const cellSize = ref(recall(null, 'cell-size', 168))
  const corpus = ref<string | null>(null)
  let isDecided = false

  function show(next: PairView): void {
    if (next === view.value) return
    view.value = next
    parts.changed()
  }

  function enterView(path: string | null): void {
    corpus.value = path
    const kept = path === null ? '' : recall<string>(path, 'pairs-view', '')
    isDecided = isView(kept)
    view.value = isDecided ? (kept as PairView) : 'grid'
  }

  /** Looks at what the corpus holds, once all of it is there. */
  function settleView(now: { total: number; hasPictures: boolean }): void {
    if (isDecided || corpus.value === null || now.total === 0) return
    // Pages come before their pictures.
    if (useJobs().making(['pairs', 'pictures'], corpus.value).length > 0) return
    isDecided = true
    show(now.hasPictures ? 'grid' : 'table')
  }
  watch(
    () => useJobs().making(['pairs', 'pictures'], corpus.value).length === 0,
    (over) => {
      // What was read before may be from before the pictures.
      if (over && !isDecided && corpus.value !== null) parts.again()
    },
    { flush: 'sync' },
  )

  function setView(next: PairView): void {
    isDecided = true
    keep(corpus.value, 'pairs-view', next)
    show(next)
  }

  function setCellSize(next: number): void {
    cellSize.value = Math.round(clamp(next, 72, 420))
    keep(null, 'cell-size', cellSize.value)
  }

  function setCaptionLines(lines: number): void {
    captionLines.value = clamp(Math.round(lines), 0, MOST_CAPTION_LINES)
    keep(null, 'caption-lines', captionLines.value)
  }

  function setRowLines(lines: number): void {
    rowLines.value = clamp(Math.round(lines), 1, MOST_ROW_LINES)
    keep(null, 'row-lines', rowLines.value)
  }

  return {
    view,
    cellSize,
    captionLines,
    rowLines,
    enterView,
    settleView,
    setView,
    setCellSize,
    setCaptionLines,
    setRowLines,
  }
}
