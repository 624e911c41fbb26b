/**
 * The search index beside usearch (exact and its graph), sqlite-vec and, where `python3` has it, faiss, in
 * one run: time of a query (one at a time), recall of the nearest 100 against exact float32, memory, time to
 * build; with a filter that keeps 1 % as well. Vectors are made, seeded: see search/make-vectors.ts.
 *
 *     node test/bench/search.ts [ROWS ...] [--queries N] [--graph ROWS]
 *
 * Each engine runs in a process of its own, alone. The graph takes minutes to build: `--graph` says up to
 * how many rows it is built (100,000 unless told). Needs Linux, whose /proc tells the memory of a process.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, openSync, readSync, rmSync } from 'node:fs'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { DIMENSIONS, makeVectors } from './search/make-vectors.ts'
import type { EngineRun } from './search/types.ts'

const K = 100
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    queries: { type: 'string', default: '100' },
    graph: { type: 'string', default: '100000' },
    engines: { type: 'string' },
  },
})
const sizes = positionals.length > 0 ? positionals.map(Number) : [100_000, 1_000_000]
const queries = Number(values.queries)
const LIMIT = { ms: 30, recall: 0.99, mb: 1024, rows: 1_000_000 }

const work = mkdtempSync(join(tmpdir(), 'gleaner-bench-'))
const folder = join(import.meta.dirname, 'search')

interface Engine {
  name: string
  command: string[]
  /** Fewer queries, where one takes a second. */
  queries?: number
  isPython?: true
}
const node = (engine: string): string[] => [process.execPath, join(folder, 'engines.ts'), engine]
const python = (kind: string): string[] => ['python3', join(folder, 'faiss_flat.py'), kind]
const ENGINES: Engine[] = [
  { name: 'gleaner flat (sketches first)', command: node('flat') },
  { name: 'gleaner flat (codes only)', command: node('flat-fine') },
  { name: 'usearch exactSearch f32', command: node('usearch-exact') },
  { name: 'usearch graph i8, ef 512', command: node('usearch-graph') },
  { name: 'sqlite-vec 0.1.9', command: node('sqlite-vec'), queries: 20 },
  { name: 'faiss IndexFlatIP f32', command: python('flat'), isPython: true },
  { name: 'faiss SQ8 + f32 of 400', command: python('sq8'), isPython: true },
]

function run(engine: Engine, file: string, rows: number, queryFile: string): EngineRun {
  const n = String(Math.min(queries, engine.queries ?? Infinity))
  const [program = '', ...args] = engine.command
  const { stdout, stderr, status } = spawnSync(
    program,
    [...args, file, String(rows), queryFile, n, String(K), work],
    { encoding: 'utf8', maxBuffer: 2 ** 28 },
  )
  if (status !== 0) throw new Error(stderr.slice(-500))
  return JSON.parse(stdout.trim().split('\n').at(-1) as string) as EngineRun
}

function percentile(ms: number[], share: number): number {
  const sorted = [...ms].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] as number
}

function recall(found: number[][], right: number[][]): number {
  let [hits, all] = [0, 0]
  found.forEach((rows, i) => {
    const wanted = new Set(right[i])
    for (const row of rows) if (wanted.has(row)) hits++
    all += wanted.size
  })
  return hits / all
}

/** The exact rows of one query, in double precision, by a plain loop: what is taken as right is held against it. */
function plain(file: string, rows: number, queryFile: string, i: number): number[] {
  const query = new Float32Array(DIMENSIONS)
  readSync(openSync(queryFile, 'r'), query, 0, DIMENSIONS * 4, i * DIMENSIONS * 4)
  const fd = openSync(file, 'r')
  const batch = new Float32Array(4096 * DIMENSIONS)
  const cosines = new Float64Array(rows)
  for (let from = 0; from < rows; from += 4096) {
    const read = readSync(fd, batch, 0, batch.byteLength, from * DIMENSIONS * 4)
    for (let row = 0; row < read / 4 / DIMENSIONS; row++) {
      let sum = 0
      for (let j = 0; j < DIMENSIONS; j++) {
        sum += (batch[row * DIMENSIONS + j] as number) * (query[j] as number)
      }
      cosines[from + row] = sum
    }
  }
  return [...cosines.keys()]
    .sort((a, b) => (cosines[b] as number) - (cosines[a] as number) || a - b)
    .slice(0, K)
}

