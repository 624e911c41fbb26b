/** All kinds of jobs, each with what it begins with: small, and more than one batch where it has batches. */
import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import sharp from 'sharp'
import { EXPORT_FORMATS } from '#shared/contract/choices.ts'
import type { JobKind } from '#shared/contract/jobs/index.ts'
import { createEngine } from '../../../src/main/engine/engine.ts'
import { addSpanPairs, storyPairs } from '../../integration/spans-support.ts'
import { createCorpus, openCorpus } from '../../../src/main/store/open.ts'
import { ingest } from '../ingest.ts'
import { embedCorpus } from '../embedded.ts'
import { fillCorpus } from '../synthetic.ts'
import { fakeHub } from '../hub.ts'
import { MODELS, PICTURES } from '../models.ts'
import { SAMPLE_STUDY, writePictures, writePrompts } from '../studies.ts'
import { writeTinyDiffusion } from '../tiny-diffusion.ts'

const ROOT = resolve(import.meta.dirname, '../../..')
const SAMPLE = join(ROOT, 'resources/sample')
const TINY_CLIP = join(MODELS, 'tiny-clip')
const TINY_TEXT = join(MODELS, 'tiny-text')

/** Servers that stand for the web and for the hub; the same for all runs. */
export interface Servers {
  web: string
  hub: string
  close(): Promise<void>
}

/** Pictures of the web: so many are found, one more is not, one is no picture. */
const FETCHED = 40

export async function startServers(): Promise<Servers> {
  const picture = (n: number): Promise<Buffer> =>
    sharp({ create: { width: 20 + n, height: 16, channels: 3, background: { r: n, g: 9, b: 99 } } })
      .png()
      .toBuffer()
  const pictures = await Promise.all(Array.from({ length: FETCHED }, (_, n) => picture(n)))
  const web = createServer((request, response) => {
    const bytes = pictures[Number(/^\/(\d+)\.png$/.exec(request.url ?? '')?.[1] ?? -1)]
    const isText = request.url === '/text.png'
    if (!bytes && !isText) return void response.writeHead(404).end()
    response.writeHead(200, { 'Content-Type': 'image/png' })
    response.end(bytes ?? 'words')
  })
  await new Promise<void>((ready) => web.listen(0, '127.0.0.1', ready))
  const hub = await fakeHub(TINY_CLIP, 'org/tiny')
  return {
    web: `http://127.0.0.1:${(web.address() as AddressInfo).port}`,
    hub: hub.endpoint,
    async close() {
      web.closeAllConnections()
      await Promise.all([hub.close(), new Promise((closed) => web.close(closed))])
    },
  }
}

type Ask = (name: string, input: unknown) => Promise<unknown>

/** Where things lie in the folder of a run. */
export const corpusIn = (folder: string): string => join(folder, 'c.gleaner')
export const homeIn = (folder: string): string => join(folder, 'home')

export interface KillKind {
  kind: JobKind
  /** Makes what the job begins with. */
  prepare(folder: string, servers: Servers): Promise<void>
  /** The call that starts it. */
  call: string
  input(folder: string): unknown
  /** false: of the machine, or it makes its corpus. */
  hasCorpus: boolean
}

/** Asks an engine of the folder, for what is prepared. */
async function withEngine(folder: string, work: (ask: Ask, job: Ask) => Promise<void>) {
  const before = process.env['GLEANER_HOME']
  process.env['GLEANER_HOME'] = homeIn(folder)
  const engine = createEngine({ resumeJobs: false })
  const ask: Ask = async (name, input) => (await engine.call(name, input)).value
  try {
    await work(ask, async (name, input) => {
      const { job } = (await ask(name, input)) as { job: string }
      const ended = await engine.finished(job)
      if (ended.state !== 'done') throw new Error(JSON.stringify(ended.error))
      return ended
    })
    // What was prepared is none of the jobs that are looked at.
    await ask('jobs.clear', {})
  } finally {
    await engine.stop()
    if (before === undefined) delete process.env['GLEANER_HOME']
    else process.env['GLEANER_HOME'] = before
  }
}

async function settled(folder: string, settings: object): Promise<void> {
  await withEngine(folder, (ask) => ask('settings.set', settings).then(() => undefined))
}

const empty = (folder: string): Promise<void> => Promise.resolve(createCorpus(corpusIn(folder)))

async function ingested(folder: string, images: 'none' | 'archive'): Promise<void> {
  ;(await ingest(corpusIn(folder), [SAMPLE], { images })).close()
}
const pictured = (folder: string): Promise<void> => ingested(folder, 'archive')

