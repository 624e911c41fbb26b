import type { Locator, Page } from '@playwright/test'
import { toScreen, whole } from '../../src/renderer/src/features/pairs/map/camera.ts'
import { expect, test } from './support.ts'

const map = (page: Page): Locator => page.getByRole('application', { name: 'Map of pairs' })
const legend = (page: Page): Locator => page.locator('.legend')
const selected = (page: Page): Locator => page.locator('.selection [role="status"]')
const cursor = (page: Page): Locator => page.locator('.map .cursor')

async function numberIn(place: Locator): Promise<number> {
  return Number(((await place.textContent()) ?? '').replace(/\D/g, ''))
}

/** Where the pairs lie on the first of the maps, in 0..1 of it. */
const placesOf = (page: Page): Promise<{ id: number; at: [number, number] }[]> =>
  page.evaluate(async () => {
    const { gleaner } = window as unknown as {
      gleaner: { call(name: string, input: unknown): Promise<{ value: unknown }> }
    }
    const ask = async <T>(name: string, input: object): Promise<T> =>
      (await gleaner.call(name, input)).value as T
    const [{ path: corpus } = { path: '' }] = await ask<{ path: string }[]>('corpora.recent', {})
    const { maps } = await ask<{ maps: { id: string }[] }>('maps.list', { corpus })
    const map = maps[0]?.id
    const places = await ask<{ id: number }[]>('maps.places', { corpus, map })
    return Promise.all(
      places.map(async ({ id }) => ({
        id,
        ...(await ask<{ at: [number, number] }>('maps.find', { corpus, map, layout: 'umap', id })),
      })),
    )
  })

