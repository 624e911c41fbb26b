/**
 * Full disks: a job that finds no room fails with a word that names the disk, the engine goes on
 * answering, nothing is lost, and the same job ends with the same content when there is room.
 */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type {
  CallInput,
  CallName,
  CallOutput,
  CorpusInfo,
} from '../../src/shared/contract/index.ts'
import type { Job } from '../../src/shared/contract/jobs.ts'
import { createEngine } from '../../src/main/engine/engine.ts'
import type { Engine } from '../../src/main/engine/engine.ts'
import { createCorpus } from '../../src/main/store/open.ts'
import { ingest } from '../support/ingest.ts'
import { contentOf, differences, type Content } from '../support/kill/content.ts'
import { MODELS } from '../support/models.ts'
import { canMount, NO_MOUNT, smallDisk } from '../support/small-disk.ts'
import type { SmallDisk } from '../support/small-disk.ts'

const SAMPLE = resolve(import.meta.dirname, '../../resources/sample')

let folder = ''
let disk: SmallDisk | null = null
let engine: Engine | null = null
const homeBefore = process.env['GLEANER_HOME']

async function ask<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> {
  return (await (engine as Engine).call(name, input)).value as CallOutput<N>
}
function start(home: string): void {
  process.env['GLEANER_HOME'] = home
  engine = createEngine({ resumeJobs: true })
}

/** What a write that broke off would leave. */
function leftovers(...places: string[]): string[] {
  return places
    .flatMap((place) => readdirSync(place, { recursive: true }).map(String))
    .filter((name) => /\.tmp$|\.new(-|$)|\.probe-|\.partial/.test(name))
}

const ALL = process.env['GLEANER_ALL_DISKS'] === '1'

interface Kind {
  /** The corpus that it begins with. */
  from: 'empty' | 'ingested' | 'pictured'
  start(corpus: string): Promise<{ job: string }>
  /** KB that the disk has left when it begins, a run each; without `GLEANER_ALL_DISKS` the ends. */
  rooms: number[]
}

const KINDS: Record<string, Kind> = {
  ingest: {
    from: 'empty',
    start: (corpus) => ask('jobs.ingest', { corpus, inputs: [SAMPLE], images: 'archive' }),
    rooms: [80, 160, 320, 600, 1200, 1800],
  },
  pictures: {
    from: 'ingested',
    start: (corpus) => ask('jobs.pictures', { corpus, images: 'archive' }),
    rooms: [80, 120, 160, 240],
  },
  'alt-spans': {
    from: 'pictured',
    start: (corpus) => ask('jobs.altSpans', { corpus }),
    rooms: [80, 120, 160],
  },
  score: {
    from: 'pictured',
    start: (corpus) =>
      ask('jobs.score', { corpus, text: 'alt', model: join(MODELS, 'tiny-clip'), device: 'cpu' }),
    rooms: [80, 120, 160],
  },
}

const bases = new Map<string, string>()
const wanted = new Map<string, Content>()

/** What the kind makes where there is room. */
async function undisturbed(name: string, kind: Kind): Promise<Content> {
  const known = wanted.get(name)
  if (known !== undefined) return known
  const corpus = join(folder, `whole-${name}.gleaner`)
  cpSync(bases.get(kind.from) as string, corpus, { recursive: true })
  start(mkdtempSync(join(folder, 'home-')))
  await ask('corpora.open', { path: corpus })
  const job = await (engine as Engine).finished((await kind.start(corpus)).job)
  expect(job).toMatchObject({ state: 'done', error: null })
  await engine?.stop()
  const content = contentOf(corpus, corpus)
  wanted.set(name, content)
  return content
}

