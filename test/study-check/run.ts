/**
 * A study of 2 x 1,000 pictures from end to end: drawn with faults at known rates, taken in and frozen
 * by the command line, rated by three simulated people through the engine, exported, and tested. The
 * models differ in objects, attributes, relations and overall; in the setting they do not.
 *
 *     node test/study-check/run.ts [--groups 200] [--size 384] [--raters 3] [--keep FOLDER]
 *
 * With --keep the pictures stay, and are not drawn again.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { parse } from 'csv-parse/sync'
import { adjustP } from '../../src/main/statistics/significance/multiple-tests.ts'
import { wilcoxonSignedRank } from '../../src/main/statistics/significance/wilcoxon.ts'
import { readTruth } from '../../tools/make-study/read-truth.ts'
import { drawCheck, gleanerJson } from './programs.ts'
import { rateAll } from './rate-all.ts'

const ASPECTS = ['objects', 'attributes', 'relations', 'setting', 'overall'] as const
/** With fewer prompts only the largest difference, in the whole, is sure to be found. */
const ENOUGH = 500
/** In what the models differ. */
const PLANTED: ReadonlySet<string> = new Set(['objects', 'attributes', 'relations', 'overall'])
const LEVEL = 0.05

const { values } = parseArgs({
  options: {
    groups: { type: 'string', default: '200' },
    size: { type: 'string', default: '384' },
    raters: { type: 'string', default: '3' },
    keep: { type: 'string' },
  },
})
const folder = values.keep ?? mkdtempSync(join(tmpdir(), 'gleaner-study-check-'))
mkdirSync(folder, { recursive: true })
process.env['GLEANER_HOME'] = join(folder, 'home')
const corpus = join(folder, `check-${Date.now()}.gleaner`)
const faults: string[] = []
const hold = (isSo: boolean, what: string): void => void (isSo || faults.push(what))

async function timed<T>(what: string, work: () => Promise<T> | T): Promise<T> {
  const began = performance.now()
  const result = await work()
  console.log(`${what.padEnd(52)}${((performance.now() - began) / 1000).toFixed(1).padStart(8)} s`)
  return result
}

interface Row {
  rater: string
  model: string
  group: string
  level: string
  aspect: string
  value: string
}

/** Mean over raters of a prompt's pictures of a model; "cannot judge" is left out. */
function promptMeans(rows: readonly Row[], model: string, aspect: string): Map<string, number> {
  const byPrompt = Map.groupBy(
    rows.filter((row) => row.model === model && row.aspect === aspect && row.value !== 'cannot'),
    ({ group, level }) => `${group} ${level}`,
  )
  return new Map(
    [...byPrompt].map(([prompt, all]) => [
      prompt,
      all.reduce((sum, { value }) => sum + Number(value), 0) / all.length,
    ]),
  )
}

try {
  await timed(`draw 2 x ${Number(values.groups) * 5} pictures`, () =>
    drawCheck(folder, values.groups, values.size),
  )
  const pictures = readTruth(readFileSync(join(folder, 'truth.csv'), 'utf8'))
  await timed('gleaner study new', async () => {
    const study = await gleanerJson<{ images: number; missing: number; leftOut: number }>([
      ...['study', 'new', corpus, 'check', '--prompts', join(folder, 'prompts.csv'), '--images'],
      ...[`base=${join(folder, 'base')}`, `tuned=${join(folder, 'tuned/manifest.csv')}`, '--json'],
    ])
    hold(study.images === pictures.length, `${study.images} pictures of ${pictures.length}`)
    hold(study.missing === 0 && study.leftOut === 0, 'pictures are missing or left out')
  })
  await timed('gleaner study freeze', () =>
    gleanerJson(['study', 'freeze', corpus, 'check', '--json']),
  )
  const rated = await timed(`rate by ${values.raters} people through the engine`, () =>
    rateAll(corpus, pictures, Number(values.raters)),
  )
  const milliseconds = (share: number): string =>
    `${(rated.times[Math.floor(share * (rated.times.length - 1))] ?? 0).toFixed(2)} ms`
  console.log(
    `  ${rated.times.length} answers, ratings.set p50 ${milliseconds(0.5)}, p95 ${milliseconds(0.95)}`,
  )
  await gleanerJson(['study', 'unblind', corpus, 'check', '--by', 'study-check', '--json'])
  const table = join(folder, 'exported.csv')
  await timed('gleaner study ratings export', () =>
    gleanerJson(['study', 'ratings', corpus, 'check', 'export', table, '--json']),
  )
  const rows: Row[] = parse(readFileSync(table), { columns: true })
  const key = ({ rater, model, group, level, aspect, value }: Row): string =>
    [rater, model, group, level, aspect, value].join(' ')
  const exported = rows.map(key).sort()
  const said = rated.counted.map((one) => key({ ...one, level: String(one.level) })).sort()
  hold(
    exported.length === said.length && exported.every((row, i) => row === said[i]),
    `the table has ${exported.length} rows, ${said.length} answers were given, and they are not the same`,
  )

  const found = ASPECTS.map((aspect) => {
    const [base, tuned] = ['base', 'tuned'].map((model) => promptMeans(rows, model, aspect)) as [
      Map<string, number>,
      Map<string, number>,
    ]
    const prompts = [...base.keys()].filter((prompt) => tuned.has(prompt))
    const differences = prompts.map(
      (prompt) => (tuned.get(prompt) as number) - (base.get(prompt) as number),
    )
    const test = wilcoxonSignedRank(differences)
    const mean = differences.reduce((sum, value) => sum + value, 0) / differences.length
    return { aspect, n: prompts.length, mean, p: test.ok ? test.p : 1 }
  })
  const adjusted = adjustP(
    found.map(({ p }) => p),
    'holm',
  )
  console.log(`\n${'aspect'.padEnd(14)}prompts  tuned - base   p (Wilcoxon)   p (Holm)`)
  for (const [i, { aspect, n, mean, p }] of found.entries()) {
    const corrected = adjusted[i] as number
    console.log(
      `${aspect.padEnd(14)}${String(n).padStart(7)}${mean.toFixed(3).padStart(14)}${p.toExponential(2).padStart(15)}${corrected.toExponential(2).padStart(11)}`,
    )
    if (PLANTED.has(aspect)) {
      if (n < ENOUGH && aspect !== 'overall') continue
      hold(corrected < LEVEL && mean > 0, `the planted difference in ${aspect} was not found`)
    } else hold(corrected >= LEVEL, `a difference in ${aspect} was found that is not there`)
  }
} finally {
  if (values.keep === undefined) rmSync(folder, { recursive: true, force: true })
}
for (const fault of faults) console.error(`FAILED: ${fault}`)
console.log(faults.length === 0 ? '\nThe planted differences were found, and no other.' : '')
process.exitCode = faults.length === 0 ? 0 : 1
