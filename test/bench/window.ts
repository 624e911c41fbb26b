/**
 * The window with 1,000,000 pairs: opening, scrolling, dragging the cutoff, in the real Electron.
 * A machine without a screen gets one of its own. Frames cannot be shorter than the screen's 16.7 ms;
 * so beside them stands what the drag itself costs: the work of the page from the event to the
 * numbers on the screen, and the engine's answer.
 *
 *     node test/bench/window.ts [PAIRS]
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { withVirtualDisplay } from '../../scripts/display.mjs'
import { hasDisplay } from '../../scripts/setup.mjs'
import { createCorpus, openCorpus } from '../../src/main/store/open.ts'
import { launch } from '../e2e/support.ts'
import { fillCorpus } from '../support/synthetic.ts'
import { frames, ms, row, spread } from '../support/window-bench.ts'

const pairs = Number(process.argv[2] ?? 1_000_000)

async function main(display: Record<string, string>): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'gleaner-bench-window-'))
  const path = join(home, 'million.gleaner')
  try {
    createCorpus(path)
    const corpus = openCorpus(path)
    fillCorpus(corpus, { pairs, scores: ['alt', 'caption'] })
    corpus.close()
    const { page, close } = await launch(home, display)
    await page.getByRole('option').first().waitFor({ timeout: 60_000 })
    await page.waitForTimeout(3000)

    row(`${pairs.toLocaleString('en')} pairs`, 'median', 'p95', 'longest')
    const shown = page.getByRole('status', { name: 'Pairs shown' })
    const opened = performance.now()
    await page.evaluate((where) => {
      // As a double click on the folder does.
      const bridge = (
        window as unknown as { gleaner: { call(n: string, i: unknown): Promise<unknown> } }
      ).gleaner
      return bridge.call('corpora.open', { path: where })
    }, path)
    await page.keyboard.press('1')
    await page.getByRole('button', { name: 'Open million' }).click()
    await page.keyboard.press('2')
    await shown.filter({ hasText: pairs.toLocaleString('en') }).waitFor({ timeout: 30_000 })
    await page.getByRole('option').first().waitFor()
    row('open, until the first pairs are shown', ms(performance.now() - opened))

    const grid = page.getByRole('listbox', { name: 'Pairs' })
    await grid.hover()
    for (const [what, step] of [
      ['scroll, a frame, 60 px at a time', 60],
      ['scroll, a frame, 600 px at a time', 600],
    ] as const) {
      const times = await frames(page, async () => {
        for (let i = 0; i < 120; i++) {
          await page.mouse.wheel(0, step)
          await page.waitForTimeout(8)
        }
      })
      row(what, ...spread(times))
    }
    await grid.focus()
    const jumped = performance.now()
    await page.keyboard.press('Control+End')
    await page.locator(`#cell-${pairs - 1} .foot`).waitFor()
    row('to the last pair and its text', ms(performance.now() - jumped))

    await page.keyboard.press('3')
    const slider = page.getByRole('slider', { name: 'Cutoff' })
    await slider.waitFor()
    await page.waitForTimeout(1500)
    const box = await slider.boundingBox()
    if (!box) throw new Error('the handle has no place')
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
    const devtools = await page.context().newCDPSession(page)
    await devtools.send('Performance.enable')
    /** Seconds that the page's thread has worked: scripts, style, layout, paint. */
    const worked = async (): Promise<number> =>
      (await devtools.send('Performance.getMetrics')).metrics.find(
        (metric) => metric.name === 'TaskDuration',
      )?.value ?? NaN
    await page.mouse.move(x, y)
    await page.mouse.down()
    const before = await worked()
    const drag = await frames(page, async () => {
      for (let i = 0; i < 180; i++) {
        await page.mouse.move(x + 120 * Math.sin(i / 14), y + 30)
        await page.waitForTimeout(8)
      }
    })
    await page.mouse.up()
    row('cutoff drag, a frame', ...spread(drag))
    row(
      'cutoff drag, work of the page a frame',
      ms(((await worked()) - before) * (1000 / drag.length)),
    )
    const answers = await page.evaluate(async (where) => {
      const bridge = (
        window as unknown as { gleaner: { call(n: string, i: unknown): Promise<unknown> } }
      ).gleaner
      const scope = { corpus: where, model: 'test/clip', text: 'alt' }
      const times: number[] = []
      for (let i = 0; i < 100; i++) {
        const began = performance.now()
        await Promise.all([
          bridge.call('scores.countAbove', { ...scope, minCosine: 0.2 + i / 1000 }),
          bridge.call('scores.histogram', { ...scope, bins: 200 }),
        ])
        times.push(performance.now() - began)
      }
      return times
    }, path)
    row('count and histogram, asked and answered', ...spread(answers))
    await close()
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

if (hasDisplay()) await main({})
else await withVirtualDisplay(main)
