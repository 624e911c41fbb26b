import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from './support.ts'

let folder: string
test.beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gleaner-e2e-report-'))
})
test.afterEach(() => rmSync(folder, { recursive: true, force: true }))

test("the sample study's report is read, opened to its pictures and printed, by keyboard", async ({
  start,
}) => {
  test.setTimeout(300_000)
  const { page, app } = await start()
  await expect(page.getByRole('option').first()).toBeVisible({ timeout: 60_000 })
  await page.keyboard.press('7')
  const studies = page.getByRole('complementary', { name: 'Studies' })
  await expect(studies.getByRole('button', { name: /^Sample study/ })).toContainText('3 raters', {
    timeout: 120_000,
  })
  const tab = page.getByRole('tab', { name: 'Report', exact: true })
  await tab.focus()
  await page.keyboard.press('Enter')
  const report = page.getByRole('region', { name: /^Report of/ })
  await expect(report.getByText(/was rated higher than/)).toBeVisible({ timeout: 120_000 })
  for (const question of ['Which model?', 'Where?', 'How sure?', 'Do people agree?']) {
    await expect(report.getByRole('heading', { name: question })).toBeVisible()
  }
  const isBlind = await report.getByText(/The study is blind: models go by their codes/).isVisible()

  if (!isBlind) {
    // The number opens the pictures behind it.
    const behind = report.getByRole('button', { name: /^Show the pictures behind Overall/ })
    await behind.focus()
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Pictures behind it' })
    await expect(dialog.getByRole('figure')).toHaveCount(80)
    await page.keyboard.press('Escape')
    await expect(dialog).toBeHidden()
  }

  const pdf = join(folder, 'my report.pdf')
  await app.evaluate(({ dialog }, chosen) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: chosen }) as never
  }, pdf)
  await report.getByRole('button', { name: 'Save as PDF…' }).focus()
  await page.keyboard.press('Enter')
  await expect(page.getByText(/^The report is .*my report\.pdf; its data/)).toBeVisible({
    timeout: 120_000,
  })
  const bytes = readFileSync(pdf)
  expect(bytes.subarray(0, 5).toString()).toBe('%PDF-')
  expect(bytes.length).toBeGreaterThan(50_000)
  expect(existsSync(join(folder, 'my report', 'ratings.parquet'))).toBe(true)
})
