import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CallInput, CallName, CallOutput, JudgedSample } from '#shared/contract/index.ts'
import type { Verdict } from '#shared/contract/judging.ts'
import { csvText } from '#shared/csv-text.ts'
import { fillCorpus } from '../support/synthetic.ts'
import { startWindowEngine, type WindowEngine } from '../support/window-engine.ts'

let engine: WindowEngine
let corpus: string

async function call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> {
  const reply = await engine.call(name, input)
  if (!reply.ok) throw new Error(reply.error.message)
  return reply.value as CallOutput<N>
}
const draw = (more: Partial<CallInput<'judging.draw'>> = {}): Promise<JudgedSample> =>
  call('judging.draw', {
    corpus,
    model: 'test/clip',
    text: 'alt',
    cutoff: 0.3,
    size: 80,
    ...more,
  })
/** Says of each subject what `say` does, as one judge. */
async function judgeAll(
  sample: number,
  judge: string,
  say: (words: string, i: number) => Verdict | null,
): Promise<void> {
  const sheet = await call('judging.sheet', { corpus, sample, judge })
  for (const [i, { pair, words }] of sheet.entries()) {
    const verdict = say(words, i)
    if (verdict) await call('judging.set', { corpus, sample, judge, pair, verdict })
  }
}
const isRight = (words: string): boolean => words.length % 5 !== 0

beforeAll(async () => {
  engine = startWindowEngine()
  corpus = engine.corpus('judged', (opened) =>
    fillCorpus(opened, { pairs: 600, scores: ['alt', 'caption'] }),
  )
  await call('corpora.open', { path: corpus })
})
afterAll(() => engine.stop())

