import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Pair } from '#shared/domain.ts'
import { createReads } from '../../../src/main/store/reads/reads.ts'
import type { Reads } from '../../../src/main/store/reads/reads.ts'
import { createCorpus, openCorpus, type Corpus } from '../../../src/main/store/open.ts'
import { currentBestSet } from '../../../src/main/store/repositories/best-set-in-use.ts'
import {
  listBestSets,
  makeBestSet,
  useBestSet,
} from '../../../src/main/store/repositories/best-sets.ts'
import { findModel } from '../../../src/main/store/repositories/models.ts'
import { listPairs } from '../../../src/main/store/repositories/pairs.ts'
import { fillCorpus } from '../../support/synthetic.ts'

let folder: string
let corpus: Corpus
let reads: Reads
const TEXTS = ['alt', 'caption', 'title'] as const
const go = (): Promise<boolean> => Promise.resolve(true)
const make = (texts: readonly (typeof TEXTS)[number][] = TEXTS): Promise<number | null> =>
  makeBestSet(
    corpus.writer,
    { modelId: findModel(corpus.writer, 'test/clip').id, texts, software: 'test' },
    go,
  )
const all = (): Pair[] => listPairs(corpus.reader, { where: '', afterId: 0, limit: 5000 })

const shows = (pair: Pair, text: (typeof TEXTS)[number]): boolean =>
  (pair.text[text] ?? '').trim() !== ''

