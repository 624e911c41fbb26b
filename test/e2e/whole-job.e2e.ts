import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { ElectronApplication, Page } from '@playwright/test'
import { expect, test } from './support.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const MODEL = join(ROOT, 'test/fixtures/models/tiny-clip')
const SAMPLE = join(ROOT, 'resources/sample/gleaner-sample.warc.gz')

/** A person cannot click through the system's dialogs in a test: they answer with `paths`. */
async function answerDialogs(app: ElectronApplication, paths: string[]): Promise<void> {
  await app.evaluate(({ dialog }, answer) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: answer })
    dialog.showSaveDialog = () =>
      Promise.resolve({ canceled: false, filePath: answer[0] as string })
  }, paths)
}

async function call<T>(page: Page, name: string, input: unknown): Promise<T> {
  const reply = await page.evaluate(
    ([n, i]) =>
      (
        window as unknown as { gleaner: { call(n: string, i: unknown): Promise<unknown> } }
      ).gleaner.call(n as string, i),
    [name, input] as const,
  )
  expect(reply).toMatchObject({ ok: true })
  return (reply as { value: T }).value
}

/** Waits until nothing runs, whatever was started. */
async function untilIdle(page: Page): Promise<void> {
  await expect
    .poll(
      async () =>
        (await call<{ state: string }[]>(page, 'jobs.list', {})).filter((job) =>
          ['queued', 'running'].includes(job.state),
        ).length,
      { timeout: 120_000 },
    )
    .toBe(0)
}

async function numberIn(page: Page, name: string): Promise<number> {
  const text = await page.getByRole('status', { name }).innerText()
  return Number((text.match(/[\d,]+/)?.[0] ?? 'NaN').replaceAll(',', ''))
}

test('import, browse, score, cut, export and restart, by keyboard', async ({ start, home }) => {
  const first = await start()
  let { page } = first
  const { app } = first
  const corpus = join(home, 'my crawl.gleaner')

  // A corpus of one's own, and an archive into it.
  await answerDialogs(app, [corpus])
  await page.keyboard.press('Control+N')
  await expect(page.getByRole('banner', { name: 'Current corpus and filter' })).toContainText(
    'my crawl',
  )
  await answerDialogs(app, [SAMPLE])
  await page.keyboard.press('Control+I')
  // The corpus was just made for it, so it is where the archive goes.
  const dialog = page.getByRole('dialog', { name: 'Import archives' })
  await expect(dialog.getByRole('radio', { name: /^Into my crawl/ })).toBeChecked()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await expect.poll(() => call<unknown[]>(page, 'jobs.list', {})).toHaveLength(1)
  await untilIdle(page)

  // Browse.
  await page.keyboard.press('2')
  await expect(page.getByRole('option').first()).toBeVisible()
  await expect(page.getByRole('status', { name: 'Pairs shown' })).toContainText('875')
  await page.keyboard.press('/')
  await page.keyboard.type('status:ok alt:*')
  await page.keyboard.press('Enter')
  // While it is counted nothing stands there.
  await expect(page.getByRole('status', { name: 'Pairs shown' })).toHaveText(/^[\d,]+ of 875/)
  const filtered = await numberIn(page, 'Pairs shown')
  expect(filtered).toBeGreaterThan(200)
  expect(filtered).toBeLessThan(875)
  const selection = await call<{ total: number }>(page, 'pairs.select', {
    corpus,
    where: 'status:ok alt:*',
  })
  expect(filtered).toBe(selection.total)

  // Score, with a model from a folder.
  await answerDialogs(app, [MODEL])
  await call(page, 'models.add', { source: MODEL })
  await call(page, 'jobs.score', { corpus, model: 'tiny-clip', text: 'alt', device: 'cpu' })
  await untilIdle(page)

  // Cut.
  await page.keyboard.press('3')
  const slider = page.getByRole('slider', { name: 'Cutoff' })
  await expect(slider).toBeVisible()
  await page.keyboard.press('C')
  await page.keyboard.type('-0.05')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Escape')
  const keptAt = async (cosine: number): Promise<number> =>
    (
      await call<{ kept: number }>(page, 'scores.countAbove', {
        corpus,
        model: 'tiny-clip',
        text: 'alt',
        minCosine: cosine,
      })
    ).kept
  const kept = page.getByRole('status', { name: 'Kept' })
  await expect(kept).toContainText(`kept: ${await keptAt(-0.05)} of`)
  await slider.focus()
  for (let i = 0; i < 5; i++) await page.keyboard.press('Shift+ArrowRight')
  await expect(slider).toHaveAttribute('aria-valuetext', /^0\.000|^-0\.000|^0,/)
  await expect(kept).toContainText(`kept: ${await keptAt(0)} of`)

  // Drag: the share follows the hand and ends at what the engine counts.
  const box = await slider.boundingBox()
  if (!box) throw new Error('the handle has no place')
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
  await page.mouse.down()
  await page.mouse.move(box.x - 60, box.y + 40, { steps: 8 })
  await page.mouse.up()
  const dragged = Number(await slider.getAttribute('aria-valuenow'))
  expect(dragged).toBeLessThan(0)
  await expect(kept).toContainText(`kept: ${await keptAt(dragged)} of`)

  // Export what passes.
  const passing = await keptAt(dragged)
  const out = join(home, 'dataset')
  await page.keyboard.press('Control+E')
  await page.getByRole('radio', { name: 'JSON Lines' }).check()
  await answerDialogs(app, [out])
  await page.getByRole('button', { name: /Choose folder/ }).click()
  await expect(page.getByRole('status', { name: 'Pairs to export' })).toHaveText(/\d/)
  await page.keyboard.press('Control+Enter')
  await expect.poll(() => findManifest(out), { timeout: 60_000 }).not.toBeNull()
  const manifest = JSON.parse(readFileSync(findManifest(out) as string, 'utf8')) as {
    counts: { exported: number }
  }
  expect(manifest.counts.exported).toBe(passing)

  // Restart: the same corpus, filter and cutoff.
  await untilIdle(page)
  await first.close()
  const second = await start()
  page = second.page
  await expect(page.getByRole('banner', { name: 'Current corpus and filter' })).toContainText(
    'my crawl',
  )
  await page.keyboard.press('3')
  await expect(page.getByRole('slider', { name: 'Cutoff' })).toHaveAttribute(
    'aria-valuenow',
    String(dragged),
  )
  await page.keyboard.press('2')
  await expect(page.getByRole('status', { name: 'Pairs shown' })).toContainText(String(filtered))
})