describe('judging a cutoff', () => {
  test('draws from both sides of the line by strata, alike by one seed', async () => {
    const a = await draw()
    const b = await draw()
    const c = await draw({ seed: 2 })
    expect(a.drawn).toBe(80)
    expect(a.strata.reduce((sum, { size }) => sum + size, 0)).toBe(a.population)
    for (const { low, high } of a.strata) expect(low >= 0.3 || high < 0.3).toBe(true)
    expect(a.strata.some(({ low }) => low >= 0.3) && a.strata.some(({ high }) => high < 0.3)).toBe(
      true,
    )
    const pairs = async ({ id }: JudgedSample): Promise<number[]> =>
      (await call('judging.sheet', { corpus, sample: id, judge: 'Ada' })).map(({ pair }) => pair)
    expect(await pairs(a)).toEqual(await pairs(b))
    expect(await pairs(a)).not.toEqual(await pairs(c))
    expect((await call('judging.samples', { corpus })).map(({ id }) => id)).toEqual([
      c.id,
      b.id,
      a.id,
    ])
  })

  test('is blind: the sheet holds a picture and words, and nothing of score, side or stratum', async () => {
    const { id } = await draw()
    const [first] = await call('judging.sheet', { corpus, sample: id, judge: 'Ada' })
    expect(Object.keys(first ?? {}).sort()).toEqual(
      ['blurred', 'height', 'pair', 'sha256', 'status', 'verdict', 'width', 'words'].sort(),
    )
  })

  test('keeps what was said, takes it back step by step, and goes on after a restart', async () => {
    const { id: sample } = await draw({ seed: 11 })
    const judge = 'Grace'
    const sheet = () => call('judging.sheet', { corpus, sample, judge })
    const [one, two] = await sheet()
    const set = (pair: number, verdict: Verdict) =>
      call('judging.set', { corpus, sample, judge, pair, verdict })
    await set(one!.pair, 'right')
    await set(two!.pair, 'wrong')
    await set(two!.pair, 'unsure')
    const undo = () => call('judging.undo', { corpus, sample, judge })
    expect(await undo()).toEqual({ pair: two!.pair, verdict: 'wrong' })
    expect(await undo()).toEqual({ pair: two!.pair, verdict: null })
    await call('corpora.close', { corpus })
    await call('corpora.open', { path: corpus })
    expect((await sheet()).slice(0, 2).map(({ verdict }) => verdict)).toEqual(['right', null])
    expect(await undo()).toEqual({ pair: one!.pair, verdict: null })
    expect(await undo()).toBeNull()
    expect((await sheet()).every(({ verdict }) => verdict === null)).toBe(true)
  })

  test('takes what most say where several judged, and even votes as unsure', async () => {
    const { id: sample } = await draw({ seed: 31, text: 'caption', size: 20 })
    await judgeAll(sample, 'A', () => 'right')
    await judgeAll(sample, 'B', (_, i) => (i < 5 ? 'wrong' : 'right'))
    const two = await call('judging.report', { corpus, sample })
    expect(two.counts).toMatchObject({ unsure: 5, wrong: 0, open: 0 })
    await judgeAll(sample, 'C', (_, i) => (i < 3 ? 'wrong' : null))
    expect((await call('judging.report', { corpus, sample })).counts).toMatchObject({
      unsure: 2,
      wrong: 3,
    })
    expect((await call('judging.report', { corpus, sample, judge: 'B' })).counts.wrong).toBe(5)
  })

  test('asks once for a picture with the same words, and of another person anew', async () => {
    const all = await draw({ size: 600, seed: 3 })
    expect(all.drawn).toBe(all.population)
    const sheet = await call('judging.sheet', { corpus, sample: all.id, judge: 'Edsger' })
    expect(sheet).toHaveLength(all.subjects)
    await judgeAll(all.id, 'Edsger', (words) => (isRight(words) ? 'right' : 'wrong'))
    // Everything is known now: another sample has nothing left to ask of him.
    const next = await draw({ seed: 4 })
    const verdicts = async (judge: string): Promise<(string | null)[]> =>
      (await call('judging.sheet', { corpus, sample: next.id, judge })).map(
        ({ verdict }) => verdict,
      )
    expect((await verdicts('Edsger')).includes(null)).toBe(false)
    expect((await verdicts('Barbara')).every((one) => one === null)).toBe(true)
  })

  test('reports the truth where all was judged, with every number in its sentence', async () => {
    const { id: sample } = (await call('judging.samples', { corpus })).find(
      ({ seed }) => seed === 3,
    ) as JudgedSample
    const report = await call('judging.report', { corpus, sample, judge: 'Edsger' })
    const rows = (
      await call('pairs.list', { corpus, where: 'score[test/clip].alt:*', limit: 1000 })
    ).map(({ text, scores }) => ({
      right: isRight(text.alt ?? ''),
      kept: (scores.find((one) => one.text === 'alt')?.cosine ?? -1) >= 0.3,
    }))
    const kept = rows.filter((row) => row.kept)
    const rightKept = kept.filter(({ right }) => right).length
    const precision = rightKept / kept.length
    const recall = rightKept / rows.filter(({ right }) => right).length
    expect(report.at).toMatchObject({ kept: kept.length, judgedKept: kept.length })
    expect(report.at.precision?.estimate).toBeCloseTo(precision, 12)
    expect(report.at.precision?.low).toBeCloseTo(precision, 12)
    expect(report.at.recall?.estimate).toBeCloseTo(recall, 12)
    expect(report.populationNow).toBe(report.sample.population)
    for (const said of [
      `Of ${rows.length} pairs`,
      `${kept.length} (${((100 * kept.length) / rows.length).toFixed(1)} %)`,
      `precision is ${precision.toFixed(3)}`,
      `recall ${recall.toFixed(3)}`,
      'seed 3',
      'by Edsger',
      `${report.counts.right} right, ${report.counts.wrong} wrong, 0 unsure`,
    ]) {
      expect(report.methods).toContain(said)
    }
  })

  test('leaves "unsure" out, counts it, and says how far it could move the estimates', async () => {
    const { id: sample } = await draw({ seed: 21 })
    await judgeAll(sample, 'Alan', (words, i) =>
      i % 10 === 0 ? 'unsure' : isRight(words) ? 'right' : 'wrong',
    )
    const { at, ifUnsure, counts } = await call('judging.report', { corpus, sample, judge: 'Alan' })
    expect(counts.unsure).toBeGreaterThan(0)
    expect(at.judgedKept + at.judgedDropped).toBe(counts.right + counts.wrong)
    expect(ifUnsure.wrong.precision!).toBeLessThan(at.precision!.estimate)
    expect(ifUnsure.right.precision!).toBeGreaterThan(at.precision!.estimate)
    expect(at.precision!.low).toBeLessThan(at.precision!.estimate)
    expect(at.precision!.high).toBeGreaterThan(at.precision!.estimate)
  })

  test('writes a row for each drawn pair and judge, by which all can be worked out again', async () => {
    const sample = (await call('judging.samples', { corpus })).find(({ seed }) => seed === 21)!
    const out = join(engine.folder, 'judgements.jsonl')
    const { rows } = await call('judging.export', {
      corpus,
      sample: sample.id,
      out,
      format: 'jsonl',
    })
    interface Row {
      judge: string
      verdict: Verdict
      cosine: number
      weight: number
      stratum: number
      text: string
    }
    const lines = readFileSync(out, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Row)
    expect(lines).toHaveLength(rows)
    const mine = lines.filter(({ judge }) => judge === 'Alan')
    expect(mine).toHaveLength(sample.drawn)
    expect(mine.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(sample.population, 9)
    const csv = join(engine.folder, 'judgements.csv')
    await call('judging.export', { corpus, sample: sample.id, out: csv, format: 'csv' })
    expect(readFileSync(csv, 'utf8')).toBe(
      csvText({
        head: Object.keys(lines[0]!),
        rows: lines.map((line) => Object.values(line) as (string | number)[]),
      }),
    )
  })

  test('takes in what others judged elsewhere: the same report in whatever order and how often files come', async () => {
    const fill = (name: string) =>
      engine.corpus(name, (opened) => fillCorpus(opened, { pairs: 300, scores: ['alt'] }))
    const [mine, theirs, both] = [fill('mine'), fill('theirs'), fill('both')]
    const samples = new Map<string, number>()
    for (const path of [mine, theirs, both]) {
      await call('corpora.open', { path })
      samples.set(path, (await draw({ corpus: path, seed: 5, size: 40 })).id)
    }
    const judge = async (path: string, name: string, verdict: Verdict, last: Verdict | null) => {
      const of = { corpus: path, sample: samples.get(path)!, judge: name }
      const sheet = await call('judging.sheet', of)
      for (const { pair } of sheet) await call('judging.set', { ...of, pair, verdict })
      if (last) {
        await call('judging.set', { ...of, pair: sheet[0]!.pair, verdict: last })
        await call('judging.undo', of)
        await call('judging.undo', of)
      }
      return sheet.length
    }
    const subjects = await judge(mine, 'Ada', 'right', null)
    await judge(theirs, 'Ben', 'wrong', 'unsure')
    const files = [mine, theirs].map((path) => `${path}.judgements.jsonl`)
    for (const [i, path] of [mine, theirs].entries()) {
      const { events } = await call('judging.saveEvents', { corpus: path, out: files[i]! })
      expect(events).toBe(subjects + (i === 0 ? 0 : 3))
    }
    const merge = (path: string, ...names: string[]) =>
      call('judging.merge', { corpus: path, files: names })
    expect(await merge(mine, files[1]!)).toEqual({ added: subjects + 3, known: 0, refused: [] })
    expect(await merge(both, files[1]!, files[0]!, files[1]!)).toEqual({
      added: 2 * subjects + 3,
      known: subjects + 3,
      refused: [],
    })
    const report = async (path: string) => {
      const { sample, ...rest } = await call('judging.report', {
        corpus: path,
        sample: samples.get(path)!,
      })
      return { ...rest, judges: sample.judges.map(({ name, judged }) => [name, judged]) }
    }
    const of = await report(both)
    expect(of).toEqual(await report(mine))
    // Ben took back what he said first of one, and the vote on it with it.
    expect(of.judges).toEqual([
      ['Ada', subjects],
      ['Ben', subjects - 1],
    ])
    expect(of.counts.unsure).toBeGreaterThan(0)
    expect(of.counts.wrong).toBe(0)

    // What does not fit is refused with its reason, and the rest is taken in.
    const lines = readFileSync(files[0]!, 'utf8').trim().split('\n')
    const event = JSON.parse(lines[0]!) as Record<string, unknown>
    const other = { ...event, uid: '00000000-0000-4000-8000-000000000000' }
    const strange = [
      { ...other, subject: 'f'.repeat(64) },
      { ...other, at: '2999-01-01T00:00:00.000Z' },
      { ...other, verdict: 'maybe' },
      { ...event, verdict: 'wrong' },
    ].map((one) => JSON.stringify(one))
    writeFileSync(files[0]!, ['no JSON', ...strange, ...lines].join('\n'))
    const { added, known, refused } = await merge(both, files[0]!)
    expect([added, known]).toEqual([0, subjects])
    expect(Object.fromEntries(refused.map(({ reason, n }) => [reason, n]))).toEqual({
      'not-readable': 2,
      'not-drawn': 1,
      'time-in-the-future': 1,
      'other-event': 1,
    })
    expect(await report(both)).toEqual(of)
    await expect(merge(both, join(engine.folder, 'nothing.jsonl'))).rejects.toThrow('nothing.jsonl')
  })

  test('says what is wrong: nothing scored in the filter, no such sample, a pair that was not drawn', async () => {
    await expect(draw({ where: 'alt:nowhere-at-all' })).rejects.toThrow('no pair has such a score')
    await expect(call('judging.report', { corpus, sample: 999 })).rejects.toThrow(
      'no judged sample 999',
    )
    const { id: sample } = await draw({ size: 20, seed: 41 })
    const drawn = new Set(
      (await call('judging.sheet', { corpus, sample, judge: 'A' })).map(({ pair }) => pair),
    )
    const other = Array.from({ length: 600 }, (_, i) => i + 1).find((id) => !drawn.has(id))!
    await expect(
      call('judging.set', { corpus, sample, judge: 'A', pair: other, verdict: 'right' }),
    ).rejects.toThrow('was not drawn')
  })
})
