/**
 * One engine in a process of its own, so that its memory can be told: builds, answers queries one at a
 * time, prints one line of JSON. `node engines.ts ENGINE FILE ROWS QUERIES-FILE N-QUERIES K WORK-FOLDER`
 */
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import SQLite from 'better-sqlite3'
import type * as Usearch from 'usearch'
import { createBits, setBit } from '../../../src/main/search/vectors/bits.ts'
import { createFlatIndex } from '../../../src/main/search/vectors/flat-index.ts'
import { DIMENSIONS as D, isKept } from './make-vectors.ts'
import type { EngineRun, Timed } from './types.ts'

const require = createRequire(import.meta.url)
const [engine = '', file = '', rowText, queryFile = '', nText, kText, folder = ''] =
  process.argv.slice(2)
const [rows, n, k] = [Number(rowText), Number(nText), Number(kText)]

interface Ready {
  search(query: Float32Array): number[]
  filtered(query: Float32Array): number[]
}

const fd = openSync(file, 'r')
function read(from: number, count: number): Float32Array {
  const values = new Float32Array(count * D)
  const bytes = new Uint8Array(values.buffer)
  // One read of 2 GB would be cut short.
  for (let at = 0; at < bytes.length;) {
    at += readSync(fd, bytes, at, Math.min(2 ** 28, bytes.length - at), from * D * 4 + at)
  }
  return values
}

const BATCH = 4096
function eachBatch(take: (values: Float32Array, from: number) => void): void {
  for (let from = 0; from < rows; from += BATCH) {
    take(read(from, Math.min(BATCH, rows - from)), from)
  }
}

function flat(isSketched: boolean): Ready {
  const one = new Float32Array(D)
  const index = createFlatIndex({
    dimensions: D,
    sketches: isSketched,
    threads: {
      entry: new URL('../../../src/main/search/vectors/scan-worker.ts', import.meta.url),
      count: Math.min(4, availableParallelism()) - 1,
    },
    // As they lie in a corpus: on the disk, read row by row.
    floats: {
      bytes: 0,
      add: () => undefined,
      get(row) {
        readSync(fd, one, 0, D * 4, row * D * 4)
        return one
      },
    },
  })
  eachBatch((values) => index.add(values))
  const mask = createBits(rows)
  for (let row = 0; row < rows; row++) if (isKept(row)) setBit(mask, row)
  return {
    search: (query) => [...index.search(query, k).rows],
    filtered: (query) => [...index.search(query, k, { mask }).rows],
  }
}

const usearch = require('usearch') as typeof Usearch
const keysOf = ({ keys }: { keys: BigUint64Array }): number[] => Array.from(keys, Number)

function usearchExact(): Ready {
  const all = read(0, rows)
  const kept: number[] = []
  for (let row = 0; row < rows; row++) if (isKept(row)) kept.push(row)
  // It takes no filter: the rows that are kept are copied out once.
  const some = new Float32Array(kept.length * D)
  kept.forEach((row, i) => some.set(all.subarray(row * D, (row + 1) * D), i * D))
  const ask = (values: Float32Array, query: Float32Array, wanted: number): number[] =>
    // A copy: it takes no notice of where a subarray begins.
    keysOf(usearch.exactSearch(values, query.slice(), D, wanted, usearch.MetricKind.IP) as never)
  return {
    search: (query) => ask(all, query, k),
    filtered: (query) => ask(some, query, Math.min(k, kept.length)).map((i) => kept[i] as number),
  }
}

function usearchGraph(): Ready {
  const index = new usearch.Index({
    dimensions: D,
    metric: usearch.MetricKind.IP,
    quantization: usearch.ScalarKind.I8,
    connectivity: 16,
    expansion_add: 128,
    expansion_search: 512,
    multi: false,
  })
  eachBatch((values, from) =>
    index.add(
      BigUint64Array.from({ length: values.length / D }, (_, i) => BigInt(from + i)),
      values,
    ),
  )
  return {
    search: (query) => keysOf(index.search(query.slice(), k, 0) as never),
    // It takes no filter: a hundred times as many are asked for.
    filtered: (query) =>
      keysOf(index.search(query.slice(), Math.min(rows, k * 100), 0) as never)
        .filter(isKept)
        .slice(0, k),
  }
}

function sqliteVec(): Ready {
  const db = new SQLite(join(folder, `vec-${rows}.db`))
  ;(require('sqlite-vec') as { load(db: unknown): void }).load(db)
  db.pragma('journal_mode = OFF')
  db.pragma('synchronous = OFF')
  db.exec(`CREATE VIRTUAL TABLE v USING vec0(keep INTEGER, x FLOAT[${D}] distance_metric=cosine)`)
  const put = db.prepare('INSERT INTO v (rowid, keep, x) VALUES (?, ?, ?)')
  eachBatch((values, from) => {
    db.exec('BEGIN')
    for (let i = 0; i < values.length / D; i++) {
      const vector = values.slice(i * D, (i + 1) * D)
      put.run(BigInt(from + i), BigInt(Number(isKept(from + i))), new Uint8Array(vector.buffer))
    }
    db.exec('COMMIT')
  })
  const all = db.prepare<unknown[], number>(
    'SELECT rowid FROM v WHERE x MATCH ? AND k = ? ORDER BY distance',
  )
  const some = db.prepare<unknown[], number>(
    'SELECT rowid FROM v WHERE x MATCH ? AND k = ? AND keep = 1 ORDER BY distance',
  )
  const bytes = (query: Float32Array): Uint8Array => new Uint8Array(query.slice().buffer)
  return {
    search: (query) => all.pluck().all(bytes(query), k),
    filtered: (query) => some.pluck().all(bytes(query), k),
  }
}

const ENGINES: Record<string, () => Ready> = {
  flat: () => flat(true),
  'flat-fine': () => flat(false),
  'usearch-exact': usearchExact,
  'usearch-graph': usearchGraph,
  'sqlite-vec': sqliteVec,
}

/** MB. `VmHWM` is the highest that it was. */
function memory(field: 'VmRSS' | 'VmHWM'): number {
  const text = readFileSync('/proc/self/status', 'utf8')
  return Number(new RegExp(`^${field}:\\s*(\\d+)`, 'm').exec(text)?.[1] ?? 0) / 1024
}

const began = performance.now()
const ready = (ENGINES[engine] as () => Ready)()
const buildS = (performance.now() - began) / 1000
const queryFd = openSync(queryFile, 'r')
const queries = new Float32Array(fstatSync(queryFd).size / 4)
readSync(queryFd, queries, 0, queries.byteLength, 0)
closeSync(queryFd)

function timed(ask: (query: Float32Array) => number[]): Timed {
  const out: Timed = { ms: [], cpuMs: [], rows: [] }
  // The first ones compile and fill caches.
  for (let i = -3; i < n; i++) {
    const at = Math.max(0, i) * D
    const query = queries.subarray(at, at + D)
    const [start, before] = [performance.now(), process.cpuUsage()]
    const found = ask(query)
    const { user, system } = process.cpuUsage(before)
    if (i < 0) continue
    out.ms.push(performance.now() - start)
    out.cpuMs.push((user + system) / 1000)
    out.rows.push(found)
  }
  return out
}

const run: EngineRun = {
  buildS,
  all: timed(ready.search),
  filtered: timed(ready.filtered),
  rssMB: memory('VmRSS'),
  peakMB: memory('VmHWM'),
}
process.stdout.write(`${JSON.stringify(run)}\n`, () => process.exit())
