import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import sharp from 'sharp'
import type { CallInput, CallName, CallOutput } from '#shared/contract/index.ts'
import type { Job } from '#shared/contract/jobs.ts'
import type { StudyDesign } from '#shared/studies/design.ts'
import { createEngine, type Engine } from '../../src/main/engine/engine.ts'

export const SAMPLE_STUDY = resolve(import.meta.dirname, '../../resources/sample-study')

/** An engine with a home of its own, which can be ended and started again on the same files. */
export interface StudyEngine {
  /** For files of the test; gone when it stops. */
  readonly folder: string
  readonly engine: Engine
  ask<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>>
  /** Starts a job by its call and gives it in its last state. */
  job(
    name: 'studies.addImages' | 'studies.package' | 'studies.openPackage' | 'studies.report',
    input: object,
  ): Promise<Job>
  /** A picture as the window gets it. */
  picture(corpus: string, token: string): Promise<Uint8Array>
  restart(): Promise<void>
  stop(): Promise<void>
}

export function startStudyEngine(): StudyEngine {
  const folder = mkdtempSync(join(tmpdir(), 'gleaner-study-'))
  const home = process.env['GLEANER_HOME']
  process.env['GLEANER_HOME'] = join(folder, 'home')
  process.env['GLEANER_CHECK_ANSWERS'] = '1'
  let engine = createEngine({ resumeJobs: true })
  const ask: StudyEngine['ask'] = async (name, input) =>
    (await engine.call(name, input)).value as CallOutput<typeof name>
  return {
    folder,
    get engine() {
      return engine
    },
    ask,
    async job(name, input) {
      const { job } = (await ask(name, input as never)) as { job: string }
      return engine.finished(job)
    },
    async picture(corpus, token) {
      return (await engine.call('pictures.study', { corpus, token })).bytes as Uint8Array
    },
    async restart() {
      await engine.stop()
      engine = createEngine({ resumeJobs: true })
    },
    async stop() {
      await engine.stop()
      if (home === undefined) delete process.env['GLEANER_HOME']
      else process.env['GLEANER_HOME'] = home
      delete process.env['GLEANER_CHECK_ANSWERS']
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A corpus with the sample study as a draft. */
export async function makeSampleStudy(
  run: StudyEngine,
  corpus: string,
  design: Partial<StudyDesign> = {},
): Promise<void> {
  if (!existsSync(corpus)) await run.ask('corpora.create', { path: corpus })
  const prompts = { file: join(SAMPLE_STUDY, 'prompts.csv') }
  await run.ask('studies.create', { corpus, study: 'first', prompts, design })
  const sources = {
    base: join(SAMPLE_STUDY, 'base'),
    tuned: join(SAMPLE_STUDY, 'tuned/manifest.csv'),
  }
  for (const [model, source] of Object.entries(sources)) {
    const done = await run.job('studies.addImages', { corpus, study: 'first', model, source })
    if (done.state !== 'done') throw new Error(JSON.stringify(done.error))
  }
}

/** `group,level,kind,prompt` of `groups` x `levels` prompts, as a file. */
export function writePrompts(folder: string, groups: number, levels: number): string {
  const rows = Array.from({ length: groups * levels }, (_, i) => {
    const group = Math.floor(i / levels)
    const level = 1 + (i % levels)
    return `g${group},${level},sensible,${`thing${group}`}${' and more'.repeat(level - 1)}`
  })
  mkdirSync(folder, { recursive: true })
  const path = join(folder, 'prompts.csv')
  writeFileSync(path, ['group,level,kind,prompt', ...rows].join('\n'))
  return path
}

/** Writes small pictures, each of its own colour, under these names. */
export async function writePictures(
  folder: string,
  names: readonly string[],
  seed = 0,
): Promise<void> {
  mkdirSync(folder, { recursive: true })
  for (const [i, name] of names.entries()) {
    const at = (i * 37 + seed * 101) % 4096
    const background = { r: (at & 15) * 17, g: ((at >> 4) & 15) * 17, b: ((at >> 8) & 15) * 17 }
    const image = sharp({ create: { width: 16, height: 16, channels: 3, background } })
    const bytes = /\.jpe?g$/.test(name)
      ? await image.jpeg().toBuffer()
      : await image.png().toBuffer()
    writeFileSync(join(folder, name), bytes)
  }
}

/** A frozen study of small pictures: `groups` x 2 prompts by two models. */
export async function makeSmallStudy(
  run: StudyEngine,
  corpus: string,
  options: {
    groups?: number
    models?: readonly string[]
    design?: Partial<StudyDesign>
    name?: string
  } = {},
): Promise<void> {
  const { groups = 6, models = ['base', 'tuned'], design = {}, name = 'small' } = options
  const files = join(run.folder, `files-of-${name}-${groups}`)
  if (!existsSync(corpus)) await run.ask('corpora.create', { path: corpus })
  const prompts = { file: writePrompts(files, groups, 2) }
  await run.ask('studies.create', { corpus, study: name, prompts, design })
  const names = Array.from({ length: groups * 2 }, (_, i) => `g${i >> 1}_${1 + (i % 2)}_77.png`)
  for (const [i, model] of models.entries()) {
    const source = join(files, model)
    if (!existsSync(source)) await writePictures(source, names, i + 1)
    const pattern = '{group}_{level}_{seed}'
    const done = await run.job('studies.addImages', { corpus, study: name, model, source, pattern })
    if (done.state !== 'done') throw new Error(JSON.stringify(done.error))
  }
  await run.ask('studies.freeze', { corpus, study: name })
}
