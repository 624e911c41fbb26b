/**
 * What a blind rater can learn of which model made a picture, from all that reaches the window but
 * the pixels: the two models differ in everything else that a file can differ in.
 */
import { mkdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp, { type Sharp } from 'sharp'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { seededRandom } from '#shared/random.ts'
import { stepOf } from '../../src/main/engine/blind-pictures.ts'
import { isFirstLeft } from '../../src/main/evaluation/studies/order.ts'
import type { EngineProcess } from '../../src/main/shell/engine-process.ts'
import { openReader } from '../../src/main/store/open.ts'
import { chance, guessed, type Sighting } from '../support/leak-finder.ts'
import { startStudyEngine, writePrompts, type StudyEngine } from '../support/studies.ts'

let handle: (request: Request) => Promise<Response>
vi.mock('electron', () => ({
  protocol: { handle: (_: string, given: typeof handle) => void (handle = given) },
  net: {},
}))
const { serveProtocol } = await import('../../src/main/shell/protocol.ts')

const GROUPS = 25
const LEVELS = 2
const MODELS = ['zebra-original', 'quokka-finetuned'] as const

let run: StudyEngine
let corpus: string
/** Which model made the picture of a token, and its file. */
let truth: Map<
  string,
  { model: number; sha256: string; seed: string; file: string; bytes: number; id: number }
>
const heard: string[] = []

/** A picture drawn from one distribution whatever the model: bars in drawn colours. */
async function draw(seed: number, size: number): Promise<Sharp> {
  const random = seededRandom(seed)
  const bars = Array.from({ length: 12 }, () => {
    const [x, y, w, h] = Array.from({ length: 4 }, () => Math.round(random.next() * 100)) as [
      number,
      number,
      number,
      number,
    ]
    const colour = `hsl(${random.below(360)} 60% ${20 + random.below(60)}%)`
    return `<rect x="${x}%" y="${y}%" width="${w}%" height="${h}%" fill="${colour}"/>`
  })
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}"><rect width="100%" height="100%" fill="#777"/>${bars.join('')}</svg>`
  return sharp(await sharp(Buffer.from(svg)).png().toBuffer())
}

async function drawModels(folder: string): Promise<void> {
  for (const [m, model] of MODELS.entries()) {
    mkdirSync(join(folder, model), { recursive: true })
    for (let i = 0; i < GROUPS * LEVELS; i++) {
      const place = `g${Math.floor(i / LEVELS)}_${1 + (i % LEVELS)}`
      const path = join(
        folder,
        model,
        m === 0 ? `${place}_${123_450_000_000 + i}.png` : `out_${place}_${987_650_000_000 + i}.jpg`,
      )
      // The second model lacks a picture.
      if (m === 1 && i === 7) continue
      if (m === 0) {
        const made = await draw(i * 2, 512)
        await made
          .ensureAlpha()
          .png({ compressionLevel: 1 })
          .withMetadata({ density: 300 })
          .toFile(path)
        utimesSync(path, 1e9, 1e9)
      } else {
        const made = await draw(i * 2 + 1, 640)
        const bytes = await made
          .flatten()
          .withIccProfile('p3')
          .withExif({ IFD0: { Software: 'quokka', ImageDescription: 'made by quokka-finetuned' } })
          .jpeg({ quality: 92 })
          .toBuffer()
        writeFileSync(path, bytes)
        utimesSync(path, 1.7e9, 1.7e9)
      }
    }
  }
}

beforeAll(async () => {
  run = startStudyEngine()
  run.engine.onEvent(
    (name, value) => void (name === 'corpus.changed' && heard.push(JSON.stringify(value))),
  )
  corpus = join(run.folder, 'blind.gleaner')
  const files = join(run.folder, 'files')
  await drawModels(files)
  await run.ask('corpora.create', { path: corpus })
  await run.ask('studies.create', {
    corpus,
    study: 's',
    prompts: { file: writePrompts(files, GROUPS, LEVELS) },
    design: { compare: true, seed: 4 },
  })
  for (const [m, model] of MODELS.entries()) {
    const pattern = m === 0 ? '{group}_{level}_{seed}' : 'out_{group}_{level}_{seed}'
    const done = await run.job('studies.addImages', {
      corpus,
      study: 's',
      model,
      source: join(files, model),
      pattern,
    })
    expect(done.error).toBeNull()
  }
  heard.length = 0
  await run.ask('studies.freeze', { corpus, study: 's' })
  const db = openReader(corpus)
  const rows = db
    .prepare<
      [],
      { id: number; token: string; model: string; sha256: string; seed: string; file: string }
    >(
      `SELECT i.id, i.token, m.name AS model, i.sha256, i.seed, i.origin ->> 'file' AS file
       FROM study_images i JOIN study_models m ON m.id = i.model_id`,
    )
    .all()
  db.close()
  truth = new Map(
    rows.map(({ token, model, ...row }) => {
      const bytes = statSync(join(files, model, row.file)).size
      return [token, { ...row, model: MODELS.indexOf(model as (typeof MODELS)[number]), bytes }]
    }),
  )
  serveProtocol(
    '/nowhere',
    run.engine as unknown as EngineProcess,
    () => Promise.resolve(true),
    new URL('gleaner://app/index.html'),
  )
}, 60_000)
afterAll(() => run.stop())