describe.runIf(canMount)('a full disk', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'full-disk-'))
    for (const [name, images] of [
      ['ingested', 'none'],
      ['pictured', 'archive'],
    ] as const) {
      const path = join(folder, `${name}.gleaner`)
      ;(await ingest(path, [SAMPLE], { images })).close()
      bases.set(name, path)
    }
    createCorpus(join(folder, 'empty.gleaner'))
    bases.set('empty', join(folder, 'empty.gleaner'))
  }, 120_000)
  afterEach(async () => {
    await engine?.stop()
    engine = null
    disk?.remove()
    disk = null
  })
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true })
    if (homeBefore === undefined) delete process.env['GLEANER_HOME']
    else process.env['GLEANER_HOME'] = homeBefore
  })

  const runs = Object.entries(KINDS).flatMap(([name, kind]) =>
    (ALL ? kind.rooms : [kind.rooms[0], kind.rooms.at(-1)]).map((room) => ({ name, room, kind })),
  )
  test.each(runs)(
    '$name with $room KB left fails by name, and goes on when there is room',
    async ({ name, room, kind }) => {
      const content = await undisturbed(name, kind)
      disk = smallDisk('64m')
      const corpus = join(disk.path, 'c.gleaner')
      const home = mkdtempSync(join(folder, 'home-'))
      cpSync(bases.get(kind.from) as string, corpus, { recursive: true })
      start(home)
      await ask('corpora.open', { path: corpus })
      disk.fill(room as number)
      const started = await kind.start(corpus)
      const failed = await (engine as Engine).finished(started.job)
      expect(failed).toMatchObject({ state: 'failed', error: { kind: 'io' } })
      expect(failed.error?.message).toMatch(/^The disk of .* is full/)
      expect(failed.error?.hint).toContain(disk.path)
      expect((await ask('jobs.list', {})).map(({ id }) => id)).toContain(started.job)
      await ask('corpora.stats', { corpus })

      disk.free()
      const again = await ask('jobs.resume', { job: started.job })
      const done = await (engine as Engine).finished(again.job)
      expect(done).toMatchObject({ state: 'done', error: null })
      await engine?.stop()
      engine = null
      expect(differences(content, contentOf(corpus, corpus))).toEqual([])
      expect(leftovers(corpus, home)).toEqual([])
    },
    60_000,
  )

  test.each([0, 600])(
    'of an export with %s KB left says so, and nothing half made stands there',
    async (room) => {
      disk = smallDisk('64m')
      const corpus = join(folder, `export-${room}.gleaner`)
      cpSync(bases.get('pictured') as string, corpus, { recursive: true })
      start(mkdtempSync(join(folder, 'home-')))
      await ask('corpora.open', { path: corpus })
      disk.fill(room as number)
      const out = join(disk.path, 'out')
      const input = { corpus, format: 'imagefolder', text: 'alt', out, where: '' } as const
      const { job } = await ask('jobs.export', input)
      const failed = await (engine as Engine).finished(job)
      expect(failed).toMatchObject({ state: 'failed', error: { kind: 'io' } })
      expect(failed.error?.message).toContain(`The disk of ${out} is full`)
      expect(failed.error?.hint).toContain(disk.path)
      expect(readdirSync(disk.path)).toEqual(['ballast'])
      disk.free()
      const again = await ask('jobs.resume', { job })
      expect(await (engine as Engine).finished(again.job)).toMatchObject({ state: 'done' })
      expect(readdirSync(out).length).toBeGreaterThan(0)
    },
    60_000,
  )

  test('of the corpus opens it for reading and names itself; with room it is opened for writing', async () => {
    disk = smallDisk('32m')
    const corpus = join(disk.path, 'c.gleaner')
    cpSync(bases.get('pictured') as string, corpus, { recursive: true })
    start(mkdtempSync(join(folder, 'home-')))
    disk.fill()
    const info: CorpusInfo = await ask('corpora.open', { path: corpus })
    expect(info.readonly).toMatchObject({ kind: 'io', message: `The disk of ${corpus} is full.` })
    expect(info.readonly?.hint).toContain(disk.path)
    expect((await ask('corpora.stats', { corpus })).pairs).toBe(info.pairs)
    await expect(ask('jobs.altSpans', { corpus })).resolves.toMatchObject({})
    const [job] = (await ask('jobs.list', {})) as [Job]
    expect(await (engine as Engine).finished(job.id)).toMatchObject({
      state: 'failed',
      error: { kind: 'refused', message: expect.stringContaining('is full') as string },
    })
    disk.free()
    expect((await ask('corpora.open', { path: corpus })).readonly).toBeNull()
  })

  test('of the home folder keeps nobody from a corpus', async () => {
    disk = smallDisk('1m')
    const home = join(disk.path, 'home')
    mkdirSync(home)
    disk.fill()
    const corpus = join(folder, 'home-full.gleaner')
    cpSync(bases.get('pictured') as string, corpus, { recursive: true })
    start(home)
    expect((await ask('corpora.open', { path: corpus })).readonly).toBeNull()
    expect((await ask('system.notes', {})).join()).toMatch(/list of corpora cannot be written/)
    await expect(ask('settings.set', { theme: 'light' })).rejects.toMatchObject({ kind: 'io' })
    expect((await ask('settings.get', {})).theme).not.toBe('light')
    const { job } = await ask('jobs.altSpans', { corpus })
    expect(await (engine as Engine).finished(job)).toMatchObject({ state: 'done' })
    expect(leftovers(disk.path)).toEqual([])
  })
})

test.skipIf(canMount)(`full disks were not tried: ${NO_MOUNT}`, () => undefined)
