import { createPinia, setActivePinia } from 'pinia'
import { effectScope, nextTick } from 'vue'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { createClient, provideClient } from '../../../src/renderer/src/bridge/client.ts'
import { useCutoff } from '../../../src/renderer/src/state/cutoff.ts'
import { skipReason, useExporting } from '../../../src/renderer/src/features/export/exporting.ts'
import { useExportScope } from '../../../src/renderer/src/state/export-scope.ts'
import { useInspect } from '../../../src/renderer/src/state/inspect.ts'
import { usePairs } from '../../../src/renderer/src/state/pairs.ts'
import { usePreview, useViewWalk, walkAmong } from '../../../src/renderer/src/state/preview.ts'
import { useSession } from '../../../src/renderer/src/state/session.ts'
import { useUndo } from '../../../src/renderer/src/state/undo.ts'
import { fillCorpus } from '../../support/synthetic.ts'
import { startWindowEngine, type WindowEngine } from '../../support/window-engine.ts'

const MODEL = 'Xenova/clip-vit-base-patch32'
let bridge: WindowEngine
let held: { name: string; release: () => void }[] = []
let hold: ((name: string, input: unknown) => boolean) | null = null
const asked: string[] = []

const soon = (ms = 20) => new Promise((resolve) => setTimeout(resolve, ms))

async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 400 && !holds(); i++) await soon(10)
  expect(holds()).toBe(true)
}

beforeAll(() => {
  bridge = startWindowEngine()
})
afterAll(() => bridge.stop())

beforeEach(async () => {
  setActivePinia(createPinia())
  const corpus = bridge.corpus('harbour', (empty) =>
    fillCorpus(empty, { pairs: 2000, scores: ['alt', 'caption'], model: MODEL }),
  )
  held = []
  hold = null
  asked.length = 0
  provideClient(
    createClient({
      ...bridge,
      async call(name, input) {
        asked.push(name)
        if (hold?.(name, input)) {
          await new Promise<void>((release) => held.push({ name, release }))
        }
        return bridge.call(name, input)
      },
    }),
  )
  await useSession().open(corpus)
  await usePairs().enter(corpus)
  useCutoff().enter(corpus)
  useExporting().enter(corpus)
})

test('of two corpora that are asked for, the one asked for last is open, whichever is there first', async () => {
  const session = useSession()
  const first = session.path as string
  const other = bridge.corpus('other', (empty) => fillCorpus(empty, { pairs: 10 }))
  hold = (name) => name === 'corpora.open'
  const slow = session.open(other)
  await until(() => held.length === 1)
  hold = null
  expect(await session.open(first)).toBe(true)
  held[0]?.release()
  expect(await slow).toBe(false)
  expect(session.path).toBe(first)
  expect(session.opening).toBe(false)
})

