import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findings } from './axe.ts'
import { expect, settled, test } from './support.ts'

test('image to prompt and its dialogs can be read at their contrast and by a screen reader', async ({
  start,
  home,
}) => {
  test.setTimeout(240_000)
  const { page, app } = await start()
  const file = join(home, 'few.csv')
  const rows = ['red', 'blue', 'green'].map((colour) => `a.png,"a ${colour} house by the sea"`)
  writeFileSync(file, `image,prompt\n${[...rows, 'b.png,nan'].join('\n')}\n`)
  await app.evaluate(({ dialog }, path) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] })
  }, file)
  const both = async (what: string): Promise<void> => {
    await settled(page)
    for (const theme of ['dark', 'light']) {
      await page.evaluate((chosen) => (document.documentElement.dataset['theme'] = chosen), theme)
      expect(await findings(page), `${theme}, ${what}`).toEqual([])
    }
  }
  await expect(page.getByRole('option').first()).toBeVisible({ timeout: 60_000 })
  await page.getByRole('option').first().click()
  await page.keyboard.press('Shift+P')
  await expect(page.getByText('No prompt bases yet')).toBeVisible()
  await both('no bases')
  await page.keyboard.press('Control+Shift+N')
  await expect(page.getByRole('list', { name: 'First prompts' })).toBeVisible()
  await both('a new base')
  await page.keyboard.press('Control+Enter')
  await expect(page.getByText(/3 of 3 embedded.*3 of 3 embedded/)).toBeVisible({ timeout: 60_000 })
  await both('no picture')
  await page.keyboard.press('p')
  await expect(page.getByRole('textbox', { name: 'Proposed prompt' })).toHaveValue(/house/, {
    timeout: 60_000,
  })
  await both('a picture')
  await page.getByRole('button', { name: 'Cleaning', exact: true }).click()
  await both('cleaning')
  await page.keyboard.press('l')
  await expect(page.getByRole('dialog').getByRole('listitem')).toHaveCount(1)
  await both('the list of what was taken out')
  await page.keyboard.press('Escape')
  await page.keyboard.press('c')
  await expect(page.getByRole('dialog', { name: 'Clean few' })).toBeVisible()
  await both('rules of a cleaning')
  await page.keyboard.press('Escape')
  await page.keyboard.press('v')
  const dialog = page.getByRole('dialog', { name: 'Evaluate few' })
  await dialog.getByRole('button', { name: 'Own', exact: true }).click()
  await both('an evaluation')
  await page.keyboard.press('Escape')
  await expect(dialog).toBeHidden()
})
