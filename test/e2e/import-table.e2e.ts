import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ElectronApplication, Page } from '@playwright/test'
import { sharedData } from '../support/shared-data.ts'
import { expect, test } from './support.ts'

/** A person cannot click through the system's dialogs in a test: they answer with `paths`. */
async function answerDialogs(app: ElectronApplication, paths: string[]): Promise<void> {
  await app.evaluate(({ dialog }, answer) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: answer })
    dialog.showSaveDialog = () =>
      Promise.resolve({ canceled: false, filePath: answer[0] as string })
  }, paths)
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

async function newCorpus(app: ElectronApplication, page: Page, corpus: string): Promise<void> {
  await answerDialogs(app, [corpus])
  await page.keyboard.press('Control+N')
  await expect(page.getByRole('banner', { name: 'Current corpus and filter' })).toContainText(
    'tables',
  )
}

async function untilImported(page: Page): Promise<void> {
  await expect
    .poll(
      async () =>
        (await call<{ kind: string; state: string }[]>(page, 'jobs.list', {}))
          .filter((job) => job.kind === 'import')
          .map((job) => job.state),
      { timeout: 120_000 },
    )
    .toEqual(['done'])
}

const ROWS = 240
/** 0.100 … 0.339, a thousandth apart, in an order of no meaning. */
const COSINES = Array.from({ length: ROWS }, (_, i) => (100 + ((i * 77) % ROWS)) / 1000)

test('a table is imported through the dialog, and its scores are cut', async ({ start, home }) => {
  const { page, app } = await start()
  const corpus = join(home, 'tables.gleaner')
  const file = join(home, 'fits.csv')
  const lines = COSINES.map(
    (cosine, i) =>
      `https://pictures.example/${i}.jpg,"Picture ${i}, with a comma",${(cosine * 100).toFixed(2)}`,
  )
  writeFileSync(file, ['where,what,similarity', ...lines, ''].join('\n'))
  await newCorpus(app, page, corpus)
  await answerDialogs(app, [file])
  await page.keyboard.press('Control+I')

  // What is recognised, and what must be said, by keyboard.
  const dialog = page.getByRole('dialog', { name: 'Import table' })
  await expect(dialog).toContainText('fits.csv')
  const meaning = (column: string) => dialog.getByRole('combobox', { name: `Meaning of ${column}` })
  await expect(meaning('similarity')).toContainText('similarity')
  await expect(dialog.getByRole('region', { name: 'First rows' })).toContainText(
    'Picture 0, with a comma',
  )
  const importIt = dialog.getByRole('button', { name: /^Import/ })
  await expect(importIt).toBeDisabled()
  const say = async (column: string, role: string): Promise<void> => {
    await meaning(column).press('Enter')
    await page.getByRole('option', { name: role, exact: true }).press('Enter')
    await expect(meaning(column)).toContainText(role)
  }
  await say('where', 'picture URL')
  await say('what', 'alt text')
  await expect(dialog.getByRole('alert')).toContainText('no cosines')
  await expect(importIt).toBeDisabled()
  await dialog.getByRole('button', { name: '× 100' }).press('Enter')
  await expect(dialog.getByRole('alert')).toBeHidden()
  await dialog.getByLabel('Name of the scores').fill('my-model')
  await page.keyboard.press('Tab')
  await expect(importIt).toBeEnabled()
  await page.keyboard.press('Control+Enter')
  await expect(dialog).toBeHidden()
  await untilImported(page)

  // The counts in the window are those of the file.
  await page.keyboard.press('3')
  const kept = page.getByRole('status', { name: 'Kept' })
  await expect(kept).toContainText(`of ${ROWS}`)
  await expect(
    page.getByRole('group', { name: `alt text, my-model (imported), n = ${ROWS}` }),
  ).toBeVisible()
  await page.keyboard.press('C')
  await page.keyboard.type('0.2505')
  await page.keyboard.press('Enter')
  const above = COSINES.filter((cosine) => cosine >= 0.2505).length
  await expect(kept).toContainText(`kept: ${above} of ${ROWS}`)
  const { counts } = await call<{ counts: number[] }>(page, 'scores.histogram', {
    corpus,
    model: 'my-model',
    text: 'alt',
    bins: 4,
    lo: 0.0995,
    hi: 0.3395,
  })
  expect(counts).toEqual([60, 60, 60, 60])
})

const flickr = sharedData('clip/flickr100')

test('a folder with embeddings is imported with its pictures and its own cosines', async ({
  start,
  home,
}) => {
  test.skip(flickr === null, 'shared/data/clip/flickr100 is not here')
  const { page, app } = await start()
  const corpus = join(home, 'tables.gleaner')
  await newCorpus(app, page, corpus)
  // One of its arrays stands for the folder.
  await answerDialogs(app, [join(flickr as string, 'image_embeddings.npy')])
  await page.keyboard.press('Control+I')
  const dialog = page.getByRole('dialog', { name: 'Import table' })
  await expect(dialog).toContainText('500 embeddings of 512 dimensions')
  await expect(dialog.getByRole('radio', { name: /Files named in the table/ })).toBeChecked()
  await expect(dialog.getByRole('button', { name: /^Import/ })).toBeEnabled()
  await page.keyboard.press('Control+Enter')
  await untilImported(page)

  await page.keyboard.press('3')
  await expect(page.getByRole('status', { name: 'Kept' })).toContainText('of 500')
  await expect(page.getByRole('group', { name: /flickr100.*, n = 500/ })).toBeVisible()
  const { mean, n } = await call<{ mean: number; n: number }>(page, 'scores.histogram', {
    corpus,
    model: 'flickr100',
    text: 'alt',
  })
  expect(n).toBe(500)
  expect(mean).toBeCloseTo(0.3253, 3)
  const { images } = await call<{ images: Record<string, number> }>(page, 'corpora.stats', {
    corpus,
  })
  expect(images['ok']).toBe(100)
})
