/** Measures as jobs, with real models in the inference host, real threads and a real corpus. */
import { execFile } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ComplexityInput, MeasureInput } from '#shared/contract/jobs.ts'
import type { MeasureResult } from '#shared/contract/jobs.ts'
import { createInferenceHost } from '../../src/main/inference/host/client.ts'
import type { InferenceHost } from '../../src/main/inference/host/client.ts'
import { imageFeatures } from '../../src/main/inference/kinds/image-features/kind.ts'
import { resolveFolder } from '../../src/main/inference/models/registry.ts'
import { measureComplexity } from '../../src/main/jobs/measure/complexity.ts'
import { measureSets } from '../../src/main/jobs/measure/measure.ts'
import { frechetDistance } from '../../src/main/evaluation/measures/frechet.ts'
import { createMoments } from '../../src/main/evaluation/measures/moments.ts'
import { openCorpus } from '../../src/main/store/open.ts'
import { fidFolder } from '../support/fid-reference.ts'
import { ingest, jobContext } from '../support/ingest.ts'
import { emptyFolders, INFERENCE_HOST, MODELS, PICTURES } from '../support/models.ts'

const TINY = join(MODELS, 'tiny-features')
const SAMPLE = resolve(import.meta.dirname, '../../resources/sample/gleaner-sample.warc.gz')
const root = mkdtempSync(join(tmpdir(), 'measure-'))
const folders = emptyFolders()

const run = (input: Record<string, unknown>, ctx = jobContext()): Promise<MeasureResult> =>
  measureSets(
    MeasureInput.parse({ measure: 'fd', model: TINY, device: 'cpu', ...input }),
    folders,
    ctx,
  )

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

/** A folder with some of the pictures, and what is no picture. */
function folderOf(name: string, files: readonly string[], broken = 0): string {
  const folder = join(root, name)
  mkdirSync(folder)
  for (const file of files) copyFileSync(join(PICTURES, file), join(folder, file))
  for (let i = 0; i < broken; i++) writeFileSync(join(folder, `broken-${i}.png`), 'no picture')
  return folder
}
const jpegs = readdirSync(PICTURES)
  .filter((name) => name.endsWith('.jpg'))
  .sort()

let host: InferenceHost
beforeAll(() => {
  host = createInferenceHost(INFERENCE_HOST)
})
afterAll(() => host.close())

