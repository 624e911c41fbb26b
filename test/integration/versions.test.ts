import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { canonicalJson } from '#shared/canonical-json.ts'
import { VersionDiff } from '#shared/contract/versions.ts'
import type { VersionInfo } from '#shared/contract/versions.ts'
import type { Job } from '#shared/contract/jobs.ts'
import type { Pair } from '#shared/domain.ts'
import type { Manifest } from '../../src/main/export/manifest.ts'
import { createEngine } from '../../src/main/engine/engine.ts'
import type { Engine } from '../../src/main/engine/engine.ts'
import { gleaner } from '../support/cli.ts'
import { MODELS } from '../support/models.ts'

const SAMPLE = resolve(import.meta.dirname, '../../resources/sample')
const RESOURCES = resolve(import.meta.dirname, '../../resources')
const OK = 'status:ok'

let folder: string
let home: string
let corpus: string
let engine: Engine
const before = { home: process.env['GLEANER_HOME'], resources: process.env['GLEANER_RESOURCES'] }

const ask = async <T>(name: string, input: object): Promise<T> =>
  (await engine.call(name, input)).value as T
/** A job that ended, whatever became of it. */
async function job(name: string, input: object): Promise<Job> {
  const { job: id } = await ask<{ job: string }>(name, input)
  return engine.finished(id)
}
async function done(name: string, input: object): Promise<Map<string, string>> {
  const ended = await job(name, input)
  if (ended.state !== 'done') throw new Error(JSON.stringify(ended.error))
  return new Map(ended.result.map(({ label, value }) => [label, value]))
}
const pairs = (where: string): Promise<Pair[]> =>
  ask('pairs.list', { corpus, where, afterId: 0, limit: 1000 })
const cosine = (pair: Pair, model: string): number | null =>
  pair.scores.find((score) => score.model === model && score.text === 'alt')?.cosine ?? null

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gleaner-versions-'))
  home = process.env['GLEANER_HOME'] = join(folder, 'home')
  process.env['GLEANER_RESOURCES'] = RESOURCES
  engine = createEngine({ resumeJobs: false })
  corpus = join(folder, 'sample.gleaner')
  await ask('corpora.create', { path: corpus })
  await done('jobs.ingest', { corpus, inputs: [SAMPLE], images: 'archive', workers: 1 })
  await done('jobs.score', { corpus, text: 'alt', device: 'cpu' })
  await done('versions.create', { corpus, name: 'wide', where: OK, cutoff: 0.3 })
  await done('versions.create', { corpus, name: 'narrow', where: `${OK} width>=200`, cutoff: 0.9 })
})
afterAll(async () => {
  await engine.stop()
  for (const [name, value] of Object.entries({
    GLEANER_HOME: before.home,
    GLEANER_RESOURCES: before.resources,
  })) {
    if (value === undefined) delete process.env[name]
    else process.env[name] = value
  }
  rmSync(folder, { recursive: true, force: true })
})

describe('two versions of the sample', () => {
  it('differ as the command line says, to the last pair', async () => {
    const all = await pairs(OK)
    const kept = all.filter((pair) => (cosine(pair, 'gleaner-demo') ?? -1) >= 0.3)
    const wide = kept.filter(({ image }) => (image.width ?? 0) >= 200)
    const high = wide.filter((pair) => (cosine(pair, 'gleaner-demo') ?? -1) >= 0.9)
    const { code, stdout } = await gleaner(
      ['version', 'diff', corpus, 'wide', 'narrow', '--json', '--limit', '10000'],
      { home },
    )
    expect(code).toBe(0)
    const diff = VersionDiff.parse(JSON.parse(stdout))
    expect(diff).toMatchObject({
      same: high.length,
      ...{ changed: 0, came: 0, went: kept.length - high.length },
      ...{ total: kept.length - high.length },
    })
    expect(high.length).toBeGreaterThan(20)
    const byId = new Map(kept.map((pair) => [pair.id, pair]))
    for (const pair of diff.pairs) {
      const of = byId.get(pair.id)!
      byId.delete(pair.id)
      const isNarrow = (of.image.width ?? 0) < 200
      expect(pair).toMatchObject({
        ...{ side: 'went', reason: isNarrow ? 'filter' : 'cutoff', b: null },
        term: isNarrow ? 'width>=200' : 'score[gleaner-demo].alt>=0.9',
        a: { text: of.text.alt, cosine: cosine(of, 'gleaner-demo') },
      })
      if (!isNarrow) expect(pair.other).toBeLessThan(0.9)
    }
    expect([...byId.keys()].sort()).toEqual(high.map(({ id }) => id).sort())
    expect(new Set(diff.pairs.map(({ reason }) => reason))).toEqual(new Set(['filter', 'cutoff']))
  })

  it('are the same on a machine that only has the archive', async () => {
    const other = join(folder, 'other.gleaner')
    await ask('corpora.create', { path: other })
    await done('jobs.ingest', { corpus: other, inputs: [SAMPLE], images: 'archive', workers: 2 })
    await done('jobs.score', { corpus: other, text: 'alt', device: 'cpu' })
    const made = await done('versions.create', { corpus: other, name: 'x', where: OK, cutoff: 0.3 })
    const info = await ask<VersionInfo>('versions.get', { corpus, name: 'wide' })
    expect(made.get('Content hash')).toBe(info.hash)
  })
})

