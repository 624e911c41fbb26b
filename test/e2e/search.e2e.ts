import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Locator, Page } from '@playwright/test'
import { seededRandom } from '#shared/random.ts'
import { createCorpus, openCorpus } from '../../src/main/store/open.ts'
import { keyFromHex, putEmbeddings } from '../../src/main/store/repositories/embeddings.ts'
import { ensureModel } from '../../src/main/store/repositories/models.ts'
import { embedCorpus } from '../support/embedded.ts'
import { fillCorpus } from '../support/synthetic.ts'
import { expect, launch, test as base } from './support.ts'
import type { Running } from './support.ts'

/** One program for all, with the sample scored: each test leaves it as it was. */
const test = base.extend<object, { running: Running }>({
  running: [
    async ({}, use) => {
      const home = mkdtempSync(join(tmpdir(), 'gleaner-search-'))
      const started = await launch(home)
      const { page } = started
      await expect(page.getByRole('option').first()).toBeVisible({ timeout: 60_000 })
      // Scored: only then are there embeddings.
      await expect(page.locator('.score b').first()).toBeVisible({ timeout: 120_000 })
      await expect
        .poll(async () => (await jobs(page)).some(({ state }) => /queued|running/.test(state)), {
          timeout: 120_000,
        })
        .toBe(false)
      await use(started)
      await started.close()
      rmSync(home, { recursive: true, force: true })
    },
    { scope: 'worker' },
  ],
})

async function ask<T>(page: Page, name: string, input: unknown): Promise<T> {
  const reply = await page.evaluate(
    ([n, i]) =>
      (
        window as unknown as { gleaner: { call(n: string, i: unknown): Promise<unknown> } }
      ).gleaner.call(n as string, i),
    [name, input] as const,
  )
  const { ok, value } = reply as { ok: boolean; value: T }
  expect(ok).toBe(true)
  return value
}
const jobs = (page: Page): Promise<{ state: string }[]> => ask(page, 'jobs.list', {})

const grid = (page: Page): Locator => page.getByRole('listbox', { name: 'Pairs' })
const cells = (page: Page): Locator => grid(page).getByRole('option')
const field = (page: Page): Locator => page.getByRole('combobox', { name: 'Words to search by' })
const state = (page: Page): Locator => page.getByRole('status', { name: 'State of the search' })
const chips = (page: Page): Locator => page.locator('[data-chip]')
const filter = (page: Page): Locator => page.getByRole('combobox', { name: 'Filter pairs' })

/** Names of the first cells in their order: `pair 12, 0.3123, words`. */
async function names(page: Page): Promise<string[]> {
  const all = await grid(page)
    .locator('[data-index]')
    .evaluateAll((found) =>
      found.map((cell) => [
        Number((cell as HTMLElement).dataset['index']),
        cell.getAttribute('aria-label') ?? '',
      ]),
    )
  return (all as [number, string][]).sort((a, b) => a[0] - b[0]).map(([, name]) => name)
}
async function shown(page: Page): Promise<{ id: number; cosine: number }[]> {
  return (await names(page)).slice(0, 8).map((name) => {
    const [, id, cosine] = /(\d+)\D+?([−-]?[\d.]+)/.exec(name) ?? []
    return { id: Number(id), cosine: Number((cosine ?? '').replace('−', '-')) }
  })
}

interface Answer {
  searched: number
  hits: { id: number; cosine: number }[]
}
async function engine(
  page: Page,
  parts: unknown[],
  where = '',
  scope: object = {},
): Promise<Answer> {
  const [recent] = await ask<{ path: string }[]>(page, 'corpora.recent', {})
  return ask(page, 'search.run', { corpus: recent?.path, search: { parts, ...scope }, where })
}
/** The cells show what the engine finds, in its order and with its cosines. */
async function expectHits(
  page: Page,
  parts: unknown[],
  where = '',
  scope: object = {},
): Promise<Answer> {
  const answer = await engine(page, parts, where, scope)
  const first = answer.hits.slice(0, 8).map(({ id }) => id)
  await expect.poll(async () => (await shown(page)).map(({ id }) => id)).toEqual(first)
  for (const [i, { cosine }] of (await shown(page)).entries()) {
    expect(Math.abs(cosine - (answer.hits[i]?.cosine ?? 9))).toBeLessThan(0.001)
  }
  return answer
}

