import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { Locator, Page } from '@playwright/test'
import { createCorpus, openCorpus } from '../../src/main/store/open.ts'
import { fillCorpus } from '../support/synthetic.ts'
import { expect, launch, settled, test as base } from './support.ts'
import type { Running } from './support.ts'

/** One program for all: each test leaves it as it was. */
const test = base.extend<object, { running: Running & { home: string } }>({
  running: [
    async ({}, use) => {
      const home = mkdtempSync(join(tmpdir(), 'gleaner-table-'))
      const started = await launch(home)
      await expect(started.page.getByRole('option').first()).toBeVisible({ timeout: 60_000 })
      await use({ ...started, home })
      await started.close()
      rmSync(home, { recursive: true, force: true })
    },
    { scope: 'worker' },
  ],
})

const table = (page: Page): Locator => page.getByRole('grid', { name: 'Pairs' })
const head = (page: Page, name: RegExp): Locator =>
  page.getByRole('columnheader').filter({ has: page.getByRole('button', { name }) })
const preview = (page: Page): Locator => page.getByRole('dialog', { name: 'Large preview' })
const inspector = (page: Page): Locator => page.getByRole('complementary', { name: 'Inspector' })
const sha256 = (file: string): string =>
  createHash('sha256').update(readFileSync(file)).digest('hex')

/** The scores in a column of the rows that are there, in their order. */
async function shownScores(page: Page): Promise<number[]> {
  const rows = await page.locator('[role="row"][data-index]').evaluateAll((all) =>
    all
      .map((row) => ({
        index: Number((row as HTMLElement).dataset['index']),
        score: row.querySelector('.cell.score b')?.textContent ?? '',
      }))
      .sort((a, b) => a.index - b.index),
  )
  return rows.flatMap(({ score }) => (score === '' ? [] : Number(score.replace('\u2212', '-'))))
}

async function openCorpusNamed(page: Page, path: string): Promise<void> {
  await page.evaluate(
    (where) =>
      (
        window as unknown as { gleaner: { call(n: string, i: unknown): Promise<unknown> } }
      ).gleaner.call('corpora.open', { path: where }),
    path,
  )
  await page.keyboard.press('1')
  await page.getByRole('button', { name: `Open ${basename(path, '.gleaner')}` }).click()
  await page.keyboard.press('2')
}

test('one key shows the same pairs as a table, with the same place, marks, order and undo', async ({
  running: { page },
}) => {
  await page.keyboard.press('Control+Home')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Shift+ArrowRight')
  await page.keyboard.press('v')
  await expect(table(page)).toBeVisible()
  await expect(table(page)).toHaveAttribute('aria-activedescendant', 'row-2')
  await expect(page.locator('[role="row"][aria-selected="true"]')).toHaveCount(2)
  // Until it is scored there is nothing to sort by.
  const score = head(page, /alt text score/)
  await expect(score).toBeVisible({ timeout: 60_000 })
  await page.keyboard.press('Escape')

  await score.getByRole('button').click()
  await expect(score).toHaveAttribute('aria-sort', 'descending')
  await expect.poll(async () => (await shownScores(page)).length).toBeGreaterThan(3)
  const falling = await shownScores(page)
  expect(falling).toEqual([...falling].sort((a, b) => b - a))
  await score.getByRole('button').click()
  await expect(score).toHaveAttribute('aria-sort', 'ascending')
  await expect.poll(async () => (await shownScores(page))[0]).toBeLessThan(falling[0] as number)
  const rising = await shownScores(page)
  expect(rising).toEqual([...rising].sort((a, b) => a - b))

  // Sorted by words, which the list of orders names, too.
  await head(page, /by alt text$/)
    .getByRole('button')
    .click()
  await expect(page.getByRole('combobox', { name: 'Order' })).toContainText('alt text, ascending')
  await page.keyboard.press('Control+z')
  await expect(score).toHaveAttribute('aria-sort', 'ascending')

  // Columns are moved and sized by keys as by the pointer; both are kept.
  const alt = head(page, /by alt text$/)
  const before = (await alt.boundingBox())?.width ?? 0
  await alt.getByRole('button').focus()
  await page.keyboard.press('Alt+Shift+ArrowRight')
  await expect.poll(async () => (await alt.boundingBox())?.width).toBe(before + 16)
  await page.keyboard.press('Alt+ArrowRight')
  await expect(page.getByRole('columnheader').nth(2)).toContainText('alt text')
  await page.reload()
  await expect(page.getByRole('columnheader').nth(2)).toContainText('alt text')
  expect((await alt.boundingBox())?.width).toBe(before + 16)
  await page.getByRole('button', { name: 'View options' }).click()
  await page.getByRole('checkbox', { name: 'page URL' }).check()
  await expect(head(page, /page URL/)).toHaveCount(1)
  await page.getByRole('button', { name: 'Reset columns' }).click()
  await expect(head(page, /page URL/)).toHaveCount(0)
  await page.keyboard.press('Escape')

  await table(page).focus()
  const high = (await page.locator('#row-0').boundingBox())?.height ?? 0
  await page.keyboard.press(']')
  await expect
    .poll(async () => (await page.locator('#row-0').boundingBox())?.height)
    .toBe(high + 20)
  await page.keyboard.press('v')
  await expect(page.getByRole('listbox', { name: 'Pairs' })).toBeVisible()
  await page.getByRole('combobox', { name: 'Order' }).click()
  await page.getByRole('option', { name: 'page order' }).click()
})

