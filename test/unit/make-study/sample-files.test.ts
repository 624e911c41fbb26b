import { readFile, readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { parse } from 'csv-parse/sync'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { MODEL_NAMES } from '../../../tools/make-study/faults.ts'
import { withText } from '../../../tools/make-study/png-text.ts'
import { ratingsCsv, simulateRatings } from '../../../tools/make-study/raters.ts'
import { readTruth } from '../../../tools/make-study/read-truth.ts'
import { sampleReadme } from '../../../tools/make-study/sample-readme.ts'
import { SAMPLE_SIZE, sampleStudy } from '../../../tools/make-study/study.ts'
import {
  drawnPng,
  LABELLED,
  manifestCsv,
  parametersText,
  promptsCsv,
  truthCsv,
} from '../../../tools/make-study/write-study.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const read = (path: string): Promise<Buffer> => readFile(`${root}${path}`)
const text = async (path: string): Promise<string> => (await read(path)).toString('utf8')
const study = sampleStudy()

/** Chunks of a PNG by its own lengths: type and data. */
function chunksOf(png: Buffer): [string, Buffer][] {
  const chunks: [string, Buffer][] = []
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at)
    chunks.push([png.toString('latin1', at + 4, at + 8), png.subarray(at + 8, at + 8 + length)])
    at += length + 12
  }
  return chunks
}

const pixels = (png: Buffer): Promise<Buffer> => sharp(png).removeAlpha().raw().toBuffer()

describe('the sample study', () => {
  it('has the tables that the tool makes anew', async () => {
    const truth = truthCsv(study)
    expect(await text('resources/sample-study/prompts.csv')).toBe(promptsCsv(study))
    expect(await text('test/fixtures/sample-study/truth.csv')).toBe(truth)
    expect(await text('resources/sample-study/tuned/manifest.csv')).toBe(
      manifestCsv(
        study.filter(({ model }) => model === 'tuned'),
        SAMPLE_SIZE,
      ),
    )
    expect(await text('resources/sample-study/ratings.csv')).toBe(
      ratingsCsv(simulateRatings(readTruth(truth), 3, 'raters')),
    )
    expect(await text('resources/sample-study/README.md')).toBe(sampleReadme(study, SAMPLE_SIZE))
  })

  it('has 40 pictures of each model, and these are what the tool draws anew', async () => {
    let bytes = 0
    for (const model of MODEL_NAMES) {
      const own = study.filter((drawn) => drawn.model === model)
      const files = (await readdir(`${root}resources/sample-study/${model}`)).filter((name) =>
        name.endsWith('.png'),
      )
      expect(files.sort()).toEqual(own.map(({ file }) => file).sort())
      expect(files).toHaveLength(40)
      for (const drawn of own) {
        const png = await read(`resources/sample-study/${model}/${drawn.file}`)
        bytes += png.length
        const made = await pixels(await drawnPng(drawn, SAMPLE_SIZE, false))
        const kept = await pixels(png)
        expect(kept).toHaveLength(SAMPLE_SIZE * SAMPLE_SIZE * 3)
        let off = 0
        // Other processors may round edges and the palette a little differently.
        for (let i = 0; i < kept.length; i++)
          if (Math.abs((kept[i] ?? 0) - (made[i] ?? 0)) > 12) off++
        expect(off / kept.length, drawn.file).toBeLessThan(0.01)
      }
    }
    expect(bytes).toBeLessThan(2_500_000)
  }, 60_000)

  it('tells its prompts within the pictures of one model only', async () => {
    for (const drawn of study) {
      const png = await read(`resources/sample-study/${drawn.model}/${drawn.file}`)
      const said = chunksOf(png).filter(([type]) => /EXt$/.test(type))
      if (drawn.model === LABELLED)
        expect(said.map(([, data]) => data.toString('latin1'))).toEqual([
          `parameters\0${parametersText(drawn, SAMPLE_SIZE)}`,
        ])
      else expect(said).toEqual([])
    }
  })

  it('comes with the packaged program, without its truth', async () => {
    const { extraResources } = JSON.parse(await text('build/electron-builder.json')) as {
      extraResources: unknown[]
    }
    expect(extraResources).toContainEqual({ from: 'resources', to: 'resources' })
    const names = await readdir(`${root}resources/sample-study`, { recursive: true })
    expect(names.filter((name) => name.includes('truth'))).toEqual([])
  })
})

describe('a text in a PNG', () => {
  it('is read by a reader that checks sums, and changes no pixel', async () => {
    const plain = await sharp({
      create: { width: 3, height: 2, channels: 3, background: '#d93a3a' },
    })
      .png()
      .toBuffer()
    const told = withText(plain, 'parameters', 'a red car\nSteps: 25')
    expect((await sharp(told, { failOn: 'warning' }).metadata()).comments).toEqual([
      { keyword: 'parameters', text: 'a red car\nSteps: 25' },
    ])
    expect(await pixels(told)).toEqual(await pixels(plain))
    expect(() => withText(plain, 'parameters', '赤い車')).toThrow(RangeError)
  })
})

describe('the simulated raters', () => {
  const truth = readTruth(truthCsv(study))

  it('are as many as asked for, rate within the scale, and leave little out', () => {
    const ratings = simulateRatings(truth, 5, 'test')
    expect(new Set(ratings.map(({ rater }) => rater)).size).toBe(5)
    expect(ratings.every(({ value }) => Number.isInteger(value) && value >= 0 && value <= 5)).toBe(
      true,
    )
    expect(ratings.length).toBeGreaterThan(5 * 80 * 5 * 0.97)
    expect(ratings.length).toBeLessThan(5 * 80 * 5)
  })

  it('follow the truth, each with a bias of its own, and not each other', () => {
    const key = (one: { model: string; group: string; level: number }): string =>
      `${one.model} ${one.group} ${one.level}`
    const known = new Map(truth.map((one) => [key(one), one.ratings]))
    const ratings = simulateRatings(truth, 6, 'test')
    const byRater = [...Map.groupBy(ratings, ({ rater }) => rater).values()]
    const errors = byRater.map((own) =>
      own.map((one) => one.value - (known.get(key(one))?.[one.aspect] ?? Number.NaN)),
    )
    const means = errors.map((own) => own.reduce((sum, error) => sum + error, 0) / own.length)
    for (const own of errors)
      expect(own.filter((error) => Math.abs(error) <= 1).length / own.length).toBeGreaterThan(0.85)
    expect(Math.max(...means) - Math.min(...means)).toBeGreaterThan(0.1)
    expect(new Set(byRater.map((own) => own.slice(0, 40).map(key).join())).size).toBe(6)
  })

  it('write the columns that ratings are read by', () => {
    const rows = parse<Record<string, string>>(ratingsCsv(simulateRatings(truth, 1, 'test')), {
      columns: true,
    })
    expect(Object.keys(rows[0] ?? {}).join()).toBe(
      'rater,item,model,kind,group,level,seed,aspect,value,at',
    )
    const times = rows.map(({ at }) => Date.parse(at ?? ''))
    expect(times).toEqual(times.toSorted((a, b) => a - b))
  })

  it('are refused a truth with a hole', () => {
    const broken = truthCsv(study).replace(/,5\n/, ',\n')
    expect(() => readTruth(broken)).toThrow(/no whole "overall"/)
  })
})
