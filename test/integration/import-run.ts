/** Runs an import in a process of its own, to be killed or measured: CORPUS INPUT... */
import { existsSync } from 'node:fs'
import { ImportInput } from '#shared/contract/jobs.ts'
import { runImport } from '../../src/main/jobs/import/import.ts'
import { createCorpus, openCorpus } from '../../src/main/store/open.ts'
import { countRows } from '../../src/main/store/repositories/stats.ts'
import { jobContext } from '../support/ingest.ts'

const [, , path = '', ...inputs] = process.argv
if (!existsSync(path)) createCorpus(path)
const corpus = openCorpus(path)
const ctx = jobContext()
ctx.progress = ({ note }) => process.stdout.write(`${note}\n`)
const started = performance.now()
await runImport(corpus, ImportInput.parse({ corpus: path, inputs, images: 'none' }), ctx)
const seconds = (performance.now() - started) / 1000
const pairs = countRows(corpus.reader, 'pairs')
corpus.close()
const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage()
const cpu = (userCPUTime + systemCPUTime) / 1e6
process.stdout.write(JSON.stringify({ pairs, seconds, cpu, rssMB: maxRSS / 1024 }) + '\n')
