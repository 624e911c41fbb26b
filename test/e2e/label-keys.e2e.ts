import { rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { LabelItem, LabelState } from '#shared/contract/index.ts'
import { median } from '#shared/statistics.ts'
import { cutWords } from '../../src/renderer/src/features/label/label-text.ts'
import { byAll, byArrows, targetOf, type Target } from '../support/label-walk.ts'
import { sharedData } from '../support/shared-data.ts'
import { ask, run } from './rating-study.ts'
import { expect, test } from './support.ts'

const SAMPLE = resolve(import.meta.dirname, '../../resources/sample/gleaner-sample.warc.gz')
const ARCHIVES = ['warc/blackbook.warc.gz', 'warc/etig.warc.gz', 'warc/govuk-revisit.warc.gz']
const PAIRS = 40
/** Keys for a span that nobody proposed, at the median. */
const MOST = 6

test('a span that nobody proposed takes at most six keys, by the median of 40 pairs, whole or a part of a sentence', async ({
  start,
  home,
}) => {
  test.setTimeout(300_000)
  const real = ARCHIVES.map((path) => sharedData(path))
  const archives = real.every((path) => path !== null) ? real : [SAMPLE]
  const corpus = join(home, 'walk.gleaner')
  await run(home, 'init', corpus)
  await run(home, 'ingest', corpus, ...(archives as string[]))
  const { page } = await start()
  await page.waitForFunction(() => 'gleaner' in window)
  await ask(page, 'corpora.open', { path: corpus })
  const of = { corpus, annotator: 'Marta', review: false }
  const { queue, total } = await ask<{ queue: string; total: number }>(page, 'labels.queue', {
    ...of,
    order: 'random',
    seed: 11,
  })
  expect(total).toBeGreaterThan(PAIRS)

  // Fixed before a key is pressed.
  const plans: { item: LabelItem; target: Target; before: number; keys: string[] }[] = []
  const rows = await ask<{ pair: number }[]>(page, 'labels.queuePage', {
    ...of,
    queue,
    offset: 0,
    limit: Math.min(1000, total),
  })
  for (const { pair } of rows) {
    if (plans.length >= PAIRS) break
    const item = await ask<LabelItem>(page, 'labels.item', { ...of, pair })
    const target = targetOf(item, 1)
    if (!target || item.suggestions.length > 0) continue
    const words = cutWords(item, item.language)
    const before = byArrows(words, target.place)
    const keys = byAll(words, target.place)
    if (before && keys) plans.push({ item, target, before: before.length, keys })
  }
  expect(plans).toHaveLength(PAIRS)

  // They are pressed, and what was marked is what was to be marked.
  await page.keyboard.press('4')
  await page.getByRole('textbox', { name: 'Your name' }).waitFor()
  await page.keyboard.type(of.annotator)
  await page.keyboard.press('Enter')
  await page.getByRole('combobox', { name: 'Pairs to label' }).waitFor()
  await page.keyboard.press('/')
  await page.keyboard.insertText(plans.map(({ item }) => `id=${item.pair}`).join(' OR '))
  await page.keyboard.press('Enter')
  await expect(page.getByRole('status', { name: 'Position in the queue' })).toHaveText('1 of 40')
  for (const { item, keys } of [...plans].sort((a, b) => a.item.pair - b.item.pair)) {
    await page.locator(`[data-pair="${item.pair}"]`).waitFor()
    for (const key of keys) await page.keyboard.press(key)
  }
  await expect(page.getByText('Queue complete')).toBeVisible()
  for (const { item, target } of plans) {
    const { state } = await ask<{ state: LabelState }>(page, 'labels.item', {
      ...of,
      pair: item.pair,
    })
    expect(
      state.spans.map(({ quote }) => quote),
      `pair ${item.pair}`,
    ).toEqual([target.quote])
  }

  const by = (kind: Target['kind'] | null, count: (plan: (typeof plans)[number]) => number) =>
    median(plans.filter(({ target }) => kind === null || target.kind === kind).map(count))
  for (const kind of [null, 'caption', 'sentence', 'part'] as const) {
    const n = plans.filter(({ target }) => kind === null || target.kind === kind).length
    expect(
      by(kind, ({ keys }) => keys.length),
      kind ?? 'all',
    ).toBeLessThanOrEqual(MOST)
    console.log(
      `${kind ?? 'all'}: ${n} pairs, median ${by(kind, ({ before }) => before)} keys by arrows, ${by(kind, ({ keys }) => keys.length)} now`,
    )
  }
  rmSync(corpus, { recursive: true, force: true })
})
