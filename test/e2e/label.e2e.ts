import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ElectronApplication, Page } from '@playwright/test'
import type { LabelItem, LabelState } from '../../src/shared/contract/index.ts'
import { sliceCodePoints } from '../../src/shared/text/offsets.ts'
import { expect, test, type Running } from './support.ts'

const ITEMS = 100

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

async function untilIdle(page: Page): Promise<void> {
  await expect
    .poll(
      async () =>
        (await ask<{ state: string }[]>(page, 'jobs.list', {})).filter((job) =>
          ['queued', 'running'].includes(job.state),
        ).length,
      { timeout: 120_000 },
    )
    .toBe(0)
}

/** The process of the engine, a child of the shell. */
async function enginePid(app: ElectronApplication): Promise<number> {
  const pid = await app.evaluate(() => {
    const { readdirSync, readFileSync } = process.getBuiltinModule('node:fs')
    for (const entry of readdirSync('/proc')) {
      if (!/^\d+$/.test(entry)) continue
      try {
        const line = readFileSync(`/proc/${entry}/cmdline`, 'utf8')
        const stat = readFileSync(`/proc/${entry}/stat`, 'utf8')
        const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
        if (line.includes('main/engine.js') && parent === process.pid) return Number(entry)
      } catch {
        continue
      }
    }
    return null
  })
  if (pid === null) throw new Error('the engine has no process')
  return pid
}

/** What stands on the screen: the pair, what is in hand, and how many words there are. */
async function seen(page: Page): Promise<{ pair: number; kind: string; words: number }> {
  return page.evaluate(() => {
    const work = document.querySelector('[data-pair]')
    const hand = document.querySelector('[aria-label="Selection"]')?.textContent ?? ''
    return {
      pair: Number(work?.getAttribute('data-pair')),
      kind: hand.startsWith('Suggestion:') ? 'none' : hand === '' ? '' : 'words',
      words: document.querySelectorAll('[data-part] .line').length,
    }
  })
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
    async type(text: string): Promise<void> {
      pressed += text.length
      await page.keyboard.type(text)
    },
  }
}

/** The quotes of one's own labels. */
async function spans(page: Page): Promise<string[]> {
  return page
    .getByRole('region', { name: /^(Your labels|Final)$/ })
    .locator('.quote')
    .allInnerTexts()
}

async function openLabels({ page }: Running, name: string | null): Promise<void> {
  await page.keyboard.press('4')
  if (name) {
    await page.getByRole('textbox', { name: 'Your name' }).waitFor()
    await page.keyboard.type(name)
    await page.keyboard.press('Enter')
  }
  await expect(page.getByRole('group', { name: 'Text around the picture' })).toBeVisible()
}

