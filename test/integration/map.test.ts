import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CallInput, CallName, CallOutput } from '#shared/contract/index.ts'
import { createEngine } from '../../src/main/engine/engine.ts'
import type { Engine } from '../../src/main/engine/engine.ts'
import { squareOf } from '#shared/map-square.ts'
import { createCorpus, openCorpus, openReader } from '../../src/main/store/open.ts'
import { embedCorpus } from '../support/embedded.ts'
import { fillCorpus } from '../support/synthetic.ts'

const folder = mkdtempSync(join(tmpdir(), 'gleaner-map-'))
const corpus = join(folder, 'c.gleaner')
let engine: Engine

async function ask<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> {
  const { value, bytes } = await engine.call(name, input)
  return (bytes ? { ...(value as object), bytes } : value) as CallOutput<N>
}

async function makeMap(more: object = {}) {
  const { job } = await ask('jobs.map', { corpus, ...more })
  const ended = await engine.finished(job)
  expect(ended.error).toBeNull()
  return ended
}

const N = 1200
const WHOLE: [number, number, number, number] = [0, 0, 1, 1]

/** Ids, places, x, y and colours of a view. */
function pointsOf({ drawn, bytes, cells }: CallOutput<'maps.view'>) {
  const n = drawn.kept + drawn.others
  const copy = bytes.slice().buffer
  return {
    n,
    ids: new Int32Array(copy, 0, n),
    places: new Int32Array(copy, 4 * n, n),
    x: new Uint16Array(copy, 8 * n, n),
    y: new Uint16Array(copy, 10 * n, n),
    colours: new Uint8Array(copy, 12 * n, n),
    shading: new Uint8Array(copy, 13 * n, cells * cells),
  }
}

const rangesOf = (bytes: Uint8Array): number[] => [...new Int32Array(bytes.slice().buffer)]

beforeAll(() => {
  process.env['GLEANER_HOME'] = join(folder, 'home')
  createCorpus(corpus)
  const opened = openCorpus(corpus)
  fillCorpus(opened, { pairs: N, scores: ['alt'] })
  embedCorpus(opened, { dim: 32 })
  opened.close()
  engine = createEngine({ resumeJobs: false })
})
afterAll(async () => {
  await engine.stop()
  delete process.env['GLEANER_HOME']
  rmSync(folder, { recursive: true, force: true })
})

