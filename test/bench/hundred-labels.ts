/**
 * A hundred labels in a row, in the real window and by keys alone: how many keys, how long one waits
 * for the next picture, and whether all is there after a restart. Enter takes a proposal (alts that
 * stand in the text), digits take numbered sentences, letters jump to words, N says that nothing
 * describes the picture. What is marked is fixed by a seed before a key is pressed. A machine
 * without a screen gets one of its own.
 *
 *     node test/bench/hundred-labels.ts [ARCHIVE...]
 *
 * Without archives: the real ones where they are, else the program's own sample. A key is pressed every
 * 80 ms, as by a fast typist. "By arrows" counts the keys that the same labels took before sentences had
 * numbers. Waiting is from the last key of a label to the frame that shows the next picture's words.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Page } from '@playwright/test'
import type { LabelItem, LabelState } from '#shared/contract/index.ts'
import { withVirtualDisplay } from '../../scripts/display.mjs'
import { hasDisplay } from '../../scripts/setup.mjs'
import { cutWords } from '../../src/renderer/src/features/label/label-text.ts'
import { ask, run } from '../e2e/rating-study.ts'
import { launch, settled } from '../e2e/support.ts'
import { byAll, byArrows, targetOf } from '../support/label-walk.ts'
import { sharedData } from '../support/shared-data.ts'

const LABELS = 100
const SEED = 11
const PAUSE_MS = 80
const MOST_PROPOSED = 30
/** Of ten pairs without a proposal one is said to have no description. */
const NONE_EVERY = 10
const SPEAKER = { annotator: 'Marta', review: false }
const REAL = [
  'warc/blackbook.warc.gz',
  'warc/etig.warc.gz',
  'warc/govuk-revisit.warc.gz',
  'warc/commoncrawl-sample.warc.gz',
]

interface Plan {
  pair: number
  way: 'proposal' | 'none' | 'sentence or words'
  keys: string[]
  arrows: string[]
  /** What is marked then; [] = nothing. */
  quotes: string[]
}

function planOf(item: LabelItem, at: number): Plan | null {
  const { pair } = item
  const [proposal] = item.suggestions
  if (proposal) {
    const quotes = [proposal.place.quote]
    return { pair, way: 'proposal', keys: ['Enter'], arrows: ['Enter'], quotes }
  }
  if (at % NONE_EVERY === NONE_EVERY - 1) {
    return { pair, way: 'none', keys: ['n'], arrows: ['n'], quotes: [] }
  }
  const target = targetOf(item, SEED)
  if (!target) return null
  const words = cutWords(item, item.language)
  const keys = byAll(words, target.place)
  const arrows = byArrows(words, target.place)
  return keys && arrows && { pair, way: 'sentence or words', keys, arrows, quotes: [target.quote] }
}

async function makePlans(page: Page, corpus: string): Promise<Plan[]> {
  const of = { corpus, ...SPEAKER }
  const { queue, total } = await ask<{ queue: string; total: number }>(page, 'labels.queue', {
    ...of,
    order: 'random',
    seed: SEED,
  })
  const rows = await ask<{ pair: number }[]>(page, 'labels.queuePage', {
    ...of,
    queue,
    offset: 0,
    limit: Math.min(1000, total),
  })
  const proposed: Plan[] = []
  const others: Plan[] = []
  for (const { pair } of rows) {
    const plan = planOf(await ask<LabelItem>(page, 'labels.item', { ...of, pair }), others.length)
    if (plan) (plan.way === 'proposal' ? proposed : others).push(plan)
    if (others.length >= LABELS && proposed.length >= MOST_PROPOSED) break
  }
  const taken = proposed.slice(0, MOST_PROPOSED)
  const plans = [...taken, ...others.slice(0, LABELS - taken.length)]
  if (plans.length < LABELS) throw new Error(`only ${plans.length} pairs can be labeled`)
  return plans.sort((a, b) => a.pair - b.pair)
}

/** Notes of each change of pair how long after the last key its frame was painted, in ms. */
async function watchItems(page: Page): Promise<void> {
  await page.evaluate(() => {
    const waits: number[] = []
    Object.assign(window, { benchWaits: waits })
    let last = 0
    addEventListener('keydown', ({ timeStamp }) => (last = timeStamp), { capture: true })
    const shown = (): string | null =>
      document.querySelector('[data-pair]')?.getAttribute('data-pair') ?? null
    let before = shown()
    new MutationObserver(() => {
      const now = shown()
      if (now === before) return
      before = now
      const began = last
      requestAnimationFrame(() => {
        const painted = new MessageChannel()
        painted.port1.onmessage = () => waits.push(performance.now() - began)
        painted.port2.postMessage(0)
      })
    }).observe(document.body, { subtree: true, childList: true, attributes: true })
  })
}

async function openLabel(page: Page, filter: string): Promise<void> {
  await page.keyboard.press('4')
  const name = page.getByRole('textbox', { name: 'Your name' })
  const queue = page.getByRole('combobox', { name: 'Pairs to label' })
  await name.or(queue).first().waitFor()
  if (await name.isVisible()) {
    await page.keyboard.type(SPEAKER.annotator)
    await page.keyboard.press('Enter')
    await queue.waitFor()
  }
  await page.keyboard.press('/')
  await page.keyboard.insertText(filter)
  await page.keyboard.press('Enter')
}

const stateOf = async (page: Page, corpus: string, pair: number): Promise<LabelState> =>
  (await ask<LabelItem>(page, 'labels.item', { corpus, ...SPEAKER, pair })).state

