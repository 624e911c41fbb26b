import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Page } from '@playwright/test'
import { parse } from 'csv-parse/sync'
import type { RatingQueue } from '#shared/contract/ratings.ts'
import { gleaner } from '../support/cli.ts'
import { expect, test, type Running } from './support.ts'

const SAMPLE = resolve(import.meta.dirname, '../../resources/sample-study')
/** Prompts of the sample that are rated: with two models, 2 x 20 pictures. */
const PROMPTS = 20
const ITEMS = 2 * PROMPTS
const ASPECTS = 5
const RATER = 'Marta'

async function run(home: string, ...args: string[]): Promise<void> {
  const { code, stderr } = await gleaner(args, { home })
  expect(code, stderr).toBe(0)
}

/** A corpus with a frozen study of the sample's first prompts, made by the command line. */
async function makeStudy(home: string, design: object): Promise<string> {
  const folder = join(home, 'study')
  const corpus = join(home, 'first.gleaner')
  for (const model of ['base', 'tuned']) mkdirSync(join(folder, model), { recursive: true })
  const rows = parse<Record<string, string>>(readFileSync(join(SAMPLE, 'prompts.csv')), {
    columns: true,
  }).slice(0, PROMPTS)
  const lines = rows.map(({ group, level, kind, prompt }) => [group, level, kind, prompt].join())
  writeFileSync(join(folder, 'prompts.csv'), ['group,level,kind,prompt', ...lines].join('\n'))
  const starts = rows.map(({ group, level }) => `${group}_${level}_`)
  for (const model of ['base', 'tuned']) {
    for (const name of readdirSync(join(SAMPLE, model))) {
      if (starts.some((start) => name.startsWith(start))) {
        copyFileSync(join(SAMPLE, model, name), join(folder, model, name))
      }
    }
  }
  writeFileSync(join(folder, 'design.json'), JSON.stringify(design))
  await run(
    home,
    ...['study', 'new', corpus, 'first', '--prompts', join(folder, 'prompts.csv')],
    ...['--aspects', join(folder, 'design.json'), '--pattern', '{group}_{level}_{seed}.png'],
    ...['--images', `base=${join(folder, 'base')}`, `tuned=${join(folder, 'tuned')}`],
  )
  await run(home, 'study', 'freeze', corpus, 'first')
  return corpus
}

async function ask<T>(page: Page, name: string, input: unknown): Promise<T> {
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

/** Into the rating of the study, by the palette. */
async function openRating({ page }: Running, command: string): Promise<void> {
  await expect(page.getByRole('navigation', { name: 'Views' })).toBeVisible()
  await expect(page.getByRole('banner')).toContainText('first')
  await page.keyboard.press('Control+k')
  await page.keyboard.type(command)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('region', { name: 'Rating', exact: true })).toBeVisible()
}

/** What the window says of where one is; the picture is on the screen. */
async function place(page: Page): Promise<string> {
  await expect(page.locator('.stage[aria-busy="false"]')).toBeVisible()
  return page.getByRole('status', { name: 'Place' }).innerText()
}

/** A person at the keyboard: every key is counted. */
function hands(page: Page) {
  let pressed = 0
  return {
    get pressed() {
      return pressed
    },
    async press(...keys: string[]): Promise<void> {
      for (const key of keys) {
        pressed++
        await page.keyboard.press(key)
      }
    },
  }
}

interface Row {
  rater: string
  item: string
  aspect: string
  value: string
  at: string
}

async function table(home: string, corpus: string): Promise<Row[]> {
  const out = join(home, 'ratings.csv')
  await run(home, 'study', 'ratings', corpus, 'first', 'export', out)
  return parse<Row>(readFileSync(out), { columns: true })
}