test('a map is made, lassoed and walked by keys, and its selection is that of the grid', async ({
  start,
}) => {
  test.setTimeout(240_000)
  const { page, app } = await start()
  await expect(page.getByRole('option').first()).toBeVisible({ timeout: 60_000 })
  await page.keyboard.press('m')
  // Until it is scored there are no embeddings.
  const make = page.getByRole('button', { name: 'Make the map' })
  await expect(make).toBeVisible({ timeout: 120_000 })
  await expect(page.getByRole('button', { name: /^Pause|Cancel/ })).toHaveCount(0, {
    timeout: 120_000,
  })
  // The one step of the empty view is under the keys.
  await expect(make).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(map(page)).toBeVisible({ timeout: 60_000 })
  await expect(page.getByRole('combobox', { name: 'Layout' })).toContainText('UMAP', {
    timeout: 60_000,
  })
  await expect(legend(page)).toContainText(/\d+ pairs/)
  // What has no embedding is counted, once the points are there.
  const places = await placesOf(page)
  const all = await numberIn(page.getByRole('status', { name: 'Pairs shown' }))
  await expect(page.getByRole('toolbar', { name: 'Map' })).toContainText(
    `${all - places.length} not on the map`,
  )

  // By keyboard: the first arrow goes to a pair, the inspector shows it.
  await map(page).focus()
  await page.keyboard.press('ArrowRight')
  await expect(cursor(page)).toBeVisible()
  const inspector = page.getByRole('complementary', { name: 'Inspector' })
  const before = await inspector.textContent()
  const at = await cursor(page).boundingBox()
  await page.keyboard.press('ArrowLeft')
  await expect.poll(async () => (await cursor(page).boundingBox())?.x).not.toBe(at?.x)
  await expect.poll(() => inspector.textContent()).not.toBe(before)
  await page.keyboard.press(']')
  await expect(selected(page)).toContainText('2 ')
  await page.keyboard.press(']')
  await expect(selected(page)).toContainText('5 ')
  await page.keyboard.press('[')
  await expect(selected(page)).toContainText('2 ')
  await page.keyboard.press('Escape')
  await expect(selected(page)).toHaveCount(0)

  // A lasso around the left half selects what lies there, in the grid as well.
  const box = await map(page).boundingBox()
  if (!box) throw new Error('the map has no place')
  await page.keyboard.press('l')
  const middle = box.x + box.width / 2
  await page.mouse.move(box.x + 4, box.y + 4)
  await page.mouse.down()
  for (const [x, y] of [
    [middle, box.y + 4],
    [middle, box.y + box.height - 4],
    [box.x + 4, box.y + box.height - 4],
  ] as const) {
    await page.mouse.move(x, y, { steps: 4 })
  }
  await page.mouse.up()
  await expect(selected(page)).toBeVisible()
  const n = await numberIn(selected(page))
  expect(n).toBeGreaterThan(20)
  expect(n).toBeLessThan(await numberIn(page.getByRole('status', { name: 'Pairs shown' })))
  // They are the very pairs whose places lie there.
  const camera = whole(box)
  const lefts = places.map(({ id, at }) => ({
    id,
    off: toScreen(camera, box, ...at)[0] - (middle - box.x),
  }))
  await page.keyboard.press('Control+c')
  let copied = new Set<string>()
  await expect
    .poll(async () => {
      const text = await app.evaluate(({ clipboard }) => clipboard.readText())
      copied = new Set(text.match(/\d+/g))
      return copied.size
    })
    .toBe(n)
  for (const { id, off } of lefts.filter((one) => Math.abs(one.off) > 3)) {
    expect([id, copied.has(String(id))]).toEqual([id, off < 0])
  }
  // The key that is printed on a button leads there, and to no other view.
  const views = page.getByRole('group', { name: 'View', exact: true })
  await expect(views.getByRole('button', { name: 'Grid' })).toContainText('V')
  await expect(views.getByRole('button', { name: 'Table' })).not.toContainText('V')
  await page.keyboard.press('v')
  await expect(page.getByRole('listbox', { name: 'Pairs' })).toBeVisible()
  expect(await numberIn(selected(page))).toBe(n)
  await expect(page.locator('[role="option"][aria-selected="true"]').first()).toBeVisible()

  // A filter dims the others, and the place of the map is kept.
  await page.keyboard.press('Escape')
  await page.keyboard.press('m')
  await page.keyboard.press('/')
  await page.keyboard.type('lang:de')
  await page.keyboard.press('Enter')
  await expect(legend(page)).toContainText('dimmed')
  await page.keyboard.press('c')
  await expect(page.getByRole('combobox', { name: 'Colour' })).toContainText('site')

  // Near enough, pictures stand in place of points.
  await map(page).focus()
  for (let i = 0; i < 8; i++) await page.keyboard.press('+')
  const picture = page.locator('.pictures > img').first()
  await expect(picture).toBeVisible()
  const near = await picture.boundingBox()
  await page.keyboard.press('Escape')
  await expect.poll(() => picture.boundingBox()).not.toEqual(near)

  // Where a filter keeps none the keys of the views are as true as their buttons.
  await page.keyboard.press('/')
  await page.keyboard.press('Control+a')
  await page.keyboard.type('lang:xx')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('status', { name: 'Pairs shown' })).toContainText('0 of')
  const mapButton = views.getByRole('button', { name: 'Map' })
  await expect(mapButton).toHaveAttribute('aria-pressed', 'true')
  await mapButton.focus()
  await page.keyboard.press('v')
  await expect(views.getByRole('button', { name: 'Grid' })).toHaveAttribute('aria-pressed', 'true')
  await page.keyboard.press('m')
  await expect(mapButton).toHaveAttribute('aria-pressed', 'true')
})

