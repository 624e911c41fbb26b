import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { EngineEvents, EventName, Handlers } from '#shared/contract/index.ts'
import type { PictureAnswer, PictureCallName, pictureCalls } from '#shared/contract/pictures.ts'
import { AppError } from '#shared/errors.ts'
import { checkQuery } from '#shared/query/index.ts'
import type { z } from 'zod'
import { parseHubSource } from '../../inference/hub/hub.ts'
import { hubCacheFolder } from '../../inference/hub/hub-cache.ts'
import {
  addModelFolder,
  defaultOf,
  listModels,
  removeModel,
  resolveAnyModel,
} from '../../inference/models/registry.ts'
import { createInferenceHost } from '../../inference/host/client.ts'
import type { ModelsFolders } from '../../inference/models/types.ts'
import { readPicture } from './pictures.ts'
import { relocateArchive } from '../../store/repositories/archives.ts'
import { findSource, fingerprint } from '../../warc/index.ts'
import { recogniseInputs } from '../../jobs/import/import-plan.ts'
import type { Entries } from '../../jobs/run/job.ts'
import type { Runner } from '../../jobs/run/runner.ts'
import { runDoctor } from './doctor.ts'
import type { Home, RecentFile, RulesFile, SettingsFile } from '../home/home.ts'
import { createSpanHandlers } from './span-handlers.ts'
import { createJobStarter } from '../jobs/start-jobs.ts'
import type { OpenCorpora } from '../home/open-corpora.ts'
import { readPageSource } from './page-source.ts'
import { SOFTWARE_VERSION } from '#shared/version.ts'

/** What the handlers work with; wired in `engine.ts`. */
export interface EngineContext {
  home: Home
  settings: SettingsFile
  recent: RecentFile
  /** For useless alts. */
  rules: RulesFile
  runner: Runner
  corpora: OpenCorpora
  entries: Entries
  /** `resources/` of the program. */
  resources: string
  emit<N extends EventName>(name: N, value: EngineEvents[N]): void
  resumeJobs: boolean
}

