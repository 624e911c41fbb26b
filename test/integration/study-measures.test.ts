/** The sample study measured, with real models in the inference host. */
import { execFile } from 'node:child_process'
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  MeasureInput,
  MeasureMatrixInput,
  StudyComplexityInput,
  StudyComplianceInput,
} from '#shared/contract/jobs.ts'
import type { MeasureResult } from '#shared/contract/jobs.ts'
import type { ComplianceResult, MatrixResult } from '#shared/contract/study-measures.ts'
import { measureMatrix } from '../../src/main/jobs/measure/matrix.ts'
import { measureSets } from '../../src/main/jobs/measure/measure.ts'
import { measureStudyComplexity } from '../../src/main/jobs/measure/study-complexity.ts'
import { measureCompliance } from '../../src/main/jobs/measure/study-compliance.ts'
import { openCorpus } from '../../src/main/store/open.ts'
import type { Corpus } from '../../src/main/store/open.ts'
import { studyMeasurements } from '../../src/main/store/repositories/study-measures.ts'
import { studyOf } from '../../src/main/store/repositories/studies.ts'
import { jobContext } from '../support/ingest.ts'
import { emptyFolders, MODELS, PICTURES } from '../support/models.ts'

const RESOURCES = resolve(import.meta.dirname, '../../resources')
const SAMPLE = join(RESOURCES, 'sample-study')
const DEMO = join(RESOURCES, 'models/gleaner-demo')
const TINY = join(MODELS, 'tiny-features')
const root = mkdtempSync(join(tmpdir(), 'study-measures-'))
const path = join(root, 'study.gleaner')
const folders = emptyFolders()
const of = { corpus: path, study: 'first', device: 'cpu' }

/** The command line from the sources. */
function gleaner(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const cli = resolve(import.meta.dirname, '../../src/main/cli/cli.ts')
  const env = { ...process.env, GLEANER_HOME: join(root, 'home') }
  return new Promise((done) => {
    execFile(process.execPath, [cli, ...args], { env }, (error, stdout, stderr) =>
      done({ code: error ? Number(error.code) : 0, stdout, stderr }),
    )
  })
}

let corpus: Corpus
beforeAll(async () => {
  const images = [`base=${join(SAMPLE, 'base')}`, `tuned=${join(SAMPLE, 'tuned/manifest.csv')}`]
  const prompts = join(SAMPLE, 'prompts.csv')
  const made = await gleaner(
    'study',
    'new',
    path,
    'first',
    '--prompts',
    prompts,
    '--images',
    ...images,
  )
  expect(made.code, made.stderr).toBe(0)
  corpus = openCorpus(path)
})
afterAll(() => corpus.close())

const embeddings = (): number =>
  corpus.reader.prepare<unknown[], number>('SELECT count(*) FROM embeddings').pluck().get() ?? 0
const kept = () => studyMeasurements(corpus.writer, studyOf(corpus.writer, 'first')).measurements

test('compliance is over prompts, by a model whose name says demonstration, and is kept', async () => {
  const found = await measureCompliance(
    corpus,
    StudyComplianceInput.parse({ ...of, model: DEMO }),
    folders,
    jobContext(),
  )
  expect(found.name).toMatch(/demonstration/)
  expect(found.notes.join(' ')).toMatch(/Means across levels mislead/)
  expect(found).toMatchObject({ pictures: 80, unscored: 0, unit: 'cosine' })
  // The same by SQL.
  const wanted = corpus.reader
    .prepare<unknown[], { by: string; value: string; difference: number; n: number }>(
      `WITH means AS (
         SELECT i.prompt_id AS prompt, m.name AS model, avg(s.cosine) AS mean
         FROM study_scores s JOIN study_images i ON i.id = s.image_id
           JOIN study_models m ON m.id = i.model_id GROUP BY i.prompt_id, i.model_id),
       pairs AS (
         SELECT p.kind, p.level, t.mean - b.mean AS difference FROM means b JOIN means t
           ON t.prompt = b.prompt AND b.model = 'base' AND t.model = 'tuned'
           JOIN study_prompts p ON p.id = b.prompt)
       SELECT 'all' AS by, '' AS value, avg(difference) AS difference, count(*) AS n FROM pairs
       UNION ALL SELECT 'kind', kind, avg(difference), count(*) FROM pairs GROUP BY kind
       UNION ALL SELECT 'level', level, avg(difference), count(*) FROM pairs GROUP BY level`,
    )
    .all()
  expect(wanted).toHaveLength(1 + 2 + 5)
  expect(found.parts).toHaveLength(wanted.length)
  for (const { by, value, difference, n } of wanted) {
    const part = found.parts.find((one) => one.by === by && one.value === String(value))
    expect(part?.pairs[0]).toMatchObject({ a: 'base', b: 'tuned', prompts: n, leftOut: 0 })
    expect(part?.pairs[0]?.difference).toBeCloseTo(difference, 9)
  }
  const pair = found.parts[0]?.pairs[0]
  expect(pair?.low).toBeLessThan(pair?.difference as number)
  expect(pair?.high).toBeGreaterThan(pair?.difference as number)
  expect(pair?.overGroups?.groups).toBe(8)
  expect(kept()[0]?.result).toEqual(found)
})

