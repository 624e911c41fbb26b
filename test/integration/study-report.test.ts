/** The report of a rating study as a folder, from the engine's calls. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parquetReadObjects } from 'hyparquet'
import { parse } from 'csv-parse/sync'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { StudyResults } from '#shared/contract/results.ts'
import {
  makeSampleStudy,
  makeSmallStudy,
  SAMPLE_STUDY,
  startStudyEngine,
  type StudyEngine,
} from '../support/studies.ts'

let run: StudyEngine
let corpus: string
beforeAll(async () => {
  run = startStudyEngine()
  corpus = join(run.folder, 'sample.gleaner')
  await makeSampleStudy(run, corpus)
  await run.ask('studies.freeze', { corpus, study: 'first' })
  const files = [join(SAMPLE_STUDY, 'ratings.csv')]
  await run.ask('ratings.merge', { corpus, study: 'first', files })
})
afterAll(() => run.stop())

const fast = { resamples: 100 }
const report = (out: string, options: object = fast) =>
  run.job('studies.report', { corpus, study: 'first', out, options })
const text = (folder: string, name: string): string => readFileSync(join(folder, name), 'utf8')
/** Every text of the folder, for what must stand in none of them. */
const allTexts = (folder: string): string =>
  ['report.html', 'results.json', 'ratings.csv', 'README.txt', 'automatic.csv']
    .map((name) => text(folder, name))
    .join('\n')

describe('a blind report', () => {
  let out: string
  beforeAll(async () => {
    out = join(run.folder, 'blind')
    expect(await report(out)).toMatchObject({ state: 'done' })
  })

  test('calls the models by codes and says so, with no picture, name or file of theirs', () => {
    const all = allTexts(out)
    const page = text(out, 'report.html')
    expect(page.includes('This report is blind')).toBe(true)
    expect(page.includes('data:image')).toBe(false)
    expect(all.includes('Model A')).toBe(true)
    expect(
      /.{0,40}(\bbase\b|\btuned\b|manifest\.csv|_\d+\.png).{0,40}/.exec(all)?.[0],
    ).toBeUndefined()
  })
})

