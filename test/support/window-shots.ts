/**
 * Looks at every view of the window with the fake program behind it: saves pictures and runs axe.
 * Start the server first: `vite --config test/support/vite.fake.config.ts`, then
 * `node test/support/window-shots.ts [OUT] [SCENE...]`.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import axe from 'axe-core'
import { chromium, type Page } from 'playwright'
import { trainScenes, type Scene } from './train-scenes.ts'

const [out = 'screenshots/window', ...only] = process.argv.slice(2)
const URL = process.env['WINDOW_URL'] ?? 'http://localhost:5199/'
mkdirSync(out, { recursive: true })

/** Goes to a view by its name in the rail. */
const go = async (page: Page, view: string): Promise<void> => {
  await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: view }).click()
}

/** Labels as somebody. */
const label = async (page: Page): Promise<void> => {
  await go(page, 'Label')
  await page.getByRole('textbox', { name: 'Your name' }).fill('Marta')
  await page.keyboard.press('Enter')
  await page.getByRole('group', { name: 'Text around the picture' }).waitFor()
}

const scenes: Scene[] = [
  { name: 'first-run', query: 'first' },
  { name: 'corpora', run: (page) => go(page, 'Corpora') },
  {
    name: 'failures',
    run: async (page) => {
      await go(page, 'Corpora')
      await page.getByRole('button', { name: /image-truncated/ }).click()
      await page.waitForTimeout(200)
    },
  },
  { name: 'import', run: async (page) => page.keyboard.press('Control+i') },
  ...(['laion', 'wide', 'scaled', 'plain', 'broken'] as const).map((kind): Scene => ({
    name: `import-table-${kind}`,
    query: `chosen=/data/tables/${kind}-part-0.${kind === 'plain' ? 'csv' : 'parquet'}`,
    run: async (page) => {
      await page.keyboard.press('Control+i')
      await page.waitForTimeout(300)
    },
  })),
  {
    name: 'import-table-narrow',
    size: [960, 640],
    query: 'chosen=/data/tables/wide-part-0.parquet',
    run: async (page) => page.keyboard.press('Control+i'),
  },
  {
    name: 'import-table-role',
    query: 'chosen=/data/tables/laion-part-0.parquet',
    run: async (page) => {
      await page.keyboard.press('Control+i')
      await page.getByRole('combobox', { name: 'Meaning of punsafe' }).click()
    },
  },
  { name: 'pairs-demo', query: 'demo', run: (page) => go(page, 'Pairs') },
  { name: 'cutoff-demo', query: 'demo', run: (page) => go(page, 'Cutoff') },
  {
    name: 'cutoff-demo-narrow',
    size: [960, 640],
    query: 'demo',
    run: (page) => go(page, 'Cutoff'),
  },
  { name: 'pairs', run: (page) => go(page, 'Pairs') },
  {
    name: 'pairs-million',
    query: 'pairs=1000000',
    run: async (page) => {
      await go(page, 'Pairs')
      await page.getByRole('listbox', { name: 'Pairs' }).focus()
      await page.keyboard.press('Control+End')
      await page.waitForTimeout(400)
    },
  },
  { name: 'pairs-ten', query: 'pairs=10', run: (page) => go(page, 'Pairs') },
  { name: 'pairs-empty', query: 'pairs=0', run: (page) => go(page, 'Pairs') },
  {
    name: 'pairs-selection',
    run: async (page) => {
      await go(page, 'Pairs')
      await page.getByRole('option').nth(1).click()
      await page
        .getByRole('option')
        .nth(9)
        .click({ modifiers: ['Shift'] })
      await page
        .getByRole('option')
        .nth(12)
        .click({ modifiers: ['Control'] })
    },
  },
  {
    name: 'pairs-filter',
    run: async (page) => {
      await go(page, 'Pairs')
      await page.keyboard.press('/')
      await page.keyboard.type('boat score>=0.3 ')
      await page.keyboard.press('Enter')
      await page.keyboard.press('/')
      await page.keyboard.press('End')
      await page.keyboard.type(' status:')
      await page.waitForTimeout(200)
    },
  },
  {
    name: 'pairs-query-error',
    run: async (page) => {
      await go(page, 'Pairs')
      await page.keyboard.press('/')
      await page.keyboard.type('boat (width>=big')
      await page.keyboard.press('Enter')
    },
  },
  { name: 'pairs-error', query: 'failing=pairs.select', run: (page) => go(page, 'Pairs') },
  { name: 'pairs-long', query: 'long', run: (page) => go(page, 'Pairs') },
  { name: 'pairs-unscored', query: 'unscored', run: (page) => go(page, 'Pairs') },
  {
    name: 'pairs-small',
    run: async (page) => {
      await go(page, 'Pairs')
      for (let i = 0; i < 5; i++) await page.keyboard.press('[')
    },
  },
  {
    name: 'pairs-page',
    run: async (page) => {
      await go(page, 'Pairs')
      await page.getByRole('tab', { name: 'Page' }).click()
      await page.waitForTimeout(300)
    },
  },
  {
    name: 'preview',
    run: async (page) => {
      await go(page, 'Pairs')
      await page.getByRole('option').nth(2).click()
      await page.keyboard.press('Space')
    },
  },
  { name: 'cutoff', run: (page) => go(page, 'Cutoff') },
  { name: 'cutoff-million', query: 'pairs=1000000', run: (page) => go(page, 'Cutoff') },
  {
    name: 'cutoff-hover',
    run: async (page) => {
      await go(page, 'Cutoff')
      const chart = page.getByRole('group', { name: /Histogram/ })
      await chart.hover({ position: { x: 300, y: 150 } })
      await page.waitForTimeout(500)
    },
  },
  {
    name: 'cutoff-overlay',
    run: async (page) => {
      await go(page, 'Cutoff')
      await page.getByRole('combobox', { name: 'Lay over' }).click()
      await page.getByRole('option', { name: /caption/ }).click()
      await page.waitForTimeout(300)
      await page.keyboard.press('l')
    },
  },
  { name: 'cutoff-unscored', query: 'unscored', run: (page) => go(page, 'Cutoff') },
  { name: 'cutoff-no-models', query: 'unscored&nomodels', run: (page) => go(page, 'Cutoff') },
  { name: 'export', run: (page) => go(page, 'Export') },
  {
    name: 'export-run',
    run: async (page) => {
      await go(page, 'Cutoff')
      await page.waitForTimeout(300)
      await page.getByRole('button', { name: /Export what passes/ }).click()
      await page.keyboard.press('o')
      await page.waitForTimeout(300)
      await page.keyboard.press('Control+Enter')
      await page.waitForTimeout(900)
    },
  },
  ...trainScenes(go),
  { name: 'label-who', run: (page) => go(page, 'Label') },
  { name: 'label', run: label },
  {
    name: 'label-spans',
    run: async (page) => {
      await label(page)
      for (const key of ['Control+ArrowRight', 'Control+ArrowRight', '}', 'x', '2', 'a']) {
        await page.keyboard.press(key)
      }
    },
  },
  { name: 'label-long', query: 'labels=long', run: label },
  { name: 'label-signs', query: 'labels=signs', run: label },
  { name: 'label-rtl', query: 'labels=rtl', run: label },
  { name: 'label-none', query: 'labels=none', run: label },
  {
    name: 'label-review',
    query: 'others',
    run: async (page) => {
      await label(page)
      await page.getByRole('button', { name: 'Review', exact: true }).click()
    },
  },
  { name: 'label-narrow', size: [960, 640], run: label },
  { name: 'jobs', run: (page) => go(page, 'Jobs') },
  { name: 'jobs-empty', query: 'first', run: (page) => go(page, 'Jobs') },
  { name: 'settings', run: (page) => go(page, 'Settings') },
  {
    name: 'models',
    run: async (page) => {
      await go(page, 'Settings')
      await page.getByRole('tab', { name: 'Models' }).click()
      await page.getByRole('button', { name: 'Verify' }).first().click()
    },
  },
  {
    name: 'doctor',
    run: async (page) => {
      await go(page, 'Settings')
      await page.getByRole('tab', { name: 'Doctor' }).click()
    },
  },
  { name: 'palette', run: async (page) => page.keyboard.press('Control+k') },
  {
    name: 'keys',
    run: async (page) => {
      await go(page, 'Pairs')
      await page.keyboard.press('?')
    },
  },
  {
    name: 'menu',
    run: async (page) => {
      await go(page, 'Pairs')
      await page.getByRole('option').nth(3).click({ button: 'right' })
    },
  },
  {
    name: 'crashed',
    run: async (page) => {
      await go(page, 'Pairs')
      await page.evaluate(() =>
        (window as unknown as { fake: { emit(n: string, v: unknown): void } }).fake.emit(
          'engine.state',
          { state: 'crashed', message: 'signal SIGSEGV' },
        ),
      )
    },
  },
  { name: 'narrow', size: [960, 640], run: (page) => go(page, 'Pairs') },
  { name: 'narrow-cutoff', size: [960, 640], run: (page) => go(page, 'Cutoff') },
]

