import { copyFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { ElectronApplication } from '@playwright/test'
import { expect, settled, test } from './support.ts'

const SAMPLE = resolve(import.meta.dirname, '../../resources/sample/gleaner-sample.warc.gz')

async function answerDialogs(app: ElectronApplication, paths: string[]): Promise<void> {
  await app.evaluate(({ dialog }, answer) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: answer })
    dialog.showSaveDialog = () =>
      Promise.resolve({ canceled: false, filePath: answer[0] as string })
  }, paths)
}

test('an archive that is brought while the sample is open makes a corpus of its own, whose row counts by itself', async ({
  start,
  home,
}) => {
  const { page, app } = await start()
  const bar = page.getByRole('banner', { name: 'Current corpus and filter' })
  await expect(page.getByRole('listbox', { name: 'Pairs' })).toBeVisible({ timeout: 60_000 })
  const archive = join(home, 'my crawl.warc.gz')
  copyFileSync(SAMPLE, archive)
  await page.keyboard.press('1')
  await answerDialogs(app, [archive])
  await page.keyboard.press('Control+I')
  const dialog = page.getByRole('dialog', { name: 'Import archives' })
  await expect(dialog.getByRole('radio', { name: 'A new corpus' })).toBeChecked()
  await expect(dialog.getByRole('textbox', { name: 'Name of the new corpus' })).toHaveValue(
    'my crawl',
  )
  await expect(dialog.getByRole('radio', { name: /^Into sample/ })).not.toBeChecked()
  await settled(page)
  await page.keyboard.press('Enter')
  await expect(dialog).toHaveCount(0)
  await expect(bar).toContainText('my crawl')
  // The view was never left: its row counts what the import brought.
  const row = page.getByRole('row').filter({ hasText: 'my crawl.gleaner' })
  await expect(row.getByRole('cell').nth(1)).toHaveText('875', { timeout: 60_000 })
  await expect(row.getByRole('cell').nth(3)).toHaveText('1')

  // A corpus that is new is no wall of zeros.
  await answerDialogs(app, [join(home, 'fresh.gleaner')])
  await page.keyboard.press('Control+N')
  await expect(page.getByRole('heading', { name: 'fresh is empty' })).toBeVisible()
  await expect(page.getByRole('region', { name: 'Contents of the open corpus' })).toHaveCount(0)
  await answerDialogs(app, [archive])
  await page.getByRole('button', { name: /^Add archives or tables/ }).click()
  await expect(dialog.getByRole('radio', { name: /^Into fresh/ })).toBeChecked()
  await page.keyboard.press('Escape')

  // Scoring it has nothing to offer but that.
  await page.keyboard.press('3')
  await expect(page.getByRole('button', { name: /^Add archives or tables/ })).toBeVisible()
})
