/**
 * A corpus of 1,000,000 made-up pairs with texts and scores: opening, paging, filtering, moving
 * the cutoff; through the reading thread as the window does, each beside plain SQL.
 *
 *     node test/bench/million.ts [PAIRS] [FOLDER TO KEEP THE CORPUS IN]
 */
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { seededRandom } from '../../src/shared/random.ts'
import { createCorpus, openCorpus, openReader } from '../../src/main/store/open.ts'
import { createReadService } from '../../src/main/store/reads/read-service.ts'
import { corpusInfo } from '../../src/main/store/repositories/stats.ts'
import { fillCorpus } from '../support/synthetic.ts'

const pairs = Number(process.argv[2] ?? 1_000_000)
const kept = process.argv[3]
const folder = kept ?? mkdtempSync(join(tmpdir(), 'gleaner-million-'))
const path = join(folder, `million-${pairs}.gleaner`)

const table: { what: string; ours: string; goal: string; sql: string; ratio: string }[] = []
function add(what: string, ours: number, goal: number | null, sql?: number): void {
  table.push({
    what,
    ours: show(ours),
    goal: goal === null ? '' : `${ours < goal ? 'ok' : 'MISSED'} < ${show(goal)}`,
    sql: sql === undefined ? '' : show(sql),
    ratio: sql === undefined ? '' : `${(sql / ours).toFixed(1)} x`,
  })
}
const show = (ms: number): string => (ms < 10 ? `${ms.toFixed(2)} ms` : `${ms.toFixed(0)} ms`)

async function time(work: () => unknown): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}
function percentile(times: number[], share: number): number {
  const sorted = [...times].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] as number
}

