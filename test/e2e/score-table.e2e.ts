import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { ElectronApplication } from '@playwright/test'
import { expect, test } from './support.ts'

const PICTURES = resolve(import.meta.dirname, '../fixtures/inference/pictures')

/** A person cannot click through the system's dialogs in a test: they answer with these. */
async function answerDialogs(
  app: ElectronApplication,
  { open, save }: { open: string; save: string },
): Promise<void> {
  await app.evaluate(
    ({ dialog }, answer) => {
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [answer.open] })
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: answer.save })
    },
    { open, save },
  )
}

test('a table is scored in the window: chosen, run, and looked at', async ({ start, home }) => {
  test.setTimeout(240_000)
  const { page, app } = await start()
  const folder = join(home, 'tables')
  mkdirSync(folder)
  cpSync(PICTURES, join(folder, 'pictures'), { recursive: true })
  const file = join(folder, 'pairs.csv')
  const rows = [
    'n,photo,words',
    '1,pictures/alpha.png,two red circles',
    '2,pictures/alpha.png,"a blue square, alone"',
    '3,pictures/missing.png,a green triangle',
    '4,pictures/alpha.png,',
    '5,pictures/also-missing.png,a star',
  ]
  writeFileSync(file, `${rows.join('\n')}\n`)
  const out = join(folder, 'scored.csv')
  await answerDialogs(app, { open: file, save: out })

  await page.keyboard.press('Control+Shift+S')
  const dialog = page.getByRole('dialog', { name: 'Score a table' })
  await expect(dialog).toContainText('pairs.csv')
  await expect(dialog.getByRole('region', { name: 'First rows' })).toContainText(
    'a blue square, alone',
  )
  // What no name tells is said by hand, and said what is missing until then.
  const go = dialog.getByRole('button', { name: /^Score…/ })
  await expect(go).toBeDisabled()
  await expect(dialog.getByRole('status')).toContainText('Choose the column')
  for (const [which, column] of [
    ['Pictures', 'photo'],
    ['Words', 'words'],
  ] as const) {
    await dialog.getByRole('combobox', { name: which }).press('Enter')
    await page.getByRole('option', { name: column }).click()
    await expect(dialog.getByRole('combobox', { name: which })).toContainText(column)
  }
  await dialog.getByRole('button', { name: '× 100' }).click()
  await expect(go).toBeEnabled()
  await page.keyboard.press('Control+Enter')

  // What came out is shown beside the job, and is what the file holds.
  const result = page.getByRole('dialog', { name: 'Scored: scored.csv' })
  await expect(result).toBeVisible({ timeout: 120_000 })
  const line = result.getByRole('table', { name: 'Similarities' }).getByRole('row').nth(1)
  await expect(line.getByRole('cell').nth(0)).toHaveText('similarity')
  await expect(line.getByRole('cell').nth(1)).toHaveText('2')
  await expect(result).toContainText('Not scored: 3 of 5 rows')
  await expect(result).toContainText('picture: there is no file')
  await expect(result).toContainText('row 3:')
  await expect(result).toContainText('no text')
  await expect(result.getByRole('region', { name: 'Similarities' })).toBeVisible()
  const written = readFileSync(out, 'utf8').trimEnd().split('\n')
  expect(written).toHaveLength(6)
  expect(written[0]).toBe('n,photo,words,similarity,similarity_problem')
  const values = written.slice(1, 3).map((row) => Number(row.split(',').at(-2)))
  for (const value of values) expect(value).toBeGreaterThanOrEqual(0)
  const mean = (values[0] as number) / 2 + (values[1] as number) / 2
  const shown = Number(await line.getByRole('cell').nth(2).innerText())
  // Shown with five digits.
  expect(Math.abs(shown - mean)).toBeLessThan(1e-4 * Math.max(1, mean))

  // It is found again among the jobs.
  await page.keyboard.press('Escape')
  await expect(result).toBeHidden()
  await page.keyboard.press('9')
  await page.getByRole('button', { name: 'look at the scores', exact: true }).click()
  await expect(result).toContainText('Not scored: 3 of 5 rows')
  expect(existsSync(`${out}.part`)).toBe(false)
})
