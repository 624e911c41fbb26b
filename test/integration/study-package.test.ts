/** A rater's package: what it holds, that it comes back, and that a hostile one leaves nothing. */
import { createHash } from 'node:crypto'
import { createWriteStream, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import fc from 'fast-check'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import yauzl from 'yauzl'
import { ZipFile } from 'yazl'
import type { RaterPackage } from '../../src/main/jobs/evaluate/rater-package.ts'
import { openReader } from '../../src/main/store/open.ts'
import { makeSmallStudy, startStudyEngine, type StudyEngine } from '../support/studies.ts'

let run: StudyEngine
let owner: string
let zip: string
let parts: Map<string, Buffer>
beforeAll(async () => {
  run = startStudyEngine()
  owner = join(run.folder, 'owner.gleaner')
  zip = join(run.folder, 'rater.zip')
  await makeSmallStudy(run, owner, { groups: 10, design: { compare: true } })
  const done = await run.job('studies.package', { corpus: owner, study: 'small', out: zip })
  expect(done.error).toBeNull()
  parts = await unzip(zip)
}, 60_000)
afterAll(() => run.stop())

async function unzip(path: string): Promise<Map<string, Buffer>> {
  const file = await yauzl.openPromise(path, { lazyEntries: true, autoClose: false })
  const found = new Map<string, Buffer>()
  for await (const entry of file.eachEntry()) {
    found.set(entry.fileName, await buffer(await file.openReadStreamPromise(entry)))
  }
  file.close()
  return found
}

let made = 0
async function pack(entries: Iterable<[string, Buffer]>): Promise<string> {
  const path = join(run.folder, `made-${++made}.zip`)
  const file = new ZipFile()
  for (const [name, bytes] of entries) file.addBuffer(bytes, name)
  file.end()
  await pipeline(file.outputStream, createWriteStream(path))
  return path
}

const words = (): RaterPackage => JSON.parse(String(parts.get('study.json'))) as RaterPackage
/** The package with other words. */
const said = (change: (study: RaterPackage) => unknown): Promise<string> => {
  const study = words()
  const changed = change(study) ?? study
  return pack(new Map(parts).set('study.json', Buffer.from(JSON.stringify(changed))))
}

async function open(corpus: string, path: string) {
  return run.job('studies.openPackage', { corpus, package: path })
}
let corpora = 0
async function emptyCorpus(): Promise<string> {
  const corpus = join(run.folder, `rater-${++corpora}.gleaner`)
  await run.ask('corpora.create', { path: corpus })
  return corpus
}

function leftBehind(corpus: string): string[] {
  const db = openReader(corpus)
  const tables = ['studies', 'study_prompts', 'study_images', 'study_tasks', 'study_log']
  const rows = tables.filter((table) => db.prepare(`SELECT 1 FROM ${table}`).get() !== undefined)
  db.close()
  const blobs = readdirSync(join(corpus, 'blobs'), { recursive: true, withFileTypes: true })
  return [...rows, ...blobs.filter((entry) => entry.isFile()).map(({ name }) => name)]
}

describe("a rater's package", () => {
  test('opens in another corpus, is rated there, and what comes back is one file that is merged', async () => {
    const corpus = await emptyCorpus()
    expect((await open(corpus, zip)).error).toBeNull()
    const copy = await run.ask('studies.get', { corpus, study: 'small' })
    const original = await run.ask('studies.get', { corpus: owner, study: 'small' })
    expect(copy).toMatchObject({ role: 'rater', state: 'frozen', hash: original.hash, images: 40 })
    expect(copy).toMatchObject({ tasks: original.tasks, models: 0, design: original.design })
    for (const mode of ['rate', 'compare'] as const) {
      const by = { study: 'small', rater: 'Zoë', mode }
      const here = await run.ask('ratings.queue', { corpus, ...by })
      const there = await run.ask('ratings.queue', { corpus: owner, ...by })
      expect(here.tasks).toEqual(there.tasks)
      const some = here.tasks.slice(0, 20)
      const shown = (at: string) =>
        run.ask('ratings.tasks', { corpus: at, study: 'small', rater: 'Zoë', tasks: some })
      expect(await shown(corpus)).toEqual(await shown(owner))
      for (const [i, task] of some.entries()) {
        const aspect = mode === 'rate' ? 'overall' : ''
        const answer = mode === 'rate' ? String(i % 6) : ['left', 'right', 'tie', 'bad'][i % 4]
        // A name in another spelling of the same letters.
        await run.ask('ratings.set', {
          corpus,
          study: 'small',
          rater: 'Zoe\u0308',
          task,
          aspect,
          answer: answer as string,
        })
      }
    }
    await expect(
      run.ask('studies.unblind', { corpus, study: 'small', by: 'Zoë' }),
    ).rejects.toMatchObject({ kind: 'conflict' })
    const out = join(run.folder, 'zoe.jsonl')
    const { rows } = await run.ask('ratings.export', { corpus, study: 'small', out })
    expect(rows).toBe(40)
    const merge = () => run.ask('ratings.merge', { corpus: owner, study: 'small', files: [out] })
    expect(await merge()).toEqual({ added: 40, known: 0, refused: [] })
    expect(await merge()).toEqual({ added: 0, known: 40, refused: [] })
    const raters = await run.ask('ratings.raters', { corpus: owner, study: 'small' })
    const [there] = await run.ask('ratings.raters', { corpus, study: 'small' })
    // What is expected of a check is known to the owner alone.
    const [here] = raters as [(typeof raters)[number]]
    expect(here).toEqual({ ...there, checks: here.checks, qualified: here.qualified })
    expect(raters.map(({ rater }) => rater)).toEqual(['Zoë'])
  })

  test('is in a corpus once', async () => {
    const corpus = await emptyCorpus()
    await open(corpus, zip)
    expect((await open(corpus, zip)).error?.kind).toBe('conflict')
    expect((await open(owner, zip)).error?.kind).toBe('conflict')
    // Another study of the name gets another.
    const other = await said((study) => {
      const turn = (token: string): string => [...token].reverse().join('')
      study.uid = '00000000-0000-4000-8000-000000000001'
      for (const image of study.images) image.token = turn(image.token)
      for (const task of study.tasks) {
        task.token = turn(task.token)
        task.image = turn(task.image)
        task.other &&= turn(task.other)
        task.repeats &&= turn(task.repeats)
      }
    })
    const renamed = new Map(await unzip(other))
    for (const [name, bytes] of parts) {
      const token = /([0-9a-f]{24})\.png$/.exec(name)?.[1]
      if (token === undefined) continue
      renamed.delete(name)
      renamed.set(`pictures/${[...token].reverse().join('')}.png`, bytes)
    }
    expect((await open(corpus, await pack(renamed))).error).toBeNull()
    expect((await run.ask('studies.list', { corpus })).map(({ name }) => name).sort()).toEqual([
      'small',
      'small (2)',
    ])
  })

  test('tells nothing but what is judged: names, dates, order, metadata, which picture comes first', async () => {
    const study = words()
    const tokens = study.images.map(({ token }) => token)
    expect([...parts.keys()]).toEqual([
      'study.json',
      ...tokens.map((token) => `pictures/${token}.png`),
    ])
    expect(tokens).toEqual([...tokens].sort())
    expect(study.tasks.map(({ token }) => token)).toEqual(
      study.tasks.map(({ token }) => token).sort(),
    )
    expect(Object.keys(study).sort()).toEqual([
      'design',
      'format',
      'hash',
      'height',
      'images',
      'name',
      'prompts',
      'software',
      'tasks',
      'uid',
      'width',
    ])
    const text = String(parts.get('study.json'))
    for (const word of ['base', 'tuned', '.png', 'g0_1', '_77', run.folder, 'expect', 'salt']) {
      expect(text, word).not.toContain(word)
    }
    const chunks = new Set<string>()
    for (const [name, bytes] of parts) {
      if (!name.endsWith('.png')) continue
      for (let at = 8; at < bytes.length; at += 12 + bytes.readUInt32BE(at)) {
        chunks.add(bytes.toString('latin1', at + 4, at + 8))
      }
      expect(await sharp(bytes).metadata()).toMatchObject({ width: 16, height: 16, channels: 3 })
    }
    expect([...chunks].sort()).toEqual(['IDAT', 'IEND', 'IHDR', 'pHYs'])
    const raw = readFileSync(zip)
    const file = await yauzl.openPromise(zip, { lazyEntries: true, autoClose: false })
    const dates = new Set<string>()
    for await (const entry of file.eachEntry()) {
      dates.add(`${entry.lastModFileDate} ${entry.lastModFileTime} ${entry.externalFileAttributes}`)
      for (const { data } of entry.extraFields) dates.add(data.toString('hex'))
      expect(entry.fileComment).toBe('')
    }
    file.close()
    expect(dates.size).toBeLessThanOrEqual(3)
    expect(raw.includes(Buffer.from('gleaner-study-'))).toBe(false)
  })

  test('gives its pictures no order by which the models could be told, though seed and models are known', async () => {
    const db = openReader(owner)
    const modelOf = new Map(
      db
        .prepare<[], [string, string]>(
          'SELECT i.token, m.name FROM study_images i JOIN study_models m ON m.id = i.model_id',
        )
        .raw()
        .all(),
    )
    db.close()
    const first = { base: 0, tuned: 0 }
    const odd = { base: 0, tuned: 0 }
    let corpora = 0
    // Several studies of the same files and seed: each has a salt of its own.
    const repeated = new Set<string>()
    for (let i = 0; i < 6; i++) {
      const corpus = await emptyCorpus()
      const design = { compare: true, seed: 5, checkEvery: 2, repeats: 0.25 }
      await makeSmallStudy(run, corpus, { groups: 10, design })
      const rows = openReader(corpus)
      const tasks = rows
        .prepare<
          [],
          {
            kind: string
            model: 'base' | 'tuned'
            other: 'base' | 'tuned'
            place: string
            expect: string
            image: number
          }
        >(
          `SELECT t.kind, m.name AS model, n.name AS other, p.grp || p.level || m.name AS place,
             t.expect, t.image_id AS image
           FROM study_tasks t JOIN study_images i ON i.id = t.image_id
             JOIN study_models m ON m.id = i.model_id JOIN study_prompts p ON p.id = i.prompt_id
             LEFT JOIN study_images o ON o.id = t.other_id LEFT JOIN study_models n ON n.id = o.model_id`,
        )
        .all()
      rows.close()
      corpora++
      repeated.add(
        tasks
          .filter(({ kind }) => kind === 'repeat')
          .map(({ place }) => place)
          .sort()
          .join(),
      )
      for (const { kind, model, other, expect: wanted, image } of tasks) {
        if (kind === 'pair') first[model]++
        if (kind !== 'pair-check') continue
        const isFirst = (JSON.parse(wanted) as { image: number }).image === image
        odd[isFirst ? other : model]++
      }
    }
    expect(modelOf.size).toBe(40)
    expect(repeated.size).toBe(corpora)
    // 120 and 60 fair draws: beyond these numbers once in 10,000 times.
    expect(first.base + first.tuned).toBe(120)
    expect(Math.abs(first.base - 60)).toBeLessThan(22)
    expect(odd.base + odd.tuned).toBe(60)
    expect(Math.abs(odd.base - 30)).toBeLessThan(16)
  }, 60_000)
})

describe('a hostile package', () => {
  const png = (width: number, height: number): Promise<Buffer> =>
    sharp({ create: { width, height, channels: 3, background: '#123456' } })
      .png()
      .toBuffer()
  /** The package with other bytes as its last picture, and their hash. */
  const withPicture = async (bytes: Buffer, isHashed = true): Promise<string> => {
    const study = words()
    const image = study.images.at(-1) as RaterPackage['images'][number]
    if (isHashed) image.sha256 = createHash('sha256').update(bytes).digest('hex')
    const all = new Map(parts)
    all.set('study.json', Buffer.from(JSON.stringify(study)))
    all.set(`pictures/${image.token}.png`, bytes)
    return pack(all)
  }
  const first = <T>(list: readonly T[]): T => list[0] as T

  const CASES: [string, () => Promise<string> | string, RegExp][] = [
    ['is no zip file', () => Promise.resolve(write(Buffer.from('PK no'))), /no zip file/],
    ['is cut', () => write(readFileSync(zip).subarray(0, 4000)), /no zip file|broken/],
    [
      'has a name that leads out of the folder',
      async () => {
        const path = await pack([...parts, ['pictures/aa/evil.txt', Buffer.from('x')]])
        const bytes = Buffer.from(
          readFileSync(path).toString('latin1').replaceAll('pictures/aa/evil', '../../../../evil_'),
          'latin1',
        )
        writeFileSync(path, bytes)
        return path
      },
      /broken/,
    ],
    ['has a file twice', () => pack([...parts, ['study.json', Buffer.from('{}')]]), /twice/],
    ['says nothing', () => pack([...parts].slice(1)), /study\.json is missing/],
    ['says what is no JSON', () => pack([['study.json', Buffer.from('[[[[')]]), /no JSON/],
    [
      'nests endlessly',
      () => pack([['study.json', Buffer.from('['.repeat(5_000_000))]]),
      /study\.json/,
    ],
    ['has words without end', () => pack([['study.json', Buffer.alloc(100 << 20, 32)]]), /at most/],
    ['lacks a picture', () => pack([...parts].slice(0, -1)), /missing/],
    [
      'has a picture that is another',
      async () => withPicture(await png(16, 16), false),
      /not the one that was packed/,
    ],
    ['has a picture of another size', async () => withPicture(await png(17, 16)), /17 x 16/],
    [
      'has a picture of another format',
      async () =>
        withPicture(
          await sharp(await png(16, 16))
            .jpeg()
            .toBuffer(),
        ),
      /image\/jpeg/,
    ],
    ['has a picture that is none', () => withPicture(Buffer.from('<svg/>')), /picture/],
    [
      'has a picture that unpacks to a hundred times its size',
      () => withPicture(Buffer.alloc(90 << 20)),
      /at most/,
    ],
    [
      'has a million tasks',
      () =>
        said((study) => {
          const task = first(study.tasks)
          study.tasks = Array.from({ length: 1_000_000 }, () => task)
        }),
      /study\.json|at most/,
    ],
    [
      'has a picture twice',
      () => said(({ images }) => void images.push(first(images))),
      /token occurs twice/,
    ],
    [
      'has a task twice',
      () => said(({ tasks }) => void tasks.push(first(tasks))),
      /token occurs twice/,
    ],
    [
      'has a prompt twice',
      () => said(({ prompts }) => void prompts.push(first(prompts))),
      /prompt occurs twice/,
    ],
    [
      'shows a picture that is not there',
      () => said(({ tasks }) => void (first(tasks).image = 'f'.repeat(24))),
      /names what is not there/,
    ],
    [
      'shows a prompt that is not there',
      () => said(({ tasks }) => void (first(tasks).prompt = 999)),
      /names what is not there/,
    ],
    [
      'repeats a task without end',
      () =>
        said(({ tasks }) => {
          const repeat = tasks.find(
            ({ kind }) => kind === 'repeat',
          ) as RaterPackage['tasks'][number]
          for (let i = 0; i < 1000; i++)
            tasks.push({ ...repeat, token: i.toString(16).padStart(24, '0') })
        }),
      /repeated twice/,
    ],
    [
      'compares one picture',
      () =>
        said(
          ({ tasks }) =>
            void Object.assign(tasks.find(({ kind }) => kind === 'pair') ?? {}, { other: null }),
        ),
      /names what is not there/,
    ],
    [
      'asks for an aspect twice',
      () => said(({ design }) => void design.aspects.push(first(design.aspects))),
      /Two aspects/,
    ],
    ['has pictures of no size', () => said((study) => void (study.width = 0)), /width/],
    [
      'has pictures of a hundred megapixels',
      () => said((study) => void Object.assign(study, { width: 20_000, height: 20_000 })),
      /too large/,
    ],
    ['has a name of blanks', () => said((study) => void (study.name = '   ')), /name/],
    [
      'leads to a file by its token',
      () => said(({ images }) => void (first(images).token = '../../../corpus.db')),
      /token/,
    ],
  ]
  function write(bytes: Buffer): string {
    const path = join(run.folder, `made-${++made}.zip`)
    writeFileSync(path, bytes)
    return path
  }

  test.each(CASES)(
    'that %s is refused with words, and leaves nothing',
    async (_, make, why) => {
      const corpus = await emptyCorpus()
      const { state, error } = await open(corpus, await make())
      expect(state).toBe('failed')
      expect(error?.kind).toBe('damaged')
      expect(error?.message).toMatch(why)
      expect(error?.message.length).toBeLessThan(400)
      expect(leftBehind(corpus)).toEqual([])
    },
    30_000,
  )

  test('whose pictures have the addresses of another study is refused, and that study stays', async () => {
    const path = await said((study) => void (study.uid = '00000000-0000-4000-8000-000000000002'))
    const { error } = await open(owner, path)
    expect(error).toMatchObject({ kind: 'damaged' })
    expect(error?.message).toMatch(/another study/)
    expect((await run.ask('studies.get', { corpus: owner, study: 'small' })).images).toBe(40)
  })

  test('of whatever values is opened and can be rated, or is refused and leaves nothing', async () => {
    const corpus = await emptyCorpus()
    const paths = leaves(words())
    let opened = 0
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom(-1, 0, 1e308, '', 'x'.repeat(30_000), null, '__proto__'),
      // Near to what it was, so that not all are refused at first sight.
      fc.constantFrom(...NEAR),
      fc.constantFrom(...NEAR),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(...paths), value), { minLength: 1, maxLength: 3 }),
        async (changes) => {
          const path = await said((study) => {
            for (const [place, given] of changes) put(study, place, given)
          })
          const { state, error } = await open(corpus, path)
          if (state === 'failed') {
            expect(['damaged', 'conflict']).toContain(error?.kind)
            expect(leftBehind(corpus)).toEqual([])
            return
          }
          expect(state).toBe('done')
          opened++
          const [study] = await run.ask('studies.list', { corpus })
          const by = { corpus, study: study?.name as string, rater: 'Ada' }
          for (const mode of ['rate', 'compare'] as const) {
            const { tasks } = await run.ask('ratings.queue', { ...by, mode })
            if (tasks.length > 0)
              await run.ask('ratings.tasks', { ...by, tasks: tasks.slice(0, 20) })
          }
          await run.ask('ratings.raters', { corpus, study: by.study })
          await run.ask('studies.get', { corpus, study: by.study })
          await run.ask('studies.remove', { corpus, study: by.study })
          for (const name of readdirSync(join(corpus, 'blobs'))) {
            rmSync(join(corpus, 'blobs', name), { recursive: true })
          }
        },
      ),
      { numRuns: 60, seed: 11 },
    )
    expect(opened).toBeGreaterThan(3)
    expect(opened).toBeLessThan(50)
  }, 180_000)
})

