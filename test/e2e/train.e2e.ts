import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { ElectronApplication, Page } from '@playwright/test'
import type { AltReport, SpanSet, TrainingRun } from '#shared/contract/index.ts'
import { nodePath } from '../../scripts/setup.mjs'
import { expect, test } from './support.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const PRETEND = join(ROOT, 'test/support/pretend-training.mjs')
const ENCODER = join(ROOT, 'test/fixtures/models/tiny-bert')

async function answerDialogs(app: ElectronApplication, paths: string[]): Promise<void> {
  await app.evaluate(({ dialog }, answer) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: answer })
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

async function untilIdle(page: Page): Promise<void> {
  await expect
    .poll(
      async () =>
        (await call<{ state: string }[]>(page, 'jobs.list', {})).filter((job) =>
          ['queued', 'running'].includes(job.state),
        ).length,
      { timeout: 150_000 },
    )
    .toBe(0)
}

const copied = (app: ElectronApplication): Promise<string> =>
  app.evaluate(({ clipboard }) => clipboard.readText())
const firstNumber = (text: string): number =>
  Number((text.match(/[\d,]+/)?.[0] ?? 'NaN').replaceAll(',', ''))
const tab = (page: Page, name: string) => page.getByRole('tab', { name: new RegExp(name) })

