import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { VersionDiff, VersionInfo } from '#shared/contract/versions.ts'
import { VersionInput } from '#shared/contract/jobs/version.ts'
import { isBlank } from '#shared/export-needs.ts'
import { readPairLine } from '#shared/versions/pair-line.ts'
import { checkVersion } from '../../../../src/main/jobs/versions/check.ts'
import { diffVersions, pageOf } from '../../../../src/main/jobs/versions/diff.ts'
import { sideOfNow, storedSide } from '../../../../src/main/jobs/versions/sides.ts'
import { runVersion } from '../../../../src/main/jobs/versions/version.ts'
import { createCorpus, openCorpus } from '../../../../src/main/store/open.ts'
import type { Corpus } from '../../../../src/main/store/open.ts'
import { ensureModel } from '../../../../src/main/store/repositories/models.ts'
import type { MarkChange } from '#shared/marks.ts'
import { putMarks } from '../../../../src/main/store/repositories/marks.ts'
import { listPairs } from '../../../../src/main/store/repositories/pairs.ts'
import {
  findVersion,
  infoOf,
  versionLines,
} from '../../../../src/main/store/repositories/versions.ts'
import { exportContext } from '../../../integration/export-support.ts'
import { fillCorpus } from '../../../support/synthetic.ts'

const SIGNAL = new AbortController().signal
const EVERY = 10_000
let folder: string
let corpus: Corpus

function make(name: string): Corpus {
  const path = join(folder, `${name}.gleaner`)
  createCorpus(path)
  const made = openCorpus(path)
  fillCorpus(made, { pairs: 600, scores: ['alt', 'caption'] })
  return made
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gleaner-versions-'))
  corpus = make('a')
})
afterEach(() => {
  corpus.close()
  rmSync(folder, { recursive: true, force: true })
})

async function freeze(
  name: string,
  input: Partial<VersionInput> = {},
  of: Corpus = corpus,
): Promise<VersionInfo> {
  const full = VersionInput.parse({ corpus: of.path, name, ...input })
  await runVersion(of, full, exportContext())
  return VersionInfo.parse(infoOf(findVersion(of.reader, name)))
}

const ids = (name: string): number[] =>
  [...versionLines(corpus.reader, findVersion(corpus.reader, name).id)].map(({ id }) => id)
const idsWhere = (where: string): number[] =>
  listPairs(corpus.reader, { where, afterId: 0, limit: EVERY }).map(({ id }) => id)

/** A comparison whose sums are looked at before it is given. */
async function diff(a: string, b: string | null): Promise<VersionDiff> {
  const from = storedSide(corpus.reader, a)
  const to =
    b === null ? await sideOfNow(corpus.reader, from, SIGNAL) : storedSide(corpus.reader, b)
  const whole = await diffVersions(corpus.reader, from, to, SIGNAL)
  const found = VersionDiff.parse(pageOf(whole, { bins: 20, offset: 0, limit: EVERY }))
  const sum = (side: string): number =>
    found.reasons.filter((one) => one.side === side).reduce((n, one) => n + one.n, 0)
  expect(found.same + found.changed + found.went).toBe(found.a.pairs)
  expect(found.same + found.changed + found.came).toBe(found.b.pairs)
  for (const side of ['went', 'came', 'changed'] as const) expect(sum(side)).toBe(found[side])
  expect(found.pairs).toHaveLength(found.went + found.came + found.changed)
  return found
}
const reasons = ({ reasons: all }: VersionDiff): string[] =>
  all.map(({ side, reason, term, n }) => `${side} ${n} ${reason} ${term}`.trim()).sort()

