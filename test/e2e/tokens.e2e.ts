import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Page } from '@playwright/test'
import { expect, test } from './support.ts'

const PICTURES = resolve(import.meta.dirname, '../fixtures/inference/pictures')

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

/** The sample has jobs of its own. */
async function untilDone(page: Page, kind: string, corpus: string): Promise<void> {
  const jobs = async () =>
    (
      await call<{ kind: string; state: string; corpus: string | null }[]>(page, 'jobs.list', {})
    ).filter((job) => job.corpus === corpus)
  await expect
    .poll(async () => (await jobs()).filter((job) => job.kind === kind).map(({ state }) => state), {
      timeout: 120_000,
    })
    .toEqual(['done'])
}

test('what a model does not read of a text is struck through, counted and found', async ({
  start,
  home,
}) => {
  test.setTimeout(240_000)
  const { page, app } = await start()
  const folder = join(home, 'tables')
  mkdirSync(folder)
  cpSync(PICTURES, join(folder, 'pictures'), { recursive: true })
  const long = Array.from({ length: 120 }, (_, i) => (i % 3 === 0 ? 'red' : 'circle')).join(' ')
  const rows = [
    'image,text',
    'pictures/alpha.png,two red circles',
    `pictures/baseline.jpg,${long}`,
    'pictures/cmyk.jpg,a blue square',
  ]
  writeFileSync(join(folder, 'pairs.csv'), `${rows.join('\n')}\n`)
  const corpus = join(home, 'corpora', 'texts.gleaner')
  await app.evaluate(({ dialog }, path) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: path })
  }, corpus)
  await page.keyboard.press('Control+N')
  await expect(page.getByRole('banner', { name: 'Current corpus and filter' })).toContainText(
    'texts',
  )
  await call(page, 'jobs.import', {
    corpus,
    inputs: [join(folder, 'pairs.csv')],
    images: 'archive',
  })
  await untilDone(page, 'import', corpus)
  await call(page, 'jobs.score', { corpus, text: 'alt', device: 'cpu' })
  await untilDone(page, 'score', corpus)

  await page.keyboard.press('2')
  await page.keyboard.press('/')
  const bar = page.getByRole('combobox', { name: /filter/i }).first()
  await bar.fill('tokens>48')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('banner', { name: 'Current corpus and filter' })).toContainText(
    '1 of 3',
  )
  const texts = page.getByRole('region', { name: 'Texts' })
  await expect(texts).toContainText('122 tokens, 48 are read')
  const unread = texts.locator('.unread')
  await expect(unread).toHaveCount(1)
  // Of the demonstration model's 48 tokens two are its own; each of these words is one.
  const words = (await unread.innerText()).trim().split(' ')
  expect(words).toEqual(long.split(' ').slice(46))
})
