/**
 * WARC.gz to committed rows: MB (uncompressed) per CPU second, beside `gunzip -c` alone and beside
 * warcio + htmlparser2 doing the same task in the same run; memory from 1 to 10 copies.
 *
 *     npm run bench ingest
 *     node test/bench/ingest.ts [FOLDER OF .warc.gz] [MB] [COPIES]
 *
 * Without a folder: the real archives where they are, and the program's own sample, each repeated
 * until there is enough of it; the first of them ten times over, too. CPU time counts all threads; wall time says little on a busy machine.
 * `gunzip` is compared with the program as it is built and started by `bin/gleaner.mjs`; the peer
 * runs from its TypeScript source, so beside it the program does too.
 */
import { execFileSync } from 'node:child_process'
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { COMPILED } from '../../scripts/setup.mjs'
import { sharedData } from '../support/shared-data.ts'

/** As in `bin/gleaner.mjs`. */
const FLAGS = ['--max-semi-space-size=8']
const ENVIRONMENT = { ...process.env, NODE_COMPILE_CACHE: COMPILED }
const ROUNDS = 3
const GOALS = { gunzip: 3, peer: 3, memoryMB: 512 }

interface Result {
  cpu: number
  rss: number
  pairs: number
}

const root = resolve(import.meta.dirname, '../..')
const cli = join(root, 'out/main/cli.js')
const wantedMB = Number(process.argv[3] ?? 180)
const copies = Number(process.argv[4] ?? 10)
const work = mkdtempSync(join(tmpdir(), 'gleaner-bench-'))
const misses: string[] = []
let made = 0
try {
  const given = process.argv[2]
  const folders =
    given === undefined
      ? [sharedData('warc'), join(root, 'resources/sample')].filter((folder) => folder !== null)
      : [resolve(given)]
  for (const folder of folders) compare(folder, folder === folders[0] ? copies : 1)
  console.log(
    misses.length === 0 ? '\nAll goals are met.' : `\nGoals missed:\n  ${misses.join('\n  ')}`,
  )
} finally {
  rmSync(work, { recursive: true, force: true })
}

function compare(folder: string, copies: number): void {
  const archives = readdirSync(folder)
    .filter((name) => name.endsWith('.warc.gz'))
    .map((name) => readFileSync(join(folder, name)))
  if (archives.length === 0) throw new Error(`no .warc.gz in ${folder}`)
  const plain = archives.reduce((sum, bytes) => sum + gunzipSync(bytes).length, 0)
  const times = Math.max(1, Math.round((wantedMB * 1e6) / plain))
  const mb = (plain * times) / 1e6
  const once = repeat(archives, times)
  const gz = statSync(once).size / 1e6
  console.log(
    `\n${folder}\n${archives.length} archives x ${times}: ${gz.toFixed(1)} MB gz, ${mb.toFixed(1)} MB uncompressed`,
  )

  // In turns, so that a busy machine is busy for all of them.
  const runs = {
    gunzip: [] as Result[],
    built: [] as Result[],
    source: [] as Result[],
    peer: [] as Result[],
  }
  for (let round = 0; round < ROUNDS; round++) {
    runs.gunzip.push(gunzip(once))
    runs.built.push(built(once, 1))
    runs.source.push(child('ingest-once.ts', ['1', once]))
    runs.peer.push(child('peer-ingest.ts', [once]))
  }
  const two = built(once, 2)

  const least = (results: Result[]): Result =>
    results.reduce((best, one) => (one.cpu < best.cpu ? one : best))
  const [zip, ours, source, peer] = [
    least(runs.gunzip),
    least(runs.built),
    least(runs.source),
    least(runs.peer),
  ]
  console.log(
    `${''.padEnd(34)} ${'CPU s'.padStart(7)} ${'MB/CPU s'.padStart(9)} ${'x gunzip'.padStart(9)} ${'peak MB'.padStart(8)} ${'pairs'.padStart(8)}`,
  )
  const row = (name: string, result: Result, size: number, base: Result): void =>
    console.log(
      [
        name.padEnd(34),
        result.cpu.toFixed(2).padStart(7),
        (size / result.cpu).toFixed(0).padStart(9),
        (result.cpu / base.cpu).toFixed(2).padStart(9),
        (result.rss > 0 ? result.rss.toFixed(0) : '').padStart(8),
        (result.pairs > 0 ? String(result.pairs) : '').padStart(8),
      ].join(' '),
    )
  row('gunzip -c', zip, mb, zip)
  row('Gleaner, 1 worker', ours, mb, zip)
  row('Gleaner, 2 workers', two, mb, zip)
  row('Gleaner from source, 1 worker', source, mb, zip)
  row('warcio + htmlparser2', peer, mb, zip)
  let label = `${mb.toFixed(0)} MB of ${basename(folder)}`
  const goal = (what: string, value: number, limit: number, most: boolean, unit: string): void => {
    const met = most ? value <= limit : value >= limit
    const line = `${what}, ${label}: ${value.toFixed(unit === 'MB' ? 0 : 2)} ${unit} (goal ${most ? '<=' : '>='} ${limit})`
    console.log(`${met ? 'met   ' : 'MISSED'} ${line}`)
    if (!met) misses.push(line)
  }
  goal('CPU time against gunzip', ours.cpu / zip.cpu, GOALS.gunzip, true, 'x')
  goal('speed against warcio + htmlparser2', peer.cpu / source.cpu, GOALS.peer, false, 'x')
  if (copies < 2) return

  label = `${copies} copies`
  const many = repeat(archives, times * copies)
  const more = {
    gunzip: gunzip(many),
    one: built(many, 1),
    two: built(many, 2),
    source: child('ingest-once.ts', ['1', many]),
    peer: child('peer-ingest.ts', [many]),
  }
  rmSync(many)
  console.log(`${copies} copies, ${(mb * copies).toFixed(0)} MB uncompressed`)
  row('gunzip -c', more.gunzip, mb * copies, more.gunzip)
  row('Gleaner, 1 worker', more.one, mb * copies, more.gunzip)
  row('Gleaner, 2 workers', more.two, mb * copies, more.gunzip)
  row('Gleaner from source, 1 worker', more.source, mb * copies, more.gunzip)
  row('warcio + htmlparser2', more.peer, mb * copies, more.gunzip)
  goal('CPU time against gunzip', more.one.cpu / more.gunzip.cpu, GOALS.gunzip, true, 'x')
  goal(
    'speed against warcio + htmlparser2',
    more.peer.cpu / more.source.cpu,
    GOALS.peer,
    false,
    'x',
  )
  goal('peak memory, 1 worker', more.one.rss, GOALS.memoryMB, true, 'MB')
  goal('peak memory, 2 workers', more.two.rss, GOALS.memoryMB, true, 'MB')
}

