import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import type { ElectronApplication, Page } from '@playwright/test'
import type { PromptEvaluationReport } from '../../src/shared/contract/prompt-evaluation.ts'
import { expect, test } from './support.ts'

const FIXTURES = resolve(import.meta.dirname, '../fixtures')
const PICTURES = ['alpha.png', 'cmyk.jpg', 'grey.jpg', 'landscape.png', 'palette.png', 'tall.png']
const NOUNS = ['circle', 'square', 'triangle', 'star', 'boat', 'tree', 'house', 'lamp']
const COLOURS = ['red', 'blue', 'green', 'yellow', 'orange', 'grey']

async function call<T>(page: Page, name: string, input: unknown): Promise<T> {
  const reply = await page.evaluate(
    ([what, given]) =>
      (
        window as unknown as {
          gleaner: { call(name: string, input: unknown): Promise<{ ok: boolean; value: unknown }> }
        }
      ).gleaner.call(what as string, given),
    [name, input] as const,
  )
  expect(reply.ok, JSON.stringify(reply)).toBe(true)
  return reply.value as T
}

async function answer(app: ElectronApplication, open: string, save = ''): Promise<void> {
  await app.evaluate(
    ({ dialog }, given) => {
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [given.open] })
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: given.save })
    },
    { open, save },
  )
}

/** A base of a table whose prompts stand in a column that no name tells, embedded, by keyboard. */
async function makeBase(app: ElectronApplication, page: Page, folder: string): Promise<void> {
  mkdirSync(folder)
  const rows = COLOURS.flatMap((colour) =>
    NOUNS.map((noun, i) => `${i},"a ${colour} ${noun}, flat colours"`),
  )
  const file = join(folder, 'drawn.csv')
  writeFileSync(file, `n,idea\n${rows.join('\n')}\n`)
  await expect(page.getByRole('option').first()).toBeVisible({ timeout: 60_000 })
  await page.keyboard.press('Shift+P')
  await answer(app, file)
  await page.keyboard.press('Control+Shift+N')
  const dialog = page.getByRole('dialog', { name: 'New prompt base' })
  const column = dialog.getByRole('combobox', { name: 'Prompts are in' })
  await expect(column).toBeVisible()
  await column.press('Enter')
  await page.getByRole('option', { name: 'idea' }).press('Enter')
  await expect(dialog.getByRole('list', { name: 'First prompts' })).toContainText('a red circle')
  // Thresholds on cosines of the encoder that comes with the program would take out nearly all.
  await expect(dialog).toContainText('Near-duplicates and strange terms are not looked for')
  await page.keyboard.press('Control+Enter')
  await expect(page.getByText(/48 of 48 embedded.*48 of 48 embedded/)).toBeVisible({
    timeout: 60_000,
  })
  await expect(facts(page)).toContainText('48 in use · 0 taken out')
}

const facts = (page: Page) => page.getByRole('status').filter({ hasText: 'taken out' })