describe('a report', () => {
  let out: string
  beforeAll(async () => {
    await run.ask('studies.unblind', { corpus, study: 'first', by: 'test' })
    out = join(run.folder, 'report')
    expect(await report(out)).toMatchObject({ state: 'done' })
  })

  test('has all its files, and nothing else is left beside it', () => {
    expect(readdirSync(out).sort()).toEqual([
      'README.txt',
      'SHA256SUMS',
      'automatic.csv',
      'comparisons.csv',
      'figures',
      'ratings.csv',
      'ratings.parquet',
      'report.html',
      'results.json',
    ])
    expect(readdirSync(run.folder).filter((name) => name.includes('partial'))).toEqual([])
  })

  test('stands alone: no scripts, and nothing that is loaded', () => {
    const page = text(out, 'report.html')
    const active = /.{0,40}(<script|javascript:|<[^>]+\son[a-z]+=|<link|<iframe|@import).{0,40}/i
    expect(active.exec(page.replace(/base64,[^"]+/g, ''))?.[0]).toBeUndefined()
    const addresses = [...page.matchAll(/\s(?:src|href)="([^"]*)/g)]
    expect(page.includes('url(')).toBe(false)
    for (const [, address] of addresses) expect(address).toMatch(/^data:image\/webp;base64,/)
    expect(page.includes("default-src 'none'")).toBe(true)
    // Best and worst four of two models, six that divide: each embedded and small.
    expect(addresses).toHaveLength(22)
    expect(page.length).toBeLessThan(2_000_000)
  })

  test('has every number, as its contract says', () => {
    const results = StudyResults.parse(JSON.parse(text(out, 'results.json')))
    expect(results.study).toMatchObject({ name: 'first', state: 'unblinded', blind: false })
    expect(results.counts).toMatchObject({ answers: 1180, raters: 3, prompts: 40, unblinded: 0 })
    const page = text(out, 'report.html').replaceAll('&#39;', "'").replaceAll('&quot;', '"')
    const missing = results.methodsText.filter((words) => !page.includes(words))
    expect(missing).toEqual([])
  })

  test('has each figure as SVG and PNG, also in the page', async () => {
    const names = readdirSync(join(out, 'figures'))
    const svgs = names.filter((name) => name.endsWith('.svg'))
    expect(svgs.length).toBeGreaterThan(10)
    const page = text(out, 'report.html')
    for (const name of svgs) {
      const svg = text(out, `figures/${name}`)
      expect(page.includes(svg)).toBe(true)
      const png = join(out, 'figures', name.replace('.svg', '.png'))
      const { width, format } = await sharp(png).metadata()
      expect(format).toBe('png')
      expect(width).toBe(2 * Number(/width="(\d+)"/.exec(svg)?.[1]))
    }
  })

  test('has the raw ratings as CSV and Parquet, alike, with raters by pseudonyms', async () => {
    const rows = parse(text(out, 'ratings.csv'), { columns: true }) as Record<string, string>[]
    expect(rows).toHaveLength(1180)
    expect(new Set(rows.map(({ rater }) => rater))).toEqual(new Set(['R1', 'R2', 'R3']))
    const bytes = readFileSync(join(out, 'ratings.parquet'))
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
    const typed = await parquetReadObjects({ file: file as ArrayBuffer })
    expect(typed).toHaveLength(1180)
    typed.forEach((row, i) => {
      expect(row['rater']).toBe(rows[i]?.['rater'])
      expect(row['value']).toBe(Number(rows[i]?.['value']))
      expect(row['model']).toBe(rows[i]?.['model'])
    })
    // Means of the file are those of the report.
    const results = StudyResults.parse(JSON.parse(text(out, 'results.json')))
    const mine = rows.filter((row) => row['aspect'] === 'overall' && row['model'] === 'tuned')
    const prompts = Map.groupBy(mine, (row) => `${row['group']} ${row['level']}`)
    const means = [...prompts.values()].map(
      (of) => of.reduce((sum, row) => sum + Number(row['value']), 0) / of.length,
    )
    const told = results.means.find(
      (row) =>
        row.aspect === 'overall' &&
        row.model === 'tuned' &&
        row.kind === null &&
        row.level === null,
    )
    expect(told?.mean.value).toBeCloseTo(means.reduce((a, b) => a + b, 0) / means.length, 9)
  })

  test('names no rater unless that is asked for', async () => {
    expect(allTexts(out)).not.toContain('simulated-')
    const named = join(run.folder, 'named')
    await report(named, { ...fast, names: true })
    expect(text(named, 'report.html')).toContain('simulated-1')
    expect(text(named, 'ratings.csv')).not.toContain('simulated-')
  })

  test('is the same when it is made again, in the place of the earlier one', async () => {
    const before = text(out, 'results.json')
    expect(await report(out)).toMatchObject({ state: 'done' })
    expect(text(out, 'results.json')).toBe(before)
    expect(readdirSync(run.folder).filter((name) => name.includes('partial'))).toEqual([])
  })

  test('leaves a folder alone that holds something else, or the report of another study', async () => {
    const foreign = join(run.folder, 'foreign')
    mkdirSync(foreign)
    writeFileSync(join(foreign, 'thesis.txt'), 'mine')
    expect(await report(foreign)).toMatchObject({ state: 'failed', error: { kind: 'conflict' } })
    expect(readdirSync(foreign)).toEqual(['thesis.txt'])

    const other = mkdtempSync(join(run.folder, 'other-'))
    writeFileSync(
      join(other, 'results.json'),
      JSON.stringify({ format: 'gleaner study results 1', study: { uid: 'another' } }),
    )
    expect(await report(other)).toMatchObject({ state: 'failed', error: { kind: 'conflict' } })
    expect(readdirSync(other)).toEqual(['results.json'])
    expect(await report(join(corpus, 'inside'))).toMatchObject({
      state: 'failed',
      error: { kind: 'invalid-input' },
    })
  })
})

test('a study whose names are hostile is a report without a script of theirs', async () => {
  const hostile = join(run.folder, 'hostile.gleaner')
  const evil = '<img src=x onerror=alert(1)>'
  await makeSmallStudy(run, hostile, { models: ['</title><script>1</script>', '=cmd()'] })
  const queue = await run.ask('ratings.queue', {
    corpus: hostile,
    study: 'small',
    rater: evil,
    mode: 'rate',
  })
  for (const task of queue.tasks.slice(0, 30)) {
    for (const aspect of ['objects', 'overall']) {
      await run.ask('ratings.set', {
        corpus: hostile,
        study: 'small',
        rater: evil,
        task,
        aspect,
        answer: '3',
      })
    }
  }
  await run.ask('studies.unblind', { corpus: hostile, study: 'small', by: evil })
  const out = join(run.folder, 'hostile')
  const options = { ...fast, names: true }
  const done = await run.job('studies.report', { corpus: hostile, study: 'small', out, options })
  expect(done).toMatchObject({ state: 'done' })
  const page = readFileSync(join(out, 'report.html'), 'utf8')
  expect(page).not.toMatch(/<script|<img src=x/i)
  expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;')
  expect(readFileSync(join(out, 'ratings.csv'), 'utf8')).toContain("'=cmd()")
})

test('power is simulated from the design, the same for the same seed', async () => {
  const input = { prompts: 40, raters: 3, difference: 0.5, studies: 200 }
  const found = await run.ask('studies.power', input)
  expect(await run.ask('studies.power', input)).toEqual(found)
  expect(found.lo).toBeLessThan(found.power)
  // More prompts show more; a family of five tests needs more prompts.
  const with3 = found.curve.filter(({ raters }) => raters === 3)
  expect(with3[0]?.power).toBeLessThan(with3.at(-1)?.power as number)
  const five = await run.ask('studies.power', { ...input, tests: 5 })
  expect(five.needed.prompts).toBeGreaterThan(found.needed.prompts as number)
  const none = await run.ask('studies.power', { ...input, difference: 0 })
  expect(none.needed).toEqual({ prompts: null, raters: null })
  expect(none.power).toBeLessThan(0.12)
})
