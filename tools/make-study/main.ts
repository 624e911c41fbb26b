/**
 * Draws studies of two models with planted faults, and lets simulated people rate them.
 * node tools/make-study/main.ts sample
 * node tools/make-study/main.ts check FOLDER [--groups 200] [--size 512] [--raters 3]
 * node tools/make-study/main.ts rate TRUTH.csv RATINGS.csv [--raters 3] [--seed raters]
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { ratingsCsv, simulateRatings } from './raters.ts'
import { readTruth } from './read-truth.ts'
import { sampleReadme } from './sample-readme.ts'
import { checkStudy, SAMPLE_SIZE, sampleStudy } from './study.ts'
import { truthCsv, writeStudy } from './write-study.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const USAGE = 'sample | check FOLDER | rate TRUTH.csv RATINGS.csv'

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    groups: { type: 'string', default: '200' },
    size: { type: 'string', default: '512' },
    raters: { type: 'string', default: '3' },
    seed: { type: 'string', default: 'raters' },
  },
})

function whole(name: 'groups' | 'size' | 'raters', low: number, high: number): number {
  const value = Number(values[name])
  if (!Number.isInteger(value) || value < low || value > high)
    throw new RangeError(`--${name} must be a whole number of ${low} to ${high}`)
  return value
}

function rated(truth: string): string {
  return ratingsCsv(simulateRatings(readTruth(truth), whole('raters', 1, 1000), values.seed))
}

async function makeSample(): Promise<void> {
  const study = sampleStudy()
  const folder = join(ROOT, 'resources/sample-study')
  const bytes = await writeStudy(folder, study, SAMPLE_SIZE)
  const truth = truthCsv(study)
  // The program does not carry the answers along; the tests do.
  const fixtures = join(ROOT, 'test/fixtures/sample-study')
  await mkdir(fixtures, { recursive: true })
  await writeFile(join(fixtures, 'truth.csv'), truth)
  await writeFile(join(folder, 'ratings.csv'), rated(truth))
  await writeFile(join(folder, 'README.md'), sampleReadme(study, SAMPLE_SIZE))
  console.log(`${study.length} pictures, ${bytes} bytes, in ${folder}`)
}

async function makeCheck(folder: string): Promise<void> {
  const study = checkStudy(whole('groups', 1, 400))
  const bytes = await writeStudy(folder, study, whole('size', 64, 1024), (done, total) => {
    if (done % 200 === 0) console.log(`${done} of ${total}`)
  })
  const truth = truthCsv(study)
  await writeFile(join(folder, 'truth.csv'), truth)
  await writeFile(join(folder, 'ratings.csv'), rated(truth))
  console.log(`${study.length} pictures, ${bytes} bytes, in ${folder}`)
}

const [what, from, to] = positionals
if (what === 'sample') await makeSample()
else if (what === 'check' && from) await makeCheck(from)
else if (what === 'rate' && from && to) await writeFile(to, rated(await readFile(from, 'utf8')))
else {
  console.error(`usage: node tools/make-study/main.ts ${USAGE}`)
  process.exitCode = 2
}
