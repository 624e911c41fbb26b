import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Locator, Page } from '@playwright/test'
import { expect, test } from './support.ts'

const TINY = resolve(import.meta.dirname, '../fixtures/models/tiny-text')
const reference = JSON.parse(readFileSync(join(TINY, 'reference.json'), 'utf8')) as {
  images: { png: string; texts: string[] }[]
}

async function call<T>(page: Page, name: string, input: unknown): Promise<T> {
  const reply = await page.evaluate(
    ([n, i]) =>
      (
        window as unknown as { gleaner: { call(n: string, i: unknown): Promise<unknown> } }
      ).gleaner.call(n as string, i),
    [name, input] as const,
  )
  expect(reply).toMatchObject({ ok: true })
  return (reply as { value: T }).value
}

/** A table of the reference's pictures: two with text, one without. */
function writeTable(folder: string): string {
  mkdirSync(folder, { recursive: true })
  const captions = [
    reference.images[0]?.texts.join(' ').replace(/[",]/g, ' ') ?? '',
    'a plain description',
    'colours that run into each other',
  ]
  const rows = reference.images.map(({ png }, i) => {
    writeFileSync(join(folder, `${i}.png`), Buffer.from(png, 'base64'))
    return `${i}.png,${captions[i]}`
  })
  writeFileSync(join(folder, 'pairs.csv'), `image,text\n${rows.join('\n')}\n`)
  return join(folder, 'pairs.csv')
}

const shown = (page: Page): Locator => page.getByRole('status', { name: 'Pairs shown' })
const inspector = (page: Page): Locator =>
  page.getByRole('region', { name: 'Text in the picture' }).first()

async function filter(page: Page, query: string): Promise<void> {
  const bar = page.getByRole('combobox', { name: /filter/i }).first()
  await page.keyboard.press('/')
  await bar.fill(query)
  await page.keyboard.press('Enter')
  await page.keyboard.press('Escape')
}

test('text in pictures is found by keyboard, shown with boxes, filtered and counted', async ({
  start,
  home,
}) => {
  test.setTimeout(240_000)
  const { page, app } = await start()
  const corpus = join(home, 'corpora', 'written.gleaner')
  await app.evaluate(({ dialog }, path) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: path })
  }, corpus)
  await page.keyboard.press('Control+N')
  await expect(page.getByRole('banner', { name: 'Current corpus and filter' })).toContainText(
    'written',
  )
  const inputs = [writeTable(join(home, 'tables'))]
  await call(page, 'jobs.import', { corpus, inputs, images: 'archive' })
  await page.keyboard.press('2')
  await expect(shown(page)).toContainText('3', { timeout: 60_000 })

  // Without a model the dialog says how one is had.
  const run = async (words: string): Promise<void> => {
    await page.keyboard.press('Control+K')
    await page.keyboard.type(words)
    await page.keyboard.press('Enter')
  }
  const dialog = page.getByRole('dialog', { name: 'Find text in pictures' })
  await run('find text in pictures')
  await expect(dialog).toContainText('No model on this machine finds text.')
  await page.keyboard.press('Escape')
  await call(page, 'models.add', { source: TINY, kinds: ['text-detection'] })

  await run('find text in pictures')
  await expect(dialog.getByRole('combobox', { name: 'Model' })).toContainText('Tiny text finder')
  await expect(dialog.getByRole('button', { name: /^Find text/ })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(dialog).toBeHidden()

  // The facet counts what was found, and a click filters by it.
  const facet = page.getByRole('region', { name: 'Text in the picture' })
  const facets = page.getByRole('complementary', { name: 'Facets' })
  if (!(await facets.isVisible())) await page.keyboard.press('f')
  await expect(facet.getByRole('button', { name: 'Only these: text' })).toContainText('2', {
    timeout: 60_000,
  })
  await filter(page, 'caption-in-image>0.5')
  await expect(shown(page)).toContainText('1 of 3')
  await filter(page, 'text-in-image:no')
  await expect(shown(page)).toContainText('1 of 3')
  await filter(page, 'text-in-image:yes text-area>0.1')
  await expect(shown(page)).toContainText('1 of 3')

  // What was read stands beside the picture, and O draws the boxes over it.
  await page.keyboard.press('f')
  await page.getByRole('option').first().click()
  await expect(inspector(page)).toContainText(reference.images[0]?.texts[0] ?? '')
  await expect(inspector(page)).toContainText('100 %of the alt text stands in it')
  await page.keyboard.press('Space')
  const preview = page.getByRole('dialog', { name: 'Large preview' })
  const boxes = preview.locator('.text-boxes polygon.over')
  await expect(boxes).toHaveCount(0)
  await page.keyboard.press('o')
  await expect(boxes).toHaveCount(reference.images[0]?.texts.length ?? 0)
  // They lie on the picture, wherever it lies.
  const picture = await preview.locator('img').boundingBox()
  for (const box of await boxes.all()) {
    const place = await box.boundingBox()
    expect(place && picture && place.x >= picture.x - 1).toBe(true)
    expect(place && picture && place.x + place.width <= picture.x + picture.width + 1).toBe(true)
  }
  await page.keyboard.press('o')
  await expect(boxes).toHaveCount(0)
})
