import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { ElectronApplication } from '@playwright/test'
import { expect, test } from './support.ts'

const SAMPLE = resolve(import.meta.dirname, '../../resources/sample-study')

let folder: string
test.beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gleaner-e2e-judge-'))
})
test.afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** What the next dialogs of the system answer. */
async function answer(app: ElectronApplication, path: string): Promise<void> {
  await app.evaluate(({ dialog }, chosen) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] })
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: chosen }) as never
  }, path)
}

test('a study is made of the files of two models, frozen and unblinded, by keyboard', async ({
  start,
}) => {
  test.setTimeout(240_000)
  const { page, app } = await start()
  await expect(page.getByRole('option').first()).toBeVisible({ timeout: 60_000 })
  await page.keyboard.press('7')
  // The sample brings a study with simulated ratings, and says so.
  const studies = page.getByRole('complementary', { name: 'Studies' })
  const sample = studies.getByRole('button', { name: /^Sample study/ })
  await expect(sample).toContainText('3 raters', { timeout: 120_000 })
  await expect(page.getByText('no person has rated these pictures')).toBeVisible()

  // Three times Enter: the study, its prompts, its first model.
  await page.keyboard.press('Control+Shift+N')
  await expect(page.getByRole('textbox', { name: 'Name', exact: true })).toBeFocused()
  await answer(app, join(SAMPLE, 'prompts.csv'))
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Study', exact: true })).toBeVisible()
  await expect(page.getByText('40 prompts in 8 groups, 5 levels')).toBeVisible()

  await page.keyboard.press('Control+i')
  const folderButton = page.getByRole('button', { name: 'Choose folder…' })
  await expect(folderButton).toBeFocused()
  await answer(app, join(SAMPLE, 'base'))
  await page.keyboard.press('Enter')
  await expect(page.getByText('40 of 40 files find a prompt by their names')).toBeVisible()
  // A pattern that fits nothing cannot be taken.
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  await page.keyboard.type('{group}-{level}')
  await expect(page.getByText('0 of 40 files find a prompt')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Add images' })).toBeDisabled()
  await page.keyboard.press('Control+a')
  await page.keyboard.press('Backspace')
  await expect(page.getByText('40 of 40 files find a prompt by their names')).toBeVisible()
  await page.keyboard.press('Enter')
  await expect(page.getByText('Freeze the study to begin rating')).toBeVisible({ timeout: 60_000 })

  await page.keyboard.press('Control+i')
  await expect(folderButton).toBeFocused()
  await answer(app, join(SAMPLE, 'tuned', 'manifest.csv'))
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('textbox', { name: 'Model' })).toHaveValue('tuned')
  await expect(page.getByText('40 of 40 files find a prompt by the manifest')).toBeVisible()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('row', { name: /tuned 40 images/ })).toBeVisible({ timeout: 60_000 })

  // The sheet of a draft shows which model made what.
  const tab = (name: string) => page.getByRole('tab', { name, exact: true })
  await tab('Overview').focus()
  await page.keyboard.press('ArrowRight')
  const sheet = page.getByRole('grid', { name: 'Contact sheet' })
  await expect(sheet).toBeVisible()
  await sheet.focus()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowDown')
  await expect(sheet.getByRole('gridcell', { selected: true })).toHaveAccessibleName(
    'tuned: two red cars',
  )
  await page.keyboard.press('Space')
  const large = page.getByRole('dialog', { name: 'Large image' })
  await expect(large.getByRole('img', { name: 'two red cars' })).toBeVisible()
  await expect(large).toContainText('the manifest')
  await page.keyboard.press('ArrowUp')
  await expect(large).toContainText('its name')
  await large.getByText('As it stands in the file').click()
  await expect(large).toContainText('Steps: 25')
  await page.keyboard.press('Escape')
  await expect(large).toHaveCount(0)
  await expect(sheet).toBeFocused()

  // Frozen: names and sheet are hidden, and it says why.
  await expect(page.getByText('No problems')).toHaveCount(0)
  await page.keyboard.press('f')
  await expect(page.getByText('cannot be undone')).toBeVisible()
  const freeze = page.getByRole('button', { name: 'Freeze', exact: true })
  await freeze.focus()
  await page.keyboard.press('Enter')
  await expect(page.getByText('Hidden while the study is rated blind')).toBeVisible()
  await expect(sheet).toHaveCount(0)
  await tab('Images').focus()
  await page.keyboard.press('ArrowLeft')
  await expect(page.getByRole('row', { name: /Model A 40 images/ })).toBeVisible()
  await expect(page.getByText('tuned', { exact: true })).toHaveCount(0)
  const hash = await page.getByText(/^[0-9a-f]{64}$/).innerText()

  // Ratings of another machine come in, and go out again.
  await answer(app, join(SAMPLE, 'ratings.csv'))
  await page.keyboard.press('m')
  await expect(page.getByRole('dialog').getByRole('status')).toHaveText(/1,180 answers came in/)
  await page.keyboard.press('Escape')
  await expect(page.getByText('1,180 answers, 3 raters').first()).toBeVisible()
  const out = join(folder, 'ratings.csv')
  await answer(app, out)
  await page.keyboard.press('Control+e')
  await expect(page.getByText('Wrote 1,180 rows')).toBeVisible()
  expect(readFileSync(out, 'utf8')).toMatch(
    /^rater,item,model,kind,group,level,seed,aspect,value,at\nsimulated-1,[0-9a-f]{24},Model [AB],/,
  )

  // A package for raters is opened in a corpus of its own.
  const packed = join(folder, 'for-raters.zip')
  await answer(app, packed)
  await page.keyboard.press('p')
  await expect.poll(() => existsSync(packed), { timeout: 60_000 }).toBe(true)
  await expect(page.getByText('Packed', { exact: true })).toBeVisible({ timeout: 60_000 })

  // Unblinded: by whom and why; the sheet says so from now on.
  await page.getByRole('button', { name: 'Unblind…' }).focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('textbox', { name: 'Who unblinds' })).toBeFocused()
  await page.keyboard.type('Anna')
  await page.keyboard.press('Tab')
  await page.keyboard.type('all have rated')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('row', { name: /tuned 40 images/ })).toBeVisible()
  await expect(page.getByText(/Anna.*all have rated/)).toBeVisible()
  await expect(page.getByText(hash)).toBeVisible()
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await tab('Overview').focus()
  await page.keyboard.press('ArrowRight')
  await expect(page.getByText(/Unblinded .* shows which model made which image/)).toBeVisible()
  await expect(sheet).toBeVisible()

  await answer(app, packed)
  await studies.getByRole('button', { name: 'Open rater’s package…' }).focus()
  await page.keyboard.press('Enter')
  await expect(page.getByText('Rater’s copy').first()).toBeVisible({ timeout: 60_000 })
  await expect(studies.getByRole('button', { name: /^Study/ })).toContainText('80 images')
  await expect(page.getByRole('banner')).toContainText('for-raters')
})
