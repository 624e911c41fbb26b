/** Ratings of several raters, as files of events and as tables, in one study. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openReader } from '../../src/main/store/open.ts'
import {
  makeSampleStudy,
  makeSmallStudy,
  SAMPLE_STUDY,
  startStudyEngine,
  writePictures,
  type StudyEngine,
} from '../support/studies.ts'

let run: StudyEngine
beforeAll(() => void (run = startStudyEngine()))
afterAll(() => run.stop())
const at = (name: string): string => join(run.folder, `${name}.gleaner`)
const study = 'small'
let files = 0
function write(lines: readonly string[], ending = 'jsonl'): string {
  const path = join(run.folder, `part-${++files}.${ending}`)
  writeFileSync(path, lines.join('\n'))
  return path
}

/** What counts, without what depends on the order in which it came. */
function ratings(corpus: string): unknown[] {
  const db = openReader(corpus)
  const rows = db
    .prepare(
      `SELECT rater, task, aspect, answer, ms, position, first_left, blind, at, uid FROM ratings
       ORDER BY rater, task, aspect`,
    )
    .all()
  db.close()
  return rows
}
/** Lets somebody rate at random: answers, other answers, clears, undo, redo. */
async function rate(corpus: string, rater: string, seed: number): Promise<void> {
  const by = { corpus, study, rater }
  const modes = ['rate', 'compare'] as const
  const tasks = await Promise.all(
    modes.map(async (mode) => (await run.ask('ratings.queue', { ...by, mode })).tasks),
  )
  const steps = fc.sample(
    fc.record({ pick: fc.nat(9), do: fc.nat(9), value: fc.nat(6), mode: fc.nat(1) }),
    { seed, numRuns: 60 },
  )
  for (const { pick, do: what, value, mode } of steps) {
    if (what === 0) await run.ask('ratings.undo', by)
    else if (what === 1) await run.ask('ratings.redo', by)
    else {
      const task = (tasks[mode] as string[])[pick] as string
      const aspect = mode === 0 ? (value % 2 ? 'objects' : 'overall') : ''
      const answers =
        mode === 0 ? ['0', '1', '2', '3', '4', '5', 'cannot'] : ['left', 'right', 'tie', 'bad']
      const answer = what === 2 ? null : (answers[value % answers.length] as string)
      await run.ask('ratings.set', { ...by, task, aspect, answer, ms: 1000 + value })
    }
  }
}

