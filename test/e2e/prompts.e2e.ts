import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from './support.ts'

const ROWS = [
  'group,kind,level,prompt',
  'computer,sensible,1,computer',
  'computer,sensible,2,a shiny computer',
  'computer,sensible,3,"a shiny computer, in an office"',
  'idea,nonsensical,1,idea',
  'idea,nonsensical,2,a green idea',
  'idea,nonsensical,3,a thought under the roof of a number',
]

let folder: string
test.beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gleaner-e2e-prompts-'))
})
test.afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('a set is imported, edited as ladders, undone and exported, by keyboard', async ({
  start,
}) => {
  test.setTimeout(180_000)
  const given = join(folder, 'ladders.csv')
  const out = join(folder, 'out.csv')
  writeFileSync(given, [...ROWS, ''].join('\n'))
  const { page, app } = await start()
  await app.evaluate(
    ({ dialog }, [open, save]) => {
      dialog.showOpenDialog = () =>
        Promise.resolve({ canceled: false, filePaths: [open as string] })
      dialog.showSaveDialog = () =>
        Promise.resolve({ canceled: false, filePath: save as string }) as never
    },
    [given, out] as const,
  )
  await expect(page.getByRole('option').first()).toBeVisible({ timeout: 60_000 })
  await page.keyboard.press('6')
  await expect(page.getByText('No prompt sets yet')).toBeVisible()
  await page.keyboard.press('Control+i')
  const line = (name: RegExp | string) => page.getByRole('treeitem', { name })
  const prompt = (text: string) =>
    page.getByRole('treeitem').filter({ hasText: text, hasNot: page.getByRole('group') })
  await expect(page.getByRole('heading', { name: 'ladders' })).toBeVisible()
  const status = page.getByRole('status').filter({ hasText: /problem/ })
  await expect(status).toHaveText('1 problem')
  await expect(prompt('a thought under')).toContainText(
    'Missing from the level before: green, idea',
  )

  // Down to the last prompt, which is put right.
  await expect(line('computer, sensible')).toHaveAttribute('aria-selected', 'true')
  await page.keyboard.press('End')
  await expect(prompt('a thought under')).toHaveAttribute('aria-selected', 'true')
  await page.keyboard.press('Enter')
  const field = page.getByRole('textbox', { name: 'Prompt, level 3' })
  await expect(field).toBeFocused()
  await field.fill('thrown away')
  await page.keyboard.press('Escape')
  await expect(prompt('a thought under')).toBeVisible()
  await page.keyboard.press('Enter')
  await field.fill('a green idea under the roof of a number')
  await page.keyboard.press('Enter')
  await expect(status).toHaveText('No problems')
  await expect(prompt('a green idea under').locator('.kept')).toHaveText('a green idea')

  // A level more, one less, and one changes its place.
  await page.keyboard.press('a')
  const fourth = page.getByRole('textbox', { name: 'Prompt, level 4' })
  await expect(fourth).toHaveValue('a green idea under the roof of a number')
  await fourth.press('End')
  await page.keyboard.type(' at dawn')
  await page.keyboard.press('Enter')
  await expect(prompt('a number at dawn')).toHaveAttribute('aria-selected', 'true')
  await page.keyboard.press('Alt+ArrowUp')
  await expect(status).toHaveText(/problems?$/)
  await page.keyboard.press('Control+z')
  await expect(status).toHaveText('No problems')
  await page.keyboard.press('Home')
  await page.keyboard.press('Alt+ArrowDown')
  await expect(line(/^idea|^computer/).first()).toHaveAccessibleName('idea, nonsensical')
  await page.keyboard.press('Delete')
  await expect(line('computer, sensible')).toHaveCount(0)
  await page.keyboard.press('Control+z')
  await expect(line('computer, sensible')).toHaveCount(1)

  // Words of a filter are typed, not obeyed.
  await page.keyboard.press('/')
  await page.keyboard.type('shiny')
  await expect(line('idea, nonsensical')).toHaveCount(0)
  await page.keyboard.press('Escape')
  await expect(line('idea, nonsensical')).toHaveCount(1)

  await page.keyboard.press('Control+e')
  await expect(page.getByRole('radio', { name: /CSV/ })).toBeChecked()
  await page.keyboard.press('Enter')
  await expect(page.getByText(/Exported 7 prompts to/)).toBeVisible()
  expect(readFileSync(out, 'utf8')).toBe(
    [
      ROWS[0],
      'idea,nonsensical,1,idea',
      'idea,nonsensical,2,a green idea',
      'idea,nonsensical,3,a green idea under the roof of a number',
      'idea,nonsensical,4,a green idea under the roof of a number at dawn',
      ...ROWS.slice(1, 4),
      '',
    ].join('\n'),
  )
})

test('hundreds of ladders are made, moved through and drawn only near what is seen', async ({
  start,
}) => {
  test.setTimeout(180_000)
  const { page } = await start()
  await expect(page.getByRole('option').first()).toBeVisible({ timeout: 60_000 })
  await page.keyboard.press('6')
  await page.keyboard.press('Control+g')
  await page.getByRole('textbox', { name: /^Sensible/ }).fill('150')
  await page.getByRole('textbox', { name: /^Nonsensical/ }).fill('150')
  await page.getByRole('textbox', { name: /^Levels/ }).fill('7')
  await page.getByRole('textbox', { name: /^Seed/ }).fill('3')
  await page.keyboard.press('Enter')
  await expect(page.getByText('2,100 prompts in 300 groups')).toBeVisible()
  const all = page.getByRole('treeitem')
  await expect(all.first()).toBeVisible()
  expect(await all.count()).toBeLessThan(400)
  await page.keyboard.press('End')
  const last = page.getByRole('treeitem', { selected: true })
  await expect(last).toBeInViewport()
  await expect(last).toHaveAttribute('aria-posinset', '7')
  expect(await all.count()).toBeLessThan(400)
  await page.keyboard.press('Home')
  await expect(page.getByRole('treeitem', { selected: true })).toHaveAttribute('aria-posinset', '1')
})
