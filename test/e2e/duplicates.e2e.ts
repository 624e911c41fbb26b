import type { Locator, Page } from '@playwright/test'
import { expect, test } from './support.ts'

const list = (page: Page): Locator => page.getByRole('listbox', { name: 'Groups of duplicates' })
const place = (page: Page): Locator => page.locator('.duplicates .group h2')
const why = (page: Page): Locator => page.locator('.duplicates .why')
const decided = (page: Page): Locator => page.locator('.duplicates .decided')
const current = (page: Page): Locator => page.locator('.members [aria-current="true"]')
const shown = (page: Page): Locator => page.getByRole('status', { name: 'Pairs shown' })

/** The first number of a text, as the 750 of "750 of 875". */
async function numberIn(of: Locator): Promise<number> {
  const [first = ''] = /\d[\d,]*/.exec((await of.textContent()) ?? '') ?? []
  return Number(first.replaceAll(',', ''))
}

/** Pairs if each picture stood there once, counted from the rows themselves. */
const oneOfEach = (page: Page): Promise<number> =>
  page.evaluate(async () => {
    interface Reply {
      value: {
        path: string
        selection: string
        total: number
      }
    }
    const { gleaner } = window as unknown as {
      gleaner: { call(name: string, input: unknown): Promise<Reply> }
    }
    const recent = (await gleaner.call('corpora.recent', {})).value as unknown as Reply['value'][]
    const corpus = recent[0]?.path
    const { selection, total } = (await gleaner.call('pairs.select', { corpus, where: '' })).value
    const seen = new Set<string>()
    for (let offset = 0; offset < total; offset += 200) {
      const asked = { corpus, selection, offset, limit: 200 }
      const rows = (await gleaner.call('pairs.page', asked)).value as unknown as {
        id: number
        sha256: string | null
      }[]
      for (const { id, sha256 } of rows) seen.add(sha256 ?? `no picture ${id}`)
    }
    return seen.size
  })

/** Pairs that a filter keeps, by the engine. */
const countOf = (page: Page, where: string): Promise<number> =>
  page.evaluate(async (where) => {
    const { gleaner } = window as unknown as {
      gleaner: { call(name: string, input: unknown): Promise<{ value: unknown }> }
    }
    const [recent] = (await gleaner.call('corpora.recent', {})).value as { path: string }[]
    const asked = { corpus: recent?.path, where }
    return ((await gleaner.call('pairs.select', asked)).value as { total: number }).total
  }, where)

test('duplicates are decided by keys, taken back, filtered, and there after a restart', async ({
  start,
}) => {
  test.setTimeout(240_000)
  const first = await start()
  const { page } = first
  await expect(page.getByRole('option').first()).toBeVisible({
    timeout: 60_000,
  })
  await expect(page.getByRole('button', { name: /^Pause|Cancel/ })).toHaveCount(0, {
    timeout: 120_000,
  })
  const all = await numberIn(shown(page))
  await page.keyboard.press('Shift+D')
  await expect(list(page)).toBeVisible()
  await expect(place(page)).toContainText('Group 1 of')
  const groups = await list(page).getByRole('option').count()
  expect(groups).toBeGreaterThan(2)

  // One of each is what counting the files themselves gives.
  const once = await oneOfEach(page)
  expect(once).toBeLessThan(all)
  await page.keyboard.press('o')
  await expect.poll(() => numberIn(shown(page))).toBe(once)
  await page.keyboard.press('Control+z')
  await expect.poll(() => numberIn(shown(page))).toBe(all)

  // The suggestion is taken; who takes it is asked once.
  await page.keyboard.press('Shift+D')
  await expect(place(page)).toContainText('Group 1 of')
  await page.keyboard.press('Enter')
  const name = page.getByRole('dialog').getByRole('textbox')
  await name.fill('Ann')
  await page.keyboard.press('Enter')
  await expect(place(page)).toContainText('Group 2 of')
  await expect(decided(page)).toContainText('1 kept')
  // One of the group is kept, all others are dropped.
  expect(await countOf(page, 'decided:keep')).toBe(1)
  expect(await countOf(page, 'decided:drop')).toBeGreaterThan(0)

  // Another one is kept.
  const suggested = await current(page).locator('.strong').textContent()
  await page.keyboard.press('ArrowRight')
  const wanted = (await current(page).locator('.strong').textContent()) ?? ''
  expect(wanted).not.toBe(suggested)
  await page.keyboard.press('k')
  await expect(why(page)).toContainText(`Keep ${wanted}: somebody said so`)
  await expect(decided(page)).toContainText('2 kept')

  // A group that is none goes, and comes back.
  await page.keyboard.press('ArrowDown')
  await expect(place(page)).toContainText('Group 3 of')
  const before = await place(page).textContent()
  await page.keyboard.press('a')
  await expect.poll(() => place(page).textContent()).not.toBe(before)
  await expect(decided(page)).not.toContainText(' 0 apart')
  await page.keyboard.press('Control+z')
  await expect.poll(() => place(page).textContent()).toBe(before)
  await expect(decided(page)).toContainText(' 0 apart')
  await page.keyboard.press('Control+y')
  await expect(decided(page)).not.toContainText(' 0 apart')

  // What looks the same has to be looked for.
  const said = (await decided(page).textContent()) ?? ''
  await page.getByRole('combobox', { name: 'Duplicates by' }).click()
  await page.getByRole('option', { name: /same look/ }).click()
  await page.getByRole('button', { name: 'Look for them' }).click()
  await expect(list(page)).toBeVisible({ timeout: 120_000 })
  await expect(place(page)).toContainText('Group 1 of')
  await first.close()

  const { page: later } = await start()
  await expect(list(later)).toBeVisible({ timeout: 60_000 })
  await later.getByRole('combobox', { name: 'Duplicates by' }).click()
  await later.getByRole('option', { name: /same bytes/ }).click()
  await expect(decided(later)).toHaveText(said)
})

