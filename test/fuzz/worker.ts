/** Reads inputs in a process of its own, so that nothing that they do can stop the fuzzing. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mutated } from './mutate.ts'
import { isExpected, targetNamed } from './targets.ts'

/** What the worker is told: to read inputs `from` to `until`, the last left out. */
export interface Order {
  target: string
  seed: number
  from: number
  until: number
}

/** What it says: that it begins with an input, what was wrong with it, that all are read. */
export type Said =
  | { at: number }
  | { at: number; wrong: string; detail: string }
  | { done: { refused: number; peak: number } }

/** Milliseconds of the processor that an input may take; not by the clock, which others slow down. */
export const MOST_CPU_MS = 5000
/** Bytes that stay resident after an input. */
export const MOST_RESIDENT = 1200 * 2 ** 20

const say = (what: Said): Promise<void> =>
  new Promise((told) => process.send?.(what, undefined, {}, () => told()))

async function read({ target: name, seed, from, until }: Order): Promise<void> {
  const target = targetNamed(name)
  const seeds = await target.seeds()
  const folder = mkdtempSync(join(tmpdir(), 'gleaner-fuzz-'))
  let refused = 0
  let peak = 0
  try {
    for (let at = from; at < until; at++) {
      await say({ at })
      const bytes = mutated(seeds, seed, at)
      const before = process.cpuUsage()
      try {
        await target.read(bytes, folder)
      } catch (error) {
        if (isExpected(error)) refused++
        else await say({ at, wrong: 'error', detail: String((error as Error)?.stack ?? error) })
      }
      const { user, system } = process.cpuUsage(before)
      const ms = (user + system) / 1000
      if (ms > MOST_CPU_MS) await say({ at, wrong: 'slow', detail: `${Math.round(ms)} ms` })
      const resident = process.memoryUsage.rss()
      peak = Math.max(peak, resident)
      if (resident > MOST_RESIDENT) {
        await say({ at, wrong: 'memory', detail: `${resident >> 20} MB stay resident` })
      }
      for (const left of readdirSync(folder)) rmSync(join(folder, left), { recursive: true })
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  await say({ done: { refused, peak } })
}

// A promise that nobody waits for is a fault of the reader, and of its input: the process ends.
process.on('message', (order: Order) => void read(order))
process.on('disconnect', () => process.exit())