test('a picture is looked at closely, copied, saved and dragged out, with all its texts beside it', async ({
  running: { page, app, home },
}) => {
  await page
    .getByRole('option', { name: /bumblebee/ })
    .first()
    .click()
  await expect(inspector(page).getByRole('region', { name: 'Texts' })).toContainText('bumblebee')
  await page.keyboard.press('Space')
  const texts = preview(page).getByRole('region', { name: 'Texts' })
  await expect(texts).toContainText('bumblebee')
  await expect(texts).toContainText('text before')
  await expect(texts).toContainText('text after')
  await page.keyboard.press('w')
  await expect(texts).toHaveCount(0)
  await page.keyboard.press('w')

  const zoom = preview(page).getByRole('status', { name: 'Zoom' })
  const picture = preview(page).locator('img')
  const natural = await picture.evaluate((image) => {
    const { naturalWidth: width, naturalHeight: height } = image as HTMLImageElement
    return { width, height }
  })
  await page.keyboard.press('z')
  await expect(zoom).toHaveText('100 %')
  expect((await picture.boundingBox())?.width).toBeCloseTo(natural.width, 0)
  for (let i = 0; i < 8; i++) await page.keyboard.press('+')
  await expect
    .poll(async () => (await picture.boundingBox())?.width)
    .toBeGreaterThan(5 * natural.width)
  const left = (await picture.boundingBox())?.x ?? 0
  await page.keyboard.press('Shift+ArrowRight')
  await expect.poll(async () => (await picture.boundingBox())?.x).toBe(left - 64)
  await page.keyboard.press('z')

  await page.keyboard.press('Control+c')
  await expect
    .poll(() =>
      app.evaluate(({ clipboard }) =>
        (clipboard as unknown as { readImage(): Electron.NativeImage }).readImage().getSize(),
      ),
    )
    .toEqual(natural)

  const sha = /picture\/([0-9a-f]{64})/.exec((await picture.getAttribute('src')) ?? '')?.[1]
  const saved = join(home, 'saved.png')
  await app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = (() => Promise.resolve({ canceled: false, filePath })) as never
  }, saved)
  await page.keyboard.press('Control+s')
  await expect.poll(() => existsSync(saved)).toBe(true)
  expect(sha256(saved)).toBe(sha)

  // What the system would be given to drag.
  await app.evaluate(({ BrowserWindow }) => {
    const { webContents } = BrowserWindow.getAllWindows()[0] as Electron.BrowserWindow
    webContents.startDrag = ({ file, icon }) => {
      Object.assign(globalThis, {
        dragged: { file, isEmpty: (icon as Electron.NativeImage).isEmpty() },
      })
    }
  })
  await picture.dispatchEvent('dragstart')
  const dragged = (): Promise<{ file: string; isEmpty: boolean } | undefined> =>
    app.evaluate(() => (globalThis as { dragged?: { file: string; isEmpty: boolean } }).dragged)
  await expect.poll(dragged).toBeDefined()
  const { file, isEmpty } = (await dragged()) as { file: string; isEmpty: boolean }
  expect(isEmpty).toBe(false)
  expect(sha256(file)).toBe(sha)
  expect(basename(file)).toMatch(/^[\w-]+\.(png|jpg|gif|webp)$/)
  // Only pictures of corpora that were opened here, and never a file by its name.
  const refused = await page.evaluate(
    (input) =>
      (
        window as unknown as { gleaner: { call(n: string, i: unknown): Promise<unknown> } }
      ).gleaner.call('shell.dragPicture', input),
    { corpus: '/nowhere.gleaner', sha256: sha, url: '../../etc/passwd' },
  )
  expect(refused).toMatchObject({ ok: false, error: { kind: 'refused' } })
  await page.keyboard.press('Escape')
  await expect(preview(page)).toHaveCount(0)

  await inspector(page).getByRole('tab', { name: 'HTML' }).click()
  const mark = inspector(page).locator('pre mark')
  await expect(mark).toContainText('<img')
  await expect(mark).toBeInViewport()
  await inspector(page).getByRole('tab', { name: 'Pair' }).click()
})

