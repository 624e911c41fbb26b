/**
 * The table of pairs at 1,000,000 of them, in the real Electron: frames while it scrolls, and how long
 * sorting takes from the click on a head until the first row is another one on the screen. A machine
 * without a screen gets one of its own.
 *
 *     node test/bench/table.ts [PAIRS]
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { withVirtualDisplay } from '../../scripts/display.mjs'
import { hasDisplay } from '../../scripts/setup.mjs'
import { createCorpus, openCorpus } from '../../src/main/store/open.ts'
import { launch } from '../e2e/support.ts'
import { frames, ms, row, spread } from '../support/window-bench.ts'
import { fillCorpus } from '../support/synthetic.ts'

const pairs = Number(process.argv[2] ?? 1_000_000)
const last = `#row-${pairs - 1}`

/** From the click until a frame shows another first row, ms. */
async function sortBy(page: Page, name: string): Promise<number> {
  return page.evaluate(async (head) => {
    const first = (): string =>
      document.querySelector('[role="row"][aria-rowindex="2"]')?.getAttribute('aria-label') ?? ''
    const before = first()
    const button = [...document.querySelectorAll<HTMLElement>('[role="columnheader"] button')].find(
      (one) => one.getAttribute('aria-label')?.startsWith(head),
    )
    if (!button) throw new Error(`no head ${head}`)
    const began = performance.now()
    button.click()
    for (;;) {
      await new Promise(requestAnimationFrame)
      const now = first()
      if (now !== before && /score|ID|Pair \d+[,:]/.test(now) && !now.endsWith('loading')) break
      if (performance.now() - began > 30_000) throw new Error(`${head}: nothing changed`)
    }
    return performance.now() - began
  }, `Sort by ${name}`)
}

async function main(display: Record<string, string>): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'gleaner-bench-table-'))
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
      .waitFor({ timeout: 30_000 })
    await page.getByRole('option').first().waitFor()
    const switched = performance.now()
    await page.keyboard.press('v')
    const table = page.getByRole('grid', { name: 'Pairs' })
    await table.locator('#row-0 .words').first().waitFor()
    row('from the grid to the table', ms(performance.now() - switched))
    // The scores of all columns are read ahead meanwhile.
    await page.waitForTimeout(8000)

    await table.hover()
    const devtools = await page.context().newCDPSession(page)
    await devtools.send('Performance.enable', { timeDomain: 'threadTicks' })
    /** Seconds of the processor for the page: scripts, style, layout, paint. */
    const worked = async (): Promise<number> =>
      (await devtools.send('Performance.getMetrics')).metrics.find(
        (metric) => metric.name === 'TaskDuration',
      )?.value ?? NaN
    for (const [what, step] of [
      ['scroll, a frame, 60 px at a time', 60],
      ['scroll, a frame, 600 px at a time', 600],
    ] as const) {
      const before = await worked()
      const times = await frames(page, async () => {
        for (let i = 0; i < 120; i++) {
          await page.mouse.wheel(0, step)
          await page.waitForTimeout(8)
        }
      })
      row(what, ...spread(times))
      row(
        '  of the processor for the page a frame',
        ms(((await worked()) - before) * (1000 / times.length)),
      )
    }
    await table.focus()
    const jumped = performance.now()
    await page.keyboard.press('Control+End')
    await page.locator(`${last} .words`).first().waitFor()
    row('to the last pair and its texts', ms(performance.now() - jumped))
    await page.keyboard.press('Control+Home')
    await page.locator('#row-0 .words').first().waitFor()

    for (const column of ['alt text score', 'caption score']) {
      const times: number[] = []
      for (let i = 0; i < 6; i++) times.push(await sortBy(page, column))
      row(`sort by ${column}`, ...spread(times))
    }
    for (const column of ['language', 'size', 'alt text']) {
      row(
        `sort by ${column}, first and again`,
        ms(await sortBy(page, column)),
        ms(await sortBy(page, column)),
      )
    }
    const heap = await page.evaluate(
      () =>
        (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize,
    )
    row('memory of the page', `${(heap / 1e6).toFixed(0)} MB`)
    await close()
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

if (hasDisplay()) await main({})
else await withVirtualDisplay(main)
