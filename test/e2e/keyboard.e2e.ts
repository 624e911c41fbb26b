import { join, resolve } from 'node:path'
import type { Page } from '@playwright/test'
import { expect, test } from './support.ts'

const MODEL = resolve(import.meta.dirname, '../fixtures/models/tiny-clip')

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

const preview = (page: Page) => page.getByRole('dialog', { name: 'Large preview' })
/** The pair that the inspector shows, by its id. */
const inspected = (page: Page) =>
  page.getByRole('complementary', { name: 'Inspector' }).locator('.id').innerText()

test('over the grid the large preview has the keyboard: nothing behind it changes', async ({
  start,
}) => {
  const { page } = await start()
  const view = page.getByRole('region', { name: 'Pairs view' })
  await expect(page.getByRole('option').first()).toBeVisible({ timeout: 60_000 })
  await page.getByRole('option').first().click()
  await page.keyboard.press('Space')
  await expect(preview(page)).toBeVisible()

  const before = await inspected(page)
  for (const key of ['6', 'x', 'Control+a', 'Control+e', 'Control+k', '/', '?', ']']) {
    await page.keyboard.press(key)
  }
  await expect(preview(page)).toBeVisible()
  await expect(view).toBeVisible()
  await expect(page.getByRole('toolbar', { name: 'Actions on the selection' })).toHaveCount(0)
  await expect(page.getByRole('dialog')).toHaveCount(1)
  expect(await inspected(page)).toBe(before)

  // What its foot says: the next one, and back.
  await page.keyboard.press('ArrowRight')
  await expect.poll(() => inspected(page)).not.toBe(before)
  await page.keyboard.press('ArrowLeft')
  await expect.poll(() => inspected(page)).toBe(before)
  await page.keyboard.press('Escape')
  await expect(preview(page)).toHaveCount(0)
})

test('over the strips of the cutoff the arrows go from pair to pair, not the line', async ({
  start,
  home,
}) => {
  const { page } = await start()
  await expect(page.getByRole('option').first()).toBeVisible({ timeout: 60_000 })
  const [sample] = await call<{ path: string }[]>(page, 'corpora.recent', {})
  await call(page, 'models.add', { source: MODEL })
  await call(page, 'jobs.score', {
    corpus: sample?.path ?? join(home, 'none'),
    model: 'tiny-clip',
    text: 'alt',
    device: 'cpu',
  })
  await page.keyboard.press('3')
  const slider = page.getByRole('slider', { name: 'Cutoff' })
  await expect(slider).toBeVisible({ timeout: 120_000 })
  const above = page.getByRole('group', { name: 'Pairs just above the cutoff' }).getByRole('button')
  await expect.poll(() => above.count(), { timeout: 60_000 }).toBeGreaterThan(2)
  await expect
    .poll(
      async () =>
        (await call<{ state: string }[]>(page, 'jobs.list', {})).filter((job) =>
          ['queued', 'running'].includes(job.state),
        ).length,
      { timeout: 120_000 },
    )
    .toBe(0)
  // The strips are read again for the last time.
  await page.waitForTimeout(2500)

  const at = await slider.getAttribute('aria-valuenow')
  const ids = await above.evaluateAll((items) =>
    items.map((item) => (item as HTMLElement).dataset['id']),
  )
  await above.first().focus()
  await page.keyboard.press('Space')
  await expect(preview(page)).toBeVisible()
  await expect.poll(() => inspected(page)).toBe(`id ${ids[0]}`)
  await page.keyboard.press('ArrowRight')
  await expect.poll(() => inspected(page)).toBe(`id ${ids[1]}`)
  await page.keyboard.press('ArrowRight')
  await expect.poll(() => inspected(page)).toBe(`id ${ids[2]}`)
  await page.keyboard.press('ArrowLeft')
  await expect.poll(() => inspected(page)).toBe(`id ${ids[1]}`)
  expect(await slider.getAttribute('aria-valuenow')).toBe(at)
  await page.keyboard.press('Escape')
  await expect(preview(page)).toHaveCount(0)
  // Back on the pair that was seen last.
  await expect(above.nth(1)).toBeFocused()

  // The keys of marks work here, too.
  await page.keyboard.press('k')
  await page.getByLabel('Your name').fill('Anna')
  await page.keyboard.press('Enter')
  await expect(above.nth(1).getByRole('img', { name: 'keep' })).toBeVisible()
  await above.nth(1).focus()
  await page.keyboard.press('Shift+R')
  await expect(above.nth(1).getByRole('img', { name: 'reject' })).toBeVisible()
  await expect.poll(() => inspected(page)).toBe(`id ${ids[2]}`)
})

test('behind an open dialog no key does anything', async ({ start }) => {
  const { page } = await start()
  await expect(page.getByRole('option').first()).toBeVisible({ timeout: 60_000 })
  // By its mark-up: what lies behind a dialog is hidden from roles.
  const view = page.locator('section[aria-label="Pairs view"]')
  for (const [key, name] of [
    ['?', 'Keys'],
    ['Control+k', 'Command palette'],
  ] as const) {
    await page.keyboard.press(key)
    const dialog = page.getByRole('dialog', { name })
    await expect(dialog).toBeVisible()
    // Also when the focus was lost to the page behind it.
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
    for (const behind of ['3', 'Control+6', 'Control+e', 'x']) await page.keyboard.press(behind)
    await expect(view).toBeAttached()
    await expect(page.locator('.selection')).toHaveCount(0)
    await page.keyboard.press('Escape')
    await expect(dialog).toHaveCount(0)
  }
})

test('Ctrl+E exports what the top bar says, not the pair under the cursor', async ({ start }) => {
  const { page } = await start()
  await expect(page.getByRole('option').first()).toBeVisible({ timeout: 60_000 })
  // While pictures are decoded the number grows.
  await expect(page.getByText('No jobs running')).toBeVisible({ timeout: 60_000 })
  await page.keyboard.press('/')
  await page.keyboard.type('status:ok alt:*')
  await page.keyboard.press('Enter')
  const shown = page.getByRole('status', { name: 'Pairs shown' })
  // While it is counted nothing stands there.
  await expect(shown).toHaveText(/^[\d,]+ of 875/)
  const filtered = /[\d,]+/.exec(await shown.innerText())?.[0]
  await page.keyboard.press('Control+e')
  await expect(page.getByRole('radio', { name: /^Filtered pairs.*status:ok/ })).toBeChecked()
  await expect(page.getByRole('region', { name: 'Export view' })).toContainText(`of ${filtered}`)

  // A selection is exported while it is there, and not after.
  await page.keyboard.press('2')
  await page.getByRole('option').first().click()
  await page.keyboard.press('x')
  await page.keyboard.press('Control+e')
  await expect(page.getByRole('radio', { name: /id=/ })).toBeChecked()
  await page.keyboard.press('2')
  await page.keyboard.press('Escape')
  await page.keyboard.press('8')
  await expect(page.getByRole('radio', { name: /id=/ })).toHaveCount(0)
  await expect(page.getByRole('radio', { name: /^Filtered pairs.*status:ok/ })).toBeChecked()
})