test('100 items are labeled by keyboard, the engine is killed meanwhile, and nothing is lost', async ({
  start,
}) => {
  test.setTimeout(300_000)
  const first = await start()
  const { page, app } = first
  await expect(page.getByRole('option').first()).toBeVisible({ timeout: 60_000 })
  await untilIdle(page)
  const [corpus] = await ask<{ path: string }[]>(page, 'corpora.recent', {})
  if (!corpus) throw new Error('the sample is not open')
  await openLabels(first, 'Marta')

  const hand = hands(page)
  const engine = await enginePid(app)
  /** What must be kept of each pair, in the order in which it was said. */
  const told = new Map<number, Partial<LabelState> & { quotes?: string[] }>()
  const perItem: number[] = []
  for (let i = 0; i < ITEMS; i++) {
    const before = hand.pressed
    const { pair, kind, words } = await seen(page)
    expect(pair).toBeGreaterThan(0)
    expect(told.has(pair)).toBe(false)
    if (i % 20 === 7) {
      await hand.press('f', 's')
      told.set(pair, { status: 'skipped', flagged: true, spans: [] })
    } else if (i % 20 === 11) {
      await hand.press('m')
      await hand.type('look again')
      await hand.press('Escape', 'n')
      told.set(pair, { status: 'labeled', note: 'look again', spans: [] })
    } else if (words === 0 || (kind === '' && i % 2 === 0)) {
      await hand.press('n')
      told.set(pair, { status: 'labeled', spans: [] })
    } else if (kind === 'words' && i % 10 === 3) {
      // The proposal, one word shorter and one longer again, as a title.
      await hand.press('}', '{', 't')
      told.set(pair, { status: 'labeled', quotes: await spans(page) })
      await hand.press('Enter')
    } else if (kind === 'words') {
      const option = page
        .getByRole('region', { name: 'Suggestions', exact: true })
        .locator('.quote')
        .first()
      const quote = await option.innerText()
      await hand.press('Enter')
      told.set(pair, { status: 'labeled', quotes: [quote] })
    } else if (kind === 'none') {
      await hand.press('Enter')
      told.set(pair, { status: 'labeled', spans: [] })
    } else {
      // Nobody proposes anything: the sentence beside the picture.
      await hand.press('ArrowRight', 'Shift+ArrowDown')
      told.set(pair, { status: 'labeled', quotes: await spans(page) })
      await hand.press('Enter')
    }
    perItem.push(hand.pressed - before)
    // While it writes. In the next frame the next item stands there; nobody waits for the engine.
    if (i === 49) process.kill(engine, 'SIGKILL')
    await expect
      .poll(
        async () => {
          const next = (await seen(page)).pair
          return next > 0 && next !== pair
        },
        { intervals: [5, 10, 20, 50, 100] },
      )
      .toBe(true)
  }
  expect(told.size).toBe(ITEMS)

  // Everything reaches the corpus, also what was said while there was no engine.
  const item = (pair: number): Promise<LabelItem> =>
    ask(page, 'labels.item', { corpus: corpus.path, annotator: 'Marta', pair })
  await expect
    .poll(
      async () =>
        (
          await ask<{ labeled: number; skipped: number }>(page, 'labels.progress', {
            corpus: corpus.path,
            annotator: 'Marta',
          })
        ).labeled,
      { timeout: 30_000 },
    )
    .toBe([...told.values()].filter(({ status }) => status === 'labeled').length)
  let kept = 0
  for (const [pair, expected] of told) {
    const { state, ...texts } = await item(pair)
    const { quotes, ...rest } = expected
    expect(state, `pair ${pair}`).toMatchObject(rest)
    if (quotes)
      expect(state.spans.map(({ quote }) => quote.trim())).toEqual(quotes.map((q) => q.trim()))
    for (const span of state.spans) {
      expect(sliceCodePoints(texts[span.source] ?? '', span.start, span.end)).toBe(span.quote)
    }
    kept++
  }
  expect(kept).toBe(ITEMS)
  const mean = hand.pressed / ITEMS
  const one = perItem.filter((n) => n === 1).length
  console.log(
    `keystrokes per item: mean ${mean.toFixed(2)}, median ${[...perItem].sort((a, b) => a - b)[ITEMS / 2]}, one key: ${one} of ${ITEMS}`,
  )
  expect(mean).toBeLessThan(3)

  // Undo reaches back beyond a restart, and redo forth again.
  const order = [...told.keys()]
  const last = order.at(-1) as number
  const lastButOne = order.at(-2) as number
  const before = (await item(last)).state
  await first.close()
  const second = await start()
  await expect(
    second.page.getByRole('banner', { name: 'Current corpus and filter' }),
  ).toContainText('pairs')
  await openLabels(second, null).catch(() => undefined)
  const state = async (pair: number): Promise<LabelState> =>
    (
      await ask<LabelItem>(second.page, 'labels.item', {
        corpus: corpus.path,
        annotator: 'Marta',
        pair,
      })
    ).state
  const shown = () => seen(second.page).then(({ pair }) => pair)
  await expect.poll(shown).toBeGreaterThan(0)
  expect(told.has(await shown())).toBe(false)
  await second.page.keyboard.press('Control+z')
  await expect.poll(shown).toBe(last)
  expect(await state(last)).not.toEqual(before)
  await second.page.keyboard.press('Control+Shift+z')
  await expect.poll(() => state(last)).toEqual(before)
  // As often as one likes.
  for (let i = 0; i < 300; i++) {
    if ((await shown()) === lastButOne) break
    await second.page.keyboard.press('Control+z')
    await second.page.waitForTimeout(30)
  }
  expect(await shown()).toBe(lastButOne)
})

