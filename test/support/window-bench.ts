/** What the benchmarks of the window share: a table of times, and frames. */
import type { Page } from '@playwright/test'

function percentile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN
}
export const row = (what: string, ...cells: string[]): void =>
  console.log(what.padEnd(44) + cells.map((cell) => cell.padStart(12)).join(''))
export const ms = (value: number): string => `${value.toFixed(1)} ms`
/** Median, 95 %, longest. */
export const spread = (values: number[]): string[] => [
  ms(percentile(values, 0.5)),
  ms(percentile(values, 0.95)),
  ms(percentile(values, 1)),
]

/** Times between frames while `work` runs in the page. */
export async function frames(page: Page, work: () => Promise<void>): Promise<number[]> {
  await page.evaluate(() => {
    const seen: number[] = []
    Object.assign(window, { benchFrames: seen, benchRunning: true })
    let last = performance.now()
    const tick = (now: number): void => {
      seen.push(now - last)
      last = now
      if ((window as unknown as { benchRunning: boolean }).benchRunning) requestAnimationFrame(tick)
    }
    requestAnimationFrame(tick)
  })
  await work()
  return page.evaluate(() => {
    const bench = window as unknown as { benchFrames: number[]; benchRunning: boolean }
    bench.benchRunning = false
    return bench.benchFrames.slice(2)
  })
}
