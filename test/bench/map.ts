/**
 * The map of a corpus: how long it takes to make one of pictures with 512 numbers each, whether a
 * second run gives the same, and what a frame costs the page while the map is moved and zoomed, in the
 * real Electron. A machine without a screen gets one of its own, and WebGL by software.
 *
 *     node test/bench/map.ts [PAIRS] [DIMENSIONS] [--twice] [--plain] [--places]
 *
 * `--plain`: without WebGL. `--places`: the map is not worked out but made up, of all pictures in heaps, so
 * that only the window is measured. GLEANER_BENCH_CORPUS=FOLDER: a copy of that corpus is measured.
 */
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CDPSession, Page } from '@playwright/test'
import { withVirtualDisplay } from '../../scripts/display.mjs'
import { hasDisplay } from '../../scripts/setup.mjs'
import { createEngine } from '../../src/main/engine/engine.ts'
import { sortedKeys } from '../../src/shared/key-order.ts'
import { seededRandom } from '../../src/shared/random.ts'
import { writeMap } from '../../src/main/store/map-file.ts'
import { createCorpus, openCorpus, openReader } from '../../src/main/store/open.ts'
import { ensureModel } from '../../src/main/store/repositories/models.ts'
import { countRows } from '../../src/main/store/repositories/stats.ts'
import { KEY, eachMapKey } from '../../src/main/store/repositories/map-items.ts'
import { launch } from '../e2e/support.ts'
import { EMBEDDED, embedCorpus } from '../support/embedded.ts'
import { fillCorpus } from '../support/synthetic.ts'
import { ms, row, spread } from '../support/window-bench.ts'

const numbers = process.argv.slice(2).filter((arg) => !arg.startsWith('--'))
const pairs = Number(numbers[0] ?? 1_000_000)
const dim = Number(numbers[1] ?? 512)
const isTwice = process.argv.includes('--twice')
const isMadeUp = process.argv.includes('--places')
const isPlain = process.argv.includes('--plain')

interface JobValue {
  id: string
  state: string
  progress: { note: string }
  result: { label: string; value: string }[]
}

const seconds = (from: number): string => `${((performance.now() - from) / 1000).toFixed(1)} s`

/** Makes the map by the engine alone, and says when which step was over. */
async function makeMap(corpus: string, anew: boolean): Promise<string> {
  const engine = createEngine({ resumeJobs: false })
  const began = performance.now()
  const cpu = process.cpuUsage()
  const steps = new Map<string, number>()
  let first: string | null = null
  engine.onEvent((name, value) => {
    if (name === 'corpus.changed') first ??= seconds(began)
    if (name === 'jobs.changed') {
      const { note } = (value as JobValue).progress
      if (!steps.has(note)) steps.set(note, performance.now())
    }
  })
  const { job } = (await engine.call('jobs.map', { corpus, anew })).value as { job: string }
  const ended = (await engine.finished(job)) as unknown as JobValue & { error: unknown }
  if (ended.state !== 'done') throw new Error(JSON.stringify(ended.error))
  const used = process.cpuUsage(cpu)
  if (!anew) row('until the principal components are there', first ?? '')
  row(
    'until the map is whole',
    seconds(began),
    `${((used.user + used.system) / 1e6).toFixed(1)} s cpu`,
  )
  const names = [...steps]
  for (const [i, [note, at]] of names.entries()) {
    const end = names[i + 1]?.[1] ?? performance.now()
    if (!anew) row(`  ${note}`, `${((end - at) / 1000).toFixed(1)} s`)
  }
  await engine.stop()
  return ended.result.find(({ label }) => label === 'Digest')?.value ?? ''
}

/** A map of all pictures in heaps of different size, without embeddings. */
function madeUpMap(path: string): void {
  const db = openReader(path)
  const list: Uint8Array[] = []
  eachMapKey(db, 'image', (_, key) => list.push(Uint8Array.from(key)))
  db.close()
  const keys = sortedKeys(new Uint8Array(Buffer.concat(list)))
  const n = keys.length / KEY
  const random = seededRandom(5)
  const heaps = Array.from({ length: 60 }, () => [20 * random.normal(), 20 * random.normal()])
  const places = new Float32Array(2 * n)
  for (let i = 0; i < n; i++) {
    const heap = heaps[Math.floor(60 * random.next() ** 2)] ?? [0, 0]
    places[2 * i] = (heap[0] ?? 0) + 2 * random.normal()
    places[2 * i + 1] = (heap[1] ?? 0) + 2 * random.normal()
  }
  const none = new Float32Array()
  writeMap(path, {
    head: {
      ...{ id: `${EMBEDDED.digest.slice(0, 12)}-image-${'0'.repeat(12)}`, model: EMBEDDED },
      ...{ subject: 'image', dim, items: n, added: 0, without: 0, whole: true, labels: [] },
      params: { axes: 0, axesFrom: 0, landmarks: 0, neighbours: 15, epochs: 0, seed: 1 },
      ...{ variance: { two: 0, all: 0 }, digest: '' },
    },
    arrays: {
      ...{ keys, pca: places, umap: places, mean: none, axes: none, landmarks: none },
      landmarkAt: none,
    },
  })
}

interface TraceEvent {
  name: string
  ph: string
  ts: number
  tid: number
  pid: number
  dur?: number
  tdur?: number
}
const SCRIPT = new Set([
  'FunctionCall',
  'FireAnimationFrame',
  'EventDispatch',
  'RunMicrotasks',
  'EvaluateScript',
  'TimerFire',
])

