/**
 * Saves pictures of the window's views, dark and light: `node scripts/views.ts --out FOLDER`, at
 * another size or zoom with `--size 1024x700 --zoom 2` (2 = 200 %). Needs
 * a screen and the build; shows the sample. With `--trained` a head is trained on it first (about
 * two minutes), so that Label has proposals of a model and Train its curves and plots.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { _electron } from 'playwright'
import type { ElectronApplication, Page } from 'playwright'
import { electronArguments, electronPath, guarded, nodePath, ROOT } from './setup.mjs'

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: 'screenshots' },
    trained: { type: 'boolean', default: false },
    size: { type: 'string', default: '1440x900' },
    zoom: { type: 'string', default: '1' },
  },
})
const out = resolve(values.out)
const [wide = 1440, high = 900] = values.size.split('x').map(Number)
/** Pictures of the sample that only the text describes. */
const WITHOUT_ALT = 'host:numbernine.example -alt:* width>=300'

async function call(page: Page, name: string, input: unknown): Promise<unknown> {
  return page.evaluate(
    ([n, i]) =>
      (
        window as unknown as { gleaner: { call(n: string, i: unknown): Promise<unknown> } }
      ).gleaner.call(n as string, i),
    [name, input] as const,
  )
}

async function untilIdle(page: Page): Promise<void> {
  for (;;) {
    const reply = (await call(page, 'jobs.list', {})) as { ok: boolean; value: { state: string }[] }
    if (reply.ok && !reply.value.some((job) => /queued|running/.test(job.state))) return
    await page.waitForTimeout(300)
  }
}

async function ask<T>(page: Page, name: string, input: unknown): Promise<T> {
  const reply = (await call(page, name, input)) as
    { ok: true; value: T } | { ok: false; error: { message: string } }
  if (!reply.ok) throw new Error(reply.error.message)
  return reply.value
}

/** Trains on the alts that were found, predicts, and scores the spans. */
async function train(page: Page): Promise<void> {
  const [recent] = await ask<{ path: string }[]>(page, 'corpora.recent', {})
  const corpus = recent?.path ?? ''
  const sets = await ask<{ id: number; kind: string }[]>(page, 'spans.sets', { corpus })
  const alts = sets.find((set) => set.kind === 'alt')?.id ?? null
  await ask(page, 'jobs.trainSpans', { corpus, alts, name: 'First head' })
  await untilIdle(page)
  const [run] = await ask<{ model: string | null }[]>(page, 'training.runs', { corpus })
  await ask(page, 'jobs.predictSpans', { corpus, model: run?.model })
  await untilIdle(page)
  await ask(page, 'jobs.score', { corpus, text: 'span' })
  await untilIdle(page)
}

guarded(async () => {
  mkdirSync(out, { recursive: true })
  const app = await _electron.launch({
    executablePath: electronPath() ?? '',
    args: [...electronArguments(), ROOT],
    env: { ...(process.env as Record<string, string>), GLEANER_NODE: nodePath() },
  })
  try {
    const page = await app.firstWindow()
    await page.waitForFunction(() => 'gleaner' in window)
    const { theme } = await ask<{ theme: string }>(page, 'settings.get', {})
    try {
      // The window's theme then follows the one that the page is given.
      await page.emulateMedia({ colorScheme: 'dark' })
      await ask(page, 'settings.set', { theme: 'system' })
      await page.reload()
      await resize(app)
      await ask(page, 'shell.zoom', { to: Number(values.zoom) })
      await takePictures(app, page)
    } finally {
      await ask(page, 'settings.set', { theme })
      await ask(page, 'shell.zoom', { to: 1 })
    }
  } finally {
    await app.close()
  }
  process.stdout.write(`saved pictures of the views in ${out}\n`)
})

/** A draft of the sample's files: its pictures may be seen side by side. */
async function shootSheet(page: Page, shoot: (name: string) => Promise<void>): Promise<void> {
  const [recent] = await ask<{ path: string }[]>(page, 'corpora.recent', {})
  const of = { corpus: recent?.path ?? '', study: 'Draft of the sample' }
  const sample = join(ROOT, 'resources', 'sample-study')
  const known = await ask<{ name: string }[]>(page, 'studies.list', { corpus: of.corpus })
  if (!known.some(({ name }) => name === of.study)) {
    const prompts = { file: join(sample, 'prompts.csv') }
    await ask(page, 'studies.create', { ...of, prompts })
    const sources = { base: join(sample, 'base'), tuned: join(sample, 'tuned', 'manifest.csv') }
    for (const [model, source] of Object.entries(sources)) {
      await ask(page, 'studies.addImages', { ...of, model, source })
    }
    await untilIdle(page)
  }
  await page.getByRole('button', { name: /^Draft of the sample/ }).click()
  await page.getByRole('tab', { name: 'Images' }).click()
  await page.waitForTimeout(1200)
  await shoot('judge-sheet')
  await ask(page, 'studies.remove', of)
}

async function resize(app: ElectronApplication): Promise<void> {
  await app.evaluate(
    ({ BrowserWindow }, [width, height]) =>
      BrowserWindow.getAllWindows()[0]?.setContentSize(width, height),
    [wide, high] as const,
  )
}