describe('the pairs of the grid', () => {
  test('are all there at first, with the score of the first source', () => {
    const pairs = usePairs()
    expect(pairs.total).toBe(2000)
    expect(pairs.score?.text).toBe('alt')
  })

  test('of a corpus that was not open before are selected once, with their scores', () => {
    const reads = asked.filter((name) => name !== 'corpora.recent')
    expect(reads.indexOf('scores.sources')).toBeLessThan(reads.indexOf('pairs.select'))
    expect(reads.filter((name) => name === 'pairs.select')).toHaveLength(1)
    expect(usePairs().entered).toBe(useSession().path)
  })

  test('come before the scores are summed up where it is known which are shown', async () => {
    const kept = new Map<string, string>()
    vi.stubGlobal('localStorage', {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => kept.set(key, value),
    })
    const pairs = usePairs()
    const path = useSession().path
    pairs.setScore({ model: MODEL, text: 'caption' })
    await until(() => pairs.state === 'ready')
    await pairs.enter(null)
    expect(pairs.entered).toBeNull()
    asked.length = 0
    await pairs.enter(path)
    const at = (name: string): number => asked.findIndex((one) => one === name)
    expect(at('pairs.select')).toBeLessThan(at('pairs.page'))
    expect(at('pairs.page')).toBeLessThan(at('scores.sources'))
    expect(asked.filter((name) => name === 'pairs.select')).toHaveLength(1)
    expect(pairs.score?.text).toBe('caption')
    vi.unstubAllGlobals()
  })

  test('follow the filter, and come back with undo', async () => {
    const pairs = usePairs()
    pairs.setWhere('alt:boat')
    await until(() => pairs.state === 'ready' && pairs.total < 2000)
    const found = pairs.total
    expect(found).toBeGreaterThan(0)
    useUndo().undo()
    await until(() => pairs.total === 2000)
    expect(pairs.where).toBe('')
    useUndo().redo()
    await until(() => pairs.total === found)
  })

  test('of an older filter never overwrite those of the newer', async () => {
    const pairs = usePairs()
    let first = true
    hold = (name) => {
      if (name !== 'pairs.select' || !first) return false
      first = false
      return true
    }
    pairs.setWhere('alt:boat')
    pairs.setWhere('alt:nothing-of-that-name')
    await until(() => pairs.state === 'ready')
    expect(pairs.total).toBe(0)
    held[0]?.release()
    await soon()
    expect(pairs.total).toBe(0)
    expect(pairs.where).toBe('alt:nothing-of-that-name')
  })

  test('a filter that cannot be read is an error with the filter kept', async () => {
    const pairs = usePairs()
    pairs.setWhere('width>=big')
    await until(() => pairs.state === 'error')
    expect(pairs.error?.message).toContain('number')
    expect(pairs.where).toBe('width>=big')
  })

  test('are asked again when the engine has lost the selection', async () => {
    const pairs = usePairs()
    pairs.selection = 'gone'
    pairs.want(0, 10)
    await until(() => pairs.selection !== 'gone')
    pairs.want(0, 10)
    await until(() => pairs.rowAt(0) !== undefined)
  })

  test('the one under the cursor is shown in the inspector', async () => {
    const pairs = usePairs()
    pairs.want(0, 200)
    await until(() => pairs.rowAt(7) !== undefined)
    pairs.moveTo(7)
    await until(() => useInspect().detail?.id === pairs.rowAt(7)?.id)
  })
})

describe('the selection', () => {
  test('grows from its anchor and shrinks back', () => {
    const pairs = usePairs()
    pairs.moveTo(10)
    pairs.moveTo(14, true)
    expect(pairs.marked).toEqual([[10, 14]])
    pairs.moveTo(8, true)
    expect(pairs.marked).toEqual([[8, 10]])
    pairs.toggleMark(9)
    expect(pairs.markedCount).toBe(2)
  })

  test('of everything is the filter itself, not a list of ids', async () => {
    const pairs = usePairs()
    pairs.setWhere('alt:boat')
    await until(() => pairs.state === 'ready' && pairs.total < 2000)
    pairs.markAll()
    expect(await pairs.markedQuery()).toBe('alt:boat')
  })

  test('of some becomes a query by id', async () => {
    const pairs = usePairs()
    pairs.moveTo(2)
    pairs.moveTo(4, true)
    expect(await pairs.markedQuery()).toBe('id:3..5')
  })

  test('ends with a new filter, as its rows are others', async () => {
    const pairs = usePairs()
    pairs.markAll()
    pairs.setWhere('alt:boat')
    await until(() => pairs.state === 'ready')
    expect(pairs.markedCount).toBe(0)
    useUndo().undo()
    expect(pairs.markedCount).toBe(2000)
  })
})

describe('the large preview', () => {
  test('goes along the list it was opened from, and stops at its ends', async () => {
    const preview = usePreview()
    const inspect = useInspect()
    await inspect.show(9)
    preview.open(walkAmong(() => [4, 9, 2]))
    preview.walk?.step(1)
    expect(inspect.id).toBe(2)
    preview.walk?.step(1)
    expect(inspect.id).toBe(2)
    preview.walk?.step(-1)
    preview.walk?.step(-1)
    expect(inspect.id).toBe(4)
  })

  test('walks along the view where no list opened it, and is closed with its pair', async () => {
    const preview = usePreview()
    const inspect = useInspect()
    await inspect.show(1)
    const steps: number[] = []
    const scope = effectScope()
    scope.run(() => useViewWalk({ step: (by) => void steps.push(by) }))
    preview.open()
    preview.walk?.step(1)
    expect(steps).toEqual([1])
    await inspect.show(null)
    await nextTick()
    expect(preview.isOpen).toBe(false)
    scope.stop()
    preview.open()
    expect(preview.walk).toBeNull()
  })
})