describe('folders of pictures', () => {
  test('a distance is that of the features of the pictures, with its stamp', async () => {
    const a = folderOf('a', jpegs.slice(0, 8), 1)
    const b = folderOf('b', jpegs.slice(8))
    const found = await run({ a, b })
    const model = await resolveFolder(folders, imageFeatures, TINY)
    const loaded = await host.open(model, 'cpu')
    const moments = async (folder: string, files: readonly string[]) => {
      const sums = createMoments(12)
      const pictures = files.map((file) => ({ path: join(folder, file) }))
      sums.add((await loaded.encodeImages(pictures)).vectors)
      return sums.moments()
    }
    const wanted = frechetDistance(
      await moments(a, jpegs.slice(0, 8)),
      await moments(b, jpegs.slice(8)),
    )
    expect(found.value).toBeCloseTo(wanted, 8)
    expect(found).toMatchObject({
      name: 'FD (tiny random network), demonstration model',
      n: [8, jpegs.length - 8],
      model: { id: 'tiny-features', digest: model.digest },
      resize: 'clean',
      device: 'cpu',
    })
    expect(found.sets[0]).toMatchObject({ available: 9, formats: { jpeg: 8 } })
    expect(Object.values(found.sets[0].leftOut)).toEqual([1])
    expect(found.warnings.join(' ')).toMatch(/fewer than 2,048.*Left out: 1/)
  })

  test('the same seed draws the same pictures, another one others', async () => {
    const [a, b] = [join(root, 'a'), join(root, 'b')]
    const drawn = async (seed: number): Promise<number> =>
      (await run({ a, b, n: [5, 4], seed })).value
    const first = await drawn(3)
    expect(await drawn(3)).toBe(first)
    expect(await drawn(4)).not.toBe(first)
    await expect(run({ a, b, n: [10, 4] })).rejects.toThrow(/10 are to be drawn, and .* has 9/)
  })

  test('another resizing is another number, another name and another digest', async () => {
    const [a, b] = [join(root, 'a'), join(root, 'b')]
    const own = await run({ a, b })
    const other = await run({ a, b, resize: 'legacy_pytorch' })
    expect(other.value).not.toBeCloseTo(own.value, 6)
    expect(other.name).toContain('resized legacy_pytorch')
    expect(other.model?.digest).not.toBe(own.model?.digest)
  })

  test('files of unlike formats are refused unless that is allowed', async () => {
    const a = join(root, 'a')
    const b = folderOf('png', [
      'grey.png',
      'palette.png',
      'landscape.png',
      'portrait.png',
      'tall.png',
      'bilevel.png',
    ])
    await expect(run({ a, b })).rejects.toMatchObject({ kind: 'refused' })
    const found = await run({ a, b, allowUnlike: true })
    expect(found.warnings[0]).toContain('Compared although their files are of unlike formats')
  })

  test('a picture-text model gives unit rows for CMMD and takes no other resizing', async () => {
    const input = { a: join(root, 'a'), b: join(root, 'b'), model: join(MODELS, 'tiny-clip') }
    const found = await run({ ...input, measure: 'cmmd' })
    expect(found.value).toBeGreaterThan(0)
    expect(found.name).toMatch(/^CMMD \(/)
    await expect(run({ ...input, resize: 'clean' })).rejects.toMatchObject({
      kind: 'invalid-input',
    })
  })

  test('ends when it is canceled', async () => {
    const abort = new AbortController()
    abort.abort(new Error('canceled'))
    const ctx = jobContext(abort.signal)
    await expect(run({ a: join(root, 'a'), b: join(root, 'b') }, ctx)).rejects.toThrow('canceled')
  })
})

describe.skipIf(fidFolder === null)('features of files', () => {
  test('on the command line as JSON, and refused beside pictures', async () => {
    const [a, b] = ['a', 'b'].map((name) => join(fidFolder ?? '', `features-${name}.npy`))
    const told = await gleaner('measure', 'fd', a as string, b as string, '--json')
    expect(told.code, told.stderr).toBe(0)
    const found = JSON.parse(told.stdout) as MeasureResult
    expect(found.value).toBeCloseTo(12.25525, 5)
    expect(found).toMatchObject({ n: [400, 400], model: null, resize: null })
    const kid = await run({ measure: 'kid', a, b })
    expect(kid.value).toBeCloseTo(0.4716912, 6)
    expect(kid.sd).toBe(null)
    await expect(run({ a: join(root, 'a'), b })).rejects.toThrow(/resized unlike: clean against/)
    const wrong = await gleaner('measure', 'fd', '/nowhere', b as string)
    expect(wrong).toMatchObject({ code: 1, stdout: '' })
    const usage = await gleaner('measure', 'fd', a as string, b as string, '--n', '1')
    expect(usage.code).toBe(2)
  })
})

test('a corpus is measured before and after a cutoff, and its embeddings are kept', async () => {
  const path = join(root, 'sample.gleaner')
  ;(await ingest(path, [SAMPLE], { images: 'archive' })).close()
  const corpus = openCorpus(path)
  const measureIt = (more: Record<string, unknown>) =>
    measureComplexity(
      corpus,
      ComplexityInput.parse({ corpus: path, device: 'cpu', pictures: 40, model: TINY, ...more }),
      folders,
      jobContext(),
    )
  const kept = () =>
    corpus.reader.prepare<unknown[], number>('SELECT count(*) FROM embeddings').pluck().get()
  try {
    const found = await measureIt({ cutoff: 'width>=300', texts: ['alt', 'caption'] })
    const [alt, caption] = found.texts
    expect(alt?.source).toBe('alt')
    expect(alt?.available.after).toBeLessThan(alt?.available.before as number)
    // Both sides at one size.
    expect(alt?.n).toBe(alt?.available.after)
    expect(alt?.before?.texts).toBe(alt?.after?.texts)
    expect(caption?.before?.meanWords).toBeGreaterThan(2)
    const { before, after } = found.pictures
    expect(before.n).toBe(40)
    expect(before.entropy).toBeGreaterThan(0.5)
    expect(before.diversity?.n).toBe(40)
    expect(after?.available).toBeLessThan(before.available)
    const embeddings = kept() as number
    expect(embeddings).toBeGreaterThanOrEqual(40)
    expect(await measureIt({ cutoff: 'width>=300', texts: ['alt', 'caption'] })).toEqual(found)
    expect(kept()).toBe(embeddings)
    await expect(measureIt({ cutoff: 'width>=' })).rejects.toMatchObject({ kind: 'invalid-input' })
  } finally {
    corpus.close()
  }
})