function embedded(folder: string): Promise<void> {
  createCorpus(corpusIn(folder))
  const corpus = openCorpus(corpusIn(folder))
  fillCorpus(corpus, { pairs: 400 })
  embedCorpus(corpus, { dim: 16 })
  corpus.close()
  return Promise.resolve()
}

function stories(folder: string, n: number): void {
  createCorpus(corpusIn(folder))
  const corpus = openCorpus(corpusIn(folder))
  addSpanPairs(corpus, storyPairs(n))
  corpus.close()
}

async function storiesWithAlts(folder: string): Promise<void> {
  stories(folder, 100)
  const corpus = corpusIn(folder)
  await withEngine(folder, async (ask, job) => {
    await ask('corpora.open', { path: corpus })
    await job('jobs.altSpans', { corpus })
  })
}

function tables(folder: string): Promise<void> {
  createCorpus(corpusIn(folder))
  const row = (n: number) => ({ url: `http://t.example/${n}.png`, alt: `picture ${n}` })
  const numbers = Array.from({ length: 6000 }, (_, n) => n)
  mkdirSync(join(folder, 'in'), { recursive: true })
  writeFileSync(
    join(folder, 'in/a.csv'),
    ['url,caption', ...numbers.map(row).map(({ url, alt }) => `${url},${alt}`)].join('\n'),
  )
  writeFileSync(
    join(folder, 'in/b.jsonl'),
    numbers
      .map((n) => row(n + 9000))
      .map(({ url, alt }) => JSON.stringify({ url, caption: alt }))
      .join('\n'),
  )
  return Promise.resolve()
}

function toFetch(folder: string, { web }: Servers): Promise<void> {
  createCorpus(corpusIn(folder))
  const corpus = openCorpus(corpusIn(folder))
  const add = corpus.writer.prepare('INSERT INTO images (url) VALUES (?)')
  for (let n = 0; n < FETCHED; n++) add.run(`${web}/${n}.png`)
  for (const name of ['gone', 'text']) add.run(`${web}/${name}.png`)
  corpus.close()
  return settled(folder, { fetch: { perHostDelayMs: 0 } })
}

async function exportedVersion(folder: string): Promise<void> {
  await pictured(folder)
  const corpus = corpusIn(folder)
  await withEngine(folder, async (ask, job) => {
    await ask('corpora.open', { path: corpus })
    await job('versions.create', { corpus, name: 'first' })
    const out = join(folder, 'set')
    await job('jobs.export', { corpus, format: 'parquet', version: 'first', out })
  })
}

const STUDY = 'small'

/** A study of six prompts, as a draft with the pictures of one model. */
async function draft(folder: string): Promise<void> {
  const corpus = corpusIn(folder)
  createCorpus(corpus)
  const prompts = { file: writePrompts(join(folder, 'in'), 20, 2) }
  const names = Array.from({ length: 40 }, (_, i) => `g${i >> 1}_${1 + (i % 2)}_77.png`)
  for (const [i, model] of ['base', 'tuned'].entries()) {
    await writePictures(join(folder, 'in', model), names, i + 1)
  }
  await withEngine(folder, async (ask, job) => {
    await ask('corpora.open', { path: corpus })
    await ask('studies.create', { corpus, study: STUDY, prompts, design: { compare: true } })
    await job('studies.addImages', images(folder, 'base'))
  })
}
const images = (folder: string, model: string) => ({
  corpus: corpusIn(folder),
  study: STUDY,
  model,
  source: join(folder, 'in', model),
  pattern: '{group}_{level}_{seed}',
})

async function frozen(folder: string): Promise<void> {
  await draft(folder)
  const corpus = corpusIn(folder)
  await withEngine(folder, async (ask, job) => {
    await ask('corpora.open', { path: corpus })
    await job('studies.addImages', images(folder, 'tuned'))
    await ask('studies.freeze', { corpus, study: STUDY })
  })
}

async function rated(folder: string): Promise<void> {
  const corpus = corpusIn(folder)
  createCorpus(corpus)
  const prompts = { file: join(SAMPLE_STUDY, 'prompts.csv') }
  await withEngine(folder, async (ask, job) => {
    await ask('corpora.open', { path: corpus })
    await ask('studies.create', { corpus, study: STUDY, prompts, design: {} })
    for (const [model, source] of [
      ['base', 'base'],
      ['tuned', 'tuned/manifest.csv'],
    ] as const) {
      const where = { model, source: join(SAMPLE_STUDY, source) }
      await job('studies.addImages', { corpus, study: STUDY, ...where })
    }
    await ask('studies.freeze', { corpus, study: STUDY })
    const files = [join(SAMPLE_STUDY, 'ratings.csv')]
    await ask('ratings.merge', { corpus, study: STUDY, files })
  })
}

