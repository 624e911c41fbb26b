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

async function ask(page: Page, name: string, input: object): Promise<void> {
  const problem = await page.evaluate(
    async ([call, value]) => {
      const { gleaner } = window as unknown as {
        gleaner: { call(name: string, input: unknown): Promise<{ ok: boolean; error?: unknown }> }
      }
      const reply = await gleaner.call(call as string, value)
      return reply.ok ? null : JSON.stringify(reply.error)
    },
    [name, input] as const,
  )
  expect(problem).toBeNull()
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
      i === 0 ? '1 model, 40 images' : '2 models, 80 images',
      { timeout: 60_000 },
    )
  }
  await page.getByRole('tab', { name: 'Overview' }).click()
  await expect(page.getByRole('row', { name: /tuned.* 40 images/ })).toBeVisible({
    timeout: 60_000,
  })
  await expect(page.getByRole('row', { name: /base.* 40 images/ })).toBeVisible()
  // All that a study needs is there.
  const freeze = page.getByRole('button', { name: /^Freeze…/ })
  await expect(freeze).toBeEnabled({ timeout: 60_000 })
  await page.keyboard.press('f')
  const sure = page.getByRole('button', { name: 'Freeze', exact: true })
  await sure.focus()
  await page.keyboard.press('Enter')
  await expect(page.getByText('Ready to be rated')).toBeVisible({ timeout: 60_000 })
})