async function leave(page: Page): Promise<void> {
  await field(page).focus()
  await page.keyboard.press('Escape')
  await expect(field(page)).toHaveCount(0)
  // The rows of before are there again.
  await expect(page.locator('.score.found')).toHaveCount(0)
}

test('words rank the pairs as one types, within the filter, and Esc leads back to where one was', async ({
  running: { page },
}) => {
  await cells(page).nth(5).click()
  const before = await names(page)
  const at = await grid(page).getAttribute('aria-activedescendant')
  await page.keyboard.press('s')
  await expect(field(page)).toBeFocused()
  await page.keyboard.type('a boat in the harbour')
  const words = [{ kind: 'words', words: 'a boat in the harbour' }]
  const all = await expectHits(page, words)
  await expect(state(page)).toContainText(`of ${all.searched} pairs searched`)
  await expect(state(page)).toContainText(/Gleaner/i)

  // A filter beside it: searched is what it keeps.
  await filter(page).fill('width>=300')
  await page.keyboard.press('Enter')
  const within = await expectHits(page, words, 'width>=300')
  expect(within.searched).toBeLessThan(all.searched)
  await expect(state(page)).toContainText('outside the filter')
  await filter(page).fill('')
  await page.keyboard.press('Enter')
  await expectHits(page, words)

  await field(page).focus()
  await page.keyboard.press('Escape')
  await expect(field(page)).toHaveCount(0)
  await expect.poll(() => names(page)).toEqual(before)
  await expect(grid(page)).toHaveAttribute('aria-activedescendant', at ?? '')
  await expect(grid(page)).toBeFocused()
})

test('one key finds more like a pair, in the grid, the table and the large preview', async ({
  running: { page },
}) => {
  await grid(page).focus()
  await page.keyboard.press('Control+Home')
  const id = (await shown(page))[0]?.id as number
  await page.keyboard.press('l')
  await expect(chips(page)).toHaveCount(1)
  const { hits } = await expectHits(page, [{ kind: 'pair', id }])
  expect(hits[0]?.cosine).toBeCloseTo(1, 3)

  // Selected and marked as any pairs are; the table shows the same hits.
  await page.getByRole('button', { name: 'Table' }).click()
  await expect(page.getByRole('columnheader').filter({ hasText: 'Search' })).toBeVisible()
  await expect(page.locator('[role="row"][data-index="0"]').locator('b').first()).toHaveText(
    /^1\.0/,
  )
  await page.getByRole('button', { name: 'Grid' }).click()

  await grid(page).focus()
  await page.keyboard.press('ArrowRight')
  const second = (await shown(page))[1]?.id as number
  await page.keyboard.press('Space')
  await expect(page.getByRole('dialog', { name: 'Large preview' })).toBeVisible()
  await page.keyboard.press('l')
  await expect(page.getByRole('dialog', { name: 'Large preview' })).toHaveCount(0)
  await expectHits(page, [{ kind: 'pair', id: second }])
  await leave(page)
})