test('a base is judged by pairs, with the recipe of the field beside another, and the report is kept', async ({
  start,
  home,
}) => {
  test.setTimeout(240_000)
  const { page, app } = await start()
  const folder = join(home, 'judging')
  await makeBase(app, page, folder)
  cpSync(join(FIXTURES, 'inference/pictures'), join(folder, 'pictures'), { recursive: true })
  const pairs = PICTURES.map(
    (name, i) => `pictures/${name},a ${COLOURS[i] ?? 'red'} thing number ${i}`,
  )
  const file = join(folder, 'true.csv')
  writeFileSync(file, ['photo,true', ...pairs, 'pictures/gone.png,a thing', ',lost'].join('\n'))
  const out = join(folder, 'report.json')
  await answer(app, file, out)

  await page.keyboard.press('v')
  const dialog = page.getByRole('dialog', { name: 'Evaluate drawn' })
  const go = dialog.getByRole('button', { name: /^Evaluate…/ })
  // What no name tells is said by hand, and said what is missing until then.
  await expect(dialog.getByText('Choose the column that holds the pictures.')).toBeVisible()
  await expect(go).toBeDisabled()
  for (const [which, column] of [
    ['Pictures', 'photo'],
    ['True prompts', 'true'],
  ] as const) {
    await dialog.getByRole('combobox', { name: which, exact: true }).press('Enter')
    await page.getByRole('option', { name: column, exact: true }).press('Enter')
  }
  await dialog.getByRole('textbox', { name: /^Nearest/ }).fill('1, x')
  await expect(go).toBeDisabled()
  await dialog.getByRole('textbox', { name: /^Nearest/ }).fill('1, 5, 20')
  await dialog.getByRole('textbox', { name: 'Held out' }).fill('50')
  await dialog.getByRole('button', { name: 'Own', exact: true }).press('Enter')
  await dialog.getByRole('textbox', { name: 'Epochs', exact: true }).fill('7')
  await dialog.getByRole('checkbox', { name: 'Stop early' }).press('Space')
  await page.keyboard.press('Control+Enter')

  const table = page.getByRole('table').filter({ hasText: 'Mean cosine' })
  await expect(table).toBeVisible({ timeout: 120_000 })
  const report = JSON.parse(readFileSync(out, 'utf8')) as PromptEvaluationReport
  expect(report.rows.map(({ name }) => name)).toEqual([
    'mean of the base',
    'CLIP alone (k = 1)',
    'k = 5',
    'k = 20',
    "linear projection, the field's recipe",
    'linear projection, chosen recipe',
  ])
  expect(report.projections.map(({ steps, recipe }) => [steps, recipe.epochs])).toEqual([
    [3, 3],
    [7, 7],
  ])
  expect(report.heldOut).toEqual({ pairs: 3, pictures: 3 })
  expect(report.leftOut).toEqual({ picture: 1, 'no picture': 1 })
  // What is shown is what the file holds.
  for (const [i, row] of report.rows.entries()) {
    const cells = table.getByRole('row').nth(i + 1)
    await expect(cells.getByRole('rowheader')).toHaveText(row.name)
    await expect(cells.getByRole('cell').first()).toHaveText(row.mean.toFixed(3).replace('-', '−'))
  }
  await expect(page.getByText(/the field's recipe: 3 pairs, 3 steps.*hardly leave/)).toBeVisible()
  await expect(page.getByText(/2 of 8 rows could not be used/)).toBeVisible()
  await expect(
    page.getByRole('img', { name: /Predicted prompts beside the true ones/ }),
  ).toBeVisible()

  // It is found again without being made again.
  await answer(app, out)
  await page.keyboard.press('Control+k')
  await page.keyboard.type('open a report of an evaluation')
  await page.keyboard.press('Enter')
  await expect(page.getByText('Evaluated on true.csv')).toBeVisible()
})

test('prompts for a folder are written, dropped pictures answered, and models chosen', async ({
  start,
  home,
}) => {
  test.setTimeout(240_000)
  const { page, app } = await start()
  const folder = join(home, 'folder')
  await makeBase(app, page, folder)
  const pictures = join(folder, 'pictures')
  mkdirSync(pictures)
  for (const name of PICTURES) {
    cpSync(join(FIXTURES, 'inference/pictures', name), join(pictures, name))
  }
  writeFileSync(join(pictures, 'broken.png'), 'no pixels')
  const out = join(folder, 'out.csv')
  await answer(app, pictures, out)

  // k is chosen by keys, and holds for the folder, too.
  await page.keyboard.press('k')
  await page.keyboard.type('3')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Escape')
  await page.getByRole('heading', { name: 'drawn', exact: true }).click()
  await page.keyboard.press('Control+e')
  const made = page.getByRole('region', { name: 'What the last job made' })
  await expect(made).toContainText(out, { timeout: 60_000 })
  await expect(made).toContainText('Pictures: 6 with a prompt')
  await expect(made).toContainText(/Without: 1/)
  await expect(made.getByRole('button', { name: 'Show in folder' })).toBeVisible()
  const lines = readFileSync(out, 'utf8').trim().split('\n')
  expect(lines).toHaveLength(8)
  expect(lines.filter((line) => line.includes('a '))).toHaveLength(6)
  expect(existsSync(`${out}.part`)).toBe(false)
  await made.getByRole('button', { name: 'Send away' }).press('Enter')
  await expect(made).toBeHidden()

  // Dropped anywhere on the window: it is looked up, and not taken for something to import.
  const bytes = readFileSync(join(pictures, 'alpha.png')).toString('base64')
  await page.evaluate((base64) => {
    const raw = Uint8Array.from(atob(base64), (one) => one.charCodeAt(0))
    const data = new DataTransfer()
    data.items.add(new File([raw], 'dropped.png', { type: 'image/png' }))
    const event = new DragEvent('drop', { dataTransfer: data, cancelable: true, bubbles: true })
    document.body.dispatchEvent(event)
  }, bytes)
  await expect(page.getByRole('img', { name: 'The picture: dropped.png' })).toBeVisible()
  const nearest = page.getByRole('list', { name: /nearest prompts/ }).getByRole('listitem')
  await expect(nearest).toHaveCount(3, { timeout: 60_000 })
  await expect(page.getByRole('dialog')).toHaveCount(0)
  const written = lines.find((line) => line.includes('alpha.png')) ?? ''
  await expect(page.getByRole('textbox', { name: 'Proposed prompt' })).toHaveValue(
    /^a .+, flat colours$/,
  )
  expect(written).toContain(
    await page.getByRole('textbox', { name: 'Proposed prompt' }).inputValue(),
  )

  // Another encoder: nothing is embedded by it yet, which is said and mended on the spot.
  await call(page, 'models.add', { source: join(FIXTURES, 'models/tiny-bert') })
  const encoder = page.getByRole('combobox', { name: 'Sentences by' })
  await expect
    .poll(
      async () => {
        await encoder.press('Enter')
        const there = await page.getByRole('option', { name: /tiny-bert/ }).count()
        if (there === 0) await page.keyboard.press('Escape')
        return there
      },
      { timeout: 30_000 },
    )
    .toBe(1)
  await page.getByRole('option', { name: /tiny-bert/ }).press('Enter')
  const alert = page.getByRole('alert').filter({ hasText: 'not embedded by tiny-bert' })
  await expect(alert).toBeVisible({ timeout: 30_000 })
  await alert.getByRole('button', { name: 'Embed' }).press('Enter')
  await expect(nearest).toHaveCount(3, { timeout: 60_000 })
  await expect(page.getByText(/tiny-bert: 48 of 48 embedded/)).toBeVisible()
  await expect(page.getByText(/Rows are embeddings of prompts by tiny-bert/)).toBeVisible()

  // From the grid of pairs, by the palette.
  await page.keyboard.press('2')
  await page.getByRole('option').first().click()
  await page.keyboard.press('Control+k')
  await page.keyboard.type('find a prompt for the picture')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('img', { name: /^The picture: pair \d+$/ })).toBeVisible()
  await expect(nearest).toHaveCount(3)
})

test('a base is made of what a filter keeps of the corpus, and its prompts are listed', async ({
  start,
}) => {
  test.setTimeout(180_000)
  const { page } = await start()
  await expect(page.getByRole('option').first()).toBeVisible({ timeout: 60_000 })
  const [sample] = await call<{ path: string }[]>(page, 'corpora.recent', {})
  const filter = 'alt:red'
  await page.keyboard.press('/')
  await page.keyboard.type(filter)
  await page.keyboard.press('Enter')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Shift+P')
  await page.keyboard.press('Control+k')
  await page.keyboard.type('new prompt base from the open corpus')
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'New prompt base' })
  await expect(
    dialog.getByRole('checkbox', { name: /Only pairs that the filter keeps/ }),
  ).toBeChecked()
  await expect(dialog).toContainText(filter)
  await page.keyboard.press('Control+Enter')
  await expect(facts(page)).toContainText(/[1-9]\d* in use/, { timeout: 60_000 })
  await expect(page.getByText(/(\d+) of \1 embedded.*(\d+) of \2 embedded/)).toBeVisible({
    timeout: 60_000,
  })
  // Every prompt has the word, and they are fewer than the pairs of the corpus.
  const name = basename(sample?.path ?? '', '.gleaner')
  const all = await call<{ prompts: { text: string }[]; total: number }>(
    page,
    'promptBases.prompts',
    { base: name, show: 'kept', limit: 1000 },
  )
  expect(all.total).toBeGreaterThan(0)
  for (const { text } of all.prompts) expect(text.toLowerCase()).toContain('red')

  await page.keyboard.press('l')
  const list = page.getByRole('dialog', { name: `Prompts of ${name}` })
  await expect(list.getByRole('combobox', { name: 'Which prompts' })).toBeVisible()
  await list.getByRole('combobox', { name: 'Which prompts' }).press('Enter')
  await page.getByRole('option', { name: 'In use' }).press('Enter')
  await expect(list.getByRole('listitem')).toHaveCount(Math.min(200, all.total))
  await page.keyboard.press('Escape')

  // Deleted by the palette, after a question.
  await page.keyboard.press('Control+k')
  await page.keyboard.type('delete the prompt base')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Delete base', exact: true }).press('Enter')
  await expect(page.getByText('No prompt bases yet')).toBeVisible()
})
