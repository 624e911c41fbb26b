import type { Page } from 'playwright'

export interface Scene {
  name: string
  query?: string
  size?: [number, number]
  run?: (page: Page) => Promise<void>
}

/** The Train view in all its states, for `window-shots.ts`. */
export function trainScenes(go: (page: Page, view: string) => Promise<void>): Scene[] {
  const step = (name: string, then?: (page: Page) => Promise<void>) => async (page: Page) => {
    await go(page, 'Train')
    await page.getByRole('tab', { name: new RegExp(name) }).click()
    await page.waitForTimeout(400)
    await then?.(page)
  }
  const wait = (page: Page) => page.waitForTimeout(1400)
  const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name }).click()
  const both = (name: string, title: string, then?: (page: Page) => Promise<void>): Scene[] => [
    { name: `train-${name}`, run: step(title, then) },
    { name: `train-${name}-fresh`, query: 'fresh', run: step(title, then) },
    { name: `train-${name}-narrow`, size: [960, 640], run: step(title, then) },
  ]
  return [
    ...both('alts', 'Alt text matches'),
    {
      name: 'train-alts-pair',
      run: step('Alt text matches', async (page) => {
        await page
          .getByRole('list', { name: /^Examples/ })
          .getByRole('button')
          .nth(1)
          .click()
        await wait(page)
      }),
    },
    {
      name: 'train-alts-running',
      query: 'fresh&pairs=1000000',
      run: step('Alt text matches', async (page) => {
        await page.keyboard.press('Control+Enter')
        await wait(page)
      }),
    },
    {
      name: 'train-rules',
      run: step('Alt text matches', async (page) => {
        await page.keyboard.press('r')
        await page.waitForTimeout(300)
        await button(page, 'Try on this corpus')
      }),
    },
    {
      name: 'train-rules-wrong',
      run: step('Alt text matches', async (page) => {
        await page.keyboard.press('r')
        await page.getByRole('button', { name: 'Add' }).click()
        await page.getByRole('textbox', { name: 'Pattern' }).fill('(unclosed')
      }),
    },
    ...both('data', 'Data'),
    { name: 'train-data-ten', query: 'pairs=10', run: step('Data') },
    ...both('head', 'Training'),
    {
      name: 'train-head-settings',
      run: step('Training', (page) => page.getByText('Settings (defaults)').click()),
    },
    {
      name: 'train-head-running',
      run: step('Training', async (page) => {
        await page.keyboard.press('Control+Enter')
        await page.waitForTimeout(1900)
      }),
    },
    {
      name: 'train-compare',
      run: step('Training', async (page) => {
        await page.getByRole('checkbox', { name: /linear/ }).check()
        await page.getByRole('slider', { name: 'Loss by epoch' }).focus()
        await page.keyboard.press('ArrowRight')
        await page.keyboard.press('ArrowRight')
      }),
    },
    {
      name: 'train-package',
      run: step('Training', (page) => button(page, 'Fine-tune elsewhere')),
    },
    {
      name: 'train-launchers',
      run: step('Training', async (page) => {
        await button(page, 'Fine-tune elsewhere')
        await page.keyboard.press('l')
        await button(page, 'Python on this computer')
        await button(page, 'Batch queue (Slurm)')
      }),
    },
    ...both('predict', 'Prediction'),
    {
      name: 'train-predict-running',
      run: step('Prediction', async (page) => {
        await page.keyboard.press('Control+Enter')
        await wait(page)
      }),
    },
    {
      name: 'train-score',
      run: step('Prediction', async (page) => {
        await page.keyboard.press('s')
        await page.waitForTimeout(200)
      }),
    },
    ...both('plots', 'Plots'),
    { name: 'train-plots-million', query: 'pairs=1000000', run: step('Plots', wait) },
    { name: 'train-plots-ten', query: 'pairs=10', run: step('Plots', wait) },
    { name: 'train-plots-unscored', query: 'unscored', run: step('Plots', wait) },
    {
      name: 'train-plots-hover',
      run: step('Plots', async (page) => {
        const chart = page.getByRole('img', { name: /^Confidence vs. cosine of the spans/ })
        await chart.hover({ position: { x: 330, y: 130 } })
      }),
    },
    { name: 'train-error', query: 'failing=spans.sets', run: (page) => go(page, 'Train') },
    { name: 'train-plots-error', query: 'failing=spans.density', run: step('Plots', wait) },
    { name: 'train-no-corpus', query: 'first', run: (page) => go(page, 'Train') },
  ]
}