test('a preference model shows its scale times the cosine, which it keeps', async () => {
  const folder = join(root, 'preferring')
  cpSync(join(MODELS, 'tiny-clip'), folder, { recursive: true })
  const file = join(folder, 'gleaner.json')
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as object
  const logits = { scale: 98.25, bias: null }
  writeFileSync(file, JSON.stringify({ ...manifest, preference: true, logits }))
  const found = await measureCompliance(
    corpus,
    StudyComplianceInput.parse({ ...of, model: folder }),
    folders,
    jobContext(),
  )
  expect(found.by).toMatchObject({ preference: true, scale: 98.25 })
  expect(found.notes.join(' ')).toMatch(/score is 98.25 times the cosine/)
  const [base] = found.parts[0]?.models ?? []
  expect(Math.abs(base?.mean as number)).toBeLessThanOrEqual(1)
  expect(base?.score).toBeCloseTo(98.25 * (base?.mean as number), 10)
})

test('complexity sets kinds, levels and models side by side at one size', async () => {
  const found = await measureStudyComplexity(
    corpus,
    StudyComplexityInput.parse({ ...of, model: TINY, pictures: 30 }),
    folders,
    jobContext(),
  )
  const levels = found.prompts.filter(({ by }) => by === 'level')
  expect(levels.map(({ n }) => n)).toEqual([8, 8, 8, 8, 8])
  const words = levels.map(({ richness }) => richness?.meanWords as number)
  expect(words).toEqual([...words].sort((x, y) => x - y))
  expect(found.pictures.map(({ model, n }) => ({ model, n }))).toEqual([
    { model: 'base', n: 30 },
    { model: 'tuned', n: 30 },
  ])
  expect(found.pictures[0]?.diversity?.n).toBe(30)
  expect(found.notes.join(' ')).toMatch(/demonstration model/)
  expect(kept()[0]?.result).toEqual(found)
})

const distance = (a: string, b: string, more: object = {}): Promise<MeasureResult> =>
  measureSets(
    MeasureInput.parse({ measure: 'fd', model: TINY, device: 'cpu', a, b, ...more }),
    folders,
    jobContext(),
  )

test('a distance of pictures of a study is that of the same pictures in folders', async () => {
  const folder = await distance(join(SAMPLE, 'base'), join(SAMPLE, 'tuned'))
  const study = await distance(`${path}#first/base`, `${path}#first/tuned`)
  expect(study.value / folder.value).toBeCloseTo(1, 6)
  expect(study).toMatchObject({ n: [40, 40], resize: folder.resize, model: folder.model })
  expect(study.sets.map(({ formats }) => formats)).toEqual(
    folder.sets.map(({ formats }) => formats),
  )
  await expect(distance(`${path}#first/other`, path)).rejects.toMatchObject({ kind: 'not-found' })
})

const matrix = (more: object, ctx = jobContext()): Promise<MatrixResult> =>
  measureMatrix(
    corpus,
    MeasureMatrixInput.parse({ ...of, models: [TINY], measures: ['fd', 'kid'], ...more }),
    folders,
    ctx,
  )

