/**
 * A corpus of 1,000,000 made-up pairs: marks of all pairs, facets, kinds of alts, columns; through
 * the reading thread as the window does, each beside plain SQL.
 *
 *     node test/bench/marks.ts [PAIRS] [FOLDER TO KEEP THE CORPUS IN]
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findEntries } from '../../src/main/engine/entries.ts'
import { runAltKinds } from '../../src/main/jobs/spans/alt-kinds.ts'
import { MACHINE_ALT_RULES, REPEATED_TEXTS } from '../../src/main/labeling/machine-alt-rules.ts'
import { USELESS_ALT_RULES } from '../../src/main/labeling/useless-alt-rules.ts'
import { createCorpus, openCorpus, openReader } from '../../src/main/store/open.ts'
import { createReadService } from '../../src/main/store/reads/read-service.ts'
import { ensureColumn, putColumnValues } from '../../src/main/store/repositories/columns.ts'
import { putMarks, undoMarks } from '../../src/main/store/repositories/marks.ts'
import { countPairs } from '../../src/main/store/repositories/pairs.ts'
import { transaction } from '../../src/main/store/statements.ts'
import { jobContext } from '../support/ingest.ts'
import { fillCorpus } from '../support/synthetic.ts'

const pairs = Number(process.argv[2] ?? 1_000_000)
const kept = process.argv[3]
const folder = kept ?? mkdtempSync(join(tmpdir(), 'gleaner-marks-'))
const path = join(folder, `marks-${pairs}.gleaner`)
const show = (ms: number): string => (ms < 10 ? `${ms.toFixed(2)} ms` : `${ms.toFixed(0)} ms`)

async function time<T>(what: string, work: () => T | Promise<T>): Promise<T> {
  const started = performance.now()
  const value = await work()
  console.log(`${what.padEnd(64)} ${show(performance.now() - started)}`)
  return value
}

try {
  if (!existsSync(path)) {
    createCorpus(path)
    const made = openCorpus(path)
    await time('made', () => fillCorpus(made, { pairs, scores: ['alt'] }))
    transaction(made.writer, () => {
      const column = ensureColumn(made.writer, 'punsafe')
      const values = Array.from({ length: pairs }, (_, i) => ({
        pairId: i + 1,
        value: ((i * 7919) % 1000) / 1000,
      }))
      putColumnValues(made.writer, { column, values })
    })
    made.close()
  }
  const corpus = openCorpus(path)
  const url = new URL('../../src/main/store/reads/query-worker.ts', import.meta.url)
  const reads = createReadService(path, url)
  const sql = openReader(path)
  const asked = { where: '', score: null, limit: 8, find: null }
  await reads.select({ where: '', sort: 'id', score: null, by: null, seed: 0 })
  const all = await time('ids of all pairs from the reading thread', () =>
    reads.markTargets({ target: { where: '', score: null } }),
  )
  const person = 'anna'
  await time('mark all pairs (one event)', () =>
    putMarks(corpus.writer, { person, ids: all, change: { mark: 'keep' }, software: 'bench' }),
  )
  const odd = all.filter((id) => (id * 2654435761) % 3 === 0)
  await time(`tag ${odd.length} scattered pairs (one event)`, () =>
    putMarks(corpus.writer, {
      person,
      ids: odd,
      change: { mark: 'reject', addTags: ['logo'] },
      software: 'bench',
    }),
  )
  reads.invalidate(['marks'])
  const select = (where: string, sort = 'id') =>
    reads.select({ where, sort: sort as 'id', score: null, by: null, seed: 0 })
  await time('mark:reject, first', () => select('mark:reject'))
  await time('-tag:logo', () => select('-tag:logo'))
  await time('mark:reject counted in SQL, as a job asks', () =>
    countPairs(sql, { where: 'mark:reject' }),
  )
  await time('facets, first time', () => reads.countFacets(asked))
  await time('facets again', () => reads.countFacets(asked))
  await time('facets within mark:reject host:site1.example', () =>
    reads.countFacets({ ...asked, where: 'mark:reject host=site1.example' }),
  )
  await time('facets within a new filter width>=500', () =>
    reads.countFacets({ ...asked, where: 'width>=500' }),
  )
  await time('the hosts alone by plain SQL', () =>
    sql
      .prepare('SELECT g.host, count(*) FROM pairs p JOIN pages g ON g.id = p.page_id GROUP BY 1')
      .all(),
  )
  await time('punsafe<0.1, first', () => select('punsafe<0.1'))
  await time('punsafe:0.2..0.3', () => select('punsafe:0.2..0.3'))
  await time('undo', () => undoMarks(corpus.writer, { person, software: 'bench' }))
  reads.invalidate(['marks'])
  await time('mark:keep after undo', () => select('mark:keep'))
  await time('one more mark', () =>
    putMarks(corpus.writer, {
      person,
      ids: Int32Array.of(5),
      change: { mark: 'unsure' },
      software: 'bench',
    }),
  )
  reads.invalidate(['marks'])
  await time('mark:unsure after it', () => select('mark:unsure'))
  const context = { ...jobContext(), entries: findEntries() }
  await time('sort the alts of all pairs', () =>
    runAltKinds(
      corpus,
      context,
      {
        machine: MACHINE_ALT_RULES.map((rule) => ({
          ...rule,
          examples: [...rule.examples],
          spares: [...rule.spares],
        })),
        repeated: REPEATED_TEXTS,
      },
      USELESS_ALT_RULES.map((rule) => ({
        ...rule,
        examples: [...rule.examples],
        spares: [...rule.spares],
      })),
    ),
  )
  reads.invalidate(['kinds'])
  await time('alt-kind:words', () => select('alt-kind:words'))
  await time('facets after it', () => reads.countFacets(asked))
  sql.close()
  await reads.close()
  corpus.close()
} finally {
  if (kept === undefined) rmSync(folder, { recursive: true, force: true })
}