describe('a map of a corpus', () => {
  test('is made of the embeddings, the same each time, and names its parts by their words', async () => {
    await ask('corpora.open', { path: corpus })
    expect((await ask('maps.list', { corpus })).maps).toEqual([])
    const first = await makeMap()
    const [map] = (await ask('maps.list', { corpus })).maps
    expect(map).toMatchObject({ subject: 'image', whole: true, without: 0, dim: 32 })
    // Every tenth picture is shown twice.
    expect(map?.items).toBe(N - Math.floor(N / 10))
    expect(map?.params).toMatchObject({ landmarks: map?.items, neighbours: 15, seed: 1 })
    const words = map?.labels.flatMap(({ words }) => words.map(({ word }) => word)) ?? []
    expect(words.length).toBeGreaterThan(5)
    expect(words).not.toContain('and')
    expect(words).not.toContain('the')

    const again = await makeMap({ anew: true })
    const digest = (job: typeof first) => job.result.find(({ label }) => label === 'Digest')?.value
    expect(digest(again)).toBe(digest(first))
    const other = await makeMap({ seed: 2 })
    expect(digest(other)).not.toBe(digest(first))
    expect((await ask('maps.list', { corpus })).maps).toHaveLength(2)
  })

  test('gives points with their places in a filter, evenly drawn, and says how many of how many', async () => {
    const { maps } = await ask('maps.list', { corpus })
    const map = maps.find(({ params }) => params.seed === 1)!.id
    const all = await ask('pairs.select', { corpus, where: '' })
    const some = await ask('pairs.select', { corpus, where: 'lang:de' })
    const base = { corpus, map, layout: 'umap', colour: 'lang', box: WHOLE, others: true } as const
    const view = await ask('maps.view', { ...base, selection: all.selection })
    expect(view.total).toEqual({ kept: N, others: 0 })
    expect(view.drawn.kept).toBe(N)
    expect(view.cells).toBe(0)
    const points = pointsOf(view)
    expect(new Set(points.ids).size).toBe(N)
    expect([...points.places].sort((a, b) => a - b)).toEqual(Array.from({ length: N }, (_, i) => i))

    const part = await ask('maps.view', { ...base, selection: some.selection })
    expect(part.total).toEqual({ kept: some.total, others: N - some.total })
    const kept = pointsOf(part)
    // Those outside the filter come first, and have no place.
    expect([...kept.places.slice(0, part.drawn.others)].every((place) => place === -1)).toBe(true)
    expect([...kept.places.slice(part.drawn.others)].every((place) => place >= 0)).toBe(true)
    const legend = await ask('maps.legend', {
      ...{ corpus, map, layout: 'umap', colour: 'lang' },
      selection: some.selection,
    })
    expect(legend).toMatchObject({ kind: 'values' })
    const counted = legend.kind === 'values' ? legend.values.filter(({ n }) => n > 0) : []
    // "de" also keeps regional variants; there are none of it here.
    expect(counted.map(({ value, n }) => [value, n])).toEqual([['de', some.total]])

    const few = await ask('maps.view', { ...base, selection: all.selection, most: 100 })
    expect(few.drawn).toEqual({ kept: 100, others: 0 })
    expect(few.inBox.kept).toBe(N)
    expect(few.cells).toBeGreaterThan(0)
    const { ids, shading } = pointsOf(few)
    expect(new Set(ids).size).toBe(100)
    expect(Math.max(...shading)).toBe(255)
    expect(few.thickest).toBeGreaterThan(1)
  })

  test('tells which pairs lie within a line, and which lie nearest to one', async () => {
    const map = (await ask('maps.list', { corpus })).maps.find(
      ({ params }) => params.seed === 1,
    )!.id
    const { selection } = await ask('pairs.select', { corpus, where: '', sort: 'score-desc' })
    const base = { corpus, map, layout: 'umap', selection } as const
    const view = pointsOf(
      await ask('maps.view', { ...base, colour: 'score', box: WHOLE, others: false }),
    )
    const line: [number, number][] = [
      [0, 0],
      [0.5, 0],
      [0.5, 0.5],
      [0, 0.5],
    ]
    const expected = [...view.places]
      .filter((_, i) => view.x[i]! < 65_535 / 2 - 2 && view.y[i]! < 65_535 / 2 - 2)
      .sort((a, b) => a - b)
    expect(expected.length).toBeGreaterThan(10)
    const inside = await ask('maps.inside', { ...base, line })
    const ranges = rangesOf(inside.bytes)
    const places: number[] = []
    for (let i = 0; i < ranges.length; i += 2) {
      for (let place = ranges[i]!; place <= ranges[i + 1]!; place++) places.push(place)
    }
    expect(inside.n).toBe(places.length)
    // Those within rounding of the line may be on either side.
    expect(places.filter((place) => expected.includes(place))).toEqual(expected)
    expect(places.length - expected.length).toBeLessThanOrEqual(2)

    const at = 17
    const around = await ask('maps.around', { ...base, id: view.ids[at]!, n: 5 })
    const distance = (i: number) => Math.hypot(view.x[i]! - view.x[at]!, view.y[i]! - view.y[at]!)
    const nearest = [...view.places.keys()].sort((a, b) => distance(a) - distance(b)).slice(0, 5)
    expect(around.n).toBe(5)
    expect(rangesOf(around.bytes)).toContain(view.places[at])
    const found: number[] = []
    const list = rangesOf(around.bytes)
    for (let i = 0; i < list.length; i += 2) {
      for (let place = list[i]!; place <= list[i + 1]!; place++) found.push(place)
    }
    expect(found.sort((a, b) => a - b)).toEqual(
      nearest.map((i) => view.places[i]!).sort((a, b) => a - b),
    )
  })

  test('shades and grows a selection by what the filter keeps, and by nothing else', async () => {
    const map = (await ask('maps.list', { corpus })).maps.find(
      ({ params }) => params.seed === 1,
    )!.id
    const { selection, total } = await ask('pairs.select', { corpus, where: 'lang:de' })
    const base = { corpus, map, layout: 'umap', selection } as const
    const asked = { ...base, colour: 'score', box: WHOLE, others: false } as const
    const kept = pointsOf(await ask('maps.view', asked))
    expect(kept.n).toBe(total)
    const few = await ask('maps.view', { ...asked, most: 10 })
    const { shading } = pointsOf(few)
    const cellOf = (value: number): number => Math.min(few.cells - 1, (value * few.cells) >>> 16)
    const counts = new Map<number, number>()
    for (let i = 0; i < kept.n; i++) {
      const cell = cellOf(kept.y[i]!) * few.cells + cellOf(kept.x[i]!)
      counts.set(cell, (counts.get(cell) ?? 0) + 1)
    }
    const shaded = [...shading.keys()].filter((cell) => shading[cell]! > 0)
    // What lies at the edge of a cell may be counted in the next one.
    expect(Math.abs(shaded.length - counts.size)).toBeLessThanOrEqual(4)
    expect(shaded.filter((cell) => !counts.has(cell)).length).toBeLessThanOrEqual(4)
    expect(Math.abs(few.thickest - Math.max(...counts.values()))).toBeLessThanOrEqual(1)

    const at = 3
    const distance = (i: number) => Math.hypot(kept.x[i]! - kept.x[at]!, kept.y[i]! - kept.y[at]!)
    const nearest = [...kept.places.keys()]
      .sort((a, b) => distance(a) - distance(b))
      .slice(0, 7)
      .map((i) => kept.places[i]!)
    const around = await ask('maps.around', { ...base, id: kept.ids[at]!, n: 7 })
    const list = rangesOf(around.bytes)
    const found: number[] = []
    for (let i = 0; i < list.length; i += 2) {
      for (let place = list[i]!; place <= list[i + 1]!; place++) found.push(place)
    }
    expect(found).toEqual(nearest.sort((a, b) => a - b))
  })

  test('lies upright, and the name of a part stands in the middle of what it names', async () => {
    const map = (await ask('maps.list', { corpus })).maps.find(({ params }) => params.seed === 1)!
    const places = await ask('maps.places', { corpus, map: map.id })
    const { left, top, width } = squareOf(Float32Array.from(places.flatMap(({ umap }) => umap!)))
    const at = new Map(
      places.map(({ id, umap }) => [
        id,
        // The layout counts upwards, the window downwards.
        [(umap![0] - left) / width, 1 - (umap![1] - top) / width] as const,
      ]),
    )
    for (const id of [1, 77, 400, 1199]) {
      const found = await ask('maps.find', { corpus, map: map.id, layout: 'umap', id })
      expect(found.at![0]).toBeCloseTo(at.get(id)![0], 5)
      expect(found.at![1]).toBeCloseTo(at.get(id)![1], 5)
    }
    // A picture lies with the others of the first noun of its alt (`embedCorpus`).
    const db = openReader(corpus)
    const alts = db
      .prepare<[], { id: number; alt: string }>(
        `SELECT min(id) AS id, min(alt) AS alt FROM pairs WHERE alt <> '' GROUP BY image_id`,
      )
      .all()
    db.close()
    const named = map.labels.filter(({ level }) => level === 0)
    expect(named.length).toBeGreaterThan(5)
    for (const { x, y, words, spread } of named) {
      const own = alts.filter(({ alt }) => alt.split(' ')[1] === words[0]?.word)
      const spots = own.map(({ id }) => at.get(id)!)
      const middle = [0, 1].map(
        (i) => spots.map((spot) => spot[i]!).sort((a, b) => a - b)[spots.length >> 1]!,
      )
      expect(Math.hypot(x - middle[0]!, y - middle[1]!)).toBeLessThan(0.1)
      expect(spread).toBeGreaterThan(0)
      expect(spread).toBeLessThan(0.3)
    }
  })

  test('takes in what came later, and moves nothing', async () => {
    const before = (await ask('maps.list', { corpus })).maps.find(
      ({ params }) => params.seed === 1,
    )!
    const { selection } = await ask('pairs.select', { corpus, where: '' })
    const where = async (id: number) =>
      (await ask('maps.find', { corpus, map: before.id, layout: 'umap', id })).at
    const old = await where(5)
    await engine.stop()
    const opened = openCorpus(corpus)
    const images = opened.reader.prepare('SELECT max(id) FROM images').pluck().get() as number
    const add = opened.writer.prepare(
      "INSERT INTO images (url, status) VALUES (?, 'pending') RETURNING id",
    )
    const page = opened.reader.prepare('SELECT max(id) FROM pages').pluck().get() as number
    const pair = opened.writer.prepare(
      `INSERT INTO pairs (page_id, position, image_id, alt, image_rule, tag_start, tag_end)
       VALUES (?, ?, ?, 'red boat', 'src', 0, 0)`,
    )
    for (let i = 0; i < 12; i++) {
      const { id } = add.get(`https://later.example/${i}.png`) as { id: number }
      pair.run(page, 1000 + i, id)
    }
    embedCorpus(opened, { dim: 32, from: images, share: 0.5, seed: 3 })
    opened.close()
    engine = createEngine({ resumeJobs: false })
    await ask('corpora.open', { path: corpus })

    const missing = await ask('maps.missing', { corpus, map: before.id })
    expect(missing.stale + missing.unencoded).toBe(12)
    expect(missing.stale).toBeGreaterThan(0)
    expect(missing.unencoded).toBeGreaterThan(0)
    await makeMap()
    const after = (await ask('maps.list', { corpus })).maps.find(({ id }) => id === before.id)!
    expect(after.added).toBe(missing.stale)
    expect(after.items).toBe(before.items + missing.stale)
    expect(after.without).toBe(missing.unencoded)
    expect(await ask('maps.missing', { corpus, map: before.id })).toMatchObject({ stale: 0 })
    const [x, y] = (await where(5))!
    expect(Math.hypot(x - old![0], y - old![1])).toBeLessThan(0.05)
    expect(selection).not.toBe('')
  })

  test('that is broken is said to be, and made again', async () => {
    const [map] = (await ask('maps.list', { corpus })).maps
    const file = join(corpus, 'maps', `${map!.id}.map`)
    writeFileSync(file, 'no map')
    const listed = await ask('maps.list', { corpus })
    expect(listed.broken).toEqual([
      { file: `${map!.id}.map`, problem: expect.stringContaining('is no whole map') as string },
    ])
    await makeMap({ seed: map!.params.seed })
    expect((await ask('maps.list', { corpus })).broken).toEqual([])
    await ask('maps.remove', { corpus, map: map!.id })
    expect(existsSync(file)).toBe(false)
    expect(readdirSync(join(corpus, 'maps'))).toHaveLength(1)
  })

  test('needs embeddings, and says how to get them', async () => {
    const bare = join(folder, 'bare.gleaner')
    createCorpus(bare)
    const opened = openCorpus(bare)
    fillCorpus(opened, { pairs: 20 })
    opened.close()
    await ask('corpora.open', { path: bare })
    const { job } = await ask('jobs.map', { corpus: bare })
    const ended = await engine.finished(job)
    expect(ended.state).toBe('failed')
    expect(ended.error).toMatchObject({
      message: 'There are no image embeddings in this corpus.',
      hint: 'Score it first, or import embeddings: a map is made of them.',
    })
  })
})
