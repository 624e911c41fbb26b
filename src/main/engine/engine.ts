import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { contract } from '#shared/contract/index.ts'
import type { CallName, EngineEvents, EventName } from '#shared/contract/index.ts'
import { pictureCalls } from '#shared/contract/pictures.ts'
import { consentCalls } from '#shared/contract/consent.ts'
import type { ConsentCallName } from '#shared/contract/consent.ts'
import type { PictureAnswer, PictureCallName } from '#shared/contract/pictures.ts'
import type { Job } from '#shared/contract/jobs.ts'
import { AppError } from '#shared/errors.ts'
import { codeOf } from '../files/disk.ts'
import { toStoreError } from '../store/errors.ts'
import { createPromptSession } from '../jobs/image-to-prompt/prompt-session.ts'
import { createRunner } from '../jobs/run/runner.ts'
import { findEntries } from './entries.ts'
import { createBlindPictures } from './blind-pictures.ts'
import { createHandlers } from './calls/index.ts'
import { createConsentHandlers } from './calls/consent.ts'
import { createPictureHandlers } from './calls/pictures.ts'
import { answersAreChecked, checkAnswer } from './check-answer.ts'
import type { EngineContext } from './context.ts'
import type { EngineParts } from './parts.ts'
import { openApprovedCommands } from './home/approved-commands.ts'
import { keepAnswer, listDevices, tryDevices } from './devices.ts'
import { findHome, openAltKindRules, openRecent, openRules, openSettings } from './home/home.ts'
import { createNotes } from './home/notes.ts'
import { createOpenCorpora } from './home/open-corpora.ts'
import { createJobStarter } from './jobs/start-jobs.ts'
import { textsStatus } from './calls/texts.ts'
import { createReaders } from './readers.ts'
import { createSearches } from './searches.ts'
import { parse } from './parse.ts'
import { hubCacheFolder } from '../inference/hub/hub-cache.ts'
import { createTokenizers } from '../inference/tokenize/tokenizers.ts'

export interface EngineAnswer {
  value: unknown
  bytes?: Uint8Array
}

export interface Engine {
  /** Parses the input by the contract and answers. @throws AppError */
  call(name: string, input: unknown): Promise<EngineAnswer>
  onEvent(listener: <N extends EventName>(name: N, value: EngineEvents[N]) => void): () => void
  /** The job in its last state. */
  finished(job: string): Promise<Job>
  /** Ends jobs after their batch, then closes the corpora. */
  stop(): Promise<void>
}

export interface EngineOptions {
  /** Jobs that a kill interrupted go on when their corpus is opened. */
  resumeJobs: boolean
  /** A window asks: commands of launchers wait for a person's word. The command line is the person. */
  asksBeforeCommands?: boolean
  /** Keeps the indexes of texts up to date: for a program that stays open. */
  indexesTexts?: boolean
}

/** `resources/` of the program: the sample and the models that come with it. */
function findResources(): string {
  const given = process.env['GLEANER_RESOURCES']
  if (given) return given
  // From the sources and from the build alike, it lies beside `src` and `out`.
  let folder = fileURLToPath(new URL('.', import.meta.url))
  while (!existsSync(join(folder, 'package.json')) && folder !== join(folder, '..')) {
    folder = join(folder, '..')
  }
  return join(folder, 'resources')
}