/** The window may put the dataset into a folder of its own below the chosen one. */
function findManifest(folder: string): string | null {
  const direct = join(folder, 'manifest.json')
  if (existsSync(direct)) return direct
  return null
}

test('an engine that is killed comes back, and its job goes on to the same end', async ({
  start,
  home,
}) => {
  const { page, app } = await start()
  const corpus = join(home, 'killed.gleaner')
  await call(page, 'corpora.create', { path: corpus })
  await call(page, 'jobs.ingest', { corpus, inputs: [SAMPLE], images: 'archive' })
  const pid = await app.evaluate(({ app: shell }) => {
    void shell
    const { readdirSync, readFileSync: read } = process.getBuiltinModule('node:fs')
    for (const entry of readdirSync('/proc')) {
      if (!/^\d+$/.test(entry)) continue
      try {
        const line = read(`/proc/${entry}/cmdline`, 'utf8')
        const stat = read(`/proc/${entry}/stat`, 'utf8')
        const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
        if (line.includes('main/engine.js') && parent === process.pid) return Number(entry)
      } catch {
        continue
      }
    }
    return null
  })
  expect(pid).not.toBeNull()
  process.kill(pid as number, 'SIGKILL')
  // The shell starts it again; opening the corpus lets the job go on.
  await expect
    .poll(
      () =>
        page.evaluate(
          async (path) =>
            (
              (await (
                window as unknown as { gleaner: { call(n: string, i: unknown): Promise<unknown> } }
              ).gleaner.call('corpora.open', { path })) as { ok: boolean }
            ).ok,
          corpus,
        ),
      { timeout: 30_000 },
    )
    .toBe(true)
  await untilIdle(page)
  const stats = await call<{ pairs: number; images: Record<string, number> }>(
    page,
    'corpora.stats',
    { corpus },
  )
  expect(stats.pairs).toBe(875)
  expect(stats.images['pending'] ?? 0).toBe(0)
})
