import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CallInput, CallName, CallOutput } from '#shared/contract/index.ts'
import type { MapColour } from '#shared/contract/maps.ts'
import { seededRandom } from '#shared/random.ts'
import { createEngine } from '../../src/main/engine/engine.ts'
import type { Engine } from '../../src/main/engine/engine.ts'
import { createCorpus, openCorpus, openReader } from '../../src/main/store/open.ts'
import type { ReaderDb } from '../../src/main/store/open.ts'
import { keyFromHex, putEmbeddings } from '../../src/main/store/repositories/embeddings.ts'
import { ensureModel } from '../../src/main/store/repositories/models.ts'
import { embedCorpus } from '../support/embedded.ts'
import { fillCorpus } from '../support/synthetic.ts'

const folder = mkdtempSync(join(tmpdir(), 'gleaner-map-choices-'))
const corpus = join(folder, 'c.gleaner')
const SECOND = { digest: 'd'.repeat(64), name: 'test/second', title: 'Second model' }
let engine: Engine
let db: ReaderDb

async function ask<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> {
  const { value, bytes } = await engine.call(name, input)
  return (bytes ? { ...(value as object), bytes } : value) as CallOutput<N>
}
async function done(started: Promise<{ job: string }>) {
  return engine.finished((await started).job)
}
const makeMap = (more: object) => done(ask('jobs.map', { corpus, ...more }))
const maps = async () => (await ask('maps.list', { corpus })).maps

beforeAll(async () => {
  process.env['GLEANER_HOME'] = join(folder, 'home')
  createCorpus(corpus)
  const opened = openCorpus(corpus)
  fillCorpus(opened, { pairs: 400, scores: ['alt'] })
  embedCorpus(opened, { dim: 16 })
  // Another model has looked at the captions alone, by their first adjective.
  const modelId = ensureModel(opened.writer, { ...SECOND, manifest: '{}' })
  const captions = opened.reader
    .prepare<[], string>("SELECT DISTINCT caption FROM pairs WHERE caption <> ''")
    .pluck()
    .all()
  const random = seededRandom(3)
  putEmbeddings(opened.writer, {
    ...{ modelId, kind: 'text' },
    items: captions.map((text) => {
      const own = seededRandom(text.charCodeAt(0) * 31 + (text.length % 3))
      const vector = Float32Array.from({ length: 24 }, () => own.normal() + 0.3 * random.normal())
      const length = Math.hypot(...vector)
      return {
        key: keyFromHex(createHash('sha256').update(text).digest('hex')),
        vector: vector.map((value) => value / length),
      }
    }),
  })
  opened.close()
  engine = createEngine({ resumeJobs: false })
  await ask('corpora.open', { path: corpus })
  db = openReader(corpus)
})
afterAll(async () => {
  db.close()
  await engine.stop()
  delete process.env['GLEANER_HOME']
  rmSync(folder, { recursive: true, force: true })
})

describe('several maps', () => {
  test('are of pictures or of texts, by the model that embedded these, and have names', async () => {
    const { sources } = await ask('maps.list', { corpus })
    expect(sources.map(({ title, image, text }) => [title, image, text])).toEqual([
      ['Second model', false, true],
      ['Test embeddings', true, false],
    ])
    expect((await makeMap({ name: 'All pictures' })).error).toBeNull()
    const texts = await makeMap({ subject: 'caption', name: '  Captions of all sites ' })
    expect(texts.error).toBeNull()
    expect(texts.result.find(({ label }) => label === 'Texts placed')?.value).toBe(
      String(
        db.prepare("SELECT count(DISTINCT caption) FROM pairs WHERE caption <> ''").pluck().get(),
      ),
    )
    const made = await maps()
    expect(made.map(({ name, subject, model }) => [name, subject, model.title])).toEqual([
      ['Captions of all sites', 'caption', 'Second model'],
      ['All pictures', 'image', 'Test embeddings'],
    ])
    // Pairs with one caption lie at one place, those without have none.
    const { selection } = await ask('pairs.select', { corpus, where: '' })
    const id = made[0]!.id
    const places = await ask('maps.places', { corpus, map: id })
    const withCaption = db
      .prepare<[], { id: number; caption: string }>(
        "SELECT id, caption FROM pairs WHERE caption <> '' ORDER BY id",
      )
      .all()
    expect(places.map((one) => one.id)).toEqual(withCaption.map((one) => one.id))
    const at = new Map<string, string>()
    for (const [i, { caption }] of withCaption.entries()) {
      const place = JSON.stringify(places[i]!.umap)
      expect(at.get(caption) ?? place).toBe(place)
      at.set(caption, place)
    }
    const missing = await ask('maps.missing', { corpus, map: id })
    expect(missing).toEqual({
      ...{ placed: withCaption.length, stale: 0 },
      unencoded: 400 - withCaption.length,
    })
    expect(selection).not.toBe('')
  })

  test('by a model that has not embedded such texts are refused, and it is said what is missing', async () => {
    const refused = await makeMap({ subject: 'title' })
    expect(refused.error).toMatchObject({
      message:
        'Only 0 title texts of this corpus have an embedding by this model; a map needs three.',
      hint: 'Score the corpus by its title texts first: that makes them.',
    })
    const other = await makeMap({ subject: 'caption', model: 'test/embedded' })
    expect(other.error?.message).toBe(
      'There are no text embeddings by test/embedded in this corpus.',
    )
  })

  test('are named anew without being made anew, and lose their name with themselves', async () => {
    const [map] = await maps()
    await ask('maps.rename', { corpus, map: map!.id, name: 'Bildunterschriften' })
    expect((await maps())[0]).toEqual({ ...map!, name: 'Bildunterschriften' })
    const file = join(corpus, 'maps', `${map!.id}.name`)
    writeFileSync(file, 'two\nlines')
    expect((await maps())[0]?.name).toBe('two lines')
    writeFileSync(file, 'x'.repeat(100_000))
    expect((await maps())[0]?.name).toBe('')
    await ask('maps.rename', { corpus, map: map!.id, name: 'once more' })
    await ask('maps.remove', { corpus, map: map!.id })
    expect(existsSync(file)).toBe(false)
    await expect(
      ask('maps.rename', { corpus, map: map!.id, name: 'nothing' }),
    ).rejects.toMatchObject({ kind: 'not-found' })
    await makeMap({ subject: 'caption' })
    expect((await maps())[0]?.name).toBe('')
  })
})

