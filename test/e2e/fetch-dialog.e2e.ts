import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ElectronApplication, Page } from '@playwright/test'
import { expect, settled, test } from './support.ts'

/** Ten pictures on two hosts that nobody answers: names that end in .invalid lead nowhere. */
function table(home: string): string {
  const path = join(home, 'laion.csv')
  const rows = Array.from(
    { length: 10 },
    (_, i) =>
      `http://${i < 7 ? 'big' : 'small'}.invalid/${i}.jpg,${i < 4 ? 'a cat' : 'a dog'} ${i}`,
  )
  writeFileSync(path, ['url,caption', ...rows].join('\n'))
  return path
}

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

const jobsOf = async (page: Page) =>
  call<{ kind: string; state: string; title: string }[]>(page, 'jobs.list', {})

test('fetching asks first: which pairs, how many addresses and hosts, who asks; then does just that', async ({
  start,
  home,
}) => {
  const { page, app } = await start()
  const corpus = join(home, 'table.gleaner')
  await answerDialogs(app, [corpus])
  await page.keyboard.press('Control+N')
  await expect(page.getByRole('banner', { name: 'Current corpus and filter' })).toContainText(
    'table',
  )
  await call(page, 'jobs.import', { corpus, inputs: [table(home)], images: 'none' })
  await expect
    .poll(
      async () =>
        (await jobsOf(page)).filter(({ kind, state }) => kind === 'import' && state === 'done')
          .length,
    )
    .toBe(1)

  // Where pictures are missing, fetching them is the offer: in the grid, and where they are scored.
  await page.keyboard.press('2')
  const offer = page.getByRole('button', { name: 'Fetch pictures…' })
  await expect(offer).toBeVisible()
  await page.keyboard.press('3')
  await expect(page.getByText('There is no picture to score.')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Score', exact: true })).toHaveCount(0)
  await expect(offer).toBeVisible()

  // From Pairs, for what the filter shows.
  await page.keyboard.press('2')
  await page.keyboard.press('/')
  await page.keyboard.type('cat')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('status', { name: 'Pairs shown' })).toHaveText(/^4 of 10/)
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+Shift+F')
  const dialog = page.getByRole('dialog', { name: 'Fetch pictures from the web' })
  await expect(dialog).toContainText('4 addresses on 1 host')
  await expect(dialog.getByRole('button', { name: 'Filter' })).toHaveAttribute(
    'aria-pressed',
    'true',
  )
  await dialog.getByRole('button', { name: 'All pairs' }).click()
  await expect(dialog).toContainText('10 addresses on 2 hosts')
  await expect(dialog).toContainText('big.invalid 7')
  // Seven at one host with a second between two.
  await expect(dialog).toContainText('at least 6 s')
  await expect(dialog).toContainText('Respected: robots.txt')
  await expect(dialog).toContainText(join(corpus, 'fetched'))
  await expect(dialog).toContainText('many servers turn away programs')
  expect((await jobsOf(page)).some(({ kind }) => kind === 'pictures')).toBe(false)

  // A sample is asked only on request, and says what it was.
  await dialog.getByLabel('Contact').fill('mailto:me@example.org')
  await expect(dialog).toContainText('mailto:me@example.org)')
  await settled(page)
  await dialog.getByRole('button', { name: 'Estimate by a sample' }).click()
  await expect(dialog).toContainText('0 of 9 addresses on 2 hosts', { timeout: 60_000 })
  await expect(dialog).toContainText('Host not found')
  expect((await jobsOf(page)).some(({ kind }) => kind === 'pictures')).toBe(false)

  await dialog.getByRole('button', { name: 'Filter' }).click()
  await expect(dialog).toContainText('4 addresses on 1 host')
  await page.keyboard.press('Control+Enter')
  await expect(dialog).toHaveCount(0)
  await expect
    .poll(async () => (await jobsOf(page)).find(({ kind }) => kind === 'pictures')?.state, {
      timeout: 60_000,
    })
    .toBe('done')
  const { failed, pending } = await call<Record<string, number>>(page, 'pictures.counts', {
    corpus,
  })
  expect({ failed, pending }).toEqual({ failed: 4, pending: 6 })
  const settings = await call<{ fetch: { userAgentContact: string } }>(page, 'settings.get', {})
  expect(settings.fetch.userAgentContact).toBe('mailto:me@example.org')

  // Rows of a table have no page around them: their own words are what is labeled.
  await page.keyboard.press('4')
  await page.getByPlaceholder('Your name').fill('anna')
  await page.keyboard.press('Enter')
  const label = page.getByRole('region', { name: 'Label view' })
  await expect(label.getByText('a cat 0').first()).toBeVisible()
  await expect(label).not.toContainText('no text to mark')
})