test('from alts in the text to plots: find, count, train, predict, score, by keyboard', async ({
  start,
}) => {
  test.setTimeout(400_000)
  const { page, app } = await start()
  await expect(page.getByRole('option').first()).toBeVisible({ timeout: 60_000 })
  await untilIdle(page)
  const [{ path: corpus }] = await call<[{ path: string }]>(page, 'corpora.recent', {})

  // Alts in the text: looked for once more, since the sample comes with a pass of its own.
  const altSets = async (): Promise<SpanSet[]> =>
    (await call<SpanSet[]>(page, 'spans.sets', { corpus })).filter((set) => set.kind === 'alt')
  const before = (await altSets()).length
  await page.keyboard.press('5')
  await expect(tab(page, 'Alt text matches')).toHaveAttribute('aria-selected', 'true')
  const find = page.getByRole('button', { name: /Search again|Find alt texts/ })
  await expect(find).toBeEnabled()
  await find.press('Enter')
  await expect.poll(async () => (await altSets()).length, { timeout: 60_000 }).toBe(before + 1)
  await untilIdle(page)
  const found = page.getByRole('status', { name: 'Alt texts found in page text' })
  const alts = (await altSets()).reduce((newest, set) => (set.id > newest.id ? set : newest))
  expect(alts.complete).toBe(true)
  const report = await call<AltReport>(page, 'spans.altReport', { corpus, set: alts.id })
  const kinds = ['exact', 'normalised', 'near'].map((kind) => report.best[kind] ?? 0)
  const matches = kinds.reduce((a, b) => a + b)
  expect(matches).toBeGreaterThan(20)
  await expect(found).toContainText(((100 * matches) / report.lookedFor).toFixed(1))
  const exact = page.getByRole('img', { name: /^Alt texts by best match/ })
  await expect(exact).toHaveAttribute(
    'aria-label',
    new RegExp(`exact, alt texts ${report.best['exact']} `),
  )

  // An example opens its pair.
  await page
    .getByRole('list', { name: /^Examples/ })
    .getByRole('button')
    .first()
    .press('Enter')
  await expect(page.getByRole('complementary', { name: 'Inspector' })).toContainText(
    `id ${report.examples[0]?.pair}`,
  )

  // A rule of one's own: its effect here is seen before it is kept.
  await page.keyboard.press('r')
  const rules = page.getByRole('dialog', { name: 'Rules for uninformative alt texts' })
  await expect(rules).toContainText('are uninformative')
  await rules.getByRole('button', { name: 'Add' }).press('Enter')
  // One that takes what a rule spares is refused, with both named.
  await rules.getByRole('textbox', { name: 'Pattern' }).fill('^[^xyz]{3,40}$')
  await rules.getByRole('textbox', { name: 'Must match, one per line' }).fill('a boat')
  await rules.getByRole('button', { name: 'Try on this corpus' }).press('Enter')
  await expect(rules.getByRole('alert')).toContainText('must not match, but my-rule matches it')
  const alt = report.examples[0]?.alt.trim() ?? ''
  await rules
    .getByRole('textbox', { name: 'Pattern' })
    .fill(`^${alt.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`)
  await rules.getByRole('textbox', { name: 'Must match, one per line' }).fill(alt)
  await rules.getByRole('button', { name: 'Try on this corpus' }).press('Enter')
  await expect(rules).toContainText(/With these rules: .+, [\d,]+ more than now/)
  await page.keyboard.press('Escape')
  await expect(rules).toBeHidden()
  expect(await call(page, 'spans.rules', {})).toMatchObject({ own: false })

  // Data: the counts are the engine's.
  await page.keyboard.press('Control+Enter')
  await expect(tab(page, 'Data')).toHaveAttribute('aria-selected', 'true')
  const texts = page.getByRole('status', { name: 'Training texts' })
  const preview = await call<{ splits: { split: string; texts: number }[] }>(
    page,
    'training.preview',
    { corpus, alts: alts.id },
  )
  const train = preview.splits.find((item) => item.split === 'train')?.texts ?? 0
  expect(train).toBeGreaterThan(10)
  await expect(texts).toHaveText(String(train))
  const words = page.getByRole('textbox', { name: 'Min. words' })
  await words.fill('6')
  await words.press('Enter')
  await expect.poll(async () => firstNumber(await texts.innerText())).toBeLessThan(train)
  await words.fill('2')
  await words.press('Enter')
  await expect(texts).toHaveText(String(train))

  // Train a head on an encoder of one's own.
  await page.keyboard.press('Control+Enter')
  await expect(tab(page, 'Training')).toHaveAttribute('aria-selected', 'true')
  await answerDialogs(app, [ENCODER])
  await page.getByRole('button', { name: 'Add folder…' }).press('Enter')
  await expect(page.getByRole('combobox', { name: 'Encoder' })).toContainText(/tiny/i)
  await page.getByText('Settings (defaults)').press('Enter')
  await page.getByRole('textbox', { name: 'Max. epochs' }).fill('4')
  await page.getByRole('textbox', { name: 'Max. epochs' }).press('Tab')
  await page.keyboard.press('Control+Enter')
  const loss = page.getByRole('slider', { name: 'Loss by epoch' })
  await expect(loss).toBeVisible({ timeout: 120_000 })
  await untilIdle(page)
  const run = async (): Promise<TrainingRun> =>
    (await call<TrainingRun[]>(page, 'training.runs', { corpus }))[0] as TrainingRun
  await expect.poll(async () => (await run()).state).toBe('done')
  const trained = await run()
  expect(trained.history.length).toBe(4)
  expect(trained.config).toMatchObject({ epochs: 4, alts: alts.id })
  // The values are read by arrows; the last epoch's are those of the run.
  await expect(page.getByRole('cell', { name: 'this model' })).toBeVisible()
  await loss.focus()
  await page.keyboard.press('End')
  await expect(loss).toHaveAttribute(
    'aria-valuetext',
    new RegExp(`epoch 4: validation ${trained.history[3]?.validationLoss.toFixed(3)}`),
  )
  const results = page.getByRole('region', { name: 'On the test sites' })
  await expect(results.getByRole('row')).toHaveCount(1 + trained.test.length)
  for (const line of trained.test) await expect(results).toContainText(line.iou.toFixed(3))
  // The mean is made of these: a bar opens its samples.
  const samples = page.getByRole('region', { name: 'IoU by sample' })
  const { n, iou } = trained.test[0] ?? { n: 0, iou: 0 }
  await expect(samples).toContainText(`n = ${n}, mean ${iou.toFixed(3)}`)
  await samples.getByRole('slider', { name: 'IoU by sample' }).focus()
  await page.keyboard.press('Home')
  await page.keyboard.press('Enter')
  const rows = page.getByRole('list', { name: 'nothing found (IoU 0)' })
  await rows.getByRole('button').first().click()
  await expect(page.getByRole('complementary', { name: 'Inspector' })).toBeVisible()
  await page.getByRole('tab', { name: /Training/ }).focus()

  // Predict with it, use the set, score it.
  // Training again would give the same: the key goes on to what is next.
  await page.keyboard.press('Control+Enter')
  await expect(tab(page, 'Prediction')).toHaveAttribute('aria-selected', 'true')
  expect((await call<TrainingRun[]>(page, 'training.runs', { corpus })).length).toBe(1)
  await expect(page.getByRole('combobox', { name: 'Span model' })).not.toContainText('–')
  await page.keyboard.press('Control+Enter')
  const predicted = page.getByRole('radio', { name: /predicted$/ })
  await expect(predicted).toBeVisible({ timeout: 120_000 })
  await untilIdle(page)
  await predicted.focus()
  await page.keyboard.press('Space')
  await expect
    .poll(
      async () =>
        (await call<SpanSet[]>(page, 'spans.sets', { corpus })).find((set) => set.current)?.kind,
    )
    .toBe('model')
  await page.keyboard.press('s')
  const scoring = page.getByRole('dialog', { name: 'Score span set in use' })
  await expect(scoring.getByRole('button', { name: 'Text' })).toContainText('found description')
  await scoring.getByRole('button', { name: 'Score this corpus' }).press('Enter')
  await untilIdle(page)
  const sources = await call<{ text: string; n: number; model: string }[]>(page, 'scores.sources', {
    corpus,
  })
  const scored = sources.find((source) => source.text === 'span')
  expect(scored?.n).toBeGreaterThan(10)

  // Its histogram is one key away.
  await expect(page.getByRole('button', { name: /Histogram and cutoff/ })).toBeEnabled()
  await page.keyboard.press('h')
  await expect(page.getByRole('combobox', { name: 'Text' })).toContainText('found description')
  await expect(page.getByRole('slider', { name: 'Cutoff' })).toBeVisible()
  await page.getByRole('button', { name: 'Copy chart' }).press('Enter')
  await page.getByRole('menuitem', { name: 'Copy as SVG' }).press('Enter')
  await expect.poll(() => copied(app)).toContain('<svg')
  // What is only for the pointer stays behind.
  expect(await copied(app)).not.toMatch(/oklch|class=|data-screen/)

  // Plots: the engine's numbers, and a file that other programs read.
  await page.keyboard.press('5')
  await page.keyboard.press('Control+ArrowDown')
  const density = page.getByRole('img', { name: /^Confidence vs. cosine of the spans/ })
  await expect(density).toBeVisible()
  const cover = page.getByRole('slider', { name: 'Min. cosine of a usable text' })
  const added = page.getByRole('status', { name: 'Gain from spans' })
  await cover.focus()
  await page.keyboard.press('Home')
  const coverage = await call<{ spanOnly: number; both: number; pictures: number }>(
    page,
    'spans.coverage',
    {
      corpus,
      set: (await call<SpanSet[]>(page, 'spans.sets', { corpus })).find((set) => set.current)?.id,
      model: scored?.model,
      minCosine: Number(await cover.inputValue()),
    },
  )
  await expect(added).toContainText(`${coverage.spanOnly} picture`)
  await page.keyboard.press('End')
  await expect(added).toContainText('0 pictures described by span only')
  await page.getByRole('button', { name: 'Copy “Confidence vs. cosine”' }).press('Enter')
  await page.getByRole('menuitem', { name: 'Copy as SVG' }).press('Enter')
  await expect.poll(() => copied(app)).toContain(`n = ${scored?.n}`)
  const svg = await copied(app)
  expect(svg).not.toMatch(/oklch|class=|aria-/)
  // The programs under test name the clipboard's pictures differently: looked at where it is written.
  await page.evaluate(() => {
    navigator.clipboard.write = async ([item]) => {
      const picture = await createImageBitmap((await item?.getType('image/png')) as Blob)
      document.body.dataset['copied'] = String(picture.width)
    }
  })
  await page.getByRole('button', { name: 'Copy “Confidence vs. cosine”' }).press('Enter')
  await page.getByRole('menuitem', { name: 'Copy as PNG' }).press('Enter')
  // Twice as fine as the screen, and never narrower than 480 of its pixels.
  await expect
    .poll(async () => Number(await page.locator('body').getAttribute('data-copied')))
    .toBeGreaterThanOrEqual(960)
  await page.getByRole('button', { name: 'Copy “Confidence vs. cosine”' }).press('Enter')
  await page.getByRole('menuitem', { name: 'Copy data as CSV' }).press('Enter')
  await expect
    .poll(async () => {
      const lines = (await copied(app)).trim().split('\n')
      return lines.slice(1).reduce((sum, line) => sum + Number(line.split(',').at(-1)), 0)
    })
    .toBe(scored?.n)

  // What the model is least sure of is labeled next.
  await page.keyboard.press('Control+ArrowUp')
  await page.keyboard.press('u')
  await expect(page.getByRole('region', { name: 'Label view' })).toBeVisible()
  await page.getByRole('textbox', { name: 'Your name' }).fill('Anna')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('combobox', { name: 'Order of the queue' })).toContainText(
    /uncertain/i,
  )
})

