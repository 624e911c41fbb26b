/**
 * Rating on the engine's side: the queue of a rater, an answer, the summaries and a picture, in a study
 * of 10,000 pictures of 1024 x 1024 with 100,000 answers. The window's part (from key to frame) is
 * measured by its own bench. Calls are told in milliseconds of the engine's processor, pictures by
 * the clock.
 *
 *     node test/bench/rating.ts [PICTURES] [ANSWERS]
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CallInput, CallName, CallOutput } from '#shared/contract/index.ts'
import { SOFTWARE } from '#shared/version.ts'
import { createEngine } from '../../src/main/engine/engine.ts'
import { findEntries } from '../../src/main/engine/entries.ts'
import { createPictureHost } from '../../src/main/images/host-client.ts'
import { freeze } from '../../src/main/jobs/evaluate/freeze.ts'
import { blobPath } from '../../src/main/store/blobs.ts'
import { openCorpus } from '../../src/main/store/open.ts'
import { insertRating } from '../../src/main/store/repositories/ratings.ts'
import { studyOf } from '../../src/main/store/repositories/studies.ts'
import { studyTasks } from '../../src/main/store/repositories/study-tasks.ts'
import { transaction } from '../../src/main/store/statements.ts'
import { makeBigStudy } from '../support/big-study.ts'

const pictures = Number(process.argv[2] ?? 10_000)
const answers = Number(process.argv[3] ?? 100_000)
const SIZE = 1024
const ASPECTS = ['objects', 'attributes', 'relations', 'setting', 'overall']

const folder = mkdtempSync(join(tmpdir(), 'gleaner-bench-rating-'))
process.env['GLEANER_HOME'] = join(folder, 'home')
const path = join(folder, 'rating.gleaner')

const row = (what: string, times: number[]): void => {
  const sorted = [...times].sort((a, b) => a - b)
  const at = (share: number): string =>
    `${(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN).toFixed(1)} ms`
  console.log(
    what.padEnd(52) + [at(0.5), at(0.95), at(1)].map((cell) => cell.padStart(12)).join(''),
  )
}
/** Milliseconds of this thread's processor: what else the machine does adds next to nothing. */
async function work(n: number, once: (i: number) => unknown): Promise<number[]> {
  const found: number[] = []
  for (let i = 0; i < n; i++) {
    const before = process.threadCpuUsage()
    await once(i)
    const { user, system } = process.threadCpuUsage(before)
    found.push((user + system) / 1000)
  }
  return found
}
/** Milliseconds by the clock. */
async function times(n: number, once: (i: number) => unknown): Promise<number[]> {
  const found: number[] = []
  for (let i = 0; i < n; i++) {
    const began = performance.now()
    await once(i)
    found.push(performance.now() - began)
  }
  return found
}

async function make(): Promise<void> {
  const { corpus, study } = await makeBigStudy(path, pictures)
  const { writer } = corpus
  const began = performance.now()
  freeze(corpus, study)
  row(`freeze ${pictures} pictures`, [performance.now() - began])
  const frozen = studyOf(writer, 's')
  const items = studyTasks(writer, frozen).filter(({ kind }) => kind === 'item')
  transaction(writer, () => {
    for (let i = 0; i < answers; i++) {
      insertRating(writer, {
        study: frozen.id,
        rater: `rater ${i % 3}`,
        uid: `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`,
        task: items[Math.floor(i / 15) % items.length]?.token as string,
        aspect: ASPECTS[Math.floor(i / 3) % 5] as string,
        kind: 'set',
        target: null,
        answer: String(i % 6),
        ms: 4000,
        position: i,
        zoom: null,
        firstLeft: null,
        blind: true,
        software: SOFTWARE,
        at: new Date(Date.UTC(2026, 0, 1) + i * 1000).toISOString(),
      })
    }
  })
  corpus.close()
}

await make()
const engine = createEngine({ resumeJobs: false })
const ask = async <N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> =>
  (await engine.call(name, input)).value as CallOutput<N>
try {
  await ask('corpora.open', { path })
  const memoryBefore = process.memoryUsage().rss
  console.log(
    `${'what'.padEnd(52)}${['p50', 'p95', 'most'].map((cell) => cell.padStart(12)).join('')}`,
  )
  const by = { corpus: path, study: 's', rater: 'rater 1' }
  row('studies.list, the first time', await work(1, () => ask('studies.list', { corpus: path })))
  row('studies.list', await work(10, () => ask('studies.list', { corpus: path })))
  row('studies.get', await work(5, () => ask('studies.get', { corpus: path, study: 's' })))
  row('ratings.queue, rate', await work(10, () => ask('ratings.queue', { ...by, mode: 'rate' })))
  row(
    'ratings.queue, compare',
    await work(5, () => ask('ratings.queue', { ...by, mode: 'compare' })),
  )
  row('ratings.raters', await work(3, () => ask('ratings.raters', { corpus: path, study: 's' })))
  const { tasks } = await ask('ratings.queue', { ...by, mode: 'rate' })
  row(
    'ratings.tasks, 4 ahead',
    await work(200, (i) => ask('ratings.tasks', { ...by, tasks: tasks.slice(i, i + 4) })),
  )
  row(
    'ratings.set',
    await work(1000, (i) =>
      ask('ratings.set', {
        ...by,
        task: tasks[i % 500] as string,
        aspect: ASPECTS[i % 5] as string,
        answer: String(i % 6),
        ms: 2000,
      }),
    ),
  )
  row('ratings.undo', await work(300, () => ask('ratings.undo', by)))
  row('ratings.redo', await work(300, () => ask('ratings.redo', by)))
  const shown = await ask('ratings.tasks', { ...by, tasks: tasks.slice(20, 40) })
  const tokens = shown.map(({ images }) => images[0] as string)
  row(
    'pictures.study, one after the other',
    await times(20, (i) =>
      engine.call('pictures.study', { corpus: path, token: tokens[i] as string }),
    ),
  )
  const began = performance.now()
  for (let from = 0; from < 20; from += 4) {
    await Promise.all(
      tokens
        .slice(from, from + 4)
        .map((token) => engine.call('pictures.study', { corpus: path, token })),
    )
  }
  row('pictures.study, a picture where 4 are read ahead', [(performance.now() - began) / 20])
  const host = createPictureHost(
    findEntries(new URL('../../src/main/engine/entries.ts', import.meta.url).href).pictureHost,
  )
  const corpus = openCorpus(path, { readonly: true })
  for (const mime of ['image/png', 'image/jpeg']) {
    const sums = corpus.reader
      .prepare<[string], string>('SELECT DISTINCT sha256 FROM study_images WHERE mime = ?')
      .pluck()
      .all(mime)
    const as = { width: SIZE, height: SIZE, format: 'bmp' as const }
    row(
      `making a picture uniform, ${mime}`,
      await times(40, (i) =>
        host.uniform({ path: blobPath(path, sums[i % sums.length] as string) }, as),
      ),
    )
  }
  corpus.close()
  await host.close()
  const grown = process.memoryUsage().rss - memoryBefore
  console.log(`memory of the engine grew by ${Math.round(grown / 2 ** 20)} MiB`)
} finally {
  await engine.stop()
  rmSync(folder, { recursive: true, force: true })
}