describe('colours', () => {
  /** Of each pair on the map the value that its colour stands for, and the legend’s counts. */
  async function valuesOf(colour: MapColour, where = '') {
    const map = (await maps()).find(({ subject }) => subject === 'image')!.id
    const { selection } = await ask('pairs.select', { corpus, where })
    const base = { corpus, map, layout: 'umap', selection, colour } as const
    const legend = await ask('maps.legend', base)
    const view = await ask('maps.view', { ...base, box: [0, 0, 1, 1], others: false })
    if (legend.kind !== 'values') throw new Error('a scale')
    const n = view.drawn.kept
    const ids = new Int32Array(view.bytes.slice(0, 4 * n).buffer)
    const codes = view.bytes.slice(12 * n, 13 * n)
    const values = new Map(
      Array.from(ids, (id, i) => [id, legend.values[codes[i]!]?.value] as const),
    )
    const counted = legend.values
      .filter((one) => one.n > 0)
      .map((one) => [one.value, one.n] as const)
    return { values, counted: new Map(counted) }
  }
  function tally(values: Iterable<string | undefined>): Map<string | undefined, number> {
    const counts = new Map<string | undefined, number>()
    for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
    return counts
  }

  test('by kind of alt are those of the kinds, and follow when alts are sorted', async () => {
    const before = await valuesOf('alt-kind')
    expect(before.counted).toEqual(new Map([['', 400]]))
    await done(ask('jobs.altKinds', { corpus }))
    const { values, counted } = await valuesOf('alt-kind')
    const kinds = new Map(
      db.prepare<[], [number, string]>('SELECT pair_id, kind FROM alt_kinds').raw().all(),
    )
    expect(kinds.size).toBe(400)
    expect(new Set(kinds.values()).size).toBeGreaterThan(2)
    expect(values).toEqual(kinds)
    expect(counted).toEqual(tally(kinds.values()))
  })

  test('by version are those of its pairs, with one for what is in several and one for none', async () => {
    const train = await done(ask('versions.create', { corpus, name: 'train', where: 'lang:de' }))
    expect(train.error).toBeNull()
    await done(ask('versions.create', { corpus, name: 'test', where: 'lang:fr' }))
    await done(ask('versions.create', { corpus, name: 'some', where: 'lang:fr caption:red' }))
    const members = db
      .prepare<[], [number, string]>(
        'SELECT m.pair_id, v.name FROM version_members m JOIN versions v ON v.id = m.version_id',
      )
      .raw()
      .all()
    const expected = new Map<number, string>(
      db
        .prepare<[], number>('SELECT id FROM pairs')
        .pluck()
        .all()
        .map((id) => [id, '']),
    )
    for (const [id, name] of members) expected.set(id, expected.get(id) === '' ? name : '*')
    const { values, counted } = await valuesOf('version')
    expect(values).toEqual(expected)
    expect([...counted.keys()].sort()).toEqual(['', '*', 'test', 'train'])
    expect(counted).toEqual(tally(expected.values()))
    // Of a filter only its pairs are counted.
    const german = await valuesOf('version', 'lang:de')
    const inTrain = members.filter(([, name]) => name === 'train').length
    expect(german.counted.get('train')).toBe(inTrain)
    expect(german.counted.has('test')).toBe(false)
  })
})
