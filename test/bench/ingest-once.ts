/** One ingest in a process of its own, for its CPU time and memory. Arguments: corpus, workers, archives. */
import { existsSync } from 'node:fs'
import { countRows } from '../../src/main/store/repositories/stats.ts'
import { ingest } from '../support/ingest.ts'

if (process.argv.length < 4) {
  console.log('Part of the benchmark `ingest`.')
  process.exit(0)
}
const [folder, workers, ...archives] = process.argv.slice(2) as [string, string, ...string[]]
if (existsSync(folder)) throw new Error(`${folder} exists`)
const started = performance.now()
const corpus = await ingest(folder, archives, { workers: Number(workers) })
const seconds = (performance.now() - started) / 1000
const pairs = countRows(corpus.reader, 'pairs')
corpus.close()
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
console.log(
  JSON.stringify({ pairs, seconds, cpu: (userCPUTime + systemCPUTime) / 1e6, rss: maxRSS / 1024 }),
)
