import { expect, test } from './support.ts'

test('the first start opens the sample and shows its pairs, without a question', async ({
  start,
}) => {
  const { page } = await start()
  const grid = page.getByRole('listbox', { name: 'Pairs' })
  await expect(grid.getByRole('option').first()).toBeVisible({ timeout: 60_000 })
  await expect(page.getByRole('status', { name: 'Pairs shown' })).toContainText('875')
  // Real pictures, not placeholders.
  await expect
    .poll(() =>
      grid
        .locator('img')
        .evaluateAll(
          (images) => images.filter((image) => (image as HTMLImageElement).naturalWidth > 0).length,
        ),
    )
    .toBeGreaterThan(5)
})

test('the inspector shows why each text was chosen, and the page with the pair marked', async ({
  start,
}) => {
  const { page } = await start()
  const cat = page.getByRole('option', { name: /orange cat on the grass/i }).first()
  await cat.click()
  const inspector = page.getByRole('complementary', { name: 'Inspector' })
  await expect(inspector.getByRole('region', { name: 'Texts' })).toContainText('alt attribute')
  await expect(inspector.getByRole('region', { name: 'Provenance' })).toContainText(
    'gleaner-sample.warc.gz',
  )
  await inspector.getByRole('tab', { name: 'Page' }).click()
  const archived = inspector.frameLocator('iframe')
  await expect(archived.locator('#gleaner-picture')).toBeVisible()
  // Inert: nothing of the archived page may run or load from outside.
  await expect(archived.locator('script')).toHaveCount(0)
  await expect(inspector.locator('iframe')).toHaveAttribute('sandbox', '')
})

test('a hostile renderer finds neither Node nor a call that is not in the contract', async ({
  start,
}) => {
  const { page } = await start()
  const found = await page.evaluate(async () => {
    const bridge = (
      window as unknown as { gleaner: { call(n: string, i: unknown): Promise<unknown> } }
    ).gleaner
    return {
      node: typeof (globalThis as { process?: unknown }).process,
      require: typeof (globalThis as { require?: unknown }).require,
      unknown: await bridge.call('fs.readFile', { path: '/etc/passwd' }),
      prototype: await bridge.call('constructor', {}),
      wrong: await bridge.call('pairs.page', { corpus: 1 }),
      external: await bridge.call('shell.openExternal', { url: 'file:///etc/passwd' }),
    }
  })
  expect(found.node).toBe('undefined')
  expect(found.require).toBe('undefined')
  for (const reply of [found.unknown, found.prototype, found.wrong, found.external]) {
    expect(reply).toMatchObject({ ok: false, error: { kind: 'invalid-input' } })
  }
})

test('the window goes nowhere else', async ({ start }) => {
  const { page, app } = await start()
  const before = page.url()
  await page.evaluate(() => {
    window.open('https://example.org/')
    location.href = 'https://example.org/'
  })
  await page.waitForTimeout(500)
  expect(page.url()).toBe(before)
  expect(app.windows()).toHaveLength(1)
})