test('2 x 20 pictures are rated with five keys each, undone and redone over a restart, and the table says what was pressed', async ({
  start,
  home,
}) => {
  test.setTimeout(400_000)
  const design = { repeats: 0, leastRepeats: 0, checkEvery: 0, practice: 4, seed: 7 }
  const corpus = await makeStudy(home, design)
  const first = await start()
  const { page } = first
  await openRating(first, 'Rate a study')
  await page.getByRole('textbox', { name: 'Your name' }).waitFor()
  await page.keyboard.type(RATER)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Instructions' })).toBeVisible()
  await page.keyboard.press('Enter')

  // Practice: nothing fits, which is what half of it has to be found out by.
  const hand = hands(page)
  for (let i = 1; i <= 4; i++) {
    expect(await place(page)).toBe(`Practice ${i} of 4`)
    await hand.press('0', '0', '0', '0', '0')
  }
  await expect(page.getByRole('heading', { name: 'Practice passed' })).toBeVisible()
  await page.keyboard.press('Enter')

  const queue = await ask<RatingQueue>(page, 'ratings.queue', {
    corpus,
    study: 'first',
    rater: RATER,
    mode: 'rate',
  })
  expect(queue.tasks.length - queue.practice).toBe(ITEMS)
  /** What was pressed of each item, in the rater's order. */
  const told: string[][] = []
  const before = hand.pressed
  for (let i = 0; i < ITEMS; i++) {
    expect(await place(page)).toBe(`${i + 1} of ${ITEMS}`)
    const keys = Array.from({ length: ASPECTS }, (_, a) => String((i * 7 + a * 5) % 6))
    await hand.press(...keys)
    told.push(keys)
  }
  const perItem = (hand.pressed - before) / ITEMS
  console.log(`keystrokes per picture: ${perItem}`)
  expect(perItem).toBe(ASPECTS)
  await expect(page.getByRole('heading', { name: 'All done' })).toBeVisible()

  // Undo goes to the picture concerned; a key there is the same key again.
  await page.keyboard.press('Control+z')
  await page.keyboard.press('Control+z')
  expect(await place(page)).toBe(`${ITEMS} of ${ITEMS}`)
  await page.keyboard.press('Control+y')
  await page.keyboard.press('Control+z')
  const last = told[ITEMS - 1] as string[]
  await expect(page.getByRole('button', { name: `Setting: ${last[3]}` })).toHaveCount(0)
  await first.close()

  // Another window goes on where the first was, and takes back what that one said.
  const second = await start()
  await openRating(second, 'Rate a study')
  expect(await place(second.page)).toBe(`${ITEMS} of ${ITEMS}`)
  for (let i = 0; i < 5; i++) await second.page.keyboard.press('Control+z')
  await expect
    .poll(() => second.page.getByRole('status', { name: 'Place' }).innerText())
    .toBe(`${ITEMS - 1} of ${ITEMS}`)
  await place(second.page)
  const again = hands(second.page)
  const former = told[ITEMS - 2] as string[]
  const changed = [...former.slice(0, 3), '1', '2']
  await again.press('1', '2')
  told[ITEMS - 2] = changed
  expect(await place(second.page)).toBe(`${ITEMS} of ${ITEMS}`)
  // The last one: a mistake, taken away with Backspace, and set for good.
  told[ITEMS - 1] = ['5', '4', '0', 'cannot', '3']
  await again.press('5', '4', '1', 'Backspace', '0', 'x', '3')
  await expect(second.page.getByRole('heading', { name: 'All done' })).toBeVisible()
  await expect
    .poll(async () =>
      (
        await ask<RatingQueue>(second.page, 'ratings.queue', {
          corpus,
          study: 'first',
          rater: RATER,
          mode: 'rate',
        })
      ).done.every(Boolean),
    )
    .toBe(true)
  await second.close()

  const rows = await table(home, corpus)
  const ids = ['objects', 'attributes', 'relations', 'setting', 'overall']
  const said = new Map(rows.map((row) => [`${row.item} ${row.aspect}`, row.value]))
  expect(rows.length).toBe(said.size)
  expect(new Set(rows.map(({ rater }) => rater))).toEqual(new Set([RATER]))
  for (const [i, item] of queue.tasks.slice(queue.practice).entries()) {
    const found = ids.map((id) => said.get(`${item} ${id}`))
    expect(found, `item ${i + 1}`).toEqual(told[i])
  }
  expect(said.size).toBe(ITEMS * ASPECTS)
})