describe('a version', () => {
  test('holds what passes filter and cutoff and has words, and counts what it left out', async () => {
    const info = await freeze('one', { where: 'status:ok', cutoff: 0.24 })
    const passing = listPairs(corpus.reader, {
      where: 'status:ok score.alt>=0.24',
      afterId: 0,
      limit: EVERY,
    })
    const kept = passing.filter(({ text }) => text.alt !== null && !isBlank(text.alt))
    expect(ids('one')).toEqual(kept.map(({ id }) => id))
    expect(info.counts).toMatchObject({
      matched: passing.length,
      leftOut: { 'no-text': passing.length - kept.length },
      scored: kept.length,
      texts: { alt: kept.length },
    })
    expect(kept.length).toBeGreaterThan(50)
    expect(passing.length).toBeGreaterThan(kept.length)
  })

  test('has the same hash in two corpora of the same input, and another for another input', async () => {
    const other = make('b')
    try {
      const input = { where: 'width>=300', texts: ['alt', 'caption'], cutoff: 0.2 } as const
      const [a, b] = [
        await freeze('one', { ...input, texts: [...input.texts] }),
        await freeze('two', { ...input, texts: [...input.texts] }, other),
      ]
      expect(b.hash).toBe(a.hash)
      expect(
        (await freeze('three', { where: 'width>=301', texts: [...input.texts] })).hash,
      ).not.toBe(a.hash)
    } finally {
      other.close()
    }
  })

  test('is never changed, and its name is not given twice', async () => {
    const info = await freeze('One')
    for (const sql of [
      "UPDATE versions SET hash = ''",
      'DELETE FROM versions',
      'DELETE FROM version_members',
      'UPDATE version_members SET pair_id = 1',
      "UPDATE version_blocks SET lines = x''",
      'DELETE FROM version_blocks',
    ]) {
      expect(() => corpus.writer.exec(sql), sql).toThrow('never changed')
    }
    await expect(freeze('one')).rejects.toMatchObject({ kind: 'conflict' })
    expect(await checkVersion(corpus.reader, 'one')).toEqual({
      name: 'One',
      stated: info.hash,
      found: info.hash,
      pairs: info.pairs,
    })
  })

  test('does not give its hash any more when somebody changed a pair of it', async () => {
    const info = await freeze('one')
    corpus.writer.exec('DROP TRIGGER versions_stay')
    const recipe = { ...info.recipe, cutoff: { model: 'a'.repeat(64), text: 'alt', cosine: 0.1 } }
    corpus.writer.prepare('UPDATE versions SET recipe = ?').run(JSON.stringify(recipe))
    const { stated, found } = await checkVersion(corpus.reader, 'one')
    expect(stated).toBe(info.hash)
    expect(found).not.toBe(info.hash)
  })

  test('takes the first text of an order that a pair has, and the score of that text', async () => {
    await freeze('one', { texts: ['caption', 'alt'] })
    const pairs = new Map(
      listPairs(corpus.reader, { where: '', afterId: 0, limit: EVERY }).map((one) => [one.id, one]),
    )
    const counts = { caption: 0, alt: 0 }
    for (const { id, line } of versionLines(corpus.reader, 1)) {
      const frozen = readPairLine(line)
      const { text, scores } = pairs.get(id)!
      const source = text.caption ? 'caption' : 'alt'
      counts[source]++
      expect(frozen).toMatchObject({
        source,
        text: text[source],
        cosine: scores.find((score) => score.text === source)?.cosine ?? null,
      })
    }
    expect(Math.min(counts.alt, counts.caption)).toBeGreaterThan(100)
  })

  test('keeps of pairs with one picture the best scored', async () => {
    const info = await freeze('one', { onePerPicture: true })
    const best = new Map<string, number>()
    for (const { image, scores, text } of listPairs(corpus.reader, {
      where: 'alt:*',
      afterId: 0,
      limit: EVERY,
    })) {
      if (isBlank(text.alt ?? '')) continue
      const cosine = scores.find((score) => score.text === 'alt')?.cosine ?? -Infinity
      const key = image.sha256 ?? image.url
      best.set(key, Math.max(best.get(key) ?? -Infinity, cosine))
    }
    const kept = [...versionLines(corpus.reader, 1)].map(({ line }) => readPairLine(line)!)
    expect(new Map(kept.map((one) => [one.sha256 ?? one.image, one.cosine ?? -Infinity]))).toEqual(
      best,
    )
    expect(info.pairs).toBe(best.size)
    expect(info.counts.leftOut['same-picture']).toBeGreaterThan(10)
  })

  test('draws the same pairs by the same seed, in whatever order they were read', async () => {
    const one = await freeze('one', { sample: 100, seed: 3 })
    expect(one.pairs).toBe(100)
    expect(one.counts.leftOut['not-drawn']).toBe(
      one.counts.matched - 100 - one.counts.leftOut['no-text']!,
    )
    await freeze('two', { sample: 100, seed: 4 })
    await freeze('three', { sample: 50, seed: 3 })
    const [a, b, c] = ['one', 'two', 'three'].map(ids) as [number[], number[], number[]]
    // A smaller draw is a part of a larger one.
    expect(c.every((id) => a.includes(id))).toBe(true)
    expect(b.filter((id) => a.includes(id)).length).toBeLessThan(60)
  })

  test('is refused where it would be empty, or nobody knows whose score is cut', async () => {
    await expect(freeze('one', { where: 'width>100000' })).rejects.toMatchObject({
      kind: 'invalid-input',
    })
    await expect(freeze('one', { texts: ['title'], cutoff: 0.2 })).rejects.toThrow('no model')
    await expect(freeze('one', { texts: ['span'] })).rejects.toThrow('spans')
    expect(() => VersionInput.parse({ corpus: 'c', name: '../x' })).toThrow()
  })

  test('is a filter', async () => {
    await freeze('paper-1', { where: 'width>=1000' })
    expect(idsWhere('version:Paper-1')).toEqual(ids('paper-1'))
    expect(idsWhere('-version:* alt:*')).toHaveLength(
      idsWhere('alt:*').length - ids('paper-1').length,
    )
    const made = await freeze('two', { where: 'version:paper-1' })
    expect(made.recipe.versions).toEqual([
      { name: 'paper-1', hash: findVersion(corpus.reader, 'paper-1').hash },
    ])
    await expect(freeze('three', { where: 'version:nobody' })).rejects.toMatchObject({
      kind: 'not-found',
    })
  })
})