/** By hand: the highest cosine, of equal ones the first in the order of the texts. */
function wanted(pair: Pair): { text: (typeof TEXTS)[number]; cosine: number } | null {
  const own = TEXTS.flatMap((text) => {
    const score = pair.scores.find((one) => one.text === text)
    return score && shows(pair, text) ? [{ text, cosine: score.cosine }] : []
  })
  const top = Math.max(...own.map(({ cosine }) => cosine))
  return own.find(({ cosine }) => cosine === top) ?? null
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gleaner-best-'))
  const path = join(folder, 'a.gleaner')
  createCorpus(path)
  corpus = openCorpus(path)
  fillCorpus(corpus, { pairs: 800, scores: [...TEXTS] })
  // Ties, and pairs with one text or none.
  corpus.writer.exec(`UPDATE scores SET cosine = 0.5 WHERE pair_id <= 20`)
  corpus.writer.exec(
    `DELETE FROM scores WHERE pair_id BETWEEN 21 AND 40 AND text_source <> 'title'`,
  )
  corpus.writer.exec(`DELETE FROM scores WHERE pair_id BETWEEN 41 AND 45`)
  reads = createReads(corpus.reader)
})
afterAll(() => {
  corpus.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('the best text of each picture', () => {
  test('is not there before it was chosen', () => {
    expect(currentBestSet(corpus.reader)).toBeNull()
    expect(listBestSets(corpus.reader)).toEqual([])
    expect(all().every(({ text }) => text.best === null)).toBe(true)
  })

  test('has the highest cosine; of equal ones the first text wins, and both are counted', async () => {
    const before = all()
    const set = (await make())!
    useBestSet(corpus.writer, set)
    reads.invalidate(['scores'])
    const after = new Map(all().map((pair) => [pair.id, pair]))
    const won = new Map<string, number>()
    for (const pair of before) {
      const should = wanted(pair)
      const is = after.get(pair.id)!
      expect(is.scores.find(({ text }) => text === 'best')?.cosine ?? null).toBe(
        should?.cosine ?? null,
      )
      expect(is.text.best).toBe(should ? pair.text[should.text] : null)
      if (should) won.set(should.text, (won.get(should.text) ?? 0) + 1)
    }
    const [report] = listBestSets(corpus.reader)
    expect(report).toMatchObject({ id: set, current: true, texts: TEXTS, model: 'test/clip' })
    expect(report!.chosen).toEqual(TEXTS.map((text) => ({ text, n: won.get(text) ?? 0 })))
    const cosines = before
      .map((pair) =>
        pair.scores
          .filter(({ text }) => shows(pair, text as 'alt'))
          .map(({ cosine }) => cosine)
          .sort((x, y) => y - x),
      )
      .filter((one) => one.length > 0)
    expect(report!.pairs).toBe(cosines.length)
    expect(report!.single).toBe(cosines.filter((one) => one.length === 1).length)
    expect(report!.blank).toBe(
      before.flatMap((pair) => pair.scores.filter(({ text }) => !shows(pair, text as 'alt')))
        .length,
    )
    expect(report!.blank).toBeGreaterThan(10)
    const margins = cosines.flatMap(([a, b]) => {
      return b === undefined ? [] : [a! - b]
    })
    expect(report!.ties).toBe(margins.filter((one) => one === 0).length)
    expect(report!.ties).toBeGreaterThan(3)
    margins.sort((a, b) => a - b)
    const middle = margins.length / 2
    expect(report!.marginMedian).toBeCloseTo(
      margins.length % 2 === 1
        ? margins[Math.floor(middle)]!
        : (margins[middle - 1]! + margins[middle]!) / 2,
      12,
    )
  })

  test('is a text like any other: in filters, cutoffs and what would be exported', () => {
    const best = (pair: Pair): number =>
      pair.scores.find(({ text }) => text === 'best')?.cosine ?? -2
    const kept = all().filter((pair) => best(pair) >= 0.4)
    const where = 'score[test/clip].best>=0.4'
    expect(listPairs(corpus.reader, { where, afterId: 0, limit: 5000 })).toHaveLength(kept.length)
    const scope = { model: 'test/clip', text: 'best' as const, where: '' }
    expect(reads.countAbove({ ...scope, minCosine: 0.4 }).kept).toBe(kept.length)
    expect(reads.sources().find(({ text }) => text === 'best')?.n).toBe(
      all().filter((pair) => best(pair) > -2).length,
    )
    const [row] = reads.around({ ...scope, cosine: 0.4, n: 1 }).above
    const shown = all().find(({ id }) => id === row!.id)!
    expect(row).toMatchObject({ text: shown.text.best, textSource: 'best', cosine: best(shown) })
    const preview = reads.exportPreview({ format: 'parquet', where: '', text: 'best' })
    expect(preview.skipped.find(({ reason }) => reason === 'no-text')?.n).toBe(
      all().filter(({ text }) => text.best === null).length,
    )
  })

  test('made again is the same set, and another one where the texts or the scores are others', async () => {
    const first = currentBestSet(corpus.reader)!
    expect(await make()).toBe(first)
    expect(listBestSets(corpus.reader)).toHaveLength(1)
    const two = (await make(['alt', 'caption']))!
    expect(two).not.toBe(first)
    // What was chosen before stays in use until another is chosen.
    expect(currentBestSet(corpus.reader)).toBe(first)
    corpus.writer.exec(
      `UPDATE scores SET cosine = 0.99 WHERE pair_id = 100 AND text_source = 'title'`,
    )
    expect(await make()).not.toBe(first)
    expect(listBestSets(corpus.reader)).toHaveLength(3)
  })

  test('that was ended half way leaves nothing', async () => {
    const rows = (): unknown =>
      corpus.reader
        .prepare(
          `SELECT (SELECT count(*) FROM best_sets), (SELECT count(*) FROM best_texts),
             (SELECT count(*) FROM scores)`,
        )
        .raw()
        .get()
    const before = rows()
    const ended = await makeBestSet(
      corpus.writer,
      { modelId: 1, texts: ['alt', 'title'], software: 'test' },
      () => Promise.resolve(false),
    )
    expect(ended).toBeNull()
    expect(rows()).toEqual(before)
    // What a kill leaves is cleared away when the next one is made.
    corpus.writer.exec(
      `INSERT INTO best_sets (id, model_id, sources, software, created_at) VALUES (77, 1, '[]', 't', '');
       INSERT INTO best_texts VALUES (77, 1, 'alt', NULL);
       INSERT INTO scores (model_id, text_source, pair_id, cosine) VALUES (1, 'best@77', 1, 0.1)`,
    )
    await make()
    expect(rows()).toEqual(before)
    expect(() => useBestSet(corpus.writer, 999)).toThrow('no set of best texts 999')
  })
})