async function isKept(page: Page, corpus: string, { pair, quotes }: Plan): Promise<boolean> {
  const { status, spans } = await stateOf(page, corpus, pair)
  const found = spans.map(({ quote }) => quote)
  return status === 'labeled' && JSON.stringify(found) === JSON.stringify(quotes)
}

/** How many of the pairs hold what they were to hold. */
async function kept(page: Page, corpus: string, plans: readonly Plan[]): Promise<number> {
  let n = 0
  for (const plan of plans) {
    if (await isKept(page, corpus, plan)) n++
    else console.log(`pair ${plan.pair} does not hold ${JSON.stringify(plan.quotes)}`)
  }
  return n
}

function spread(values: readonly number[], unit: string, digits: number): string {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share: number): string =>
    (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN).toFixed(digits)
  return `median ${at(0.5)}${unit}, p95 ${at(0.95)}${unit}, longest ${at(1)}${unit}`
}
const sum = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0)

async function label(page: Page, plans: readonly Plan[]): Promise<number> {
  const began = performance.now()
  for (const { pair, keys } of plans) {
    await page.locator(`[data-pair="${pair}"]`).waitFor()
    for (const key of keys) {
      await page.keyboard.press(key)
      await page.waitForTimeout(PAUSE_MS)
    }
  }
  await page.getByText('Queue complete').waitFor()
  return (performance.now() - began) / 1000
}

/** Takes the last labels back, one key each, and brings them back. */
async function undoAndRedo(page: Page, corpus: string, plans: readonly Plan[]): Promise<number> {
  let right = 0
  const back = [...plans].reverse().slice(0, 5)
  // A label of a proposal or of N is one event; of the others the last of theirs is taken back.
  for (const { pair } of back) {
    const before = JSON.stringify(await stateOf(page, corpus, pair))
    await page.keyboard.press('Control+z')
    await page.locator(`[data-pair="${pair}"]`).waitFor()
    for (let i = 0; i < 100; i++) {
      if (JSON.stringify(await stateOf(page, corpus, pair)) !== before) break
      await page.waitForTimeout(20)
    }
    const undone = JSON.stringify(await stateOf(page, corpus, pair)) !== before
    await page.keyboard.press('Control+Shift+z')
    for (let i = 0; i < 100; i++) {
      if (JSON.stringify(await stateOf(page, corpus, pair)) === before) break
      await page.waitForTimeout(20)
    }
    const redone = JSON.stringify(await stateOf(page, corpus, pair)) === before
    if (undone && redone) right++
    for (let i = 0; i < 20; i++) {
      if ((await stateOf(page, corpus, pair)).status !== 'labeled') break
      await page.keyboard.press('Control+z')
      await page.waitForTimeout(60)
    }
  }
  for (let i = 0; i < 100; i++) {
    if (await isKept(page, corpus, plans.at(-1) as Plan)) break
    await page.keyboard.press('Control+Shift+z')
    await page.waitForTimeout(60)
  }
  return right
}

async function main(display: Record<string, string>): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'gleaner-bench-hundred-'))
  const corpus = join(home, 'hundred.gleaner')
  const real = REAL.map((path) => sharedData(path)).filter((path) => path !== null)
  const sample = resolve(import.meta.dirname, '../../resources/sample/gleaner-sample.warc.gz')
  const given = process.argv.slice(2)
  const archives = given.length > 0 ? given : real.length === REAL.length ? real : [sample]
  try {
    await run(home, 'init', corpus)
    await run(home, 'ingest', corpus, ...archives)
    await run(home, 'spans', 'alts', corpus)
    const first = await launch(home, display)
    const { page } = first
    await page.waitForFunction(() => 'gleaner' in window)
    await ask(page, 'corpora.open', { path: corpus })
    const plans = await makePlans(page, corpus)
    await openLabel(page, plans.map(({ pair }) => `id=${pair}`).join(' OR '))
    await page.locator(`[data-pair="${plans[0]?.pair}"]`).waitFor()
    await watchItems(page)
    const seconds = await label(page, plans)
    const waits = await page.evaluate(
      () => (window as unknown as { benchWaits: number[] }).benchWaits,
    )
    const keys = plans.map((plan) => plan.keys.length)
    const ways = Map.groupBy(plans, ({ way }) => way)
    console.log(
      `${LABELS} labels: ${[...ways].map(([way, of]) => `${of.length} by ${way}`).join(', ')}`,
    )
    console.log(`keys   ${sum(keys)}, ${spread(keys, '', 0)} a label; clicks 0`)
    const arrows = plans.map((plan) => plan.arrows.length)
    console.log(`       by arrows ${sum(arrows)}, ${spread(arrows, '', 0)} a label`)
    console.log(
      `waits  ${waits.length}, ${spread(waits, ' ms', 1)}, in all ${(sum(waits) / 1000).toFixed(2)} s`,
    )
    console.log(
      `took   ${seconds.toFixed(1)} s, of which ${((sum(keys) * PAUSE_MS) / 1000).toFixed(1)} s between keys`,
    )
    await first.close()

    const second = await launch(home, display)
    await second.page.waitForFunction(() => 'gleaner' in window)
    await ask(second.page, 'corpora.open', { path: corpus })
    console.log(
      `after a restart ${await kept(second.page, corpus, plans)} of ${LABELS} are as marked`,
    )
    await second.page.getByRole('banner').getByText('hundred').first().waitFor()
    // The window goes to a view of its own when it starts.
    await settled(second.page)
    await second.page.keyboard.press('4')
    await second.page.getByRole('combobox', { name: 'Pairs to label' }).waitFor()
    console.log(`undone and done again ${await undoAndRedo(second.page, corpus, plans)} of 5`)
    await second.close()
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

if (hasDisplay()) await main({})
else await withVirtualDisplay(main)