test('maps of texts are made, named and chosen by keys, and coloured by kind of alt and version', async ({
  start,
}) => {
  test.setTimeout(240_000)
  const { page } = await start()
  await expect(page.getByRole('option').first()).toBeVisible({ timeout: 60_000 })
  await page.keyboard.press('m')
  await expect(page.getByRole('button', { name: 'Make the map' })).toBeVisible({ timeout: 120_000 })
  await expect(page.getByRole('button', { name: /^Pause|Cancel/ })).toHaveCount(0, {
    timeout: 120_000,
  })
  const dialog = page.getByRole('dialog', { name: 'Make a map' })
  await page.keyboard.press('Shift+N')
  await expect(dialog).toBeVisible()
  await expect(dialog.getByRole('combobox', { name: 'By the embeddings of' })).toContainText(
    'Gleaner demonstration model',
  )
  await dialog.getByRole('combobox', { name: 'Of', exact: true }).focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('option', { name: 'pictures' })).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await expect(page.getByRole('option', { name: 'alt texts' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(dialog.getByRole('combobox', { name: 'Of', exact: true })).toContainText('alt texts')
  await dialog.getByRole('textbox', { name: 'Name' }).focus()
  await page.keyboard.type('What alts say')
  await page.keyboard.press('Enter')
  await expect(dialog).toHaveCount(0)
  await expect(map(page)).toBeVisible({ timeout: 60_000 })
  await expect(page.getByRole('combobox', { name: 'Layout' })).toContainText('UMAP', {
    timeout: 60_000,
  })
  const alts = await numberIn(legend(page).locator('.drawn'))
  expect(alts).toBeGreaterThan(100)

  // A second one, of the pictures; what is asked for is what is then looked at.
  await page.keyboard.press('Shift+N')
  await dialog.getByRole('textbox', { name: 'Name' }).focus()
  await page.keyboard.type('Pictures')
  await page.keyboard.press('Enter')
  const which = page.getByRole('combobox', { name: 'Map', exact: true })
  await expect(which).toContainText('Pictures', { timeout: 60_000 })
  await expect(page.getByRole('combobox', { name: 'Layout' })).toContainText('UMAP', {
    timeout: 60_000,
  })
  await expect.poll(() => numberIn(legend(page).locator('.drawn'))).not.toBe(alts)
  await map(page).focus()
  await page.keyboard.press('Shift+M')
  await expect(which).toContainText('What alts say')
  await expect.poll(() => numberIn(legend(page).locator('.drawn'))).toBe(alts)

  // Named anew, and removed after a question.
  await page.getByRole('button', { name: 'How it came about' }).press('Enter')
  await page.getByRole('button', { name: 'Rename…' }).press('Enter')
  const renaming = page.getByRole('dialog', { name: 'Name of the map' })
  await renaming.getByRole('textbox').fill('Alts')
  await page.keyboard.press('Enter')
  await expect(which).toContainText('Alts')
  await page.keyboard.press('Escape')

  const colour = page.getByRole('combobox', { name: 'Colour' })
  await map(page).focus()
  for (let i = 0; i < 5; i++) await page.keyboard.press('c')
  await expect(colour).toContainText('kind of alt')
  await expect(legend(page)).toContainText('not sorted yet')
  const ask = (name: string, more: object): Promise<void> =>
    page.evaluate(
      async ([name, more]) => {
        const { gleaner } = window as unknown as {
          gleaner: { call(name: string, input: unknown): Promise<{ value: { path: string }[] }> }
        }
        const [corpus] = (await gleaner.call('corpora.recent', {})).value
        await gleaner.call(name, { corpus: corpus?.path, ...more })
      },
      [name, more] as const,
    )
  // What is found out meanwhile is seen at once.
  await ask('jobs.altKinds', {})
  await expect(legend(page)).toContainText('words', { timeout: 60_000 })
  await ask('versions.create', { name: 'v1', where: 'lang:de' })
  await page.keyboard.press('c')
  await expect(colour).toContainText('version')
  await expect(legend(page)).toContainText('v1')
  await expect(legend(page)).toContainText('in none')
  await page.getByRole('button', { name: 'How it came about' }).press('Enter')
  await page.getByRole('button', { name: 'Remove…' }).press('Enter')
  await page.getByRole('button', { name: 'Remove it' }).press('Enter')
  await expect(which).toHaveCount(0)
  await expect.poll(() => numberIn(legend(page).locator('.drawn'))).not.toBe(alts)
})
