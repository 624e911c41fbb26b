import { fork, type ChildProcess } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { mutated } from './mutate.ts'
import { targetNamed } from './targets.ts'
import type { Order, Said } from './worker.ts'

/** An input that did what none may. */
export interface Finding {
  target: string
  seed: number
  /** Number of the input. */
  at: number
  /** `error` that is no answer, `ended` process, `hang`, `slow`, `memory`. */
  wrong: 'error' | 'ended' | 'hang' | 'slow' | 'memory'
  detail: string
  /** Where the input lies; null where none was kept. */
  file: string | null
}

export interface FuzzOptions {
  targets: readonly string[]
  seed: number
  /** Processes at a time. */
  parallel: number
  /** First input of each target that was not read yet; grows. */
  next: Record<string, number>
  /** Inputs that are read at most; Infinity = until `stop`. */
  inputs: number
  /** Inputs of an order. */
  batch?: number
  stop?: AbortSignal
  /** Default: `HANGS_MS`. */
  hangsMs?: number
  /** Folder of the inputs that were found. */
  keep?: string
  onBatch?(totals: Totals): void
}

export interface Totals {
  read: number
  /** Answered with an error that says what is wrong. */
  refused: number
  findings: Finding[]
  /** Largest resident memory of a process, bytes. */
  peak: number
}

/** By the clock, since a process that hangs says nothing. Far above what an input may take. */
const HANGS_MS = 60_000
const HEAP_MB = 1024
/** After as many findings a target is left alone: what it does wrong is known. */
const MOST_FINDINGS = 20

/**
 * Reads changed inputs, target after target, in processes that are replaced when one ends or hangs.
 * The same seed gives the same inputs, however many processes there are.
 */
export async function fuzz(options: FuzzOptions): Promise<Totals> {
  const totals: Totals = { read: 0, refused: 0, findings: [], peak: 0 }
  const { seed, next, stop, hangsMs = HANGS_MS } = options
  let ordered = 0
  let turn = 0

  const isSpent = (target: string): boolean =>
    totals.findings.filter((one) => one.target === target).length >= MOST_FINDINGS

  function order(): Order | null {
    const open = options.targets.filter((one) => !isSpent(one))
    const size = Math.min(options.batch ?? 100, options.inputs - ordered)
    if (open.length === 0 || size <= 0 || stop?.aborted) return null
    const target = open[turn++ % open.length] as string
    const from = next[target] ?? 0
    next[target] = from + size
    ordered += size
    return { target, seed, from, until: from + size }
  }

  async function note(
    { target }: Order,
    at: number,
    wrong: Finding['wrong'],
    detail: string,
  ): Promise<void> {
    let file: string | null = null
    if (options.keep !== undefined) {
      mkdirSync(options.keep, { recursive: true })
      file = join(options.keep, `${target}-${seed}-${at}.bin`)
      writeFileSync(file, mutated(await targetNamed(target).seeds(), seed, at))
    }
    totals.findings.push({ target, seed, at, wrong, detail, file })
  }

  /** One order in a process; answers the rest of the order where the process was lost. */
  function carryOut(child: ChildProcess, now: Order): Promise<Order | null> {
    return new Promise((resolve) => {
      let at = now.from
      let isOver = false
      const notes: Promise<void>[] = []
      const over = (rest: Order | null): void => {
        if (isOver) return
        isOver = true
        clearTimeout(timer)
        child.removeAllListeners()
        void Promise.all(notes).then(() => resolve(rest))
      }
      const lost = (wrong: Finding['wrong'], detail: string): void => {
        if (isOver) return
        notes.push(note(now, at, wrong, detail))
        totals.read += at + 1 - now.from
        over(at + 1 < now.until ? { ...now, from: at + 1 } : null)
      }
      const hangs = (): void => {
        lost('hang', `No answer within ${hangsMs / 1000} s`)
        child.kill('SIGKILL')
      }
      let timer = setTimeout(hangs, hangsMs)
      child.on('message', (said: Said) => {
        clearTimeout(timer)
        timer = setTimeout(hangs, hangsMs)
        if ('done' in said) {
          totals.read += now.until - now.from
          totals.refused += said.done.refused
          totals.peak = Math.max(totals.peak, said.done.peak)
          over(null)
          return
        }
        at = said.at
        if ('wrong' in said) notes.push(note(now, at, said.wrong as Finding['wrong'], said.detail))
      })
      child.on('exit', (code, signal) => lost('ended', `The process ended with ${signal ?? code}`))
      child.send(now)
    })
  }

  async function work(): Promise<void> {
    let child: ChildProcess | null = null
    try {
      for (let now = order(); now !== null; now = order()) {
        for (let rest: Order | null = now; rest !== null;) {
          child ??= fork(new URL('worker.ts', import.meta.url), {
            execArgv: [`--max-old-space-size=${HEAP_MB}`],
            env: { ...process.env, NODE_OPTIONS: '' },
            stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
          })
          rest = await carryOut(child, rest)
          // What an input left behind must not count against the next.
          const isFresh = child.connected && child.exitCode === null && !child.killed
          if (!isFresh || totals.findings.at(-1)?.wrong === 'memory') {
            child.kill('SIGKILL')
            child = null
          }
        }
        options.onBatch?.(totals)
      }
    } finally {
      child?.kill('SIGKILL')
    }
  }
  await Promise.all(Array.from({ length: options.parallel }, work))
  return totals
}