async function packed(folder: string): Promise<void> {
  const owner = join(folder, 'owner')
  mkdirSync(owner)
  await frozen(owner)
  const out = join(folder, 'rater.zip')
  await withEngine(owner, async (ask, job) => {
    await ask('corpora.open', { path: corpusIn(owner) })
    await job('studies.package', { corpus: corpusIn(owner), study: STUDY, out })
  })
  createCorpus(corpusIn(folder))
}

const trained = { alts: 1, labels: false }

async function packaged(folder: string): Promise<void> {
  await storiesWithAlts(folder)
  const corpus = corpusIn(folder)
  await withEngine(folder, async (ask, job) => {
    await ask('corpora.open', { path: corpus })
    await job('jobs.spanPackage', { corpus, ...trained, out: join(folder, 'pack'), base: 'org/x' })
    const training = join(ROOT, 'test/support/pretend-training.mjs')
    const model = join(MODELS, 'tiny-bert-qa')
    const submit = `'${process.execPath}' '${training}' 5 20 && rm -r model && cp -R '${model}' model`
    await ask('settings.set', { launchers: [{ name: 'here', kind: 'local', submit }] })
  })
}

function twoSets(folder: string): Promise<void> {
  for (const name of ['a', 'b']) mkdirSync(join(folder, name), { recursive: true })
  const jpegs = readdirSync(PICTURES).filter((name) => name.endsWith('.jpg'))
  for (const [i, name] of jpegs.entries()) {
    cpSync(join(PICTURES, name), join(folder, i % 2 === 0 ? 'a' : 'b', name))
  }
  return Promise.resolve()
}

const BASE = 'things'
const promptModels = { model: TINY_CLIP, sentenceModel: join(MODELS, 'tiny-bert'), device: 'cpu' }
const filled = (folder: string) => ({
  ...{ base: BASE, make: true, paths: [join(folder, 'prompts.txt')] },
  ...promptModels,
})

/** More rows than one commit takes, and more prompts than one batch. */
function promptFile(folder: string): Promise<void> {
  const lines = Array.from({ length: 2200 }, (_, i) => `${i % 300} red things, oil painting`)
  writeFileSync(join(folder, 'prompts.txt'), `${lines.join('\n')}\n`)
  return Promise.resolve()
}

async function promptBaseMade(folder: string): Promise<void> {
  await promptFile(folder)
  await twoSets(folder)
  const pictures = readdirSync(join(folder, 'a')).filter((name) => /\.(png|jpg)$/.test(name))
  const rows = pictures.map((name, i) => `a/${name},${i} blue things`)
  writeFileSync(join(folder, 'pairs.csv'), `image,prompt\n${rows.join('\n')}\n`)
  await withEngine(folder, async (_, job) => void (await job('promptBases.build', filled(folder))))
}

const of = (more: (folder: string) => object) => (folder: string) => ({
  corpus: corpusIn(folder),
  ...more(folder),
})
const ofStudy = (more: (folder: string) => object) => of((f) => ({ study: STUDY, ...more(f) }))
const inCorpus = { hasCorpus: true } as const
const cpu = { device: 'cpu' } as const