try {
  if (!existsSync(path)) {
    createCorpus(path)
    const corpus = openCorpus(path)
    const made = await time(() => fillCorpus(corpus, { pairs, scores: ['alt', 'caption'] }))
    corpus.close()
    console.log(`made ${pairs.toLocaleString('en')} pairs in ${(made / 1000).toFixed(1)} s`)
  }
  console.log(`corpus.db ${(statSync(join(path, 'corpus.db')).size / 1e6).toFixed(0)} MB`)

  let corpus = openCorpus(path)
  corpus.close()
  const url = new URL('../../src/main/store/reads/query-worker.ts', import.meta.url)
  const all = { where: '', sort: 'id', score: null, seed: 0 } as const
  const score = { model: 'test/clip', text: 'alt' } as const
  const scope = { ...score, where: '' }

  const started = performance.now()
  corpus = openCorpus(path)
  corpusInfo(corpus.reader, path, '')
  const reads = createReadService(path, url)
  const first = await reads.select(all)
  await reads.page({ selection: first.selection, offset: 0, limit: 100 })
  add('open, select all, first page of 100', performance.now() - started, 2000)

  const sql = openReader(path)
  const random = seededRandom(7).next
  const pageTimes: number[] = []
  const sqlTimes: number[] = []
  const bySql = sql.prepare(
    `SELECT p.id, i.url, i.status, i.sha256, i.width, i.height, p.alt FROM pairs p
     JOIN images i ON i.id = p.image_id ORDER BY p.id LIMIT 100 OFFSET ?`,
  )
  for (let i = 0; i < 200; i++) {
    const offset = Math.floor(random() * (first.total - 100))
    pageTimes.push(await time(() => reads.page({ selection: first.selection, offset, limit: 100 })))
    if (i < 40) sqlTimes.push(await time(() => bySql.all(offset)))
  }
  add(
    'scroll anywhere, page of 100, p50',
    percentile(pageTimes, 0.5),
    null,
    percentile(sqlTimes, 0.5),
  )
  add(
    'scroll anywhere, page of 100, p95',
    percentile(pageTimes, 0.95),
    16,
    percentile(sqlTimes, 0.95),
  )

  add(
    'first histogram (loads the scores)',
    await time(() => reads.histogram({ ...scope, bins: 100 })),
    2000,
    await time(() =>
      sql
        .prepare(
          `SELECT CAST((cosine + 1) * 50 AS INT) AS bin, count(*) FROM scores
           WHERE model_id = 1 AND text_source = 'alt' GROUP BY bin`,
        )
        .all(),
    ),
  )
  const count = sql.prepare(
    `SELECT count(*) FROM scores WHERE model_id = 1 AND text_source = 'alt' AND cosine >= ?`,
  )
  const drags: number[] = []
  const counts: number[] = []
  for (let i = 0; i < 200; i++) {
    const line = 0.1 + 0.3 * random()
    drags.push(
      await time(() =>
        Promise.all([
          reads.countAbove({ ...scope, minCosine: line }),
          reads.histogram({ ...scope, bins: 100 }),
          reads.around({ ...scope, cosine: line, n: 12 }),
        ]),
      ),
    )
    if (i < 5) counts.push(await time(() => count.get(line)))
  }
  add(
    'cutoff drag: count, histogram, strips, p50',
    percentile(drags, 0.5),
    null,
    percentile(counts, 0.5),
  )
  add(
    'cutoff drag: count, histogram, strips, p95',
    percentile(drags, 0.95),
    16,
    percentile(counts, 0.95),
  )

  const again: number[] = []
  for (let i = 0; i < 20; i++) {
    // A batch of scores changes, and back.
    corpus.writer.exec(
      `UPDATE scores SET cosine = -cosine WHERE model_id = 1 AND text_source = 'alt'
       AND pair_id BETWEEN ${pairs / 2} AND ${pairs / 2 + 63}`,
    )
    reads.invalidate(['scores'])
    again.push(await time(() => reads.histogram({ ...scope, bins: 100 })))
  }
  add('histogram while scoring, p50', percentile(again, 0.5), 200)

  const plain = (where: string): Promise<number> => time(() => sql.prepare(where).pluck().all())
  add(
    'sort by score',
    await time(() => reads.select({ ...all, sort: 'score-desc', score })),
    null,
    await plain(`SELECT p.id FROM pairs p LEFT JOIN scores s ON s.pair_id = p.id AND s.model_id = 1
      AND s.text_source = 'alt' ORDER BY s.cosine DESC, p.id`),
  )
  add(
    'random order',
    await time(() => reads.select({ ...all, sort: 'random', seed: 5 })),
    null,
    await plain('SELECT id FROM pairs ORDER BY random()'),
  )
  add(
    'sort by size',
    await time(() => reads.select({ ...all, sort: 'size-desc' })),
    null,
    await plain(
      'SELECT p.id FROM pairs p JOIN images i ON i.id = p.image_id ORDER BY i.width * i.height DESC',
    ),
  )
  for (const [where, peer] of [
    [
      'score.alt>=0.28',
      `SELECT pair_id FROM scores WHERE model_id = 1 AND text_source = 'alt' AND cosine >= 0.28`,
    ],
    [
      'harbour',
      `SELECT id FROM pairs WHERE alt LIKE '%harbour%' OR caption LIKE '%harbour%' OR title LIKE '%harbour%'`,
    ],
    [
      'alt:harbour width>=512 score.alt>=0.25',
      `SELECT p.id FROM pairs p JOIN images i ON i.id = p.image_id JOIN scores s ON s.pair_id = p.id AND s.model_id = 1 AND s.text_source = 'alt' WHERE p.alt LIKE '%harbour%' AND i.width >= 512 AND s.cosine >= 0.25`,
    ],
    [
      'host:site7.example',
      `SELECT p.id FROM pairs p JOIN pages g ON g.id = p.page_id WHERE g.host = 'site7.example'`,
    ],
    ['alt:/^red .*(boat|lake)/', null],
    ['text:harbour', null],
  ] as const) {
    const ours = await time(() => reads.select({ ...all, where, score: null }))
    add(`filter ${where}`, ours, null, peer === null ? undefined : await plain(peer))
  }
  const within = { ...scope, where: 'alt:harbour' }
  add(
    'histogram within a filter, first',
    await time(() => reads.histogram({ ...within, bins: 100 })),
    null,
  )
  add(
    'histogram within a filter, again',
    await time(() => reads.histogram({ ...within, bins: 100 })),
    16,
  )
  add('statistics', await time(() => reads.stats()), null)

  let longest = 0
  let beat = performance.now()
  const heart = setInterval(() => {
    longest = Math.max(longest, performance.now() - beat)
    beat = performance.now()
  }, 1)
  await reads.select({ ...all, where: 'before:sunset' })
  clearInterval(heart)
  add('engine held up by a heavy filter', longest, 50)

  console.table(table)
  console.log(`memory: ${(process.memoryUsage.rss() / 1e6).toFixed(0)} MB`)
  sql.close()
  await reads.close()
  corpus.close()
} finally {
  if (kept === undefined) rmSync(folder, { recursive: true, force: true })
}