const sha256 = (data: string | Uint8Array): string =>
  createHash('sha256').update(data).digest('hex')

describe('an exported version', () => {
  const formats = ['imagefolder', 'parquet', 'jsonl', 'coco'] as const
  let hash: string
  const exported = (format: string): string => join(folder, `set-${format}`)
  const verify = (path: string, cited?: string): Promise<Job> =>
    job('versions.verify', { path, ...(cited === undefined ? {} : { hash: cited }) })

  beforeAll(async () => {
    hash = (await ask<VersionInfo>('versions.get', { corpus, name: 'narrow' })).hash
    for (const format of formats) {
      await done('jobs.export', { corpus, format, version: 'narrow', out: exported(format) })
    }
  })

  /** A copy in which something was changed; `isHidden`: sums and manifest are made to fit again. */
  function changed(
    format: (typeof formats)[number],
    path: string,
    change: (text: string) => string,
    isHidden: boolean,
  ): string {
    const copy = mkdtempSync(join(folder, 'copy-'))
    cpSync(exported(format), copy, { recursive: true })
    const old = readFileSync(join(copy, path), 'utf8')
    const text = change(old)
    expect(text).not.toBe(old)
    writeFileSync(join(copy, path), text)
    if (!isHidden) return copy
    const sums = readFileSync(join(copy, 'SHA256SUMS'), 'utf8').replace(sha256(old), sha256(text))
    writeFileSync(join(copy, 'SHA256SUMS'), sums)
    const manifest = JSON.parse(readFileSync(join(copy, 'manifest.json'), 'utf8')) as Manifest
    const { recipe, counts, corpus: of, files } = manifest
    files.checksums.sha256 = sha256(sums)
    manifest.contentHash = sha256(
      canonicalJson({ recipe, counts, archives: of.archives, checksums: files.checksums }),
    )
    writeFileSync(join(copy, 'manifest.json'), JSON.stringify(manifest))
    return copy
  }

  it.each(formats)(
    'is verified as %s from a copy, against the hash that was cited',
    async (format) => {
      const copy = mkdtempSync(join(folder, 'copy-'))
      cpSync(exported(format), copy, { recursive: true })
      const ended = await verify(copy, hash)
      expect(ended.error).toBeNull()
      expect(ended.result).toContainEqual({ label: 'Content hash', value: hash })
    },
  )

  it('is verified by the command line, which fails where another hash was cited', async () => {
    const sound = await gleaner(['version', 'verify', exported('jsonl'), '--hash', hash], { home })
    expect(sound.stdout).toContain(hash)
    expect(sound.code).toBe(0)
    const other = ['version', 'verify', exported('jsonl'), '--hash', 'a'.repeat(64)]
    const wrong = await gleaner(other, { home })
    expect(wrong.stderr).toContain('was cited')
    expect(wrong.code).not.toBe(0)
  })

  it.each<[string, string, (text: string) => string, string]>([
    ['a score', 'version-pairs.jsonl', (t) => t.replace(/"cosine":0\.9/, '"cosine":0.8'), 'hash'],
    ['a text', 'version-pairs.jsonl', (t) => t.replace(/"text":"/, '"text":"X'), 'hash'],
    ['a pair', 'version-pairs.jsonl', (t) => t.slice(t.indexOf('\n') + 1), 'hash'],
    ['the recipe', 'version.json', (t) => t.replace('"cosine": 0.9', '"cosine": 0.6'), 'hash'],
    ['the filter', 'version.json', (t) => t.replace('width>=200', 'width>=100'), 'hash'],
    ['the hash', 'version.json', (t) => t.replace(hash, 'b'.repeat(64)), 'states'],
    ['a row', 'pairs.jsonl', (t) => t.replace(/"alt":"./, '"alt":"X'), 'row of pairs.jsonl'],
    ['a row’s score', 'pairs.jsonl', (t) => t.replace(/"cosine":0\.9/, '"cosine":0.8'), 'row of'],
    ['a row’s picture', 'pairs.jsonl', (t) => t.replace(/"sha256":"./, '"sha256":"x'), 'row of'],
    ['a row more', 'pairs.jsonl', (t) => t + t.slice(0, t.indexOf('\n') + 1), 'row of'],
    ['a row less', 'pairs.jsonl', (t) => t.slice(t.indexOf('\n') + 1), 'rows'],
  ])(
    'is refused where %s was changed, also where sums and manifest were made to fit',
    async (_, path, change, said) => {
      const open = await verify(changed('jsonl', path, change, false))
      expect(open.state).toBe('failed')
      expect(open.error?.details).toContain(`${path} was changed`)
      const hidden = await verify(changed('jsonl', path, change, true))
      expect(hidden.state).toBe('failed')
      expect(hidden.error?.details).toContain(said)
      expect(hidden.error?.details).not.toContain('was changed')
    },
  )

  it('is refused where a row of another format, a file, or one too many was changed', async () => {
    const row = changed(
      'imagefolder',
      'train/metadata.jsonl',
      (t) => t.replace(/"text":"./, '"text":"X'),
      true,
    )
    expect((await verify(row)).error?.details).toContain('row of train/metadata.jsonl')
    const coco = changed(
      'coco',
      'annotations/captions.json',
      (t) => t.replace(/"similarity":0\.9/, '"similarity":0.8'),
      true,
    )
    expect((await verify(coco)).error?.details).toContain('row of annotations/captions.json')
    const more = changed('parquet', 'METHODS.md', (t) => `${t} `, true)
    writeFileSync(join(more, 'extra.txt'), 'x')
    rmSync(join(more, 'CITATION.bib'))
    const { error } = await verify(more)
    expect(error?.details).toContain('extra.txt does not belong')
    expect(error?.details).toContain('CITATION.bib is missing')
    expect((await verify(folder)).error?.kind).toBe('not-found')
  })
})

describe('a version that is scored anew by an 8-bit twin', () => {
  it('differs in pairs alone that lie within the bound of the twin of the cutoff', async () => {
    const model = join(MODELS, 'tiny-clip')
    const made = await done('models.quantize', { id: model, check: corpus, bound: 0.1 })
    const largest = Number(/^[\d.e-]+/.exec(made.get('Largest difference of a cosine') ?? '')?.[0])
    // It is written with two digits.
    const bound = largest * 1.06
    for (const one of [model, made.get('Model')]) {
      await done('jobs.score', { corpus, text: 'alt', model: one, device: 'cpu' })
    }
    const [fp32, int8] = (
      await ask<{ model: string; text: string }[]>('scores.sources', { corpus })
    )
      .map(({ model: id }) => id)
      .filter((id) => id !== 'gleaner-demo') as [string, string]
    const scored = (await pairs(OK)).flatMap((pair) => cosine(pair, fp32) ?? [])
    const cutoff = Math.fround(scored.sort((a, b) => a - b)[scored.length >> 1] as number)
    await done('versions.create', { corpus, name: 'fp32', where: OK, model: fp32, cutoff })
    await done('versions.create', { corpus, name: 'int8', where: OK, model: int8, cutoff })
    const diff = await ask<VersionDiff>('versions.diff', {
      corpus,
      a: 'fp32',
      b: 'int8',
      limit: 10_000,
    })
    const crossed = diff.pairs.filter(({ side }) => side !== 'changed')
    expect(crossed.length).toBeGreaterThan(0)
    const truth = new Map((await pairs(OK)).map((pair) => [pair.id, pair]))
    for (const { id, side, reason } of crossed) {
      expect(reason).toBe('model')
      const [a, b] = [fp32, int8].map((one) => cosine(truth.get(id)!, one)!) as [number, number]
      expect(a >= cutoff).toBe(side === 'went')
      expect(b >= cutoff).toBe(side === 'came')
      expect(Math.abs(a - cutoff)).toBeLessThanOrEqual(bound)
    }
    expect(diff.crossing.n).toBe(crossed.length)
    expect(diff.crossing.largestDistance).toBeLessThanOrEqual(bound)
    // Farther from the line nothing changed sides.
    expect(scored.filter((one) => Math.abs(one - cutoff) > bound).length).toBeGreaterThan(0)
  })
})