const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
})
let problems = 0
for (const theme of ['dark', 'light'] as const) {
  for (const scene of scenes) {
    if (only.length > 0 && !only.includes(scene.name) && !only.includes(`${scene.name}-${theme}`)) {
      continue
    }
    const [width, height] = scene.size ?? [1440, 900]
    const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme })
    const page = await context.newPage()
    const said: string[] = []
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) said.push(message.text())
    })
    page.on('pageerror', (error) => said.push(String(error.stack ?? error)))
    try {
      await page.goto(`${URL}?theme=${theme}&${scene.query ?? ''}`)
      await page.getByRole('navigation', { name: 'Views' }).waitFor()
      await page.waitForTimeout(350)
      await scene.run?.(page)
      await page.waitForTimeout(350)
      await page.screenshot({ path: join(out, `${scene.name}-${theme}.png`) })
      // Frames are left out: the archived page in the inspector is not ours, and runs no script.
      await page.evaluate(axe.source)
      const violations = await page.evaluate(async () => {
        const { axe: injected } = window as unknown as { axe: typeof axe }
        return (
          await injected.run(document, {
            iframes: false,
            runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'],
          })
        ).violations
      })
      for (const violation of violations) {
        // A menu floats above the landmarks; it belongs to none.
        const floating = (target: unknown) =>
          /popper-content|reka-select-viewport/.test(String(target))
        if (
          violation.id === 'region' &&
          violation.nodes.every((node) => node.target.every(floating))
        ) {
          continue
        }
        problems++
        const where = violation.nodes
          .slice(0, 3)
          .map((node) => `${node.target.join(' ')} ${node.any[0]?.message ?? ''}`)
        console.log(
          `${scene.name}-${theme}: ${violation.id}: ${violation.help}\n    ${where.join('\n    ')}`,
        )
      }
    } catch (error) {
      problems++
      console.log(
        `${scene.name}-${theme}: ${error instanceof Error ? error.message : String(error)}`,
      )
      await page.screenshot({ path: join(out, `${scene.name}-${theme}-stopped.png`) })
    }
    for (const text of said) {
      problems++
      console.log(`${scene.name}-${theme}: console: ${text.slice(0, 600)}`)
    }
    await context.close()
  }
}
await browser.close()
console.log(problems === 0 ? 'nothing to complain about' : `${problems} problems`)