/** Builds the engine: what exists, in the order in which it is needed, and stops it in reverse. */
export function createEngine(options: EngineOptions): Engine {
  const listeners = new Set<<N extends EventName>(name: N, value: EngineEvents[N]) => void>()
  const emit = <N extends EventName>(name: N, value: EngineEvents[N]): void => {
    for (const listener of listeners) listener(name, value)
  }

  const home = findHome()
  const notes = createNotes((note) => emit('notes.added', { note }))
  const settings = openSettings(home, notes)
  const recent = openRecent(home, notes)
  const rules = openRules(home, notes)
  const altKindRules = openAltKindRules(home, notes)
  const entries = findEntries()
  const runner = createRunner({
    entries,
    settings: settings.get,
    onChange: (job) => emit('jobs.changed', job),
    onData: (corpus, what) => corpora.announce(corpus, what),
  })
  const corpora = createOpenCorpora({
    recent,
    notes,
    runner,
    entries,
    indexesTexts: options.indexesTexts ?? false,
    tellTexts: (corpus) => emit('texts.changed', { corpus, ...textsStatus(corpora.get(corpus)) }),
    tell: (corpus, what) => {
      searches.changed(corpus, what)
      emit('corpus.changed', { corpus, what })
    },
    closing: (corpus) => searches.forget(corpus),
  })
  const resources = findResources()
  const parts: EngineParts = {
    home,
    settings,
    recent,
    rules,
    altKindRules,
    notes,
    runner,
    corpora,
    entries,
    resources,
    folders: {
      bundled: join(resources, 'models'),
      user: home.models,
      hubCache: hubCacheFolder(),
      tokenizers: createTokenizers(entries.tokenizerHost),
    },
    devices: keepAnswer(() => listDevices(entries)),
    deviceStates: keepAnswer(() => tryDevices(entries)),
    announce: corpora.announce,
    emit,
    blindPictures: createBlindPictures(entries),
    promptSession: createPromptSession(entries, home.promptBases),
    readers: createReaders(entries),
    commands: openApprovedCommands(home),
    asksBeforeCommands: options.asksBeforeCommands ?? false,
    resumeJobs: options.resumeJobs,
  }
  const searches = createSearches(parts)
  const context: EngineContext = { ...parts, jobs: createJobStarter(parts), searches }
  const handlers = createHandlers(context)
  const pictures = createPictureHandlers(context)
  const consent = createConsentHandlers(context)
  const checksAnswers = answersAreChecked()

  return {
    async call(name, input) {
      if (Object.hasOwn(pictureCalls, name)) {
        const args = parse(name, pictureCalls[name as PictureCallName], input)
        const answer = pictures[name as PictureCallName] as (
          input: unknown,
        ) => Promise<PictureAnswer>
        const { mime, bytes } = await answered(() => answer(args), input)
        return { value: { mime }, bytes }
      }
      if (Object.hasOwn(consentCalls, name)) {
        const args = parse(name, consentCalls[name as ConsentCallName].input, input)
        const handler = consent[name as ConsentCallName] as (input: unknown) => unknown
        return { value: await handler(args) }
      }
      if (!Object.hasOwn(contract, name)) {
        throw new AppError('invalid-input', `There is no call ${name}.`)
      }
      const args = parse(name, contract[name as CallName].input, input)
      const handler = handlers[name as CallName] as (input: unknown) => unknown
      const value = await answered(() => handler(args), input)
      if (checksAnswers) checkAnswer(name as CallName, value)
      return beside(value)
    },
    onEvent(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    finished: runner.finished,
    async stop() {
      await runner.stop()
      await Promise.all([
        searches.close(),
        parts.blindPictures.close(),
        parts.promptSession.close(),
        parts.readers.close(),
        parts.folders.tokenizers.close(),
      ])
      await corpora.closeAll()
    },
  }
}

/** Bytes of an answer travel beside it; the bridge of the window puts them back. */
function beside(value: unknown): EngineAnswer {
  if (!(value && typeof value === 'object' && 'bytes' in value)) return { value }
  const { bytes, ...rest } = value
  return bytes instanceof Uint8Array ? { value: rest, bytes } : { value }
}

/** What SQLite throws in a call is told of the corpus that it was asked of. */
async function answered<T>(answer: () => T | Promise<T>, input: unknown): Promise<T> {
  try {
    return await answer()
  } catch (error) {
    const corpus = (input as { corpus?: unknown } | null)?.corpus
    if (typeof corpus !== 'string' || !codeOf(error).startsWith('SQLITE_')) throw error
    throw toStoreError(error, resolve(corpus))
  }
}
