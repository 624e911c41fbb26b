/** A corpus that can only be read: what the window says, what it still does, and how it gets out. */
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import SQLite from 'better-sqlite3'
import { canMount, NO_MOUNT, smallDisk } from '../support/small-disk.ts'
import { expect, settled, test } from './support.ts'
import type { Running } from './support.ts'

const SHOTS = process.env['GLEANER_SHOTS']

async function shoot(page: Running['page'], name: string): Promise<void> {
  if (!SHOTS) return
  mkdirSync(SHOTS, { recursive: true })
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme })
    await settled(page)
    await page.screenshot({ path: join(SHOTS, `${name}-${colorScheme}.png`) })
  }
}

async function call(page: Running['page'], name: string, input: unknown): Promise<unknown> {
  return page.evaluate(
    ([n, i]) =>
      (
        window as unknown as { gleaner: { call(n: string, i: unknown): Promise<unknown> } }
      ).gleaner.call(n as string, i),
    [name, input] as const,
  )
}

async function untilIdle(page: Running['page']): Promise<void> {
  await expect
    .poll(
      async () => {
        const { value } = (await call(page, 'jobs.list', {})) as { value: { state: string }[] }
        return value.length > 0 && !value.some(({ state }) => /queued|running/.test(state))
      },
      { timeout: 90_000 },
    )
    .toBe(true)
}

test('a corpus that another program writes to is shown, says why it cannot be changed, and is let go again', async ({
  home,
  start,
}) => {
  test.setTimeout(180_000)
  const first = await start()
  await untilIdle(first.page)
  await first.close()
  const path = join(home, 'corpora/sample.gleaner')
  const lock = new SQLite(join(path, 'writer.lock'))
  lock.exec('BEGIN EXCLUSIVE')
  writeFileSync(join(home, 'recent.json'), '[{"path": broken')
  const { page } = await start()
  await call(page, 'settings.set', { theme: 'system' })
  // What was set aside is said, and blocks nothing.
  await expect(page.getByText(/recent\.json is not valid JSON\. It is kept as/)).toBeVisible()
  await call(page, 'corpora.open', { path })
  await page.reload()
  const strip = page.getByRole('status', { name: 'Read-only.' })
  await expect(strip).toContainText('is being written to by')
  await page.keyboard.press('1')
  const button = page.getByRole('button', { name: /^Locate / }).first()
  await expect(button).toBeDisabled()
  await expect(button).toHaveAttribute('title', /is being written to by/)
  await shoot(page, 'read-only-corpora')
  await page.keyboard.press('2')
  await expect(page.getByRole('listbox').first()).toBeVisible()
  await shoot(page, 'read-only-pairs')
  await page.keyboard.press('4')
  await shoot(page, 'read-only-label')

  lock.close()
  await strip.getByRole('button', { name: 'Try again' }).click()
  await expect(strip).toBeHidden()
  await page.keyboard.press('1')
  await expect(button).toBeEnabled()
})

test('a full disk is named in the window, which goes on', async ({ home, start }) => {
  test.skip(!canMount, NO_MOUNT)
  test.setTimeout(180_000)
  const first = await start()
  await untilIdle(first.page)
  await first.close()
  const disk = smallDisk('64m')
  try {
    const path = join(disk.path, 'mine.gleaner')
    cpSync(join(home, 'corpora/sample.gleaner'), path, { recursive: true })
    const { page } = await start()
    await call(page, 'settings.set', { theme: 'system' })
    await call(page, 'corpora.open', { path })
    await page.reload()
    await expect(page.getByRole('status', { name: 'Pairs shown' })).toBeVisible()
    await page.keyboard.press('1')
    await page
      .getByRole('button', { name: /\bmine\b/ })
      .first()
      .click()
    await expect(page.getByRole('heading', { name: 'mine' }).first()).toBeVisible()
    disk.fill(100)
    await call(page, 'jobs.altSpans', { corpus: path })
    await expect(page.getByRole('alert').getByText(`The disk of ${path} is full.`)).toBeVisible({
      timeout: 30_000,
    })
    await page.keyboard.press('9')
    await shoot(page, 'full-disk-jobs')
    expect(await page.locator('.banner.crashed').count()).toBe(0)
    disk.free()
    await page.getByRole('button', { name: 'Try again' }).first().click()
    await untilIdle(page)
    const { value } = (await call(page, 'jobs.list', {})) as {
      value: { kind: string; state: string }[]
    }
    expect(value.find(({ kind }) => kind === 'alt-spans')?.state).toBe('done')
    disk.fill()
    await call(page, 'corpora.close', { corpus: path })
    await call(page, 'corpora.open', { path })
    await page.reload()
    await expect(page.getByRole('status', { name: 'Read-only.' })).toContainText('is full')
    await shoot(page, 'full-disk-open')
  } finally {
    disk.remove()
  }
})