test('in a narrow window nothing covers, cuts or touches its neighbour', async ({
  running: { page, app },
}) => {
  // 1440 px at 200 % are 720.
  for (const [width, height] of [
    [1024, 700],
    [720, 450],
  ] as const) {
    await app.evaluate(
      ({ BrowserWindow }, [w, h]) => {
        const window = BrowserWindow.getAllWindows()[0] as Electron.BrowserWindow
        window.setMinimumSize(300, 200)
        window.setContentSize(w, h)
      },
      [width, height] as const,
    )
    await expect.poll(() => page.evaluate(() => innerWidth)).toBe(width)
    await settled(page)
    const crossed = await page
      .getByRole('toolbar', { name: 'Filter and order' })
      .evaluate((bar) => {
        const parts = [...bar.children].map((part) => ({
          name: part.textContent.trim().slice(0, 24) || part.className,
          box: part.getBoundingClientRect(),
        }))
        const inside = bar.getBoundingClientRect()
        return parts.flatMap(({ name, box }, i) => [
          ...(box.right > inside.right + 0.5 ? [`${name} leaves the bar`] : []),
          ...parts
            .slice(i + 1)
            .filter(
              (other) =>
                box.left < other.box.right &&
                other.box.left < box.right &&
                box.top < other.box.bottom &&
                other.box.top < box.bottom,
            )
            .map((other) => `${name} | ${other.name}`),
        ])
      })
    expect(crossed).toEqual([])
    const order = page.getByRole('combobox', { name: 'Order' })
    expect((await order.boundingBox())?.width).toBeGreaterThanOrEqual(104)

    // A window this narrow folds it until it is asked for.
    if (!(await inspector(page).isVisible())) await page.keyboard.press('i')
    const tight = await inspector(page).evaluate((pane) => {
      const found: string[] = []
      for (const name of pane.querySelectorAll('dt')) {
        const value = name.nextElementSibling
        if (!value) continue
        const text = document.createRange()
        text.selectNodeContents(name)
        const gap = value.getBoundingClientRect().left - text.getBoundingClientRect().right
        if (gap < 8) found.push(`${name.textContent.trim()}: ${gap} px to its value`)
      }
      for (const code of pane.querySelectorAll('dd .mono, dd.mono')) {
        const box = code.getBoundingClientRect()
        if (box.height > 3 * 24) found.push(`${code.textContent.trim()} is ${box.height} px high`)
      }
      return found
    })
    expect(tight).toEqual([])
  }
  await app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.setContentSize(1440, 900),
  )
})

test('where a corpus has no pictures its words come first, until a person says otherwise', async ({
  running: { page, home },
}) => {
  const path = join(home, 'words.gleaner')
  createCorpus(path)
  const corpus = openCorpus(path)
  fillCorpus(corpus, { pairs: 300 })
  corpus.writer.exec(
    `UPDATE images SET status = 'pending', sha256 = NULL, width = NULL, height = NULL, bytes = NULL`,
  )
  corpus.close()
  await openCorpusNamed(page, path)
  await expect(table(page)).toBeVisible()
  // What no pair has takes no room, and neither do pictures.
  await expect(head(page, /by size/)).toHaveCount(0)
  await expect(table(page).locator('img')).toHaveCount(0)
  await expect(page.locator('#row-0')).toContainText('site0.example')
  await table(page).focus()
  await page.keyboard.press('v')
  await expect(page.getByRole('listbox', { name: 'Pairs' })).toBeVisible()
  await page.reload()
  await expect(page.getByRole('listbox', { name: 'Pairs' })).toBeVisible()
})