describe('the cutoff', () => {
  test('stands at the preset of its model and counts exactly', async () => {
    const cutoff = useCutoff()
    await cutoff.load()
    await until(() => cutoff.isExact)
    expect(cutoff.kept + cutoff.dropped).toBe(cutoff.n)
  })

  test('has a count at once, before the engine answers', async () => {
    const cutoff = useCutoff()
    await cutoff.load()
    await until(() => cutoff.isExact)
    hold = (name) => name === 'scores.countAbove'
    const before = cutoff.kept
    cutoff.setCosine(cutoff.cosine - 0.05)
    expect(cutoff.isExact).toBe(false)
    expect(cutoff.kept).toBeGreaterThan(before)
    const estimate = cutoff.kept
    held[0]?.release()
    await until(() => cutoff.isExact)
    expect(Math.abs(cutoff.kept - estimate)).toBeLessThan(10)
  })

  test('typed as a share keeps that share', async () => {
    const cutoff = useCutoff()
    await cutoff.load()
    await cutoff.setTyped({ kind: 'share', share: 0.2 })
    await until(() => cutoff.isExact)
    expect(cutoff.kept / cutoff.n).toBeCloseTo(0.2, 2)
  })

  test('dragged is one step to undo', async () => {
    const cutoff = useCutoff()
    await cutoff.load()
    const start = cutoff.cosine
    for (let i = 1; i <= 30; i++) cutoff.setCosine(start + i * 0.001, 'drag')
    useUndo().undo()
    expect(cutoff.cosine).toBe(start)
  })

  test('as a filter keeps what it said it would', async () => {
    const cutoff = useCutoff()
    const pairs = usePairs()
    await cutoff.load()
    cutoff.setCosine(0.3)
    await until(() => cutoff.isExact)
    pairs.setWhere(cutoff.query)
    await until(() => pairs.state === 'ready' && pairs.total < 2000)
    expect(pairs.total).toBe(cutoff.kept)
  })
})

describe('what would be exported', () => {
  test('and what is skipped make up what was chosen', async () => {
    const exporting = useExporting()
    await exporting.refresh()
    const preview = exporting.preview
    expect(preview?.matched).toBe(2000)
    const skipped = preview?.skipped.reduce((sum, item) => sum + item.n, 0) ?? 0
    expect(skipped).toBeGreaterThan(0)
    expect((preview?.exported ?? 0) + skipped).toBe(2000)
  })

  test('depends on what the format takes', async () => {
    const exporting = useExporting()
    exporting.setFormat('jsonl')
    await exporting.refresh()
    expect(exporting.preview?.exported).toBe(2000)
    exporting.setFormat('parquet')
    await exporting.refresh()
    expect(exporting.preview?.skipped.map((skip) => skipReason(skip, 'alt'))).toEqual([
      'no alt text',
    ])
    expect(asked.filter((name) => name === 'exports.preview')).toHaveLength(2)
  })

  test('a filter by the score of the view names that score', () => {
    const pairs = usePairs()
    const exportScope = useExportScope()
    pairs.where = 'score>=0.3'
    exportScope.choose('filter')
    expect(exportScope.where).toBe(`score[${MODEL}].alt>=0.3`)
  })

  test('without a selection is what the filter shows, not the pair under the cursor', async () => {
    const pairs = usePairs()
    const exportScope = useExportScope()
    pairs.setWhere('alt:boat')
    await until(() => pairs.state === 'ready' && pairs.total < 2000)
    expect(pairs.cursor).toBe(0)
    await exportScope.chooseShown()
    expect(exportScope.scope).toBe('filter')
    expect(exportScope.where).toBe('alt:boat')
  })

  test('is the selection only as long as it is the one of the grid', async () => {
    const pairs = usePairs()
    const exportScope = useExportScope()
    pairs.moveTo(2)
    pairs.moveTo(4, true)
    await exportScope.chooseShown()
    expect(exportScope.where).toBe('id:3..5')
    expect(exportScope.selection?.n).toBe(3)
    pairs.mark([])
    await nextTick()
    expect(exportScope.scope).toBe('all')
    expect(exportScope.where).toBe('')
    expect(exportScope.selection).toBeNull()
  })

  test('stays what a person chose, whatever the filter', () => {
    const exportScope = useExportScope()
    exportScope.choose('all')
    usePairs().where = 'alt:boat'
    expect(exportScope.where).toBe('')
  })
})
