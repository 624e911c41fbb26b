import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Page } from '@playwright/test'
import { expect, test } from './support.ts'
import { writeTinyDiffusion } from '../support/tiny-diffusion.ts'

const SAMPLE = resolve(import.meta.dirname, '../../resources/sample-study')

let folder: string
test.beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gleaner-e2e-generate-'))
})
test.afterEach(() => rmSync(folder, { recursive: true, force: true }))

async function ask<T>(page: Page, name: string, input: object): Promise<T> {
  const reply = await page.evaluate(
    ([call, value]) =>
      (
        window as unknown as { gleaner: { call(name: string, input: unknown): Promise<unknown> } }
      ).gleaner.call(call as string, value),
    [name, input] as const,
  )
  expect(reply).toMatchObject({ ok: true })
  return (reply as { value: T }).value
}

test('images of two models are made for a study and frozen, by keyboard', async ({ start }) => {
  test.setTimeout(240_000)
  const { page, app } = await start()
  await expect(page.getByRole('option').first()).toBeVisible({ timeout: 60_000 })
  await app.evaluate(
    ({ dialog }, chosen) => {
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] })
    },
    join(SAMPLE, 'prompts.csv'),
  )
  await page.keyboard.press('7')
  await page.keyboard.press('Control+Shift+N')
  await expect(page.getByRole('textbox', { name: 'Name', exact: true })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByText('40 prompts in 8 groups, 5 levels')).toBeVisible({ timeout: 60_000 })

  // Without a model the dialog says what is needed, and where.
  const dialog = page.getByRole('dialog', { name: 'Make images' })
  await page.keyboard.press('Control+m')
  await expect(dialog.getByText(/No model that makes pictures is installed/)).toBeVisible()
  await expect(dialog.getByRole('button', { name: /^Make images/ })).toBeHidden()
  await page.keyboard.press('Escape')

  for (const name of ['painter', 'other painter']) {
    await ask(page, 'models.add', { source: writeTinyDiffusion(join(folder, name)) })
  }
  const field = dialog.getByRole('textbox', { name: 'Called in the study' })
  for (const [i, model] of ['base', 'tuned'].entries()) {
    await page.keyboard.press('Control+m')
    await expect(field).toBeFocused()
    await expect(field).toHaveValue(/painter/)
    await page.keyboard.type(model)
    await expect(dialog.getByText('40 prompts × 1 = 40 images.')).toBeVisible()
    if (i === 1) {
      const set = (name: string, value: string): Promise<void> =>
        dialog.getByRole('textbox', { name }).fill(value)
      await set('Images of each prompt', '2')
      await set('Guidance', '3')
      await set('Width', '24')
      await set('Negative prompt', 'fog')
      await dialog.getByRole('combobox', { name: 'Scheduler' }).press('Enter')
      await page.keyboard.type('euler')
      await page.keyboard.press('Enter')
      await expect(dialog.getByText('40 prompts × 2 = 80 images.')).toBeVisible()
    }
    const seed = dialog.getByRole('textbox', { name: 'First seed' })
    await seed.fill('x')
    await expect(dialog.getByRole('button', { name: /^Make images/ })).toBeDisabled()
    await seed.fill('7')
    await dialog.getByRole('textbox', { name: 'Steps' }).fill('2')
    await page.keyboard.press('Enter')
    await expect(dialog).toBeHidden()
    // They come in while one looks at them.
    const sheet = page.getByRole('grid', { name: 'Contact sheet' })
    await expect(sheet.getByRole('gridcell').first()).toBeVisible({ timeout: 60_000 })
    await expect(page.getByRole('button', { name: /^Study Draft/ })).toContainText(
      i === 0 ? '1 model, 40 images' : '2 models, 120 images',
      { timeout: 60_000 },
    )
  }
  await page.getByRole('tab', { name: 'Overview' }).click()
  await expect(page.getByRole('row', { name: /tuned.* 80 images/ })).toBeVisible({
    timeout: 60_000,
  })
  await expect(page.getByRole('row', { name: /base.* 40 images/ })).toBeVisible()
  // They were made as it was asked for.
  const [recent] = await ask<{ path: string }[]>(page, 'corpora.recent', {})
  const of = { corpus: recent?.path, study: 'Study' }
  const { cells } = await ask<{ cells: { images: { id: number }[][] }[] }>(
    page,
    'studies.sheet',
    of,
  )
  const image = (model: number, take: number): Promise<object> =>
    ask(page, 'studies.image', { ...of, image: cells[1]?.images[model]?.[take]?.id })
  expect(await image(0, 0)).toMatchObject({
    image: { width: 16, height: 16 },
    origin: { seed: '8', steps: 2, guidance: 7.5, sampler: 'ddim', negativePrompt: null },
  })
  expect(await image(1, 1)).toMatchObject({
    image: { width: 24, height: 16 },
    origin: { seed: '10', steps: 2, guidance: 3, sampler: 'euler', negativePrompt: 'fog' },
  })
  // All that a study needs is there.
  const freeze = page.getByRole('button', { name: /^Freeze…/ })
  await expect(freeze).toBeEnabled({ timeout: 60_000 })
  await page.keyboard.press('f')
  const sure = page.getByRole('button', { name: 'Freeze', exact: true })
  await sure.focus()
  await page.keyboard.press('Enter')
  await expect(page.getByText('Ready to be rated')).toBeVisible({ timeout: 60_000 })
})