/** A picture as the window gets it. */
interface Seen {
  token: string
  task: string
  position: number
  practice: boolean
  headers: string
  length: number
  head: readonly number[]
  ms: number
}

async function look(rater: string, most = Infinity): Promise<Seen[]> {
  const by = { corpus, study: 's', rater }
  const { tasks } = await run.ask('ratings.queue', { ...by, mode: 'rate' })
  const seen: Seen[] = []
  const waiting = [...tasks.entries()].slice(0, most)
  const one = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [position, task] = next
      const [shown] = await run.ask('ratings.tasks', { ...by, tasks: [task] })
      const [token] = shown?.images as [string]
      const started = performance.now()
      const address = `gleaner://study/${token}?corpus=${encodeURIComponent(corpus)}`
      const response = await handle(new Request(address))
      const bytes = Buffer.from(await response.arrayBuffer())
      const ms = performance.now() - started
      expect(response.status).toBe(200)
      const headers = JSON.stringify([...response.headers])
      seen.push({
        token,
        task,
        position,
        practice: shown?.practice ?? false,
        headers,
        length: bytes.length,
        head: [...bytes.subarray(0, 54)],
        ms,
      })
      await run.ask('ratings.set', { ...by, task, aspect: 'overall', answer: '3' })
    }
  }
  // The window reads ahead.
  await Promise.all([one(), one(), one()])
  return seen
}

const sighting = (seen: Seen, more: { numbers?: number[]; texts?: string[] } = {}): Sighting => ({
  numbers: [
    seen.position,
    Number(seen.practice),
    seen.length,
    ...seen.head,
    seen.ms,
    seen.token < seen.task ? 1 : 0,
    parseInt(seen.token.slice(0, 8), 16),
    parseInt(seen.task.slice(0, 8), 16),
    ...(more.numbers ?? []),
  ],
  texts: [seen.token, seen.task, seen.headers, ...(more.texts ?? [])],
  label: truth.get(seen.token)?.model as 0 | 1,
})

