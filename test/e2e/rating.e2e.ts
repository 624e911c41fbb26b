import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { parse } from 'csv-parse/sync'
import type { RatingQueue, RatingTask } from '#shared/contract/ratings.ts'
import { ask, makeStudy, openRating, place, run } from './rating-study.ts'
import { expect, test } from './support.ts'

/** Prompts of the sample that are rated: with two models, 2 x 20 pictures. */
const PROMPTS = 20
const ITEMS = 2 * PROMPTS
const ASPECTS = 5
const RATER = 'Marta'

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
  const corpus = await makeStudy(home, PROMPTS, design)
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

test('pairs are compared with one key each, sides are kept, and nothing in the window tells a model', async ({
  start,
  home,
}) => {
  test.setTimeout(240_000)
  const design = { compare: true, repeats: 0, leastRepeats: 0, checkEvery: 0, practice: 0, seed: 5 }
  const corpus = await makeStudy(home, 10, design)
  const running = await start()
  const { page } = running
  await openRating(running, 'Compare side')
  await page.getByRole('textbox', { name: 'Your name' }).waitFor()
  await page.keyboard.type(RATER)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Instructions' })).toBeVisible()
  await page.keyboard.press('Enter')
  const of = { corpus, study: 'first', rater: RATER }
  const { tasks } = await ask<RatingQueue>(page, 'ratings.queue', { ...of, mode: 'compare' })
  expect(tasks.length).toBe(10)
  const shown = await ask<RatingTask[]>(page, 'ratings.tasks', { ...of, tasks })
  const told = [...tasks, ...shown.flatMap(({ images }) => images), 'tuned', '.png', 'Model A']

  const VOTES = { ArrowLeft: 'left', ArrowUp: 'bad', ArrowRight: 'right', ArrowDown: 'tie' }
  const keys = Object.keys(VOTES) as (keyof typeof VOTES)[]
  const hand = hands(page)
  const pressed: string[] = []
  for (let i = 0; i < tasks.length; i++) {
    expect(await place(page)).toBe(`${i + 1} of ${tasks.length}`)
    const seen = await page.evaluate(() => document.title + document.documentElement.outerHTML)
    expect(told.filter((word) => seen.includes(word))).toEqual([])
    const key = keys[i % 4] as keyof typeof VOTES
    await hand.press(key)
    pressed.push(VOTES[key])
  }
  console.log(`keystrokes per pair: ${hand.pressed / tasks.length}`)
  await expect(page.getByRole('heading', { name: 'All done' })).toBeVisible()
  const answers = async (): Promise<(string | undefined)[]> =>
    (await ask<RatingTask[]>(page, 'ratings.tasks', { ...of, tasks })).map(
      (task) => task.answers[''],
    )
  await expect.poll(answers).toEqual(pressed)

  // A held key is one key, and blinking is none.
  await page.keyboard.press('Control+z')
  await place(page)
  await page.keyboard.down('b')
  await expect(page.getByText('Left picture', { exact: true })).toBeVisible()
  await expect(page.getByText('Right picture', { exact: true })).toBeVisible()
  await page.keyboard.up('b')
  await page.keyboard.press('PageUp')
  expect(await place(page)).toBe('9 of 10')
  await page.keyboard.down('ArrowRight')
  await page.keyboard.down('ArrowRight')
  await page.keyboard.up('ArrowRight')
  expect(await place(page)).toBe('10 of 10')
  pressed.splice(8, 2, 'right')
  await expect.poll(answers).toEqual([...pressed, undefined])
})