const NEAR: readonly ((old: unknown) => unknown)[] = [
  (old) => old,
  (old) => (typeof old === 'number' ? old + 1 : typeof old === 'string' ? `${old} x` : old),
  (old) => (typeof old === 'boolean' ? !old : typeof old === 'number' ? old / 2 : old),
  (old) => (Array.isArray(old) ? old.slice(1) : typeof old === 'string' ? old.toUpperCase() : old),
]
type Place = readonly (string | number)[]
/** Places of a value, a few of each list. */
function leaves(value: unknown, at: Place = []): Place[] {
  if (Array.isArray(value)) return value.slice(0, 3).flatMap((one, i) => leaves(one, [...at, i]))
  if (typeof value !== 'object' || value === null) return [at]
  return [at, ...Object.entries(value).flatMap(([key, one]) => leaves(one, [...at, key]))].filter(
    (place) => place.length > 0,
  )
}
function put(value: unknown, place: Place, given: unknown): void {
  let at = value as Record<string | number, unknown> | undefined
  for (const key of place.slice(0, -1)) {
    if (typeof at !== 'object' || at === null) return
    at = at[key] as Record<string | number, unknown>
  }
  const key = place.at(-1) as string
  if (typeof at !== 'object' || at === null) return
  at[key] = typeof given === 'function' ? (given as (old: unknown) => unknown)(at[key]) : given
}
