import { expect, test } from './support.ts'

test('one key marks a pair, a selection and what is shown large; each is undone as one step', async ({
  start,
}) => {
  const { page } = await start()
  const grid = page.getByRole('listbox', { name: 'Pairs' })
  const cells = grid.getByRole('option')
  await expect(cells.first()).toBeVisible({ timeout: 60_000 })
  const signs = (mark: string) => grid.getByRole('img', { name: mark })
  await cells.first().click()

  // The first mark asks once who marks, and is then made.
  await page.keyboard.press('k')
  const who = page.getByRole('dialog', { name: 'Who marks?' })
  await who.getByLabel('Your name').fill('Anna')
  await page.keyboard.press('Enter')
  await expect(who).toBeHidden()
  await expect(signs('keep')).toHaveCount(1)
  const inspector = page.getByRole('complementary', { name: 'Inspector' })
  await expect(inspector.getByRole('button', { name: 'keep' })).toHaveAttribute(
    'aria-pressed',
    'true',
  )

  // Marked and on to the next.
  await grid.focus()
  await page.keyboard.press('Shift+U')
  await expect(signs('unsure')).toHaveCount(1)
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('r')
  await expect(signs('reject')).toHaveCount(1)

  // In the large preview.
  await page.keyboard.press('Space')
  const preview = page.getByRole('dialog', { name: 'Large preview' })
  await page.keyboard.press('k')
  await expect(preview.getByRole('img', { name: 'keep' })).toBeVisible()
  await page.keyboard.press('Escape')

  // All pairs at once, as one step.
  await page.keyboard.press('Control+a')
  await page.keyboard.press('r')
  const filter = page.getByRole('combobox', { name: 'Filter pairs' })
  const shown = page.getByRole('status', { name: 'Pairs shown' })
  await expect(page.getByRole('toolbar', { name: 'Actions on the selection' })).toBeVisible()
  // Steps are taken back in the order in which they were done: this one is to be over.
  await expect.poll(() => signs('reject').count()).toBeGreaterThan(5)
  await filter.fill('mark:reject')
  await page.keyboard.press('Enter')
  await expect(shown).toContainText('875')
  await page.keyboard.press('Control+z')
  await expect(filter).toHaveValue('')
  await page.keyboard.press('Control+z')
  await expect(signs('reject')).toHaveCount(0)
  await expect(signs('unsure')).toHaveCount(1)
  await page.keyboard.press('Control+y')
  await expect.poll(() => signs('reject').count()).toBeGreaterThan(5)
  await page.keyboard.press('Control+z')
  await expect(signs('reject')).toHaveCount(0)
})

test('tags and notes are written in the inspector and found by the filter', async ({ start }) => {
  const { page } = await start()
  const grid = page.getByRole('listbox', { name: 'Pairs' })
  await expect(grid.getByRole('option').first()).toBeVisible({ timeout: 60_000 })
  await grid.getByRole('option').nth(1).click()
  await page.keyboard.press('k')
  await page.getByLabel('Your name').fill('Anna')
  await page.keyboard.press('Enter')
  // Until then the dialog gives the focus back to the grid.
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await expect(grid.getByRole('img', { name: 'keep' })).toHaveCount(1)
  const inspector = page.getByRole('complementary', { name: 'Inspector' })
  await inspector.getByLabel('Add a tag').fill('Night, street')
  await page.keyboard.press('Enter')
  await expect(inspector.getByRole('button', { name: 'Take the tag night away' })).toBeVisible()
  await inspector.getByLabel('Note').fill('crop the left side')
  await page.keyboard.press('Control+Enter')
  await expect(grid.getByTitle('has a note')).toHaveCount(1)
  const filter = page.getByRole('combobox', { name: 'Filter pairs' })
  await filter.fill('tag:night note:"left side"')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('status', { name: 'Pairs shown' })).toContainText('1 of 875')
})