test('a matrix is models by kinds, each number that of the sets, and features are kept', async () => {
  const references = join(SAMPLE, 'base')
  const found = await matrix({ references, compliance: DEMO, seed: 3 })
  expect(found.rows.map(({ model, kind }) => [model, kind])).toEqual([
    ['base', 'sensible'],
    ['base', 'nonsensical'],
    ['base', null],
    ['tuned', 'sensible'],
    ['tuned', 'nonsensical'],
    ['tuned', null],
  ])
  const row = found.rows[3]
  const [fd, kid] = row?.numbers ?? []
  const alone = await distance(`${path}#first/tuned/sensible`, references, { seed: 3 })
  expect(fd).toMatchObject({ n: [20, 40], seed: 3, resize: 'clean', measure: 'fd' })
  expect(fd?.value).toBeCloseTo(alone.value, 9)
  expect(fd?.warnings.join(' ')).toMatch(/fewer than 2,048.*report KID/)
  expect(fd?.name).toMatch(/demonstration model/)
  expect(kid?.interval?.[0]).toBeLessThan(kid?.interval?.[1] as number)
  expect(found.rows[2]?.numbers[0]?.value).toBeLessThan(1e-9)
  // Compliance of the row is that of its kind.
  const compliance = kept().find(
    ({ result }) => result.measure === 'compliance' && !result.by.preference,
  )?.result as ComplianceResult
  const sensible = compliance.parts.find(({ value }) => value === 'sensible')
  expect(row?.compliance?.mean).toBeCloseTo(sensible?.models[1]?.mean as number, 12)
  expect(kept()[0]?.result).toEqual(found)

  // A second run encodes nothing: without an inference host it comes to the same.
  const before = embeddings()
  const ctx = jobContext()
  const entries = { ...ctx.entries, inferenceHost: new URL('file:///nowhere.js') }
  const again = await matrix({ references, seed: 3 }, { ...ctx, entries })
  expect(again.rows.map(({ numbers }) => numbers.map(({ value }) => value))).toEqual(
    found.rows.map(({ numbers }) => numbers.map(({ value }) => value)),
  )
  expect(embeddings()).toBe(before)
})

test('a matrix of unlike formats is refused and nothing is kept, unless that is allowed', async () => {
  const references = join(root, 'photographs')
  mkdirSync(references)
  for (const name of readdirSync(PICTURES).filter((file) => file.endsWith('.jpg'))) {
    copyFileSync(join(PICTURES, name), join(references, name))
  }
  const before = kept().length
  await expect(matrix({ references })).rejects.toThrow(
    /unlike formats: 100 % png against 100 % jpeg/,
  )
  expect(kept()).toHaveLength(before)
  const found = await matrix({ references, measures: ['cmmd'], allowUnlike: true, takes: 1, n: 10 })
  expect(found.rows[0]?.numbers[0]).toMatchObject({ measure: 'cmmd' })
  expect(found.rows[0]?.numbers[0]?.n[0]).toBe(10)
  expect(found.rows[0]?.numbers[0]?.warnings[0]).toMatch(/Compared although/)
})

test('the command line prints the same as JSON and writes the table', async () => {
  corpus.close()
  try {
    const told = await gleaner('measure', 'compliance', path, 'first', '--model', DEMO, '--json')
    expect(told.code, told.stderr).toBe(0)
    const found = JSON.parse(told.stdout) as ComplianceResult
    expect(found.parts[0]?.pairs[0]?.prompts).toBe(40)
    const frozen = await gleaner('study', 'freeze', path, 'first')
    expect(frozen.code, frozen.stderr).toBe(0)
    const csv = join(root, 'matrix.csv')
    const args = ['--references', `${path}#first/Model A`, '--model', TINY, '--measures', 'kid']
    const ran = await gleaner('measure', 'matrix', path, 'first', ...args, '--csv', csv, '--json')
    expect(ran.code, ran.stderr).toBe(0)
    // Nothing of it says which model is which.
    expect(ran.stdout).not.toMatch(/base|tuned/)
    const rows = parse(readFileSync(csv, 'utf8'), { columns: true }) as Record<string, string>[]
    expect(rows.map(({ model, kind, n }) => [model, kind, n])).toEqual([
      ['Model A', 'sensible', '20'],
      ['Model A', 'nonsensical', '20'],
      ['Model A', '', '40'],
      ['Model B', 'sensible', '20'],
      ['Model B', 'nonsensical', '20'],
      ['Model B', '', '40'],
    ])
    expect(Number(rows[0]?.['kid_low'])).toBeLessThan(Number(rows[0]?.['kid_high']))
    const cutoff = ['--cutoff', 'width>=300']
    const wrong = await gleaner('measure', 'complexity', path, 'first', ...cutoff)
    expect(wrong.code).toBe(2)
    expect(wrong.stderr).toMatch(/--cutoff is for a corpus/)
  } finally {
    corpus = openCorpus(path)
  }
})
