import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, test } from './support.ts'

const SAMPLE = resolve(import.meta.dirname, '../../resources/sample-study')

let folder: string
test.beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gleaner-e2e-measures-'))
})
test.afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('a study is measured in the window, each number with how it came about', async ({ start }) => {
  test.setTimeout(240_000)
  const { page, app } = await start()
  await expect(page.getByRole('option').first()).toBeVisible({ timeout: 60_000 })
  await page.keyboard.press('7')
  const studies = page.getByRole('complementary', { name: 'Studies' })
  await expect(studies.getByRole('button', { name: /^Sample study/ })).toContainText('3 raters', {
    timeout: 120_000,
  })
  await page.getByRole('tab', { name: 'Measures', exact: true }).click()
  await expect(page.getByText('None of these numbers says whether a picture is good')).toBeVisible()

  // The sample comes with it.
  const compliance = page.getByRole('region', { name: /^Compliance \(.*demonstration/ })
  await expect(compliance).toBeVisible({ timeout: 120_000 })
  await expect(compliance.getByText(/Means across levels mislead/)).toBeVisible()
  // All prompts, two kinds, five levels.
  await expect(compliance.getByRole('row').filter({ visible: true })).toHaveCount(1 + 8)
  await compliance.getByText('How it came about').click()
  await expect(compliance.getByText(/Unit: cosine\. 80 pictures scored/)).toBeVisible()

  await page.getByRole('button', { name: 'Measure complexity' }).click()
  const complexity = page.getByRole('region', { name: 'Complexity', exact: true })
  await expect(complexity.getByRole('row', { name: /^Level 5 8 / })).toBeVisible({
    timeout: 60_000,
  })

  await page.getByRole('button', { name: 'Measure matrix…' }).click()
  await app.evaluate(
    ({ dialog }, chosen) => {
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] })
    },
    join(SAMPLE, 'base'),
  )
  await page.getByRole('button', { name: 'Choose folder…' }).click()
  await page.getByRole('button', { name: /^Measure Enter/ }).click()
  const matrix = page.getByRole('region', { name: 'Matrix against base' })
  await expect(matrix).toBeVisible({ timeout: 120_000 })
  // Two models by two kinds and all.
  await expect(matrix.getByRole('row')).toHaveCount(1 + 6)
  await expect(matrix.getByText(/report KID with its interval instead/).first()).toBeVisible()
  await matrix.getByText('How it came about').click()
  await expect(matrix.getByText(/20 against 40 pictures, seed 0, resized/).first()).toBeVisible()
  const shots = process.env['GLEANER_SHOTS']
  if (shots !== undefined) {
    await compliance.scrollIntoViewIfNeeded()
    await page.screenshot({ path: join(shots, 'measures-compliance.png') })
    await matrix.scrollIntoViewIfNeeded()
    await page.screenshot({ path: join(shots, 'measures-matrix.png') })
  }
})
