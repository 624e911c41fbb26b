/**
 * WARC.gz to committed rows: MB (uncompressed) per CPU second, beside `gunzip -c` alone and beside
 * warcio + htmlparser2 doing the same task in the same run; memory from 1 to 10 copies.
 *
 *     node test/bench/ingest.ts [FOLDER OF ARCHIVES] [MB]
 */
import { execFileSync } from 'node:child_process'
import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'

const given = process.argv[2] ?? '../shared/data/warc'
const wantedMB = Number(process.argv[3] ?? 120)
const archives = readdirSync(given)
  .filter((name) => name.endsWith('.warc.gz'))
  .map((name) => resolve(given, name))
if (archives.length === 0) throw new Error(`no .warc.gz in ${given}`)

const work = mkdtempSync(join(tmpdir(), 'gleaner-bench-'))
try {
  const plain = archives.reduce((sum, path) => sum + gunzipSync(readFileSync(path)).length, 0)
  const times = Math.max(1, Math.round((wantedMB * 1e6) / plain))
  const once = join(work, 'once.warc.gz')
  const many = join(work, 'many.warc.gz')
  join10(once, times)
  join10(many, times * 10)
  const mb = (plain * times) / 1e6
  console.log(
    `${archives.length} real archives x ${times}: ${(statSync(once).size / 1e6).toFixed(1)} MB gz, ${mb.toFixed(1)} MB uncompressed`,
  )

  // In turns, so that a busy machine is busy for all of them.
  const gunzips: number[] = []
  const own: Result[] = []
  const peers: Result[] = []
  for (let round = 0; round < 3; round++) {
    gunzips.push(gunzipCpu(once))
    own.push(child('ingest-once.ts', ['1', once]))
    peers.push(child('peer-ingest.ts', [once]))
  }
  const gunzip = Math.min(...gunzips)
  const ours = least(own)
  const peer = least(peers)
  const two = child('ingest-once.ts', ['2', once])
  const ten = child('ingest-once.ts', ['1', many])
  const row = (name: string, cpu: number, extra: string): void =>
    console.log(
      `${name.padEnd(34)} ${cpu.toFixed(2).padStart(7)} CPU s ${(mb / cpu).toFixed(0).padStart(6)} MB/CPU s   ${extra}`,
    )
  row('gunzip -c', gunzip, '')
  row(
    'Gleaner, 1 worker',
    ours.cpu,
    `${ours.pairs} pairs, ${wall(ours)}, peak ${ours.rss.toFixed(0)} MB`,
  )
  row(
    'Gleaner, 2 workers',
    two.cpu,
    `${two.pairs} pairs, ${wall(two)}, peak ${two.rss.toFixed(0)} MB`,
  )
  row('warcio + htmlparser2', peer.cpu, `${peer.pairs} pairs, peak ${peer.rss.toFixed(0)} MB`)
  const tenGunzip = gunzipCpu(many)
  console.log(
    `10 copies: ${ten.cpu.toFixed(2)} CPU s, ${((10 * mb) / ten.cpu).toFixed(0)} MB/CPU s, ${(ten.cpu / tenGunzip).toFixed(2)} x gunzip`,
  )
  console.log(`10 copies: peak ${ten.rss.toFixed(0)} MB (goal < 512), ${ten.pairs} pairs`)
  console.log(`CPU time against gunzip: ${(ours.cpu / gunzip).toFixed(2)} x (goal <= 3)`)
  console.log(
    `speed against warcio + htmlparser2: ${(peer.cpu / ours.cpu).toFixed(2)} x (goal >= 3)`,
  )
} finally {
  rmSync(work, { recursive: true, force: true })
}

interface Result {
  pairs: number
  cpu: number
  rss: number
  seconds?: number
}

function wall(result: Result): string {
  return `${(result.seconds ?? 0).toFixed(2)} s`
}

/** Members one behind the other are an archive again. */
function join10(path: string, times: number): void {
  const file = openSync(path, 'w')
  const contents = archives.map((archive) => readFileSync(archive))
  for (let i = 0; i < times; i++) for (const bytes of contents) writeSync(file, bytes)
  closeSync(file)
}

function child(script: string, args: string[]): Result {
  const folder = join(
    work,
    `${script}-${args.length}-${Math.random().toString(36).slice(2)}.gleaner`,
  )
  const out = execFileSync(process.execPath, [join(import.meta.dirname, script), folder, ...args], {
    encoding: 'utf8',
    // warcio says on it what it thinks of each record.
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  rmSync(folder, { recursive: true, force: true })
  return JSON.parse(out.trim().split('\n').at(-1) as string) as Result
}

function least(results: Result[]): Result {
  return results.reduce((best, one) => (one.cpu < best.cpu ? one : best))
}

/** User and system seconds of `gunzip -c`, as the shell counts them. */
function gunzipCpu(path: string): number {
  const out = execFileSync('bash', ['-c', 'gunzip -c "$1" > /dev/null; times', 'bash', path], {
    encoding: 'utf8',
  })
  const children = out.trim().split('\n').at(-1) as string
  return [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, match) => sum + Number(match[1]) * 60 + Number(match[2]),
    0,
  )
}
