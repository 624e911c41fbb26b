/**
 * Saves pictures of the window's views, dark and light: `node scripts/views.ts --out FOLDER`. Needs
 * a screen and the build; shows the sample.
 */
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { _electron } from 'playwright'
import type { Page } from 'playwright'
import { electronArguments, electronPath, guarded, nodePath, ROOT } from './setup.mjs'

const { values } = parseArgs({
  options: { out: { type: 'string', default: 'screenshots' } },
})
const out = resolve(values.out)

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

guarded(async () => {
  mkdirSync(out, { recursive: true })
  const app = await _electron.launch({
    executablePath: electronPath() ?? '',
    args: [...electronArguments(), ROOT],
    env: { ...(process.env as Record<string, string>), GLEANER_NODE: nodePath() },
  })
  try {
    await takePictures(await app.firstWindow())
  } finally {
    await app.close()
  }
  process.stdout.write(`saved pictures of the views in ${out}\n`)
})

async function takePictures(page: Page): Promise<void> {
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
  const messages = page.getByRole('button', { name: 'Close message' })
  while ((await messages.count()) > 0) await messages.first().click()

  const shoot = async (name: string): Promise<void> => {
    for (const theme of ['dark', 'light']) {
      await page.evaluate((chosen) => (document.documentElement.dataset['theme'] = chosen), theme)
      await page.waitForTimeout(250)
      await page.screenshot({ path: join(out, `${name}-${theme}.png`) })
    }
    await page.evaluate(() => (document.documentElement.dataset['theme'] = 'dark'))
  }
  const leave = async (): Promise<void> => {
    await page.keyboard.press('Escape')
    await page.waitForTimeout(300)
  }

  await page.keyboard.press('2')
  await page.getByRole('option').nth(1).click()
  await page.waitForTimeout(800)
  await shoot('pairs')
  await page.getByRole('tab', { name: 'Page' }).click()
  await page.waitForTimeout(1200)
  await shoot('pairs-page')
  await page.getByRole('tab', { name: 'Pair', exact: true }).click()
  await page.keyboard.press('3')
  await page.waitForTimeout(1500)
  await shoot('cutoff')
  await page.keyboard.press('4')
  const name = page.getByRole('textbox', { name: 'Your name' })
  await page.waitForTimeout(800)
  if (await name.isVisible()) {
    await name.fill('Anna')
    await name.press('Enter')
  }
  await page.waitForTimeout(1200)
  await shoot('label')
  // Labeling keeps the digits for itself.
  await page.keyboard.press('Control+5')
  await page.waitForTimeout(1200)
  await shoot('train')
  await page.keyboard.press('Control+6')
  await page.waitForTimeout(800)
  await shoot('export')
  await page.keyboard.press('7')
  await page.waitForTimeout(500)
  await shoot('jobs')
  await page.keyboard.press('8')
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
