import { execFileSync } from 'node:child_process'
import { join, resolve } from 'node:path'
import type { ElectronApplication } from '@playwright/test'
import { nodePath } from '../../scripts/setup.mjs'
import { expect, test } from './support.ts'

async function answerDialogs(app: ElectronApplication, paths: string[]): Promise<void> {
  await app.evaluate(({ dialog }, answer) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: answer })
    dialog.showSaveDialog = () =>
      Promise.resolve({ canceled: false, filePath: answer[0] as string })
  }, paths)
}

test('a fetched picture shows its record, and an archive of chosen pairs is imported as chosen', async ({
  start,
  home,
}) => {
  execFileSync(nodePath(), [resolve(import.meta.dirname, 'fetched-corpus.ts'), home])
  const { page, app } = await start()
  await answerDialogs(app, [join(home, 'garden.gleaner')])
  await page.keyboard.press('Control+O')
  const bar = page.getByRole('banner', { name: 'Current corpus and filter' })
  await expect(bar).toContainText('garden')
  const grid = page.getByRole('listbox', { name: 'Pairs' })
  // A corpus that is opened goes to its own view first.
  await expect(async () => {
    await page.keyboard.press('2')
    await expect(grid).toBeVisible({ timeout: 1000 })
  }).toPass()
  await grid.getByRole('option').nth(2).click()
  const inspector = page.getByRole('complementary', { name: 'Inspector' })
  await inspector.getByText('Archived record of the picture').click()
  const record = inspector.locator('details.record')
  await expect(record).toContainText('HTTP/1.1 302 Found')
  await expect(record).toContainText('HTTP/1.1 200 OK')
  await expect(record).toContainText('ETag: "a1"')
  await expect(record).toContainText('127.0.0.1')
  await expect(record).toContainText(/gleaner-\d+-00001\.warc\.gz/)

  await page.keyboard.press('8')
  await page.getByText('Web archive (WARC)').click()

  await answerDialogs(app, [join(home, 'chosen', '00000.warc.gz')])
  await page.keyboard.press('Control+I')
  const dialog = page.getByRole('dialog', { name: 'Import archives' })
  await expect(dialog.getByLabel('Only the listed pairs')).toBeChecked()
  await page.keyboard.press('Escape')
  await answerDialogs(app, [join(home, 'again.gleaner')])
  await page.keyboard.press('Control+N')
  await expect(bar).toContainText('again')
  await answerDialogs(app, [join(home, 'chosen', '00000.warc.gz')])
  await page.keyboard.press('Control+I')
  await dialog.getByRole('button', { name: 'Import' }).click()
  await expect(bar).toContainText('2 pairs')
})
