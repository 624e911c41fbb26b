/**
 * Reading records out of WARC.gz: CPU and wall time beside `gunzip -c` and warcio, in one run.
 *
 *     node test/bench/warc-read.ts [ARCHIVE.warc.gz] [COPIES]
 *
 * Without an archive the real ones of ../shared/data are joined, 16 times over.
 */
import { spawnSync } from 'node:child_process'
import { closeSync, createReadStream, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { readdirSync, statSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createGunzip } from 'node:zlib'
import { fileSource, openArchive, parseHttpResponse } from '../../src/main/warc/index.ts'
import { sharedData } from '../support/shared-data.ts'

interface Run {
  bytes: number
  records: number
  wallMs: number
  cpuMs: number
  maxRssMb: number
}

/** What a child process measures of itself. */
const MODES: Record<string, (path: string) => Promise<{ bytes: number; records: number }>> = {
  async 'createGunzip alone'(path) {
    let bytes = 0
    const out = createReadStream(path, { highWaterMark: 1 << 20 }).pipe(
      createGunzip({ chunkSize: 1 << 20 }),
    )
    for await (const piece of out) bytes += (piece as Buffer).length
    return { bytes, records: 0 }
  },
  async 'reader, all blocks'(path) {
    return read(path, {})
  },
  async 'reader, HTTP undone'(path) {
    return read(path, { http: true })
  },
  async 'reader, with SHA-256'(path) {
    return read(path, { digest: true })
  },
  async warcio(path) {
    const { WARCParser } = await import('warcio')
    let bytes = 0
    let records = 0
    for await (const record of new WARCParser(createReadStream(path, { highWaterMark: 1 << 20 }))) {
      bytes += (await record.readFully(false)).length
      records++
    }
    return { bytes, records }
  },
  async 'warcio on createGunzip'(path) {
    const { WARCParser } = await import('warcio')
    let bytes = 0
    let records = 0
    const plain = createReadStream(path, { highWaterMark: 1 << 20 }).pipe(
      createGunzip({ chunkSize: 1 << 20 }),
    )
    for await (const record of new WARCParser(plain)) {
      bytes += (await record.readFully(false)).length
      records++
    }
    return { bytes, records }
  },
}

async function read(
  path: string,
  { http = false, digest = false },
): Promise<{ bytes: number; records: number }> {
  let bytes = 0
  let records = 0
  for await (const batch of await openArchive(fileSource(path), { digest })) {
    for (const record of batch.records) {
      records++
      bytes += record.block.length
      if (http && record.type === 'response') parseHttpResponse(record.block)
    }
  }
  return { bytes, records }
}

function joined(copies: number): { path: string; remove(): void } {
  const folder = sharedData('warc')
  if (!folder) throw new Error('Name an archive: there is no real data beside the checkout.')
  const temporary = mkdtempSync(join(tmpdir(), 'warc-read-'))
  const path = join(temporary, 'joined.warc.gz')
  const out = openSync(path, 'w')
  for (let copy = 0; copy < copies; copy++) {
    for (const name of readdirSync(folder)) {
      if (name.endsWith('.warc.gz')) writeSync(out, readFileSync(join(folder, name)))
    }
  }
  closeSync(out)
  return { path, remove: () => rmSync(temporary, { recursive: true }) }
}

function cpuSeconds(text: string): number {
  const times = [...text.matchAll(/^(?:user|sys)\s+(?:(\d+)m)?([\d.]+)s?/gm)]
  return times.reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes ?? 0) * 60 + Number(seconds),
    0,
  )
}

async function main(): Promise<void> {
  const [first, second] = process.argv.slice(2)
  if (first === '--child') {
    const [mode, path] = process.argv.slice(3) as [string, string]
    const before = process.cpuUsage()
    const start = performance.now()
    const result = await (
      MODES[mode] as (path: string) => Promise<{ bytes: number; records: number }>
    )(path)
    const cpu = process.cpuUsage(before)
    const run: Run = {
      ...result,
      wallMs: performance.now() - start,
      cpuMs: (cpu.user + cpu.system) / 1000,
      maxRssMb: process.resourceUsage().maxRSS / 1024,
    }
    console.log(JSON.stringify(run))
    return
  }
  const input = first ? { path: first, remove: () => undefined } : joined(Number(second ?? 16))
  try {
    const gunzip = spawnSync(
      'bash',
      ['-c', `TIMEFORMAT=$'user %U\\nsys %S'; time gunzip -c "$1" > /dev/null`, 'x', input.path],
      { encoding: 'utf8' },
    )
    const size = spawnSync('bash', ['-c', 'gunzip -c "$1" | wc -c', 'x', input.path], {
      encoding: 'utf8',
    })
    const bytes = Number(size.stdout)
    const reference = cpuSeconds(gunzip.stderr) * 1000
    console.log(
      `${(statSync(input.path).size / 1e6).toFixed(0)} MB compressed, ${(bytes / 1e6).toFixed(0)} MB uncompressed`,
    )
    console.log(
      '                            CPU ms   MB/CPU s  x gunzip  wall ms  records  max RSS MB',
    )
    line('gunzip -c', reference, bytes, reference)
    for (const mode of Object.keys(MODES)) {
      const child = spawnSync(
        process.execPath,
        [import.meta.filename, '--child', mode, input.path],
        { encoding: 'utf8' },
      )
      if (child.status !== 0) {
        console.log(`${mode}: failed: ${child.stderr.trim().split('\n').at(-1) ?? ''}`)
        continue
      }
      const run = JSON.parse(child.stdout) as Run
      line(mode, run.cpuMs, bytes, reference, run)
    }
  } finally {
    input.remove()
  }
}

function line(name: string, cpu: number, bytes: number, reference: number, run?: Run): void {
  const cells = [
    cpu.toFixed(0).padStart(9),
    (bytes / 1000 / cpu).toFixed(0).padStart(10),
    (cpu / reference).toFixed(2).padStart(9),
    (run?.wallMs.toFixed(0) ?? '').padStart(8),
    String(run?.records || '').padStart(8),
    (run?.maxRssMb.toFixed(0) ?? '').padStart(11),
  ]
  console.log(name.padEnd(25) + cells.join(' '))
}

await main()
