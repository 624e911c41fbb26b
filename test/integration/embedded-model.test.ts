import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Truth } from '../../tools/make-sample/truth.ts'
import { gleaner, jsonLines } from '../support/cli.ts'

const resources = resolve(import.meta.dirname, '../../resources')

interface Row {
  page: { url: string }
  image: { url: string }
  text: { alt: string | null }
  scores: { model: string; text: string; cosine: number }[]
}

/** Chance that one of `high` lies above one of `low`; ties count half. */
function auc(high: readonly number[], low: readonly number[]): number {
  let wins = 0
  for (const a of high) for (const b of low) wins += a > b ? 1 : a === b ? 0.5 : 0
  return wins / (high.length * low.length)
}

describe('the embedded model on the sample', () => {
  let home = ''
  let rows: Row[] = []
  const cosines: Record<Truth['label'], number[]> = { right: [], wrong: [], useless: [], none: [] }

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'gleaner-embedded-'))
    const corpus = join(home, 'sample.gleaner')
    const run = async (...args: string[]): Promise<string> => {
      const outcome = await gleaner(args, { home })
      expect(outcome.code, outcome.stderr).toBe(0)
      return outcome.stdout
    }
    await run('init', corpus)
    await run('ingest', corpus, join(resources, 'sample/gleaner-sample.warc.gz'))
    await run('score', corpus, '--model', 'gleaner-demo', '--device', 'cpu')
    rows = jsonLines<Row>(await run('pairs', corpus, '--json', '--limit', '10000'))
    const truth = JSON.parse(
      await readFile(join(resources, 'sample/truth.json'), 'utf8'),
    ) as Truth[]
    for (const row of truth) {
      if (row.language !== 'en' || !['content', 'teaser'].includes(row.role)) continue
      const pair = rows.find(
        (one) => one.page.url === row.page && row.addresses.includes(one.image.url),
      )
      const score = pair?.scores.find(
        ({ model, text }) => model === 'gleaner-demo' && text === 'alt',
      )
      if (score) cosines[row.label].push(score.cosine)
    }
  })
  afterAll(() => rm(home, { recursive: true, force: true }))

  it('is run as it was meant: its own reference vectors come out', async () => {
    const outcome = await gleaner(['models', 'verify', 'gleaner-demo', '--device', 'cpu'], { home })
    expect(outcome.code, outcome.stdout + outcome.stderr).toBe(0)
  })

  it('tells right alts from wrong ones: AUC at least 0.95', () => {
    expect(cosines.right.length).toBeGreaterThan(200)
    expect(cosines.wrong.length).toBeGreaterThan(50)
    expect(auc(cosines.right, cosines.wrong)).toBeGreaterThanOrEqual(0.95)
  })

  it('has a cutoff of its own that keeps most right pairs and drops most wrong ones', async () => {
    const manifest = JSON.parse(
      await readFile(join(resources, 'models/gleaner-demo/gleaner.json'), 'utf8'),
    ) as { demonstration: boolean; cutoffs: { cosine: number; source: string }[] }
    const cutoff = manifest.cutoffs[0]?.cosine ?? 1
    const share = (values: number[]): number =>
      values.filter((cosine) => cosine >= cutoff).length / values.length
    expect(manifest.demonstration).toBe(true)
    expect(share(cosines.right)).toBeGreaterThan(0.85)
    expect(share(cosines.wrong)).toBeLessThan(0.15)
  })

  it('takes no more than 15 MB', async () => {
    const files = ['image.onnx', 'text.onnx', 'tokenizer.json', 'gleaner.json', 'reference.json']
    const sizes = await Promise.all(
      files.map((file) => stat(join(resources, 'models/gleaner-demo', file))),
    )
    expect(sizes.reduce((sum, { size }) => sum + size, 0)).toBeLessThanOrEqual(15e6)
  })
})