/** Milliseconds of the processor that scripts took in each frame while `work` runs. */
async function scriptTimes(devtools: CDPSession, work: () => Promise<void>): Promise<number[]> {
  const events: TraceEvent[] = []
  devtools.on('Tracing.dataCollected', ({ value }) =>
    events.push(...(value as unknown as TraceEvent[])),
  )
  await devtools.send('Tracing.start', {
    traceConfig: {
      includedCategories: ['devtools.timeline', 'disabled-by-default-devtools.timeline'],
    },
    transferMode: 'ReportEvents',
  })
  await work()
  const over = new Promise((resolve) => devtools.once('Tracing.tracingComplete', resolve))
  await devtools.send('Tracing.end')
  await over
  const main = events.find(({ name }) => name === 'FireAnimationFrame')
  const own = events
    .filter(({ tid, pid }) => tid === main?.tid && pid === main.pid)
    .sort((a, b) => a.ts - b.ts)
  const times: number[] = []
  let now = 0
  let end = 0
  let isDrawn = false
  for (const event of own) {
    if (event.name === 'BeginMainThreadFrame' || event.name === 'BeginFrame') continue
    if (event.name === 'FireAnimationFrame') {
      if (isDrawn) {
        times.push(now)
        now = 0
      }
      isDrawn = true
    }
    if (event.ph !== 'X' || !SCRIPT.has(event.name) || event.ts < end) continue
    // Only the outermost: what it calls is in its time.
    end = event.ts + (event.dur ?? 0)
    now += (event.tdur ?? event.dur ?? 0) / 1000
  }
  times.push(now)
  return times
}

const waitForMap = async (page: Page): Promise<void> => {
  await page.locator('.map .legend .drawn').filter({ hasText: /\d/ }).waitFor()
  await page.waitForTimeout(1500)
}

async function main(display: Record<string, string>): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'gleaner-bench-map-'))
  const path = join(home, 'million.gleaner')
  process.env['GLEANER_HOME'] = home
  try {
    const filled = performance.now()
    const given = process.env['GLEANER_BENCH_CORPUS']
    if (given) cpSync(given, path, { recursive: true })
    else createCorpus(path)
    const corpus = openCorpus(path)
    if (!given) fillCorpus(corpus, { pairs, scores: ['alt'] })
    const { pictures } = isMadeUp
      ? { pictures: countRows(corpus.reader, 'images') }
      : embedCorpus(corpus, { dim })
    if (isMadeUp) ensureModel(corpus.writer, { ...EMBEDDED, manifest: '{}' })
    corpus.close()
    row(
      `${pairs.toLocaleString('en')} pairs, ${pictures.toLocaleString('en')} x ${dim} made`,
      seconds(filled),
    )
    if (isMadeUp) madeUpMap(path)
    const digest = isMadeUp ? '' : await makeMap(path, false)
    if (isTwice) row('a second run gives the same', String((await makeMap(path, true)) === digest))

    const swift = isPlain ? [] : ['--enable-unsafe-swiftshader']
    const { page, close } = await launch(home, display, swift)
    page.setDefaultTimeout(240_000)
    await page.getByRole('option').first().waitFor()
    await page.evaluate((where) => {
      const bridge = (
        window as unknown as { gleaner: { call(n: string, i: unknown): Promise<unknown> } }
      ).gleaner
      return bridge.call('corpora.open', { path: where })
    }, path)
    await page.keyboard.press('1')
    await page.getByRole('button', { name: 'Open million' }).click()
    await page.keyboard.press('2')
    await page
      .getByRole('status', { name: 'Pairs shown' })
      .filter({ hasText: pairs.toLocaleString('en') })
      .waitFor()
    // The count in the head comes before the pairs, which the key waits for.
    await page.getByRole('listbox', { name: 'Pairs' }).getByRole('option').first().waitFor()
    const opened = performance.now()
    await page.keyboard.press('m')
    await waitForMap(page)
    row('from the grid to the map', ms(performance.now() - opened - 1500))
    console.log((await page.locator('.map .legend .drawn').textContent())?.trim())
    const gl = await page.evaluate(
      () =>
        document.querySelector<HTMLCanvasElement>('.map canvas')?.getContext('webgl2') instanceof
        WebGL2RenderingContext,
    )
    row(
      'drawn by',
      gl ? 'WebGL' : 'the processor',
      `${await page.evaluate(() => `${innerWidth} x ${innerHeight}`)}`,
    )
    const picture = process.env['GLEANER_BENCH_PICTURE']
    if (picture) await page.screenshot({ path: picture })
    row('script of a frame, processor', 'median', 'p95', 'longest')
    const box = await page.locator('.map canvas').boundingBox()
    if (!box) throw new Error('the map has no place')
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
    const devtools = await page.context().newCDPSession(page)
    await page.mouse.move(x, y)
    const pan = await scriptTimes(devtools, async () => {
      await page.mouse.down()
      for (let i = 0; i < 150; i++) {
        await page.mouse.move(x + 160 * Math.sin(i / 12), y + 90 * Math.sin(i / 17))
        await page.waitForTimeout(8)
      }
      await page.mouse.up()
    })
    row(`moving, ${pan.length} frames`, ...spread(pan))
    const zoom = await scriptTimes(devtools, async () => {
      for (let i = 0; i < 150; i++) {
        await page.mouse.wheel(0, i % 100 < 50 ? -60 : 60)
        await page.waitForTimeout(8)
      }
    })
    row(`zooming, ${zoom.length} frames`, ...spread(zoom))
    await close()
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

if (hasDisplay()) await main({})
else await withVirtualDisplay(main)
