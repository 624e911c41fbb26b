import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ElectronApplication, Page } from '@playwright/test'
import { expect, test } from './support.ts'

async function openAt(app: ElectronApplication, chosen: string): Promise<void> {
  await app.evaluate(({ dialog }, path) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] })
  }, chosen)
}

async function toVersions(page: Page): Promise<void> {
  const grid = page.getByRole('listbox', { name: 'Pairs' })
  await expect(grid.getByRole('option').first()).toBeVisible({ timeout: 60_000 })
  await page.keyboard.press('3')
  await expect(page.getByText('n = 773').first()).toBeVisible({ timeout: 120_000 })
  await page.keyboard.press('8')
  await page.getByRole('tab', { name: 'Versions' }).click()
}

async function freeze(page: Page, name: string, cutoff: string): Promise<void> {
  await page.keyboard.press('n')
  const dialog = page.getByRole('dialog', { name: 'Freeze a version' })
  await dialog.getByLabel('Name').fill(name)
  await dialog.getByLabel('Cutoff (cosine)').fill(cutoff)
  await page.keyboard.press('Enter')
  await expect(dialog).toHaveCount(0)
  await expect(page.getByRole('heading', { name, exact: true })).toBeVisible({ timeout: 30_000 })
}

test('two versions are frozen, compared, exported, and verified from the folder', async ({
  start,
  home,
}) => {
  const { app, page } = await start()
  await toVersions(page)
  await freeze(page, 'wide', '0.3')
  await freeze(page, 'narrow', '0.9')
  const list = page.getByRole('complementary', { name: 'Versions of this corpus' })
  await expect(list.getByRole('listitem')).toHaveCount(2)

  await page.getByRole('combobox', { name: 'Compare with' }).click()
  await page.getByRole('option', { name: 'wide' }).click()
  const diff = page.getByRole('region', { name: 'Compare with' })
  const reason = diff.getByRole('button', { name: /does not pass the other cutoff/ })
  await expect(reason).toBeVisible()
  const row = diff.getByRole('row', { name: /does not pass the other cutoff/ }).first()
  const n = Number((await row.getByRole('cell').last().innerText()).replaceAll(',', ''))
  await expect(diff.getByText(/^\d+ of \d+ pairs$/)).toHaveText(`100 of ${n} pairs`)
  await expect(diff.getByRole('img', { name: /Cosines of both versions/ })).toBeVisible()

  await page.getByRole('button', { name: 'Verify', exact: true }).click()
  await expect(page.getByText(/give the hash/)).toBeVisible()

  const out = join(home, 'narrow-set')
  await openAt(app, out)
  await page.keyboard.press('e')
  await expect(page.getByRole('radio', { name: /Version narrow/ })).toBeChecked()
  await page.getByRole('radio', { name: 'Parquet' }).check()
  await page.keyboard.press('o')
  await page.keyboard.press('Control+Enter')
  await expect.poll(() => existsSync(join(out, 'croissant.json')), { timeout: 30_000 }).toBe(true)
  const said = JSON.parse(readFileSync(join(out, 'version.json'), 'utf8')) as { hash: string }

  await page.getByRole('tab', { name: 'Versions' }).click()
  await page.getByRole('button', { name: 'Verify an exported version…' }).click()
  await expect(page.getByText(/are pairs of the list/)).toBeVisible({
    timeout: 30_000,
  })
  await expect(page.getByText(said.hash).first()).toBeVisible()
})