/** Members one behind the other are an archive again. */
function repeat(archives: Buffer[], times: number): string {
  const path = join(work, `${made++}.warc.gz`)
  const file = openSync(path, 'w')
  for (let i = 0; i < times; i++) for (const bytes of archives) writeSync(file, bytes)
  closeSync(file)
  return path
}

/** The command line as it is built, an ingest into a new corpus. */
function built(archive: string, workers: number): Result {
  if (!existsSync(cli)) throw new Error(`${cli} is not there: npm run build`)
  const corpus = join(work, `${made++}.gleaner`)
  const usage = join(work, 'usage.json')
  // Leaves behind what the process used; its threads load this, too.
  const hook = `import { writeFileSync } from 'node:fs'; import { isMainThread } from 'node:worker_threads';
    if (isMainThread) process.on('exit', () => {
      const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
      writeFileSync(${JSON.stringify(usage)}, JSON.stringify({ cpu: (userCPUTime + systemCPUTime) / 1e6, rss: maxRSS / 1024 })) })`
  const run = (args: string[], flags: string[] = []): string =>
    execFileSync(process.execPath, [...FLAGS, ...flags, cli, ...args], {
      encoding: 'utf8',
      env: ENVIRONMENT,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
  run(['init', corpus])
  run(
    ['ingest', corpus, archive, '--images', 'none', '--workers', String(workers)],
    ['--import', `data:text/javascript,${encodeURIComponent(hook)}`],
  )
  const { cpu, rss } = JSON.parse(readFileSync(usage, 'utf8')) as Result
  const { pairs } = JSON.parse(run(['stats', corpus, '--json'])) as Result
  rmSync(corpus, { recursive: true, force: true })
  return { cpu, rss, pairs }
}

/** One of the programs beside this one; its last line says what it used. */
function child(script: string, args: string[]): Result {
  const corpus = join(work, `${made++}.gleaner`)
  const program = join(import.meta.dirname, script)
  const out = execFileSync(process.execPath, [...FLAGS, program, corpus, ...args], {
    encoding: 'utf8',
    // warcio says on it what it thinks of each record.
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: 1 << 28,
  })
  rmSync(corpus, { recursive: true, force: true })
  return JSON.parse(out.trim().split('\n').at(-1) as string) as Result
}

/** User and system seconds of `gunzip -c`, as the shell counts them. */
function gunzip(path: string): Result {
  const out = execFileSync('bash', ['-c', 'gunzip -c "$1" > /dev/null; times', 'bash', path], {
    encoding: 'utf8',
  })
  const children = out.trim().split('\n').at(-1) as string
  const cpu = [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, match) => sum + Number(match[1]) * 60 + Number(match[2]),
    0,
  )
  return { cpu, rss: 0, pairs: 0 }
}
