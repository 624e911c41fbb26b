/**
 * Rating in the real window: from the last key of a picture to the next picture on the screen, and
 * what memory it takes, in a study of 10,000 pictures of 1024 x 1024. A machine without a screen gets
 * one of its own.
 *
 *     node test/bench/rating-window.ts [PICTURES] [RATED] [MS BETWEEN KEYS]
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { withVirtualDisplay } from '../../scripts/display.mjs'
import { hasDisplay } from '../../scripts/setup.mjs'
import { freeze } from '../../src/main/jobs/evaluate/freeze.ts'
import { launch } from '../e2e/support.ts'
import { openRating } from '../e2e/rating-study.ts'
import { makeBigStudy } from '../support/big-study.ts'

const pictures = Number(process.argv[2] ?? 10_000)
const rated = Number(process.argv[3] ?? 300)
const pause = Number(process.argv[4] ?? 120)

interface Bench {
  last: number
  found: number[]
}

async function main(display: Record<string, string>): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'gleaner-bench-rating-window-'))
  const path = join(home, 'first.gleaner')
  try {
    const { corpus, study } = await makeBigStudy(path, pictures, {
      compare: false,
      practice: 0,
      checkEvery: 0,
    })
    freeze(corpus, study)
    corpus.close()
    const { app, page, close } = await launch(home, display)
    const call = (name: string, input: unknown): Promise<unknown> =>
      page.evaluate(
        ([n, i]) =>
          (
            window as unknown as { gleaner: { call(n: string, i: unknown): Promise<unknown> } }
          ).gleaner.call(n as string, i),
        [name, input] as const,
      )
    await page.evaluate((where) => {
      localStorage.setItem('gleaner:last-corpus', JSON.stringify(where))
      localStorage.setItem('gleaner:rater', JSON.stringify('bench'))
    }, path)
    await call('corpora.open', { path })
    await page.reload()
    await openRating({ app, page, close }, 'Rate a study')
    const shown = page.locator('.stage[aria-busy="false"]')
    const start = page.getByRole('heading', { name: 'Instructions' })
    await start.or(shown).first().waitFor({ timeout: 30_000 })
    if (await start.isVisible()) await page.keyboard.press('Enter')
    await shown.waitFor({ timeout: 30_000 })
    await page.evaluate(() => {
      const bench: Bench = { last: 0, found: [] }
      Object.assign(window, { bench })
      addEventListener('keydown', ({ timeStamp }) => (bench.last = timeStamp), { capture: true })
      let busy = false
      new MutationObserver(() => {
        const now = document.querySelector('.stage')?.getAttribute('aria-busy') === 'true'
        if (busy && !now) bench.found.push(performance.now() - bench.last)
        busy = now
      }).observe(document.body, {
        subtree: true,
        attributes: true,
        attributeFilter: ['aria-busy'],
      })
    })
    const memory = (): Promise<number> =>
      app.evaluate(({ app: electron }) =>
        Math.round(
          electron
            .getAppMetrics()
            .filter(({ type }) => type === 'Tab')
            .reduce((sum, metric) => sum + metric.memory.workingSetSize, 0) / 1024,
        ),
      )
    const before = await memory()
    let most = before
    for (let i = 0; i < rated; i++) {
      await shown.waitFor()
      for (let aspect = 0; aspect < 5; aspect++) {
        await page.waitForTimeout(pause)
        await page.keyboard.press(String((i + aspect) % 6))
      }
      if (i % 20 === 19) most = Math.max(most, await memory())
    }
    const found = (
      await page.evaluate(() => (window as unknown as { bench: Bench }).bench.found)
    ).sort((a, b) => a - b)
    const at = (share: number): string =>
      `${(found[Math.min(found.length - 1, Math.floor(share * found.length))] ?? NaN).toFixed(1)} ms`
    console.log(
      `${pictures.toLocaleString('en')} pictures, ${found.length} rated with 5 keys each, ${pause} ms apart`,
    )
    console.log(`key to next picture: median ${at(0.5)}, p95 ${at(0.95)}, longest ${at(1)}`)
    console.log(`memory of the window: ${before} MB at first, ${most} MB at most`)
    await close()
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

if (hasDisplay()) await main({})
else await withVirtualDisplay(main)