describe('files of events', () => {
  let owner: string
  let lines: string[]
  let expected: unknown[]
  let empty: string
  beforeAll(async () => {
    owner = at('owner')
    await makeSmallStudy(run, owner, { design: { compare: true } })
    // What everyone merges into: the study before anyone rated.
    await run.ask('corpora.close', { corpus: owner })
    empty = at('empty')
    cpSync(owner, empty, { recursive: true })
    await run.ask('corpora.open', { path: owner })
    for (const [i, rater] of ['Ada', 'Bo', 'Cy'].entries()) await rate(owner, rater, i + 1)
    const out = join(run.folder, 'all.jsonl')
    await run.ask('ratings.export', { corpus: owner, study, out })
    lines = readFileSync(out, 'utf8').trim().split('\n')
    expected = ratings(owner)
    expect(lines.length).toBeGreaterThan(150)
    expect(expected.length).toBeGreaterThan(40)
  })

  /** Merges files, each call one list, into the study as it was before anyone rated. */
  let copies = 0
  async function merged(
    calls: readonly (readonly string[])[],
  ): Promise<{ corpus: string; added: number }> {
    const corpus = at(`copy-${++copies}`)
    cpSync(empty, corpus, { recursive: true })
    await run.ask('corpora.open', { path: corpus })
    let added = 0
    for (const list of calls) {
      const result = await run.ask('ratings.merge', { corpus, study, files: [...list] })
      expect(result.refused).toEqual([])
      added += result.added
    }
    return { corpus, added }
  }

  test('of two and three raters give one study in whatever order, parts and repetition they are merged', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(
          lines.map((_, i) => i),
          { minLength: lines.length },
        ),
        fc.integer({ min: 1, max: 6 }),
        fc.array(fc.nat(5), { maxLength: 4 }),
        fc.boolean(),
        async (order, parts, again, isOneCall) => {
          const pieces = Array.from({ length: parts }, (_, part) =>
            write(order.filter((_, i) => i % parts === part).map((i) => lines[i] as string)),
          )
          const twice = [...pieces, ...again.map((i) => pieces[i % parts] as string)]
          const { corpus, added } = await merged(isOneCall ? [twice] : twice.map((one) => [one]))
          expect(added).toBe(lines.length)
          expect(ratings(corpus)).toEqual(expected)
          await run.ask('corpora.close', { corpus: corpus })
        },
      ),
      { numRuns: 12, seed: 3 },
    )
  }, 60_000)

  test('of each rater alone, in both orders, give the same; and undo goes on where it was', async () => {
    const of = (rater: string): string =>
      write(lines.filter((line) => (JSON.parse(line) as { rater: string }).rater === rater))
    const [ada, bo, cy] = ['Ada', 'Bo', 'Cy'].map(of) as [string, string, string]
    const one = await merged([[ada], [bo], [cy]])
    const other = await merged([[cy, bo], [ada]])
    expect(ratings(one.corpus)).toEqual(expected)
    expect(ratings(other.corpus)).toEqual(expected)
    const undone = async (corpus: string): Promise<unknown> => {
      const results = []
      for (let i = 0; i < 20; i++)
        results.push(await run.ask('ratings.undo', { corpus, study, rater: 'Bo' }))
      return results
    }
    expect(await undone(one.corpus)).toEqual(await undone(owner))
  })

  test('say by reason what of them is not taken', async () => {
    const good = JSON.parse(
      lines.find(
        (line) => line.includes('"aspect":"objects"') && line.includes('"kind":"set"'),
      ) as string,
    ) as Record<string, unknown>
    const uid = (i: number): string => `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`
    const file = write([
      JSON.stringify({ ...good, uid: uid(1), answer: '0' }),
      'no json',
      JSON.stringify({ ...good, uid: uid(2), study: 'another' }),
      JSON.stringify({ ...good, uid: uid(3), hash: '0'.repeat(64) }),
      JSON.stringify({ ...good, uid: uid(4), task: '0'.repeat(24) }),
      JSON.stringify({ ...good, uid: uid(5), aspect: 'beauty' }),
      JSON.stringify({ ...good, uid: uid(6), answer: '9' }),
      JSON.stringify({ ...good, uid: uid(7), at: '2999-01-01T00:00:00.000Z' }),
      JSON.stringify({ ...good, uid: uid(8), at: '2026-02-30T00:00:00.000Z' }),
      JSON.stringify({ ...good, uid: uid(9), kind: 'undo' }),
      JSON.stringify({ ...good, answer: good['answer'] === '0' ? '1' : '0' }),
      JSON.stringify({ ...good, uid: '../../etc' }),
      JSON.stringify({ ...good, uid: uid(10), ms: -5 }),
      'x'.repeat(9 << 20),
    ])
    const corpus = owner
    const result = await run.ask('ratings.merge', { corpus, study, files: [file] })
    expect(result.added).toBe(1)
    expect(Object.fromEntries(result.refused.map(({ reason, n }) => [reason, n]))).toEqual({
      'not-readable': 6,
      'other-study': 1,
      'other-version-of-study': 1,
      'task-not-found': 1,
      'aspect-not-found': 1,
      'not-an-answer': 1,
      'time-in-the-future': 1,
      'known-otherwise': 1,
    })
    for (const { example } of result.refused)
      expect(example).toMatch(/^part-\d+\.jsonl, line \d+: /)
  })
})