test('a mix of a picture and words, less of another, with weights, by keys alone', async ({
  running: { page },
}) => {
  await grid(page).focus()
  await page.keyboard.press('Control+Home')
  const id = (await shown(page))[0]?.id as number
  await page.keyboard.press('l')
  await page.keyboard.press('s')
  await expect(field(page)).toBeFocused()
  await page.keyboard.type('at night')
  await page.keyboard.press('Shift+Enter')
  await page.keyboard.type('-a tree')
  await page.keyboard.press('Shift+Enter')
  await expect(chips(page)).toHaveCount(3)
  const said = await chips(page).evaluateAll((all) => all.map((one) => one.ariaLabel))
  expect(said).toEqual([`pair ${id}, weight 1`, 'at night, weight 1', 'without a tree, weight 1'])
  const parts = [
    { kind: 'pair', id },
    { kind: 'words', words: 'at night' },
    { kind: 'words', words: 'a tree', weight: -1 },
  ]
  await expectHits(page, parts)
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('ArrowUp')
  await expectHits(page, [parts[0], { ...parts[1], weight: 1.5 }, parts[2]])
  // The sign turns, and turns back.
  await page.keyboard.press('-')
  await expect(chips(page).nth(1)).toHaveAttribute('aria-label', 'without at night, weight 1.5')
  await expectHits(page, [parts[0], { ...parts[1], weight: -1.5 }, parts[2]])
  await page.keyboard.press('-')
  await expectHits(page, [parts[0], { ...parts[1], weight: 1.5 }, parts[2]])
  await page.keyboard.press('Delete')
  await expect(chips(page)).toHaveCount(2)
  await expectHits(page, [parts[0], parts[2]])
  await leave(page)

  // What was searched before is offered and found again.
  await page.keyboard.press('s')
  await expect(page.getByRole('listbox', { name: 'Searches of before' })).toContainText('− a tree')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await expect(chips(page)).toHaveCount(2)
  await expectHits(page, [parts[0], parts[2]])
  await leave(page)
})

const PICTURE = join(import.meta.dirname, '../../docs/label.png')

test('a picture that is pasted, or dropped on the pairs, is searched by', async ({
  running: { app, page },
}) => {
  const base64 = readFileSync(PICTURE).toString('base64')
  await app.evaluate(
    ({ clipboard, nativeImage }, data) =>
      (clipboard as unknown as { writeImage(image: Electron.NativeImage): void }).writeImage(
        nativeImage.createFromDataURL(`data:image/png;base64,${data}`),
      ),
    base64,
  )
  await grid(page).focus()
  await page.keyboard.press('Control+v')
  await expect(chips(page)).toHaveCount(1)
  await expect(chips(page).first()).toContainText('pasted picture')
  await expectHits(page, [{ kind: 'bytes', base64 }])
  await leave(page)

  const data = await page.evaluateHandle((bytes) => {
    const transfer = new DataTransfer()
    const binary = Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))
    transfer.items.add(new File([binary], 'dropped.png', { type: 'image/png' }))
    return transfer
  }, base64)
  await grid(page).dispatchEvent('drop', { dataTransfer: data })
  await expect(chips(page).first()).toContainText('dropped.png')
  await expectHits(page, [{ kind: 'bytes', base64 }])
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await leave(page)
})

test('hits are selected and exported as they are named, and a file that is no picture says so', async ({
  running: { page },
}) => {
  await page.keyboard.press('s')
  await page.keyboard.type('a cat')
  const { hits } = await expectHits(page, [{ kind: 'words', words: 'a cat' }])
  await page.keyboard.press('Enter')
  await expect(grid(page)).toBeFocused()
  await page.keyboard.press('Shift+ArrowRight')
  await page.keyboard.press('Shift+ArrowRight')
  const selection = page.getByRole('toolbar', { name: 'Actions on the selection' })
  await expect(selection).toContainText('3 pairs selected')
  await selection.getByRole('button', { name: /Copy as query/ }).click()
  const copied = await page.evaluate(() => navigator.clipboard.readText()).catch(() => null)
  if (copied !== null) {
    for (const { id } of hits.slice(0, 3)) expect(copied).toContain(String(id))
  }
  await page.keyboard.press('Escape')
  await expect(selection).toHaveCount(0)
  const broken = await page.evaluateHandle(() => {
    const transfer = new DataTransfer()
    transfer.items.add(new File(['no picture'], 'broken.png', { type: 'image/png' }))
    return transfer
  })
  await grid(page).dispatchEvent('drop', { dataTransfer: broken })
  await expect(state(page)).toContainText('broken.png')
  await leave(page)
})