describe('the difference of two versions', () => {
  test('is none between a version and what its recipe gives on an unchanged corpus', async () => {
    const info = await freeze('one', { cutoff: 0.25, sample: 40 })
    const now = await diff('one', null)
    expect(now).toMatchObject({ same: 40, changed: 0, went: 0, came: 0, reasons: [], recipe: [] })
    expect(now.b.hash).toBe(info.hash)
  })

  test('tells a higher cutoff from a narrower filter, pair by pair', async () => {
    await freeze('a', { where: 'status:ok', cutoff: 0.2 })
    await freeze('b', { where: 'status:ok width>=900', cutoff: 0.24 })
    const found = await diff('a', 'b')
    const was = new Set(ids('a'))
    const narrow = new Set(idsWhere('width>=900'))
    const cut = new Set(idsWhere('score.alt>=0.24'))
    const expected = { filter: 0, cutoff: 0 }
    for (const id of was) {
      if (!narrow.has(id)) expected.filter++
      else if (!cut.has(id)) expected.cutoff++
    }
    expect(reasons(found)).toEqual(
      [
        `went ${expected.filter} filter width>=900`,
        `went ${expected.cutoff} cutoff score[test/clip].alt>=0.24`,
      ].sort(),
    )
    const back = await diff('b', 'a')
    expect(back.came).toBe(found.went)
    // Their own filter let them not in: what is said is the same from the other side.
    expect(back.reasons.map(({ reason, n }) => [reason, n]).sort()).toEqual(
      found.reasons.map(({ reason, n }) => [reason, n]).sort(),
    )
    expect(found.histogram?.a.reduce((x, y) => x + y)).toBe(found.a.counts.scored)
    expect(found.histogram?.b.reduce((x, y) => x + y)).toBe(found.b.counts.scored)
  })

  test('names the score before and after where another model cuts at the same line', async () => {
    const bound = 0.004
    const twin = ensureModel(corpus.writer, {
      ...{ digest: 'b'.repeat(64), name: 'twin', title: 'Twin', manifest: '{}' },
    })
    // As an 8-bit twin would: off by a little, not always to the same side.
    corpus.writer
      .prepare(
        `INSERT INTO scores (model_id, text_source, pair_id, cosine) SELECT ?, text_source, pair_id, cosine + ? * ((pair_id * 37 % 19) / 9.0 - 1)
         FROM scores WHERE model_id = 1`,
      )
      .run(twin, bound)
    await freeze('fp32', { model: 'test/clip', cutoff: 0.24 })
    await freeze('int8', { model: 'twin', cutoff: 0.24 })
    const found = await diff('fp32', 'int8')
    expect(found.went).toBeGreaterThan(0)
    expect(found.came).toBeGreaterThan(0)
    for (const pair of found.pairs) {
      expect(pair.reason).toBe('model')
      if (pair.side === 'changed') continue
      const [before, after] =
        pair.side === 'went' ? [pair.a!.cosine!, pair.other!] : [pair.other!, pair.b!.cosine!]
      expect(before >= 0.24).toBe(pair.side === 'went')
      expect(after >= 0.24).toBe(pair.side === 'came')
      expect(Math.abs(before - 0.24)).toBeLessThanOrEqual(bound)
    }
    expect(found.crossing.n).toBe(found.went + found.came)
    expect(found.crossing.largestDifference).toBeLessThanOrEqual(bound + 1e-9)
    expect(found.crossing.largestDistance).toBeLessThanOrEqual(bound + 1e-9)
    // The median pair is farther away: the bound says something.
    expect(found.a.counts.cosine!.median - 0.24).toBeGreaterThan(bound)
  })

  test('tells pictures that are gone, new pairs, labels and texts that changed since', async () => {
    await freeze('pictures', { where: 'status:ok' })
    await freeze('all')
    const [first, second] = ids('pictures') as [number, number]
    corpus.writer
      .prepare(
        `UPDATE images SET status = 'missing', sha256 = NULL WHERE id = (SELECT image_id FROM pairs WHERE id = ?)`,
      )
      .run(first)
    corpus.writer.prepare(`UPDATE pairs SET alt = 'another alt' WHERE id = ?`).run(second)
    const shown = idsWhere('-status:ok').filter((id) => ids('pictures').includes(id))
    const now = await diff('pictures', null)
    expect(reasons(now)).toEqual(['changed 1 text', `went ${shown.length} picture status:ok`])
    expect(now.pairs.find(({ side }) => side === 'changed')).toMatchObject({
      id: second,
      b: { text: 'another alt' },
    })
    const all = await diff('all', null)
    expect(reasons(all)).toEqual(['changed 1 text', `changed ${shown.length} picture`].sort())

    corpus.writer.exec(
      `INSERT INTO pairs (page_id, position, image_id, alt, image_rule, tag_start, tag_end)
       SELECT page_id, 999, image_id, 'new here', image_rule, 0, 1 FROM pairs WHERE id = 2`,
    )
    expect(reasons(await diff('all', null))).toContain('came 1 new-pair')
  })

  test('tells that another pair stands for a picture, and that a pair was not drawn', async () => {
    await freeze('all')
    await freeze('single', { onePerPicture: true })
    await freeze('drawn', { sample: 30 })
    const single = await diff('all', 'single')
    expect(reasons(single)).toEqual([
      `went ${single.b.counts.leftOut['same-picture']} same-picture`,
    ])
    const drawn = await diff('all', 'drawn')
    expect(reasons(drawn)).toEqual([`went ${drawn.b.counts.leftOut['not-drawn']} not-drawn`])
  })

  test('tells what people marked or labeled otherwise since', async () => {
    const mark = (id: number, change: MarkChange): void => {
      putMarks(corpus.writer, { person: 'Ada', ids: Int32Array.of(id), change, software: 'test' })
    }
    mark(1, { mark: 'reject' })
    const before = await freeze('kept', { where: '-mark:reject' })
    expect(before.recipe.marks?.events).toBe(1)
    const [first, second] = ids('kept') as [number, number]
    mark(first, { mark: 'reject' })
    mark(second, { addTags: ['logo'] })
    const now = await diff('kept', null)
    expect(reasons(now)).toEqual(['went 1 mark -mark:reject'])
    expect(now.pairs[0]).toMatchObject({ id: first, side: 'went' })
    const after = await freeze('after', { where: '-mark:reject' })
    expect(after.recipe.marks?.events).toBe(3)
    expect(after.recipe.marks?.digest).not.toBe(before.recipe.marks?.digest)
    // The other way round, what let it in is no longer to be seen: that a mark was asked for is.
    expect(reasons(await diff('after', 'kept'))).toEqual(['came 1 mark -mark:reject'])
    expect((await freeze('plain')).recipe.marks).toBeNull()
  })
})
