import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { expect, test } from './support.ts'

const PROMPTS = [
  'a red circle on a white ground',
  'a blue square beside a green triangle',
  'a photograph of a dog in the grass',
  'a yellow star above a dark sea',
  'a green triangle on black',
  'two orange circles, flat colours',
  'a mountain lake at dawn',
  'a green triangle on black',
]

let folder: string
test.beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gleaner-e2e-bases-'))
})
test.afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('a base is made, a picture asked about, the prompt edited and copied, by keyboard', async ({
  start,
}) => {
  test.setTimeout(180_000)
  const file = join(folder, 'shapes.txt')
  writeFileSync(file, [...PROMPTS, 'nan', '---', ''].join('\n'))
  const { page, app } = await start()
  await app.evaluate(({ dialog }, path) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] })
  }, file)
  await expect(page.getByRole('option').first()).toBeVisible({ timeout: 60_000 })
  await page.getByRole('option').first().click()

  await page.keyboard.press('6')
  await page.getByRole('tab', { name: 'Prompt sets' }).focus()
  await page.keyboard.press('ArrowRight')
  await expect(page.getByText('No prompt bases yet')).toBeVisible()
  await shot(page, 'empty')

  // A base out of a file: cleaned by two of the steps, embedded by the models that come with the program.
  await page.keyboard.press('Control+Shift+N')
  const name = page.getByRole('textbox', { name: 'Name' })
  await expect(name).toHaveValue('shapes')
  await page.getByRole('checkbox', { name: /Clean at once/ }).uncheck()
  await name.press('Enter')
  await expect(page.getByText(/9 of 9 embedded.*9 of 9 embedded/)).toBeVisible({
    timeout: 40_000,
  })
  await page.keyboard.press('c')
  for (const step of ['Language', 'Exotic words', 'Near-duplicates', 'Strange terms']) {
    await page.getByRole('checkbox', { name: step }).uncheck()
  }
  await page.getByRole('checkbox', { name: 'Strange terms' }).press('Enter')
  const facts = page.getByRole('status').filter({ hasText: 'taken out' })
  await expect(facts).toContainText('7 in use · 2 taken out', { timeout: 60_000 })
  const row = page.getByRole('row', { name: /No value/ })
  await expect(row).toContainText('nan')
  await shot(page, 'cleaning')
  await page.keyboard.press('u')
  await expect(facts).toContainText('9 in use · 0 taken out')

  // The picture that is selected in Pairs.
  await page.getByRole('button', { name: 'Picture', exact: true }).click()
  await page.keyboard.press('p')
  const prompt = page.getByRole('textbox', { name: 'Proposed prompt' })
  await expect(prompt).not.toHaveValue('', { timeout: 60_000 })
  const nearest = page.getByRole('list', { name: /nearest prompts/ }).getByRole('listitem')
  await expect(nearest).toHaveCount(9)
  const cosines = (await nearest.locator('.num').allTextContents()).map(Number)
  expect(cosines).toEqual([...cosines].sort((a, b) => b - a))
  await page.getByRole('textbox', { name: 'Nearest (k)' }).fill('3')
  await page.keyboard.press('Enter')
  await expect(nearest).toHaveCount(3)

  // A pasted picture answers, too; bytes that are none are refused by name.
  await page.keyboard.press('Escape')
  const paste = (type: 'drawn' | 'broken') =>
    page.evaluate(async (which) => {
      const canvas = new OffscreenCanvas(64, 64)
      const pen = canvas.getContext('2d')
      if (!pen) throw new Error('no canvas')
      pen.fillStyle = 'red'
      pen.fillRect(8, 8, 48, 48)
      const drawn = await canvas.convertToBlob({ type: 'image/png' })
      const data = new DataTransfer()
      data.items.add(
        new File([which === 'drawn' ? drawn : 'none'], `${which}.png`, { type: 'image/png' }),
      )
      window.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, cancelable: true }))
    }, type)
  await paste('broken')
  await expect(
    page.getByRole('alert').filter({ hasText: 'broken.png cannot be read' }),
  ).toBeVisible()
  await paste('drawn')
  await expect(page.getByRole('img', { name: 'The picture: drawn.png' })).toBeVisible()
  await expect(nearest).toHaveCount(3)

  await page.getByRole('heading', { name: 'shapes' }).click()
  await page.keyboard.press('e')
  await expect(prompt).toBeFocused()
  await page.keyboard.press('Control+End')
  await page.keyboard.type(', in oil')
  await shot(page, 'picture')
  await page.keyboard.press('Control+Shift+C')
  await expect(page.getByText('Prompt copied')).toBeVisible()
  const copied = await app.evaluate(({ clipboard }) => clipboard.readText())
  expect(copied).toMatch(/, in oil$/)
  expect(copied).toBe(await prompt.inputValue())
})

/** Pictures for people, where a folder is named. */
async function shot(page: Page, name: string): Promise<void> {
  const out = process.env['SHOTS']
  if (out !== undefined) await page.screenshot({ path: join(out, `${name}.png`) })
}