test('duplicates are looked for by a number, a model or a text that one chooses, which is said beside them', async ({
  start,
}) => {
  test.setTimeout(240_000)
  const { page } = await start()
  await expect(page.getByRole('option').first()).toBeVisible({ timeout: 60_000 })
  await expect(page.getByRole('button', { name: /^Pause|Cancel/ })).toHaveCount(0, {
    timeout: 120_000,
  })
  await page.keyboard.press('Shift+D')
  await expect(list(page)).toBeVisible()
  const toolbar = page.getByRole('toolbar', { name: 'Duplicates' })
  // Of the same bytes there is nothing to choose, and the key must not reject the pair, as elsewhere.
  await page.keyboard.press('Shift+R')
  await expect(page.getByText('Same bytes leave nothing to choose')).toBeVisible()
  await expect(page.getByRole('dialog')).toHaveCount(0)
  const choose = async (kind: RegExp): Promise<void> => {
    await page.getByRole('combobox', { name: 'Duplicates by' }).click()
    await page.getByRole('option', { name: kind }).click()
  }
  const copies = async (): Promise<number> => {
    const text = (await toolbar.getByRole('status', { name: 'Groups' }).textContent()) ?? ''
    return Number((/([\d,]+) cop/.exec(text)?.[1] ?? 'NaN').replaceAll(',', ''))
  }

  // By look: a number that is out of range is not taken, then the strictest.
  await choose(/same look/)
  const bits = page.getByRole('textbox', { name: 'Bits that may differ' })
  await expect(bits).toHaveValue('6')
  await expect(page.getByText('Of the 64 bits of two pictures')).toBeVisible()
  await bits.fill('12')
  await bits.press('Tab')
  await expect(page.getByRole('alert')).toContainText('11')
  await bits.fill('0')
  await bits.press('Enter')
  await expect(toolbar).toContainText('up to 0 of 64 bits differ, in any colours', {
    timeout: 120_000,
  })
  const few = await copies()
  expect(few).toBeGreaterThan(0)

  // Again by keys alone: more bits, of the same colours.
  await page.keyboard.press('Shift+R')
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByRole('textbox', { name: 'Bits that may differ' })).toHaveValue('0')
  await dialog.getByRole('textbox', { name: 'Bits that may differ' }).fill('8')
  await dialog.getByRole('button', { name: 'Same colours' }).press('Space')
  await expect(dialog.getByText('a red and a blue shirt')).toBeVisible()
  await dialog.getByRole('textbox', { name: 'Bits that may differ' }).press('Enter')
  await expect(dialog).toHaveCount(0)
  await expect(toolbar).toContainText('up to 8 of 64 bits differ, of the same colours', {
    timeout: 120_000,
  })
  const many = await copies()
  expect(many).toBeGreaterThan(few)

  // By texts: of the titles, then of the alts.
  await choose(/same text/)
  await page.getByRole('combobox', { name: 'Text', exact: true }).click()
  await page.getByRole('option', { name: 'Title' }).click()
  await page.getByRole('textbox', { name: 'Least Jaccard similarity' }).fill('0.9')
  await page.getByRole('button', { name: 'Look for them' }).click()
  await expect(toolbar).toContainText(/Jaccard 0.9 or more, of title/i, { timeout: 60_000 })

  // By content: whose embeddings.
  await choose(/same content/)
  await expect(page.getByRole('textbox', { name: 'Least cosine' })).toHaveValue('0.95')
  await expect(page.getByRole('combobox', { name: 'Model' })).not.toHaveText(/–/)
  await page.getByRole('textbox', { name: 'Least cosine' }).fill('0.9')
  await page.getByRole('button', { name: 'Look for them' }).click()
  await expect(toolbar).toContainText(/cosine 0.9 or more, by \S+/, { timeout: 60_000 })
})
