import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { ElectronApplication } from '@playwright/test'
import { expect, test } from './support.ts'

const CHECKPOINT = resolve(import.meta.dirname, '../fixtures/models/tiny-clip')
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

test('two checkpoints score side by side, one of them out of a folder, with a run log', async ({
  start,
  home,
}) => {
  test.setTimeout(240_000)
  const { page, app } = await start()
  const folder = join(home, 'side')
  mkdirSync(folder)
  cpSync(PICTURES, join(folder, 'pictures'), { recursive: true })
  const file = join(folder, 'pairs.csv')
  writeFileSync(
    file,
    'image,text\npictures/alpha.png,two red circles\npictures/grey.png,a grey cat\n',
  )
  const out = join(folder, 'scored.csv')
  await answerDialogs(app, { open: file, save: out })
  await page.keyboard.press('Control+Shift+S')
  const dialog = page.getByRole('dialog', { name: 'Score a table' })
  const go = dialog.getByRole('button', { name: /^Score…/ })
  await expect(go).toBeEnabled()
  const models = dialog.getByRole('button', { name: 'Models' })
  await answerDialogs(app, { open: CHECKPOINT, save: out })
  await dialog.getByRole('button', { name: 'Add a folder…' }).press('Enter')
  await expect(models).toContainText('Tiny CLIP')
  await expect(models).toContainText('Gleaner')
  await dialog.getByRole('button', { name: 'Softmax' }).press('Enter')
  await dialog.getByRole('button', { name: 'Cosine' }).press('Enter')
  await dialog.getByRole('checkbox', { name: /^Run log/ }).press('Space')
  await page.keyboard.press('Control+Enter')

  const result = page.getByRole('dialog', { name: 'Scored: scored.csv' })
  const rows = result.getByRole('table', { name: 'Similarities' }).getByRole('row')
  await expect(rows).toHaveCount(3, { timeout: 120_000 })
  const [head, ...lines] = readFileSync(out, 'utf8').trimEnd().split('\n')
  const names = (head ?? '').split(',').filter((name) => /^similarity_(?!problem)/.test(name))
  expect(names).toHaveLength(2)
  expect(names.join(' ')).toMatch(/tiny-clip/)
  for (const line of lines) {
    const [one, two] = line.split(',').slice(2, 4).map(Number)
    // Cosines of two models, which are not the same.
    for (const value of [one, two]) expect(Math.abs(value as number)).toBeLessThanOrEqual(1)
    expect(one).not.toBe(two)
  }
  const log = readFileSync(join(folder, 'scored.run.log'), 'utf8')
  expect(log).toMatch(/^Software: Gleaner/m)
  expect(log).toMatch(/^Unit: cosine$/m)
  expect(log).toMatch(/tiny-clip/)
  await expect(result).toContainText('scored.run.log')
  await expect(result.getByRole('button', { name: 'Show in folder' })).toBeVisible()
})