test('a package is written, launched by a command of this machine, and followed by its curves', async ({
  start,
  home,
}) => {
  test.setTimeout(300_000)
  const { page, app } = await start()
  await expect(page.getByRole('option').first()).toBeVisible({ timeout: 60_000 })
  await untilIdle(page)
  const [{ path: corpus }] = await call<[{ path: string }]>(page, 'corpora.recent', {})
  const out = join(home, 'package')
  await answerDialogs(app, [out])

  await page.keyboard.press('5')
  await tab(page, 'Training').click()
  await page.getByRole('button', { name: 'Fine-tune elsewhere' }).press('Enter')
  const base = page.getByRole('textbox', { name: /^Model to fine-tune/ })
  await expect(page.getByRole('button', { name: /Write package/ })).toBeDisabled()
  await base.fill('bert-base-multilingual-cased')
  await base.press('Tab')
  await page.keyboard.press('Control+Enter')
  await expect.poll(() => existsSync(join(out, 'train.py')), { timeout: 60_000 }).toBe(true)
  await untilIdle(page)

  // A launcher, from a preset.
  await base.press('Escape')
  await page.getByRole('tab', { name: /Training/ }).focus()
  await page.keyboard.press('l')
  const dialog = page.getByRole('dialog', { name: 'Launchers' })
  await dialog.getByRole('button', { name: 'Python on this computer' }).press('Enter')
  const command = dialog.getByRole('textbox', { name: 'Training command' })
  await expect(command).toHaveValue('python3 {script}')
  await command.fill('')
  await expect(dialog.getByRole('button', { name: 'Save' })).toBeDisabled()
  await command.fill(`${nodePath()} ${PRETEND} 4 400`)
  await dialog.getByRole('button', { name: 'Save' }).press('Enter')
  await expect(dialog).toBeHidden()
  expect(await call(page, 'settings.get', {})).toMatchObject({
    launchers: [{ name: 'this computer', kind: 'local' }],
  })

  await page.getByRole('button', { name: 'Launch', exact: true }).press('Enter')
  const loss = page.getByRole('slider', { name: 'Loss by epoch' })
  await expect(loss).toBeVisible({ timeout: 60_000 })
  // The curves grow while the command runs.
  await loss.focus()
  await page.keyboard.press('End')
  await expect(loss).toHaveAttribute('aria-valuetext', /epoch \d/)
  await untilIdle(page)
  await expect
    .poll(
      async () =>
        (await call<TrainingRun[]>(page, 'training.runs', { corpus }))[0]?.history.length ?? 0,
    )
    .toBe(4)
  await loss.focus()
  await expect(async () => {
    await page.keyboard.press('End')
    await expect(loss).toHaveAttribute('aria-valuetext', /epoch 4: validation 0.250/, {
      timeout: 500,
    })
  }).toPass()
})
