/**
 * Labeling in the real Electron, with short words and with 50,000 characters around each picture:
 * from a key to the frame that shows its effect. Frames cannot be shorter than the screen's 16.7 ms;
 * so what counts is the work of the page for the key and for its frame. On a machine that does
 * other things at the same time, only its processor time says something (last column).
 *
 *     node test/bench/label.ts [CHARACTERS]
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CDPSession, Page } from '@playwright/test'
import { withVirtualDisplay } from '../../scripts/display.mjs'
import { hasDisplay } from '../../scripts/setup.mjs'
import { createCorpus, openCorpus } from '../../src/main/store/open.ts'
import { launch } from '../e2e/support.ts'
import { fillCorpus } from '../support/synthetic.ts'

const characters = Number(process.argv[2] ?? 50_000)
const PRESSES = 60

function percentile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN
}
const row = (what: string, ...cells: string[]): void =>
  console.log(what.padEnd(40) + cells.map((cell) => cell.padStart(12)).join(''))
const ms = (value: number): string => `${value.toFixed(1)} ms`

interface Pressed {
  /** From the key until the frame that shows it is painted, less the wait for the screen. */
  work: number
}

/** Notes for every key how long the page works until its next frame is painted. */
async function watchKeys(page: Page): Promise<void> {
  await page.evaluate(() => {
    const seen: { work: number }[] = []
    Object.assign(window, { benchKeys: seen })
    window.addEventListener(
      'keydown',
      (event) => {
        if (['Shift', 'Control', 'Alt'].includes(event.key)) return
        const began = performance.now()
        let script = NaN
        // After the handlers and what they set off.
        const after = new MessageChannel()
        after.port1.onmessage = () => (script = performance.now() - began)
        after.port2.postMessage(0)
        requestAnimationFrame(() => {
          const frame = performance.now()
          const painted = new MessageChannel()
          painted.port1.onmessage = () =>
            seen.push({
              work: (Number.isNaN(script) ? frame - began : script) + performance.now() - frame,
            })
          painted.port2.postMessage(0)
        })
      },
      true,
    )
  })
}

interface TraceEvent {
  name: string
  /** Processor time in microseconds. */
  tdur?: number
  args?: { data?: { type?: string } }
}

/** Milliseconds of processor time a press takes until its frame is handed to the screen. */
async function traced(devtools: CDPSession, press: () => Promise<void>): Promise<number> {
  const events: TraceEvent[] = []
  const take = ({ value }: { value: unknown[] }): number => events.push(...(value as TraceEvent[]))
  devtools.on('Tracing.dataCollected', take)
  await devtools.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['devtools.timeline', 'cc'] },
  })
  await press()
  const complete = new Promise<void>((resolve) =>
    devtools.once('Tracing.tracingComplete', () => resolve()),
  )
  await devtools.send('Tracing.end')
  await complete
  devtools.off('Tracing.dataCollected', take)
  const sum = (wanted: (event: TraceEvent) => boolean): number =>
    events.filter(wanted).reduce((all, { tdur = 0 }) => all + tdur, 0)
  const keys = sum(({ name, args }) => name === 'EventDispatch' && args?.data?.type === 'keydown')
  return (keys + sum(({ name }) => name === 'ProxyMain::BeginMainFrame')) / 1000 / PRESSES
}

async function measure(
  page: Page,
  devtools: CDPSession,
  what: string,
  keys: readonly string[],
): Promise<void> {
  await page.evaluate(() => {
    ;(window as unknown as { benchKeys: unknown[] }).benchKeys.length = 0
  })
  const cpu = await traced(devtools, async () => {
    for (let i = 0; i < PRESSES; i++) {
      await page.keyboard.press(keys[i % keys.length] as string)
      await page.waitForTimeout(50)
    }
    await page.waitForTimeout(200)
  })
  const times = (
    await page.evaluate(() => (window as unknown as { benchKeys: Pressed[] }).benchKeys)
  ).map(({ work }) => work)
  row(what, ...[0.5, 0.95, 1].map((share) => ms(percentile(times, share))), ms(cpu))
}

async function main(display: Record<string, string>): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'gleaner-bench-label-'))
  const path = join(home, 'long.gleaner')
  try {
    createCorpus(path)
    const corpus = openCorpus(path)
    fillCorpus(corpus, { pairs: 400 })
    if (characters > 0) {
      const sentence =
        'Behind the old harbour stands a small tower, and two boats lie at its quay. '
      const long = sentence.repeat(Math.ceil(characters / sentence.length)).slice(0, characters)
      corpus.writer.prepare('UPDATE contexts SET before = ?').run(long)
    }
    corpus.close()
    const { page, close } = await launch(home, display)
    await page.getByRole('option').first().waitFor({ timeout: 60_000 })
    await page.waitForTimeout(3000)
    await page.evaluate((where) => {
      const bridge = (
        window as unknown as { gleaner: { call(n: string, i: unknown): Promise<unknown> } }
      ).gleaner
      return bridge.call('corpora.open', { path: where })
    }, path)
    await page.keyboard.press('1')
    await page.getByRole('button', { name: 'Open long' }).click()
    await page.keyboard.press('4')
    await page.getByRole('textbox', { name: 'Your name' }).fill('Bench')
    await page.keyboard.press('Enter')
    await page.getByRole('group', { name: 'Words around the picture' }).waitFor()
    await page.waitForTimeout(1500)
    await watchKeys(page)
    const devtools = await page.context().newCDPSession(page)

    row(`${characters.toLocaleString('en')} characters`, 'median', 'p95', 'longest', 'CPU')
    await measure(page, devtools, 'cursor by a word', ['ArrowLeft'])
    await measure(page, devtools, 'cursor by a sentence', ['ArrowUp', 'ArrowUp', 'ArrowDown'])
    await measure(page, devtools, 'end by a word, written', ['Shift+ArrowRight'])
    await measure(page, devtools, 'end by a character, written', ['Alt+Shift+ArrowRight'])
    await measure(page, devtools, 'start by a word, written', ['[', '[', ']'])
    await measure(page, devtools, 'to the next item', ['Control+ArrowRight'])
    await measure(page, devtools, 'no description, written, next item', ['n'])
    await close()
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

if (hasDisplay()) await main({})
else await withVirtualDisplay(main)
