import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { ElectronApplication, Page } from '@playwright/test'
import type { Truth } from '../../tools/make-sample/truth.ts'
import { expect, test } from './support.ts'

const truth = JSON.parse(
  readFileSync(resolve(import.meta.dirname, '../../resources/sample/truth.json'), 'utf8'),
) as Truth[]
const rightAlts = new Set(truth.flatMap(({ alt, label }) => (label === 'right' ? (alt ?? '') : [])))

const stage = (page: Page) => page.getByRole('region', { name: 'Judge the cutoff' })

/** Opens the sample and waits for its scores. */
async function toCutoff(page: Page): Promise<void> {
  // At its first start the program shows pairs, later what was shown last.
  const line = page.getByRole('slider', { name: 'Cutoff', exact: true })
  await expect(page.getByRole('option').or(line).first()).toBeVisible({ timeout: 60_000 })
  await page.keyboard.press('3')
  await expect(line).toBeVisible({ timeout: 120_000 })
  await expect(page.getByText('n = 773').first()).toBeVisible({ timeout: 120_000 })
}

/** Answers by the truth file what is shown now. */
async function answer(page: Page): Promise<void> {
  const words = await stage(page).locator('.words').innerText()
  const before = await stage(page).getByRole('status').innerText()
  await page.keyboard.press(rightAlts.has(words) ? '1' : '2')
  await expect(stage(page).getByRole('status')).not.toHaveText(before)
}

async function saveAt(app: ElectronApplication, path: string): Promise<void> {
  await app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = (() =>
      Promise.resolve({ canceled: false, filePath })) as unknown as typeof dialog.showSaveDialog
  }, path)
}

test('a cutoff is judged by keys alone, blind, goes on later, and gives precision and recall', async ({
  start,
  home,
}) => {
  let { app, page } = await start()
  await toCutoff(page)
  await page.keyboard.press('j')
  const dialog = page.getByRole('dialog', { name: 'Judge this cutoff' })
  await dialog.getByLabel('Your name').fill('Ada')
  await dialog.getByLabel('Pairs', { exact: true }).fill('24')
  await page.keyboard.press('Enter')
  await expect(stage(page)).toBeVisible({ timeout: 60_000 })

  // Blind: nothing that holds a score is there.
  await expect(page.getByRole('complementary', { name: 'Inspector' })).toHaveCount(0)
  await expect(page.getByRole('slider', { name: 'Cutoff', exact: true })).toHaveCount(0)
  expect(await page.locator('body').innerText()).not.toMatch(/0\.\d{3}/)

  for (let i = 0; i < 5; i++) await answer(page)
  const last = await stage(page).locator('.words').innerText()
  await answer(page)
  await page.keyboard.press('Backspace')
  await expect(stage(page).locator('.words')).toHaveText(last)
  await expect(stage(page).getByRole('status')).toHaveText(/^5 of \d+ judged by Ada$/)
  await page.keyboard.press('Escape')
  await expect(page.getByRole('region', { name: 'Judged', exact: true })).toContainText(
    'not judged',
  )

  // The program ends and starts again: it goes on where it was.
  await app.close()
  ;({ app, page } = await start())
  await toCutoff(page)
  await page.keyboard.press('j')
  await page.getByRole('button', { name: /^1: around .* 5 of \d+ by you/ }).click()
  await expect(stage(page).locator('.words')).toHaveText(last)
  while ((await page.getByText(/^All \d+ judged$/).count()) === 0) await answer(page)
  // A key too many turns to no other view.
  await page.keyboard.press('1')
  await expect(page.getByText(/^All \d+ judged$/)).toBeVisible()
  await page.keyboard.press('Enter')

  const judged = page.getByRole('region', { name: 'Judged', exact: true })
  await expect(judged).toContainText('0 not judged')
  const precision = judged.locator('.figure').first()
  await expect(precision).toHaveText(/^(0\.\d{3}|1\.000)$/)
  // The line goes to the cutoff that was found.
  const found = judged.getByRole('button', { name: 'by the estimate' })
  const cutoff = (await found.locator('.strong').innerText()).trim()
  await found.click()
  await expect(page.getByLabel('Cutoff (cosine) C')).toHaveValue(cutoff)
  await expect(judged).toContainText(`Precision at ${cutoff}`)

  const out = join(home, 'judgements.csv')
  await saveAt(app, out)
  await judged.getByRole('button', { name: 'Save judgements' }).click()
  await page.getByRole('menuitem', { name: 'CSV…' }).click()
  await expect.poll(() => existsSync(out)).toBe(true)
  expect(readFileSync(out, 'utf8').trim().split('\n')).toHaveLength(25)
})