export function createHandlers(context: EngineContext): Handlers {
  const { home, settings, recent, runner, corpora, entries, resources, emit } = context
  const folders: ModelsFolders = {
    bundled: join(resources, 'models'),
    user: home.models,
    hubCache: hubCacheFolder(),
  }
  const start = createJobStarter(context, folders)
  const reads = (path: string) => corpora.get(path).reads
  const sample = join(resources, 'sample')

  return {
    'corpora.recent': () => corpora.recent(),
    'corpora.create': ({ path }) => corpora.create(path),
    'corpora.open': ({ path }) => corpora.open(path),
    async 'corpora.openSample'() {
      if (!existsSync(sample)) {
        throw new AppError('not-found', 'The sample is not part of this installation.')
      }
      const path = join(home.corpora, 'sample.gleaner')
      if (existsSync(path)) return corpora.open(path)
      const info = corpora.create(path)
      start.ingest({ corpus: info.path, inputs: [sample], images: 'archive' })
      start.altSpans({ corpus: info.path })
      const models = await listModels(folders, settings.get())
      if (defaultOf(models, settings.get(), 'picture-text'))
        start.score({ corpus: info.path, text: 'alt', device: 'auto' })
      return info
    },
    async 'corpora.close'({ corpus }) {
      await corpora.close(corpus)
      return {}
    },
    'corpora.forget'({ path }) {
      recent.remove(resolve(path))
      return {}
    },
    'corpora.stats': ({ corpus }) => reads(corpus).stats(),
    'corpora.failures': ({ corpus, ...args }) => reads(corpus).failures(args),
    async 'corpora.relocateArchive'({ corpus, from, to }) {
      const opened = corpora.get(corpus).corpus
      relocateArchive(opened.writer, from, to, await fingerprint(await findSource(to)))
      emit('corpus.changed', { corpus: opened.path, what: ['pairs'] })
      return {}
    },

    'jobs.list': () => runner.list(),
    'jobs.cancel'({ job }) {
      runner.cancel(job)
      return {}
    },
    'jobs.resume': ({ job }) => start.again(job),
    'jobs.clear'() {
      start.clear()
      return {}
    },
    'jobs.ingest': (input) => start.ingest(input),
    'jobs.import': (input) => start.import(input),
    'jobs.pictures': (input) => start.pictures(input),
    'jobs.score': (input) => start.score(input),
    'jobs.export': (input) => start.export(input),

    'pairs.select': ({ corpus, ...args }) => reads(corpus).select(args),
    'pairs.page': ({ corpus, ...args }) => reads(corpus).page(args),
    'pairs.indexOf': ({ corpus, ...args }) => reads(corpus).indexOf(args),
    'pairs.get': ({ corpus, ...args }) => reads(corpus).get(args),
    'pairs.list': ({ corpus, ...args }) => reads(corpus).list(args),
    'pairs.checkQuery': ({ where }) => ({ error: checkQuery(where) }),
    'pairs.suggest': ({ corpus, ...args }) => reads(corpus).suggest(args),
    'pairs.source': ({ corpus, id }) => readPageSource(corpora.get(corpus).corpus, id),

    'scores.sources': ({ corpus }) => reads(corpus).sources(),
    'scores.histogram': ({ corpus, ...args }) => reads(corpus).histogram(args),
    'scores.countAbove': ({ corpus, ...args }) => reads(corpus).countAbove(args),
    'scores.cutoffForShare': ({ corpus, ...args }) => reads(corpus).cutoffForShare(args),
    'scores.around': ({ corpus, ...args }) => reads(corpus).around(args),
    'scores.inBin': ({ corpus, ...args }) => reads(corpus).inBin(args),
    'scores.sampleDropped': ({ corpus, ...args }) => reads(corpus).sampleDropped(args),

    'exports.preview': ({ corpus, ...args }) => reads(corpus).exportPreview(args),

    ...createSpanHandlers(context, folders, start),

    'models.list': () => listModels(folders, settings.get()),
    async 'models.add'({ source }) {
      if (parseHubSource(source) !== null && !existsSync(source)) {
        return { model: null, job: start.fetchModel(source).job }
      }
      const { info } = await addModelFolder(folders, resolve(source))
      emit('models.changed', {})
      return { model: info, job: null }
    },
    async 'models.remove'({ id }) {
      await removeModel(folders, id)
      emit('models.changed', {})
      return {}
    },
    async 'models.verify'({ id, device }) {
      const model = await resolveAnyModel(folders, id)
      const host = createInferenceHost(entries.inferenceHost)
      try {
        return await model.kind.verify(model, device, host)
      } finally {
        await host.close()
      }
    },
    'models.quantize': (input) =>
      start.quantize({
        ...input,
        check: resolve(input.check),
        ...(input.out === undefined ? {} : { out: resolve(input.out) }),
      }),

    'tables.recognise': (args) => recogniseInputs({ ...args, path: resolve(args.path) }),

    'settings.get': () => settings.get(),
    'settings.set': (change) => settings.set(change),
    'system.doctor': () => runDoctor({ home, folders, settings: settings.get(), entries }),
    async 'system.info'() {
      return {
        version: SOFTWARE_VERSION,
        sampleArchive: existsSync(sample) ? sample : null,
        corporaFolder: home.corpora,
        devices: await listDevices(entries),
      }
    },
  }
}

export function createPictureHandlers(context: EngineContext): {
  [N in PictureCallName]: (args: z.output<(typeof pictureCalls)[N]>) => Promise<PictureAnswer>
} {
  const { corpora } = context
  return {
    'pictures.thumb': ({ corpus, sha256 }) =>
      readPicture(corpora.get(corpus).corpus, sha256, 'thumb'),
    'pictures.original': ({ corpus, sha256 }) =>
      readPicture(corpora.get(corpus).corpus, sha256, 'original'),
  }
}

let devices: Promise<string[]> | null = null
/** Asked once: it starts a process. */
function listDevices(entries: Entries): Promise<string[]> {
  devices ??= (async () => {
    const host = createInferenceHost(entries.inferenceHost)
    try {
      return await host.devices()
    } finally {
      await host.close()
    }
  })()
  return devices
}