test('two people label, and a third settles with one key; every original stays', async ({
  start,
  home,
}) => {
  const running = await start()
  const { page } = running
  await expect(page.getByRole('option').first()).toBeVisible({ timeout: 60_000 })
  await untilIdle(page)
  const [corpus] = await ask<{ path: string }[]>(page, 'corpora.recent', {})
  if (!corpus) throw new Error('the sample is not open')
  // Four pairs with words, said differently by two.
  const { queue } = await ask<{ queue: string }>(page, 'labels.queue', {
    corpus: corpus.path,
    annotator: 'Anna',
    order: 'page',
    where: 'before:*',
  })
  const rows = await ask<{ pair: number }[]>(page, 'labels.queuePage', {
    corpus: corpus.path,
    annotator: 'Anna',
    queue,
    offset: 0,
    limit: 4,
  })
  for (const { pair } of rows) {
    const { before } = await ask<LabelItem>(page, 'labels.item', {
      corpus: corpus.path,
      annotator: 'Anna',
      pair,
    })
    const place = (end: number) => ({
      source: 'before',
      start: 0,
      end,
      quote: sliceCodePoints(before ?? '', 0, end),
      type: 'content',
    })
    for (const [annotator, spans] of [
      ['Anna', [place(3)]],
      ['Ben', [place(12)]],
      ['Carla', []],
    ] as const) {
      await ask(page, 'labels.set', {
        corpus: corpus.path,
        annotator,
        pair,
        state: { status: 'labeled', spans, flagged: false, note: '' },
      })
    }
  }
  await openLabels(running, 'Marta')
  await page.getByRole('button', { name: 'Review', exact: true }).click()
  await expect(page.getByRole('status', { name: 'Position in the queue' })).toHaveText('1 of 4')
  await expect(page.getByRole('heading', { name: 'Labels by 3 annotators' })).toBeVisible()
  const pair = (await seen(page)).pair
  await page.keyboard.press('2')
  await page.keyboard.press('Enter')
  await expect.poll(async () => (await seen(page)).pair).not.toBe(pair)
  await expect
    .poll(async () => {
      const { state, others } = await ask<LabelItem>(page, 'labels.item', {
        corpus: corpus.path,
        annotator: 'Marta',
        review: true,
        pair,
      })
      return {
        settled: state.spans.map(({ end }) => end),
        others: others.map((other) => [
          other.annotator,
          ...other.state.spans.map(({ end }) => end),
        ]),
      }
    })
    .toEqual({ settled: [12], others: [['Anna', 3], ['Ben', 12], ['Carla']] })

  await page.getByRole('button', { name: 'More label actions' }).click()
  await page.getByRole('menuitem', { name: /agreement/ }).click()
  const dialog = page.getByRole('dialog', { name: 'Inter-annotator agreement' })
  await expect(dialog).toContainText('4 pairs labeled by two or more of 3 annotators')
  await expect(dialog.getByRole('row', { name: /Exact match/ })).toContainText('0.000')
  await page.keyboard.press('Escape')

  // Out for another machine, and in again: nothing twice.
  const file = join(home, 'labels.jsonl')
  await running.app.evaluate(({ dialog: system }, path) => {
    system.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: path })
    system.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] })
  }, file)
  await page.getByRole('button', { name: 'More label actions' }).click()
  await page.getByRole('menuitem', { name: /Export labels/ }).click()
  await expect(page.getByText(/Exported 13 label events/)).toBeVisible()
  expect(readFileSync(file, 'utf8')).toContain('Carla')
  await page.getByRole('button', { name: 'More label actions' }).click()
  await page.getByRole('menuitem', { name: /Merge labels/ }).click()
  await expect(page.getByRole('dialog', { name: 'Labels merged' })).toContainText(
    '0 events added, 13 already present',
  )
})

test('the pointer takes whole words, shows them before it lets go, and moves an end', async ({
  start,
}) => {
  const running = await start()
  const { page } = running
  await expect(page.getByRole('option').first()).toBeVisible({ timeout: 60_000 })
  await untilIdle(page)
  await openLabels(running, 'Marta')
  await page.keyboard.press('/')
  await page.keyboard.type('before:*')
  await page.keyboard.press('Enter')
  await expect(page.locator('[data-part="before"]')).toBeVisible()

  /** The nth word of the text before the picture, and the middle of its box. */
  const word = (n: number) =>
    page.evaluate((wanted) => {
      let seenWords = 0
      for (const line of document.querySelectorAll('[data-part="before"] .line')) {
        const node = line.firstChild as Text
        for (const { index, 0: text } of node.data.matchAll(/[A-Za-z]+/g)) {
          if (seenWords++ !== wanted) continue
          const range = document.createRange()
          range.setStart(node, index)
          range.setEnd(node, index + text.length)
          line.scrollIntoView({ block: 'center' })
          const box = range.getClientRects()[0] as DOMRect
          return { text, x: box.left + box.width / 2, y: box.top + box.height / 2 }
        }
      }
      throw new Error('too few words')
    }, n)
  await word(1)
  const [from, to] = [await word(0), await word(1)]
  await page.mouse.move(from.x, from.y)
  await page.mouse.down()
  await page.mouse.move(to.x, to.y, { steps: 4 })
  const preview = await page.evaluate(() =>
    [...(CSS.highlights.get('label-draft') ?? [])].map((range) => range.toString()),
  )
  await page.mouse.up()
  await expect.poll(() => spans(page)).toHaveLength(1)
  const [quote = ''] = await spans(page)
  expect(quote.startsWith(from.text)).toBe(true)
  expect(quote.endsWith(to.text)).toBe(true)
  expect(preview).toEqual([quote])

  // Its end is taken back to the first word.
  const handle = await page.locator('[data-handle="end"]').boundingBox()
  if (!handle) throw new Error('the end has no handle')
  await page.mouse.move(handle.x + handle.width / 2, handle.y + handle.height / 2)
  await page.mouse.down()
  await page.mouse.move(from.x, from.y, { steps: 4 })
  await page.mouse.up()
  await expect.poll(() => spans(page)).toEqual([from.text])
  await page.keyboard.press('Control+z')
  await expect.poll(() => spans(page)).toEqual([quote])
})