const hasFaiss = spawnSync('python3', ['-c', 'import faiss']).status === 0
if (!hasFaiss) console.log('faiss: not in this python3, left out')
console.log(
  `${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1)} at the beginning, ${DIMENSIONS} dimensions, ${queries} queries of ${K}`,
)
try {
  const queryFile = join(work, 'queries.f32')
  makeVectors(queryFile, queries, 99)
  for (const rows of sizes) {
    const file = join(work, `${rows}.f32`)
    makeVectors(file, rows, 7)
    const runs = new Map<Engine, EngineRun>()
    for (const engine of ENGINES) {
      if (engine.isPython && !hasFaiss) continue
      if (engine.name.includes('graph') && rows > Number(values.graph)) continue
      if (values.engines && !values.engines.split(',').some((one) => engine.name.includes(one)))
        continue
      try {
        runs.set(engine, run(engine, file, rows, queryFile))
      } catch (error) {
        console.log(`${engine.name}: failed. ${String(error)}`)
      }
    }
    const exact = [...runs].find(([engine]) => engine.name.startsWith('usearch exact'))?.[1]
    if (!exact) throw new Error('what is exact is not known')
    const checked = recall([plain(file, rows, queryFile, 0)], [exact.all.rows[0] as number[]])
    console.log(
      `\n${rows.toLocaleString('en')} x ${DIMENSIONS}; load ${loadavg()[0]?.toFixed(1)}; ` +
        `usearch exact against a plain double loop: ${checked.toFixed(3)} of ${K}`,
    )
    console.table(
      Object.fromEntries(
        [...runs].map(([engine, { buildS, all, filtered, rssMB, peakMB }]) => [
          engine.name,
          {
            'p50 ms': round(percentile(all.ms, 0.5)),
            'p95 ms': round(percentile(all.ms, 0.95)),
            'least ms': round(Math.min(...all.ms)),
            'cpu p50 ms': round(percentile(all.cpuMs, 0.5)),
            'recall@100': round(recall(all.rows, exact.all.rows), 4),
            '1 %: p95 ms': round(percentile(filtered.ms, 0.95)),
            '1 %: recall': round(recall(filtered.rows, exact.filtered.rows), 4),
            'build s': round(buildS),
            'memory MB': Math.round(rssMB),
            'peak MB': Math.round(peakMB),
          },
        ]),
      ),
    )
    const [ours] = runs.values()
    if (rows === LIMIT.rows && ours) judge(ours, exact)
    rmSync(file)
  }
} finally {
  rmSync(work, { recursive: true, force: true })
}

function judge(ours: EngineRun, exact: EngineRun): void {
  const met = (isMet: boolean): string => (isMet ? 'met' : 'MISSED')
  for (const [what, part, right] of [
    ['all', ours.all, exact.all],
    ['1 %', ours.filtered, exact.filtered],
  ] as const) {
    const [ms, share] = [percentile(part.ms, 0.95), recall(part.rows, right.rows)]
    console.log(
      `${what}: p95 ${ms.toFixed(1)} ms (below ${LIMIT.ms}: ${met(ms < LIMIT.ms)}), recall ${share.toFixed(4)} ` +
        `(${LIMIT.recall}: ${met(share >= LIMIT.recall)}), peak ${ours.peakMB.toFixed(0)} MB (${LIMIT.mb}: ${met(ours.peakMB < LIMIT.mb)})`,
    )
  }
}

function round(value: number, digits = 1): number {
  return Number(value.toFixed(digits))
}
