/**
 * `npm run fuzz -- --minutes 60 [--seed 1] [--target csv,parquet] [--parallel 2] [--fresh]`: feeds
 * changed files to every reader of what strangers write. Goes on where the last run of the same seed
 * stopped (`.fuzz/state-SEED.json`); inputs that did what none may are kept in `.fuzz/findings`.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { fuzz, type Finding, type Totals } from './fuzz.ts'
import { TARGETS } from './targets.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    target: { type: 'string' },
    parallel: { type: 'string', default: String(availableParallelism()) },
    fresh: { type: 'boolean', default: false },
  },
})
const seed = Number(values.seed)
const minutes = Number(values.minutes)
const names = TARGETS.map(({ name }) => name)
const targets = values.target?.split(',') ?? names
const unknown = targets.filter((name) => !names.includes(name))
if (!Number.isSafeInteger(seed) || !(minutes > 0) || unknown.length > 0) {
  console.error(
    unknown.length > 0
      ? `There is no target ${unknown.join(', ')}. There are ${names.join(', ')}.`
      : '--seed is a whole number, --minutes a number above 0.',
  )
  process.exit(2)
}

interface State {
  next: Record<string, number>
  read: number
  minutes: number
  peak: number
  findings: Finding[]
}
const home = resolve(import.meta.dirname, '../../.fuzz')
const file = resolve(home, `state-${seed}.json`)
mkdirSync(home, { recursive: true })
const before: State =
  existsSync(file) && !values.fresh
    ? (JSON.parse(readFileSync(file, 'utf8')) as State)
    : { next: {}, read: 0, minutes: 0, peak: 0, findings: [] }
const next = { ...before.next }
const start = performance.now()

function save(totals: Totals, reached: Record<string, number>): State {
  const state: State = {
    next: reached,
    read: before.read + totals.read,
    minutes: before.minutes + (performance.now() - start) / 60_000,
    peak: Math.max(before.peak, totals.peak),
    findings: [...before.findings, ...totals.findings],
  }
  writeFileSync(`${file}.new`, JSON.stringify(state, null, 2))
  renameSync(`${file}.new`, file)
  return state
}

const stop = new AbortController()
setTimeout(() => stop.abort(), minutes * 60_000).unref()
process.once('SIGINT', () => stop.abort())
let told = 0
const totals = await fuzz({
  targets,
  seed,
  next,
  parallel: Number(values.parallel),
  inputs: Infinity,
  stop: stop.signal,
  keep: resolve(home, 'findings'),
  onBatch(now) {
    if (performance.now() - told < 10_000) return
    told = performance.now()
    const { read, findings } = save(now, { ...next })
    console.log(`${read.toLocaleString('en')} inputs, ${findings.length} findings`)
  },
})
const { read, findings, minutes: spent, peak } = save(totals, next)
console.log(
  `${read.toLocaleString('en')} inputs of ${targets.length} readers in ${spent.toFixed(1)} minutes ` +
    `(${totals.read.toLocaleString('en')} in this run, ${totals.refused.toLocaleString('en')} of them refused with words), ` +
    `largest process ${peak >> 20} MB, ${findings.length} findings.`,
)
// What a target does wrong it does often: the first of each kind tell it.
const shown = new Map(
  findings.map((one) => [`${one.target} ${one.wrong} ${one.detail.split('\n')[0]}`, one]),
)
for (const one of [...shown.values()].slice(0, 30)) {
  console.log(
    `${one.wrong}: ${one.target} ${one.at} of seed ${one.seed}, ${one.file}\n  ${one.detail.split('\n').slice(0, 3).join('\n  ')}`,
  )
}
process.exitCode = findings.length > 0 ? 1 : 0
