import { expect, test } from './support.ts'

test('clicks on facets write the query that one sees, and filters are kept by name', async ({
  start,
}) => {
  const { page } = await start()
  const grid = page.getByRole('listbox', { name: 'Pairs' })
  await expect(grid.getByRole('option').first()).toBeVisible({ timeout: 60_000 })
  await grid.focus()
  await page.keyboard.press('f')
  const panel = page.getByRole('complementary', { name: 'Facets' })
  const filter = page.getByRole('combobox', { name: 'Filter pairs' })
  const shown = page.getByRole('status', { name: 'Pairs shown' })

  // The count that a value promises is what one gets.
  const german = panel.getByRole('button', { name: 'Only these: de', exact: true })
  const promised = await german.locator('.n').innerText()
  await german.click()
  await expect(filter).toHaveValue('lang=de')
  await expect(shown).toContainText(`${promised} of 875`)
  await expect(german).toHaveAttribute('aria-pressed', 'true')
  // Another one beside it is an alternative; a second click takes it back.
  await panel.getByRole('button', { name: 'Only these: ja', exact: true }).click()
  await expect(filter).toHaveValue('lang=de OR lang=ja')
  await german.click()
  await expect(filter).toHaveValue('lang=ja')
  await panel.getByRole('button', { name: 'Without these: ja', exact: true }).click()
  await expect(filter).toHaveValue('-lang=ja')

  // Saved, and used again after another filter.
  await panel.getByRole('button', { name: 'Save this filter…' }).click()
  await page.getByLabel('Name of the filter').fill('Not Japanese')
  await page.keyboard.press('Enter')
  await filter.fill('')
  await filter.press('Enter')
  await expect(shown).toContainText('875')
  await panel.getByRole('button', { name: 'Not Japanese', exact: true }).click()
  await expect(filter).toHaveValue('-lang=ja')
  await panel.getByText('Used before').click()
  await expect(panel.getByRole('button', { name: 'Use lang=de OR lang=ja' })).toBeVisible()

  // Kinds of alts, after they are sorted.
  await panel.getByRole('button', { name: 'Sort by kind' }).click()
  await panel.getByRole('button', { name: 'Only these: uninformative' }).click({ timeout: 30_000 })
  await expect(filter).toHaveValue(/alt-kind:uninformative/)
  await panel.getByRole('button', { name: 'Rules…' }).click()
  const rules = page.getByRole('dialog', { name: 'What a machine wrote' })
  await rules.getByText('file-name').first().click()
  await expect(rules.getByLabel('Pattern').filter({ visible: true })).toHaveCount(1)
})
