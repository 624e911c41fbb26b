/**
 * What a prompt base takes in memory: synthetic prompts with rows of 512 and 384 numbers, 64 pictures
 * looked up with k = 100, in a process of its own whose peak is read.
 *
 *     node test/bench/prompt-base-memory.ts [PROMPTS] [FOLDER]
 *
 * FOLDER keeps the base, which is made where it is not there. Prints the size of the vectors, seconds,
 * and the peak above what the process had before.
 */
import { existsSync, mkdtempSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { seededRandom } from '#shared/random.ts'
import { promptTasks } from '../../src/main/jobs/image-to-prompt/prompt-tasks.ts'
import {
  createPromptBase,
  openPromptBase,
  promptBaseFolder,
} from '../../src/main/store/open-prompt-base.ts'
import {
  addPrompts,
  promptModel,
  promptSource,
} from '../../src/main/store/repositories/prompt-base.ts'
import { putPromptVectors } from '../../src/main/store/repositories/prompt-vectors.ts'

const n = Number(process.argv[2] ?? 200_000)
const root = process.argv[3] ?? mkdtempSync(join(tmpdir(), 'gleaner-bench-'))
const SIDES = [
  { side: 'picture-text', model: 'made', digest: 'a', dim: 512 },
  { side: 'sentence', model: 'made', digest: 'b', dim: 384 },
] as const
const BATCH = 2000
const random = seededRandom(1)

function unitRows(rows: number, dim: number): Float32Array {
  const out = new Float32Array(rows * dim)
  for (let at = 0; at < out.length; at += dim) {
    let sum = 0
    for (let i = at; i < at + dim; i++) {
      const value = 2 * random.next() - 1
      out[i] = value
      sum += value * value
    }
    const length = Math.sqrt(sum)
    for (let i = at; i < at + dim; i++) out[i] = (out[i] as number) / length
  }
  return out
}

const name = `made-${n}`
if (!existsSync(promptBaseFolder(root, name))) {
  createPromptBase(root, name)
  const { db, close } = openPromptBase(root, name)
  const source = promptSource(db, { path: 'made', column: null, sha256: 'made' })
  const models = SIDES.map((one) => promptModel(db, one))
  for (let at = 0; at < n; at += BATCH) {
    const rows = Math.min(BATCH, n - at)
    addPrompts(
      db,
      source.id,
      Array.from({ length: rows }, (_, i) => `a made prompt, number ${at + i}, in oil`),
    )
    const ids = Int32Array.from({ length: rows }, (_, i) => at + i + 1)
    for (const { id, dim } of models) putPromptVectors(db, id, ids, unitRows(rows, dim))
  }
  close()
  process.stdout.write(`made in ${root}; run it again for the peak\n`)
  process.exit(0)
}

const peak = (): number => process.resourceUsage().maxRSS / 1024
const queries = unitRows(64, 512)
const before = peak()
const io = { signal: new AbortController().signal, emit: () => Promise.resolve() }
const look = async (): Promise<number> => {
  const began = performance.now()
  await promptTasks.predict(
    {
      ...{ root, name, clip: { id: 1, dim: 512 }, sentence: { id: 2, dim: 384 }, queries },
      ...{ k: 100, shown: 10, weights: [0.6, 0.4], averaging: 'mean', space: 'sentence' },
    },
    io as never,
  )
  return (performance.now() - began) / 1000
}
const first = await look()
const again = await look()
const vectors = (n * (512 + 384) * 4) / 2 ** 20
const file = statSync(join(promptBaseFolder(root, name), 'prompts.db')).size / 2 ** 20
process.stdout.write(
  `${n} prompts: vectors ${vectors.toFixed(0)} MiB, on disk ${file.toFixed(0)} MiB; ` +
    `64 pictures ${first.toFixed(1)} s with loading, ${again.toFixed(1)} s after; ` +
    `peak ${(peak() - before).toFixed(0)} MiB above ${before.toFixed(0)} MiB\n`,
)