/** Takes the option of a choice by keys alone. */
async function chooseByKeys(page: Page, choice: Locator, option: string): Promise<void> {
  await choice.focus()
  await page.keyboard.press('Enter')
  const wanted = page.getByRole('option', { name: option })
  await expect(page.locator('[role="option"]:focus')).toHaveCount(1)
  for (
    let i = 0;
    i < 12 && !(await wanted.evaluate((one) => one === document.activeElement));
    i++
  ) {
    await page.keyboard.press('ArrowDown')
  }
  await page.keyboard.press('Enter')
  await expect(choice).toContainText(option)
}

test('what is searched is named on the bar, and texts are ranked in place of pictures', async ({
  running: { page },
}) => {
  await page.keyboard.press('s')
  await page.keyboard.type('a cat')
  const words = [{ kind: 'words', words: 'a cat' }]
  const pictures = await expectHits(page, words)
  const among = page.getByRole('combobox', { name: 'What is searched' })
  await expect(among).toContainText('pictures')
  // The sample has embeddings of one model: there is nothing to choose.
  await expect(page.getByRole('combobox', { name: 'Model that is searched by' })).toHaveCount(0)
  await chooseByKeys(page, among, 'alt text')
  const texts = await expectHits(page, words, '', { among: 'alt' })
  expect(texts.hits.slice(0, 8)).not.toEqual(pictures.hits.slice(0, 8))
  await expect(state(page)).toContainText(`of ${texts.searched} pairs searched by alt text`)
  await leave(page)
  await page.keyboard.press('s')
  await expect(among).toContainText('pictures')
  await leave(page)
})

base(
  'a corpus that two models have looked at is searched by either, chosen by keys',
  async ({ home, start }) => {
    base.setTimeout(180_000)
    const path = join(home, 'two.gleaner')
    createCorpus(path)
    const corpus = openCorpus(path)
    fillCorpus(corpus, { pairs: 300, scores: ['alt'] })
    embedCorpus(corpus, { dim: 16 })
    const second = { digest: 'd'.repeat(64), name: 'test/second', title: 'Second model' }
    const modelId = ensureModel(corpus.writer, { ...second, manifest: '{}' })
    const random = seededRandom(11)
    const shas = corpus.reader
      .prepare<[], string>("SELECT sha256 FROM images WHERE status = 'ok' ORDER BY id LIMIT 200")
      .pluck()
      .all()
    const items = shas.map((sha256) => {
      const vector = Float32Array.from({ length: 24 }, () => random.normal())
      const length = Math.hypot(...vector)
      return { key: keyFromHex(sha256), vector: vector.map((value) => value / length) }
    })
    putEmbeddings(corpus.writer, { modelId, kind: 'image', items })
    corpus.close()
    const { page } = await start()
    await expect(page.getByRole('option').first()).toBeVisible({ timeout: 60_000 })
    await ask(page, 'corpora.open', { path })
    await page.keyboard.press('1')
    await page.getByRole('button', { name: 'Open two' }).click()
    await page.keyboard.press('2')
    await expect(page.getByRole('status', { name: 'Pairs shown' })).toContainText('300')
    await expect(cells(page).first()).toBeVisible()
    await cells(page).nth(2).click()
    await page.keyboard.press('l')
    const [first] = await shown(page)
    await expect(state(page)).toContainText('Test embeddings')
    const pair = [{ kind: 'pair', id: 3 }]
    await expectHits(page, pair)
    expect(first).toBeDefined()
    const model = page.getByRole('combobox', { name: 'Model that is searched by' })
    await expect(model).toContainText('Test embeddings')
    await chooseByKeys(page, model, 'Second model')
    const answer = await expectHits(page, pair, '', { model: 'test/second' })
    await expect(state(page)).toContainText('Second model')
    // Only what it has looked at; the rest is counted.
    await expect(state(page)).toContainText(`${300 - answer.searched} not looked at by the model`)
    // Kept for the next search in this corpus.
    await leave(page)
    await cells(page).nth(4).click()
    await page.keyboard.press('l')
    await expectHits(page, [{ kind: 'pair', id: 5 }], '', { model: 'test/second' })
    await leave(page)
  },
)