test('the strips show whole captions, each picture once, and open the preview by Enter', async ({
  start,
}) => {
  const { page } = await start()
  await toCutoff(page)
  const above = page.getByRole('group', { name: 'Pairs just above the cutoff' })
  const item = above.getByRole('button').first()
  await expect(item).toBeVisible()
  const line = item.locator('.line')
  const cut = await line.evaluate(
    (element) =>
      element.scrollWidth > element.clientWidth || element.scrollHeight > element.clientHeight,
  )
  expect(cut).toBe(false)
  await item.focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('dialog', { name: 'Large preview' })).toBeVisible()
  await page.keyboard.press('Escape')

  // A filter is the scope as soon as there is one.
  await page.keyboard.press('2')
  await page.keyboard.press('/')
  await page.keyboard.type('alt:orange')
  await page.keyboard.press('Enter')
  await page.keyboard.press('3')
  await expect(page.getByLabel('Within the filter')).toBeChecked()
  await expect(page.getByText('n = 773')).toHaveCount(0)
})

test('several texts are scored at once, laid over each other in numbers, and the best can be exported', async ({
  start,
}) => {
  const { page } = await start()
  await toCutoff(page)
  await page.getByRole('button', { name: 'Score…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Score this corpus' })
  await dialog.getByRole('button', { name: 'Text' }).click()
  await page.getByRole('menuitemcheckbox', { name: 'caption' }).click()
  await page.keyboard.press('Escape')
  await dialog.getByLabel('Then choose the best text for each picture').check()
  await dialog.getByRole('button', { name: 'Score this corpus' }).click()

  const compare = page.getByRole('button', { name: 'Compare with' })
  // The list is made when it is opened: it is opened again until the job has ended.
  await expect(async () => {
    await page.keyboard.press('Escape')
    await compare.click({ timeout: 5_000 })
    await expect(page.getByRole('menuitemcheckbox', { name: /^best text/ })).toBeVisible({
      timeout: 2_000,
    })
  }).toPass({ timeout: 90_000 })
  await page.getByRole('menuitemcheckbox', { name: /^caption/ }).click()
  await page.getByRole('menuitemcheckbox', { name: /^best text/ }).click()
  await page.keyboard.press('Escape')
  const table = page.getByRole('table', { name: 'Compared scores' })
  await expect(table.getByRole('row')).toHaveCount(4)
  await expect(table.getByRole('row').nth(2)).toContainText(/n = \d+/)

  // No caption of the chart is printed over another, nor beyond its end.
  const captions = await page
    .locator('.chart svg text.title')
    .evaluateAll((all) =>
      all
        .map((one) => one.getBoundingClientRect())
        .map(({ top, bottom, left, right }) => ({ top, bottom, left, right })),
    )
  for (const [i, a] of captions.entries()) {
    for (const b of captions.slice(i + 1)) {
      const apart =
        a.bottom <= b.top + 1 || b.bottom <= a.top + 1 || a.right <= b.left || b.right <= a.left
      expect(apart).toBe(true)
    }
  }
  await page.keyboard.press('8')
  await expect(page.getByRole('main')).toContainText('best text')
})