const made: KillKind[] = [
  {
    ...{ kind: 'ingest', call: 'jobs.ingest', ...inCorpus },
    prepare: empty,
    input: of(() => ({ inputs: [SAMPLE], images: 'archive', workers: 2 })),
  },
  {
    ...{ kind: 'import', call: 'jobs.import', ...inCorpus },
    prepare: tables,
    input: of((f) => ({ inputs: [join(f, 'in')], images: 'none' })),
  },
  {
    ...{ kind: 'pictures', call: 'jobs.pictures', ...inCorpus },
    prepare: (folder) => ingested(folder, 'none'),
    input: of(() => ({ images: 'archive' })),
  },
  {
    ...{ kind: 'score', call: 'jobs.score', ...inCorpus },
    prepare: pictured,
    input: of(() => ({ text: 'alt', model: TINY_CLIP, ...cpu })),
  },
  {
    ...{ kind: 'text-in-image', call: 'jobs.textInImage', ...inCorpus },
    prepare: pictured,
    input: of(() => ({ model: TINY_TEXT, where: 'id<=120', ...cpu })),
  },
  {
    ...{ kind: 'alt-spans', call: 'jobs.altSpans', ...inCorpus },
    prepare: (folder) => Promise.resolve(stories(folder, 1500)),
    input: of(() => ({})),
  },
  {
    ...{ kind: 'alt-kinds', call: 'jobs.altKinds', ...inCorpus },
    prepare: (folder) => Promise.resolve(stories(folder, 1500)),
    input: of(() => ({})),
  },
  {
    ...{ kind: 'train-spans', call: 'jobs.trainSpans', ...inCorpus },
    prepare: storiesWithAlts,
    input: of(() => ({
      ...{ ...trained, ...cpu, hidden: 8, epochs: 6, patience: 0, name: 'Head' },
      encoder: join(MODELS, 'tiny-bert'),
    })),
  },
  {
    ...{ kind: 'predict-spans', call: 'jobs.predictSpans', ...inCorpus },
    prepare: (folder) => Promise.resolve(stories(folder, 300)),
    input: of(() => ({ model: join(MODELS, 'tiny-bert-qa'), ...cpu })),
  },
  {
    ...{ kind: 'span-package', call: 'jobs.spanPackage', ...inCorpus },
    prepare: storiesWithAlts,
    input: of((f) => ({ ...trained, out: join(f, 'pack'), base: 'org/x' })),
  },
  {
    ...{ kind: 'launch', call: 'jobs.launch', ...inCorpus },
    prepare: packaged,
    input: of((f) => ({ package: join(f, 'pack'), launcher: 'here' })),
  },
  {
    ...{ kind: 'complexity', call: 'jobs.complexity', ...inCorpus },
    prepare: pictured,
    input: of((f) => ({ model: TINY_CLIP, ...cpu, out: join(f, 'out.json') })),
  },
  {
    ...{ kind: 'study-images', call: 'studies.addImages', ...inCorpus },
    prepare: draft,
    input: (f) => images(f, 'tuned'),
  },
  {
    ...{ kind: 'study-generate', call: 'studies.generate', ...inCorpus },
    async prepare(folder) {
      await draft(folder)
      writeTinyDiffusion(join(folder, 'model'))
    },
    input: ofStudy((f) => ({
      ...{ model: 'made', generator: join(f, 'model'), device: 'cpu', steps: 2, seed: '7' },
    })),
  },
  {
    ...{ kind: 'study-package', call: 'studies.package', ...inCorpus },
    prepare: frozen,
    input: ofStudy((f) => ({ out: join(f, 'rater.zip') })),
  },
  {
    ...{ kind: 'study-open', call: 'studies.openPackage', ...inCorpus },
    prepare: packed,
    input: of((f) => ({ package: join(f, 'rater.zip') })),
  },
  {
    ...{ kind: 'study-sample', call: 'corpora.openSample', hasCorpus: false },
    prepare: () => Promise.resolve(),
    input: () => ({}),
  },
  {
    ...{ kind: 'study-compliance', call: 'studies.measureCompliance', ...inCorpus },
    prepare: frozen,
    input: ofStudy((f) => ({ model: TINY_CLIP, ...cpu, out: join(f, 'out.json') })),
  },
  {
    ...{ kind: 'study-complexity', call: 'studies.measureComplexity', ...inCorpus },
    prepare: frozen,
    input: ofStudy((f) => ({ model: TINY_CLIP, ...cpu, out: join(f, 'out.json') })),
  },
  {
    ...{ kind: 'measure-matrix', call: 'studies.measureMatrix', ...inCorpus },
    prepare: frozen,
    input: ofStudy((f) => ({
      ...{ ...cpu, references: PICTURES, measures: ['fd'], allowUnlike: true },
      ...{ models: [join(MODELS, 'tiny-features')], compliance: TINY_CLIP },
      ...{ out: join(f, 'out.json'), csv: join(f, 'out.csv') },
    })),
  },
  {
    ...{ kind: 'study-report', call: 'studies.report', ...inCorpus },
    prepare: rated,
    input: ofStudy((f) => ({ out: join(f, 'report'), options: { resamples: 100 } })),
  },
  {
    ...{ kind: 'version', call: 'versions.create', ...inCorpus },
    prepare: pictured,
    input: of(() => ({ name: 'first', where: 'alt:*', onePerPicture: true })),
  },
  {
    ...{ kind: 'version-verify', call: 'versions.verify', hasCorpus: false },
    prepare: exportedVersion,
    input: (f) => ({ path: join(f, 'set') }),
  },
  {
    ...{ kind: 'model-fetch', call: 'models.add', hasCorpus: false },
    prepare: (folder, { hub }) => settled(folder, { hub: { endpoint: hub, token: null } }),
    input: () => ({ source: 'org/tiny' }),
  },
  {
    ...{ kind: 'quantize', call: 'models.quantize', hasCorpus: false },
    prepare: twoSets,
    input: (f) => ({ id: TINY_CLIP, check: join(f, 'a'), bound: 0.1 }),
  },
  {
    ...{ kind: 'map', call: 'jobs.map', ...inCorpus },
    prepare: embedded,
    input: of(() => ({})),
  },
  {
    ...{ kind: 'similarity', call: 'jobs.similarity', hasCorpus: false },
    async prepare(folder) {
      await twoSets(folder)
      const pictures = readdirSync(join(folder, 'a')).filter((name) => /\.(png|jpg)$/.test(name))
      const rows = Array.from(
        { length: 3000 },
        (_, i) => `a/${pictures[i % pictures.length] ?? 'none.png'},${i} things on a table`,
      )
      writeFileSync(join(folder, 'pairs.csv'), `image,text\n${rows.join('\n')}\n`)
    },
    input: (f) => ({
      ...{ file: join(f, 'pairs.csv'), models: [TINY_CLIP], device: 'cpu' },
      ...{ out: join(f, 'scored.csv'), replace: true },
    }),
  },
  {
    ...{ kind: 'duplicates', call: 'jobs.duplicates', ...inCorpus },
    prepare: pictured,
    input: of(() => ({ kind: 'perceptual' })),
  },
  {
    ...{ kind: 'leakage', call: 'jobs.leakage', ...inCorpus },
    prepare: async (folder) => {
      await pictured(folder)
      await twoSets(folder)
    },
    input: of((f) => ({ kind: 'perceptual', references: join(f, 'a'), out: join(f, 'out.jsonl') })),
  },
  {
    ...{ kind: 'prompt-base', call: 'promptBases.build', hasCorpus: false },
    prepare: promptFile,
    input: (f) => ({ ...filled(f), clean: { nearDuplicate: 0.999, terms: { least: 0.9 } } }),
  },
  {
    ...{ kind: 'image-to-prompt', call: 'promptBases.predict', hasCorpus: false },
    prepare: promptBaseMade,
    input: (f) => ({
      ...{ base: BASE, paths: [join(f, 'a'), join(f, 'b')], k: 20, replace: true },
      ...{ ...promptModels, out: join(f, 'prompts.jsonl') },
    }),
  },
  {
    ...{ kind: 'prompt-evaluation', call: 'promptBases.evaluate', hasCorpus: false },
    prepare: promptBaseMade,
    input: (f) => ({
      ...{ base: BASE, file: join(f, 'pairs.csv'), ks: [1, 10], replace: true, heldOut: 0.5 },
      ...{ ...promptModels, out: join(f, 'report.json'), resamples: 200 },
    }),
  },
  {
    ...{ kind: 'generate', call: 'jobs.generate', hasCorpus: false },
    prepare: (folder) => Promise.resolve(void writeTinyDiffusion(join(folder, 'model'))),
    input: (f) => ({
      ...{ model: join(f, 'model'), device: 'cpu', count: 8, steps: 3, seed: '7' },
      ...{ prompts: ['a cat', 'two dogs', 'a house', 'the sea', ''], scheduler: 'euler-a' },
      out: join(f, 'made'),
    }),
  },
  {
    ...{ kind: 'measure', call: 'jobs.measure', hasCorpus: false },
    prepare: twoSets,
    input: (f) => ({
      ...{ measure: 'fd', a: join(f, 'a'), b: join(f, 'b'), ...cpu },
      ...{ model: join(MODELS, 'tiny-features'), out: join(f, 'out.json') },
    }),
  },
]

const fetching: KillKind = {
  ...{ kind: 'pictures', call: 'jobs.pictures', ...inCorpus },
  prepare: toFetch,
  input: of(() => ({ images: 'fetch' })),
}

const exporting = (format: string): KillKind => ({
  ...{ kind: 'export', call: 'jobs.export', ...inCorpus },
  prepare: pictured,
  input: of((f) => ({ format, text: 'alt', out: join(f, 'out') })),
})

/** By what they are called in the table: the kind, where it has several ways with the way. */
export const KILL_KINDS: ReadonlyMap<string, KillKind> = new Map([
  ...made.map((one) => [one.kind, one] as const),
  ['pictures, fetched', fetching],
  ...EXPORT_FORMATS.map((format) => [`export, ${format}`, exporting(format)] as const),
])
