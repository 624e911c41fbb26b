/**
 * `gleaner similarity` over long tables: rows a second and peak memory, read every 300 ms from the
 * command's own process and from it with its helpers together (proportional set size, so that what
 * they share counts once), with the slope of both over the second half of the run: MB more for each
 * 100,000 rows. Rows over few pictures and texts, and distinct ones.
 *
 *     node test/bench/similarity.ts [ROWS] [PICTURES] [TEXTS] [DISTINCT ROWS]
 *
 * Needs the built program and Linux, whose /proc tells the memory of a process.
 */
import { spawn } from 'node:child_process'
import {
  createWriteStream,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import sharp from 'sharp'

const [rows = 1_000_000, pictures = 5000, texts = 20_000, distinct = 20_000] = process.argv
  .slice(2)
  .map(Number)
const cli = resolve(import.meta.dirname, '../../out/main/cli.js')
const work = mkdtempSync(join(tmpdir(), 'gleaner-bench-'))
const LIMIT_MB = 600

const colour = (i: number): { r: number; g: number; b: number } => ({
  r: (i * 37) % 256,
  g: (i * 101) % 256,
  b: (i * 59) % 256,
})

async function makePictures(n: number): Promise<void> {
  mkdirSync(join(work, 'pictures'))
  for (let i = 0; i < n; i++) {
    const background = colour(i)
    await sharp({ create: { width: 48, height: 48, channels: 3, background } })
      .png({ compressionLevel: 1 })
      .toFile(join(work, 'pictures', `${i}.png`))
  }
}

async function makeTable(
  name: string,
  n: number,
  pictureOf: (i: number) => number,
  textOf: (i: number) => number,
): Promise<string> {
  const path = join(work, name)
  const file = createWriteStream(path)
  file.write('image,text\n')
  for (let i = 0; i < n; i++) {
    const line = `pictures/${pictureOf(i)}.png,"a drawing of ${textOf(i)} circles, number ${textOf(i) % 97}"\n`
    if (!file.write(line)) await once(file, 'drain')
  }
  file.end()
  await once(file, 'close')
  return path
}

/** A number of kB in a file of /proc, as MB; 0 where the process is gone. */
function readMb(file: string, field: string): number {
  try {
    const kB = new RegExp(`^${field}:\\s*(\\d+)`, 'm').exec(readFileSync(file, 'utf8'))?.[1]
    return Number(kB ?? 0) / 1024
  } catch {
    return 0
  }
}

/** A process and all that it started. */
function treeOf(root: number): number[] {
  const childrenOf = new Map<number, number[]>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      // The name, which may hold anything, stands in parentheses.
      const rest = readFileSync(`/proc/${name}/stat`, 'utf8').replace(/^.*\)/s, '')
      const parent = Number(rest.trim().split(' ')[1])
      childrenOf.set(parent, [...(childrenOf.get(parent) ?? []), Number(name)])
    } catch {
      // It ended meanwhile.
    }
  }
  const tree = [root]
  for (const pid of tree) tree.push(...(childrenOf.get(pid) ?? []))
  return tree
}

interface Sample {
  own: number
  all: number
}

/** MB that each of `rows` rows times 100,000 adds, by least squares over the second half. */
function slope(values: readonly number[], rows: number): number {
  const half = values.slice(Math.floor(values.length / 2))
  const n = half.length
  if (n < 3) return Number.NaN
  const middle = (n - 1) / 2
  const mean = half.reduce((sum, value) => sum + value, 0) / n
  let above = 0
  let below = 0
  for (const [i, value] of half.entries()) {
    above += (i - middle) * (value - mean)
    below += (i - middle) ** 2
  }
  return (above / below) * (values.length / rows) * 100_000
}

async function run(table: string, n: number): Promise<void> {
  const out = `${table}.scored.csv`
  const started = performance.now()
  const child = spawn(
    process.execPath,
    ['--max-semi-space-size=8', cli, 'similarity', table, '--out', out],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, GLEANER_HOME: join(work, 'home') },
    },
  )
  const root = child.pid as number
  const seen: Sample[] = []
  const timer = setInterval(() => {
    const own = readMb(`/proc/${root}/status`, 'VmRSS')
    const all = treeOf(root).reduce(
      (sum, pid) => sum + readMb(`/proc/${pid}/smaps_rollup`, 'Pss'),
      0,
    )
    if (own > 0 && all > 0) seen.push({ own, all })
  }, 300)
  const [code] = (await once(child, 'close')) as [number]
  clearInterval(timer)
  const seconds = (performance.now() - started) / 1000
  const told = (['own', 'all'] as const).map((which) => {
    const values = seen.map((one) => one[which])
    const peak = Math.max(...values)
    const verdict = `limit ${LIMIT_MB}: ${peak < LIMIT_MB ? 'met' : 'MISSED'}`
    const name = which === 'own' ? 'command alone' : 'with its helpers'
    return `${name}: peak ${peak.toFixed(0)} MB (${verdict}), ${slope(values, n).toFixed(1)} MB more for 100,000 rows`
  })
  console.log(
    `${table.split('/').at(-1)}: ${n} rows in ${seconds.toFixed(1)} s, ${(n / seconds).toFixed(0)} rows/s; ` +
      `${told.join('; ')}; ${(statSync(out).size / 1e6).toFixed(0)} MB out; exit ${code}`,
  )
}

try {
  await makePictures(pictures)
  const mixed = (i: number): number => Math.imul(i + 1, 2654435761) >>> 0
  const few = await makeTable(
    'few.csv',
    rows,
    (i) => mixed(i) % pictures,
    (i) => mixed(i * 7) % texts,
  )
  await run(few, rows)
  const all = await makeTable(
    'distinct.csv',
    distinct,
    (i) => i % pictures,
    (i) => i,
  )
  await run(all, distinct)
} finally {
  rmSync(work, { recursive: true, force: true })
}