/** What the window shows, whatever its zoom: a picture of the page alone would be cut off. */
async function picture(app: ElectronApplication): Promise<Buffer> {
  const png = await app.evaluate(async ({ BrowserWindow }) =>
    (await BrowserWindow.getAllWindows()[0]?.webContents.capturePage())?.toPNG().toString('base64'),
  )
  return Buffer.from(png ?? '', 'base64')
}

async function takePictures(app: ElectronApplication, page: Page): Promise<void> {
  // The first start opens the sample; a window that was closed without a corpus shows the list.
  const pairs = page.getByRole('option').first()
  const opened = await pairs.waitFor({ timeout: 15_000 }).then(
    () => true,
    () => false,
  )
  if (!opened) {
    const sample = page.getByRole('button', { name: 'Open sample' })
    if (await sample.isVisible()) await sample.click()
    await page.keyboard.press('2')
    await pairs.waitFor({ timeout: 120_000 })
  }
  await untilIdle(page)
  await page.waitForTimeout(1500)
  const quiet = async (): Promise<void> => {
    const messages = page.getByRole('button', { name: 'Close message' })
    while ((await messages.count()) > 0) await messages.first().click()
  }
  await quiet()

  const shoot = async (name: string): Promise<void> => {
    for (const theme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme: theme })
      await page.waitForFunction((now) => document.documentElement.dataset['theme'] === now, theme)
      await page.waitForTimeout(400)
      writeFileSync(join(out, `${name}-${theme}.png`), await picture(app))
    }
    await page.emulateMedia({ colorScheme: 'dark' })
  }
  const leave = async (): Promise<void> => {
    await page.keyboard.press('Escape')
    await page.waitForTimeout(300)
  }

  await page.keyboard.press('2')
  await page.getByRole('option').nth(1).click()
  await page.waitForTimeout(800)
  await shoot('pairs')
  // In a small window the inspector takes the place of the view.
  const small = !(await page.getByRole('tab', { name: 'Page' }).isVisible())
  if (small) await page.keyboard.press('i')
  await page.getByRole('tab', { name: 'Page' }).click()
  await page.waitForTimeout(1200)
  await shoot('pairs-page')
  await page.getByRole('tab', { name: 'Pair', exact: true }).click()
  if (small) await page.keyboard.press('i')
  await page.keyboard.press('3')
  await page.waitForTimeout(1500)
  // No ring around the tab that was chosen last.
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
  await shoot('cutoff')
  if (values.trained) {
    await train(page)
    await quiet()
  }
  await page.keyboard.press('4')
  const name = page.getByRole('textbox', { name: 'Your name' })
  await page.waitForTimeout(800)
  if (await name.isVisible()) {
    await name.fill('Anna')
    await name.press('Enter')
  }
  await page.waitForTimeout(1200)
  if (values.trained) {
    await page.getByRole('combobox', { name: 'Pairs to label' }).fill(WITHOUT_ALT)
    await page.keyboard.press('Enter')
    await page.waitForTimeout(1200)
    // The second has words before and after the picture.
    await page.keyboard.press('Control+ArrowRight')
    await page.mouse.move(5, 400)
    await page.waitForTimeout(1200)
  }
  await shoot('label')
  // Labeling keeps the digits for itself.
  await page.keyboard.press('Control+5')
  await page.waitForTimeout(1200)
  if (values.trained) {
    for (const step of ['Training', 'Plots']) {
      await page.getByRole('tab', { name: new RegExp(step) }).click()
      await page.waitForTimeout(1500)
      await shoot(`train-${step.toLowerCase()}`)
    }
    await page.getByRole('tab', { name: /Alt text matches/ }).click()
    await page.waitForTimeout(500)
  }
  await shoot('train')
  await page.keyboard.press('Control+6')
  await page.waitForTimeout(800)
  await shoot('generate')
  await page.keyboard.press('Control+7')
  await page.getByRole('tab', { name: 'Raters' }).waitFor({ timeout: 120_000 })
  await page.waitForTimeout(800)
  await shoot('judge')
  await page.getByRole('tab', { name: 'Raters' }).click()
  await page.waitForTimeout(500)
  await shoot('judge-raters')
  await page.getByRole('tab', { name: 'Measures' }).click()
  await page.waitForTimeout(800)
  await shoot('judge-measures')
  await page.getByRole('tab', { name: 'Report' }).click()
  await page.locator('.report article svg').first().waitFor({ timeout: 120_000 })
  await page.waitForTimeout(1500)
  await shoot('judge-report')
  await shootSheet(page, shoot)
  await page.keyboard.press('Control+8')
  await page.waitForTimeout(800)
  await shoot('export')
  await page.keyboard.press('9')
  await page.waitForTimeout(500)
  await shoot('jobs')
  await page.keyboard.press('Control+,')
  await page.waitForTimeout(800)
  await shoot('settings')
  await page.getByRole('tab', { name: 'Models' }).click()
  await page.waitForTimeout(800)
  await shoot('settings-models')
  await page.keyboard.press('1')
  await page.waitForTimeout(1000)
  await shoot('corpora')
  await page.keyboard.press('?')
  await page.waitForTimeout(500)
  await shoot('keys')
  await leave()
  await page.keyboard.press('Control+K')
  await page.waitForTimeout(500)
  await shoot('palette')
  await leave()
}
