/**
 * `gleaner similarity` over long tables: rows a second and peak memory, read every 200 ms from the
 * command's own process, with its slope over the run. Rows over few pictures and texts, and distinct ones.
 *
 *     node test/bench/similarity.ts [ROWS] [PICTURES] [TEXTS] [DISTINCT ROWS]
 *
 * Needs the built program and Linux, whose /proc tells the memory of a process.
 */
import { spawn } from 'node:child_process'
import { createWriteStream, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
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

/** Resident memory of a process, MB, at this moment. */
function rss(pid: number): number {
  try {
    const kB = /^VmRSS:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return Number(kB ?? 0) / 1024
  } catch {
    return 0
  }
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
  const seen: number[] = []
  const timer = setInterval(() => seen.push(rss(child.pid as number)), 200)
  const [code] = (await once(child, 'close')) as [number]
  clearInterval(timer)
  const seconds = (performance.now() - started) / 1000
  const there = seen.filter((mb) => mb > 0)
  const half = there.slice(Math.floor(there.length / 2))
  const first = half[0] ?? 0
  const last = half.at(-2) ?? first
  const peak = Math.max(...there)
  console.log(
    `${table.split('/').at(-1)}: ${n} rows in ${seconds.toFixed(1)} s, ${(n / seconds).toFixed(0)} rows/s; ` +
      `peak ${peak.toFixed(0)} MB (limit ${LIMIT_MB}: ${peak < LIMIT_MB ? 'met' : 'MISSED'}), ` +
      `second half ${first.toFixed(0)} to ${last.toFixed(0)} MB; ${(statSync(out).size / 1e6).toFixed(0)} MB out; exit ${code}`,
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