describe('a table', () => {
  const header = 'rater,item,model,kind,group,level,seed,aspect,value,at'
  const time = '2026-01-02T03:04:05.678Z'

  test('without items finds each picture, and the sample study gets what its raters said', async () => {
    const corpus = at('sample')
    await makeSampleStudy(run, corpus)
    await run.ask('studies.freeze', { corpus, study: 'first' })
    const file = join(SAMPLE_STUDY, 'ratings.csv')
    const rows: Record<string, string>[] = parse(readFileSync(file), { columns: true })
    const merge = () => run.ask('ratings.merge', { corpus, study: 'first', files: [file] })
    expect(await merge()).toEqual({ added: rows.length, known: 0, refused: [] })
    expect(await merge()).toEqual({ added: 0, known: rows.length, refused: [] })
    const out = join(run.folder, 'sample-out.csv')
    const exported = async (): Promise<Record<string, string>[]> => {
      await run.ask('ratings.export', { corpus, study: 'first', out })
      return parse(readFileSync(out), { columns: true })
    }
    const blind = await exported()
    expect(new Set(blind.map(({ model }) => model))).toEqual(new Set(['Model A', 'Model B']))
    expect(new Set(blind.map(({ seed }) => seed))).toEqual(new Set(['']))
    await run.ask('studies.unblind', { corpus, study: 'first', by: 'Eve' })
    const plain = (row: Record<string, string>): string => JSON.stringify({ ...row, item: '' })
    expect((await exported()).map(plain).sort()).toEqual(rows.map(plain).sort())
    // Before the unblinding by its times, though merged after it.
    const raters = await run.ask('ratings.raters', { corpus, study: 'first' })
    expect(raters.every(({ unblinded }) => unblinded === 0)).toBe(true)
  }, 30_000)

  test('goes by codes while blind, and into another corpus of the study and back', async () => {
    const corpus = at('codes')
    await makeSmallStudy(run, corpus)
    await run.ask('corpora.close', { corpus: corpus })
    const other = at('codes-other')
    cpSync(corpus, other, { recursive: true })
    const rows = ['A', 'B'].flatMap((code) =>
      ['g0', 'g1'].map(
        (group, i) =>
          `Ada,,Model ${code},,${group},1,,objects,${i + (code === 'A' ? 1 : 3)},${time}`,
      ),
    )
    const merge = (into: string, file: string) =>
      run.ask('ratings.merge', { corpus: into, study, files: [file] })
    expect((await merge(corpus, write([header, ...rows], 'csv'))).added).toBe(4)
    const csv = join(run.folder, 'codes.csv')
    const jsonl = join(run.folder, 'codes.jsonl')
    for (const out of [csv, jsonl]) await run.ask('ratings.export', { corpus, study, out })
    await run.ask('corpora.open', { path: other })
    expect(await merge(other, csv)).toEqual({ added: 4, known: 0, refused: [] })
    expect(ratings(other)).toEqual(ratings(corpus))
    expect(await merge(other, jsonl)).toEqual({ added: 0, known: 4, refused: [] })
    // An answer that was given here wins over the row that was written of it, in both orders.
    const { tasks } = await run.ask('ratings.queue', { corpus, study, rater: 'Bo', mode: 'rate' })
    const task = tasks.at(-1) as string
    await run.ask('ratings.set', {
      corpus,
      study,
      rater: 'Bo',
      task,
      aspect: 'setting',
      answer: '4',
      ms: 4321,
    })
    for (const out of [csv, jsonl]) await run.ask('ratings.export', { corpus, study, out })
    await merge(corpus, csv)
    await merge(other, csv)
    await merge(other, jsonl)
    expect(ratings(other)).toEqual(ratings(corpus))
    expect(ratings(corpus)).toContainEqual(expect.objectContaining({ rater: 'Bo', ms: 4321 }))
  })

  test('says by reason what of it is not taken, and reads what spreadsheets make of times', async () => {
    const corpus = at('refused')
    await makeSmallStudy(run, corpus, { groups: 3 })
    const row = (change: Partial<Record<string, string>>): string =>
      header
        .split(',')
        .map(
          (column) =>
            ({
              rater: 'Ada',
              model: 'base',
              group: 'g0',
              level: '1',
              aspect: 'objects',
              value: '3',
              at: time,
              ...change,
            })[column] ?? '',
        )
        .join(',')
    const file = write(
      [
        header,
        row({}),
        row({ rater: 'Bo', at: '2026-01-02 03:04' }),
        row({ rater: 'Cy', at: '2026-01-02T03:04:05+02:00' }),
        row({ rater: 'Di', at: '2026-01-02' }),
        row({ seed: '77', rater: 'Ed' }),
        '',
        row({ seed: '78' }),
        row({ level: '' }),
        row({ level: '9' }),
        row({ model: 'nobody' }),
        row({ item: 'f'.repeat(24) }),
        row({ level: 'one' }),
        row({ value: '3.0' }),
        row({ value: '' }),
        row({ aspect: 'beauty' }),
        row({ at: '02.01.2026' }),
        row({ at: '2999-01-01T00:00:00Z' }),
        row({ rater: ' ' }),
        'Ada',
        '"Ada,never closed',
      ],
      'csv',
    )
    const { added, refused } = await run.ask('ratings.merge', { corpus, study, files: [file] })
    expect(added, JSON.stringify(refused)).toBe(5)
    expect(Object.fromEntries(refused.map(({ reason, n }) => [reason, n]))).toEqual({
      'task-not-found': 5,
      'not-readable': 6,
      'not-an-answer': 1,
      'aspect-not-found': 1,
      'time-in-the-future': 1,
    })
    const db = openReader(corpus)
    const times = db.prepare('SELECT rater, at FROM ratings ORDER BY rater').raw().all()
    db.close()
    expect(times).toEqual([
      ['Ada', time],
      ['Bo', '2026-01-02T03:04:00.000Z'],
      ['Cy', '2026-01-02T01:04:05.000Z'],
      ['Di', '2026-01-02T00:00:00.000Z'],
      ['Ed', time],
    ])
  })

  test('runs no formula in a spreadsheet, and comes back as it was', async () => {
    const corpus = at('formulas')
    const prompts = join(run.folder, 'formulas.csv')
    const groups = ['=HYPERLINK("x")', '+1', '-cats', '@user', "'quoted", "'=1", 'plain']
    const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`
    writeFileSync(
      prompts,
      [
        'group,level,kind,prompt',
        ...groups.map((group, i) => `${quote(group)},1,=kind,thing ${i}`),
      ].join('\n'),
    )
    await run.ask('corpora.create', { path: corpus })
    await run.ask('studies.create', { corpus, study, prompts: { file: prompts }, design: {} })
    const manifest = join(run.folder, 'formulas-manifest.csv')
    await writePictures(
      run.folder,
      groups.map((_, i) => `f${i}.png`),
    )
    writeFileSync(
      manifest,
      ['file,prompt', ...groups.map((_, i) => `f${i}.png,thing ${i}`)].join('\n'),
    )
    const done = await run.job('studies.addImages', {
      corpus,
      study,
      model: '=model',
      source: manifest,
    })
    expect(done.error).toBeNull()
    await run.ask('studies.freeze', { corpus, study })
    await run.ask('studies.unblind', { corpus, study, by: 'Eve' })
    const rater = '=cmd|calc'
    const { tasks } = await run.ask('ratings.queue', { corpus, study, rater, mode: 'rate' })
    for (const task of tasks)
      await run.ask('ratings.set', { corpus, study, rater, task, aspect: 'overall', answer: '2' })
    const out = join(run.folder, 'formulas-out.csv')
    const { rows } = await run.ask('ratings.export', { corpus, study, out })
    expect(rows).toBe(groups.length)
    const cells = (parse(readFileSync(out)) as string[][]).flat()
    expect(cells.filter((cell) => /^[=+\-@\t\r]/.test(cell))).toEqual([])
    expect(cells).toContain(`'${rater}`)
    // Without items, so that group and model must be found by what they are.
    const table: Record<string, string>[] = parse(readFileSync(out), { columns: true })
    const later = '2026-01-02T03:04:05.678Z'
    const back = write(
      [
        'rater,model,group,level,aspect,value,at',
        ...table.map((row) =>
          [row['rater'], row['model'], row['group'], row['level'], 'objects', 1, later]
            .map((cell) => quote(String(cell)))
            .join(','),
        ),
      ],
      'csv',
    )
    expect(await run.ask('ratings.merge', { corpus, study, files: [back] })).toEqual({
      added: groups.length,
      known: 0,
      refused: [],
    })
    const raters = await run.ask('ratings.raters', { corpus, study })
    expect(raters.map((one) => [one.rater, one.answers])).toEqual([[rater, 2 * groups.length]])
  })

  test('of whatever bytes is read to its end, and nothing that is no rating is taken', async () => {
    const corpus = at('fuzz')
    await makeSmallStudy(run, corpus, { groups: 3 })
    const cell = fc.oneof(
      fc.constantFrom(
        'Ada',
        'base',
        'g0',
        '1',
        'objects',
        '3',
        time,
        '"',
        '',
        ',',
        "'=1",
        '\u0000',
      ),
      fc.string({ unit: 'binary', maxLength: 12 }),
    )
    const line = fc.array(cell, { maxLength: 12 }).map((cells) => cells.join(','))
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 8 }),
        fc.constantFrom('csv', 'jsonl', 'tsv'),
        async (rows, ending) => {
          const file = write([header, ...rows], ending)
          const { added, refused } = await run.ask('ratings.merge', {
            corpus,
            study,
            files: [file],
          })
          expect(added).toBeLessThanOrEqual(rows.join('\n').split('\n').length)
          for (const { n } of refused) expect(n).toBeGreaterThan(0)
        },
      ),
      { numRuns: 150, seed: 4 },
    )
    const db = openReader(corpus)
    const answers = db.prepare('SELECT DISTINCT aspect, answer FROM rating_events').all()
    db.close()
    for (const answer of answers)
      expect(answer).toMatchObject({
        answer: /^(?:[0-5]|cannot)$/.exec((answer as { answer: string }).answer)?.[0],
      })
  }, 30_000)
})