describe('a blind rater', () => {
  let seen: Seen[]
  /** Each picture once: one that comes again (repeat, check, practice) is no new draw. */
  let once: Seen[]
  beforeAll(async () => {
    seen = await look('Ada')
    once = [...new Map(seen.map((one) => [one.token, one])).values()]
  }, 60_000)

  test('gets pictures in which nothing differs but the pixels', () => {
    expect(new Set(seen.map(({ headers }) => headers)).size).toBe(1)
    expect(new Set(seen.map(({ length }) => length))).toEqual(new Set([54 + 512 * 512 * 3]))
    expect(new Set(seen.map(({ head }) => head.join())).size).toBe(1)
    expect(new Set(seen.map(({ token }) => token)).size).toBe(2 * GROUPS * LEVELS - 1)
  })

  test('cannot tell the model from tokens, order, lengths, headers and time', () => {
    const found = guessed(once.map((one) => sighting(one)))
    for (const [learner, right] of Object.entries(found)) {
      expect(right, `${learner} of ${once.length}`).toBeLessThanOrEqual(chance(once.length))
    }
  })

  const size = (): ((one: Seen) => Sighting) => (one) =>
    sighting(one, { numbers: [truth.get(one.token)?.bytes as number] })
  const random = seededRandom(8)
  /** Decoding takes 45 ms with the one model and 60 with the other, give or take 4. */
  const work = (one: Seen): number =>
    (truth.get(one.token)?.model === 0 ? 45 : 60) + 4 * random.normal()
  const inSteps = (step: number) => (one: Seen) =>
    sighting({ ...one, ms: Math.ceil(work(one) / step) * step + Math.abs(random.normal()) })
  const LEAKS: [string, (one: Seen) => Sighting][] = [
    ['the length of the file', size()],
    ['the time to decode it', (one) => sighting({ ...one, ms: work(one) })],
    ['that time in steps of 50 ms', inSteps(50)],
    ['its name', (one) => sighting(one, { texts: [truth.get(one.token)?.file as string] })],
    ['its seed', (one) => sighting(one, { numbers: [Number(truth.get(one.token)?.seed)] })],
    [
      'the order in which it was taken in',
      (one) => sighting(one, { numbers: [truth.get(one.token)?.id as number] }),
    ],
  ]
  test.each(LEAKS)('could tell the model if %s came through: the learners find it', (_, leak) => {
    const right = Math.max(...Object.values(guessed(once.map(leak))))
    expect(right).toBeGreaterThan(0.85 * once.length)
  })

  test('could not if decoding takes 45 and 60 ms, in the steps that the program answers in', () => {
    for (const right of Object.values(guessed(once.map(inSteps(stepOf(1024 * 1024)))))) {
      expect(right).toBeLessThanOrEqual(chance(once.length))
    }
  })

  test('cannot tell from the sides of a comparison, though seed, name and tokens are known', async () => {
    const sightings: Sighting[] = []
    // Each comparison once: what a second rater sees of it follows from what the first saw.
    const known = new Set<string>()
    for (const rater of ['Ada', 'Bo', 'Cy']) {
      const by = { corpus, study: 's', rater }
      const { tasks } = await run.ask('ratings.queue', { ...by, mode: 'compare' })
      for (let from = 0; from < tasks.length; from += 20) {
        const shown = await run.ask('ratings.tasks', { ...by, tasks: tasks.slice(from, from + 20) })
        for (const [i, { task, images }] of shown.entries()) {
          const [left, right] = images as [string, string]
          const models = [left, right].map((token) => truth.get(token)?.model)
          const pair = [left, right].sort().join()
          const isMine = i % 3 === ['Ada', 'Bo', 'Cy'].indexOf(rater)
          if (models[0] === models[1] || known.has(pair) || !isMine) continue
          known.add(pair)
          // What anyone can work out who reads the program.
          const isFirst = Number(isFirstLeft(4, rater, task))
          const numbers = [
            isFirst,
            Number(left < right),
            isFirst ^ Number(left < right),
            from + i,
            parseInt(task.slice(0, 8), 16),
          ]
          sightings.push({ numbers, texts: [], label: models[0] as 0 | 1 })
        }
      }
    }
    expect(sightings.length).toBeGreaterThan(30)
    for (const [learner, right] of Object.entries(guessed(sightings))) {
      expect(right, learner).toBeLessThanOrEqual(chance(sightings.length))
    }
    const leaky = sightings.map(({ numbers, label }) => ({
      // As it was when the first of a comparison was always the first model's.
      numbers: [label === 0 ? 1 : 0, ...numbers.slice(1)],
      texts: [],
      label,
    }))
    expect(Math.max(...Object.values(guessed(leaky)))).toBe(sightings.length)
  })

  test('reads no word of a file, a model, a seed or a size in all that is said of the study', async () => {
    const by = { corpus, study: 's', rater: 'Ada' }
    const queue = await run.ask('ratings.queue', { ...by, mode: 'rate' })
    const compare = await run.ask('ratings.queue', { ...by, mode: 'compare' })
    const said = JSON.stringify([
      queue,
      compare,
      await run.ask('ratings.tasks', { ...by, tasks: queue.tasks.slice(0, 20) }),
      await run.ask('ratings.tasks', { ...by, tasks: compare.tasks.slice(0, 20) }),
      await run.ask('ratings.undo', by),
      await run.ask('ratings.redo', by),
      await run.ask('ratings.raters', { corpus, study: 's' }),
      await run.ask('studies.list', { corpus }),
      await run.ask('studies.get', { corpus, study: 's' }),
      await run.ask('studies.problems', { corpus, study: 's' }),
      await run.ask('studies.prompts', { corpus, study: 's' }),
      heard,
    ])
    expect(heard.length).toBeGreaterThan(100)
    const words = [...MODELS, 'quokka', 'zebra', 'out_g', 'jpg', 'jpeg', 'png', 'Software']
    for (const { sha256, seed, file } of truth.values())
      words.push(sha256, sha256.slice(0, 12), seed, file)
    expect(words.filter((word) => said.includes(word))).toEqual([])
    // Which model lacks a picture, and how many each has, would name the one that made the rest.
    const study = await run.ask('studies.get', { corpus, study: 's' })
    expect(study).toMatchObject({ missing: 1, byModel: [{ images: null }, { images: null }] })
    const { missing, leftOut, doubles } = await run.ask('studies.problems', { corpus, study: 's' })
    expect(missing.map(({ model }) => model)).toEqual([''])
    expect([leftOut, doubles]).toEqual([[], []])
  })

  test('gets nothing for an address that is none, whatever it is', async () => {
    const token = [...truth.keys()][0] as string
    const answers = await Promise.all(
      ['f'.repeat(24), '..', `${token}x`, '', token.toUpperCase()].map(async (name) => {
        const response = await handle(
          new Request(`gleaner://study/${name}?corpus=${encodeURIComponent(corpus)}`),
        )
        return [
          response.status,
          (await response.arrayBuffer()).byteLength,
          JSON.stringify([...response.headers]),
        ]
      }),
    )
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    expect(answers[0]?.slice(0, 2)).toEqual([404, 0])
  })
})
