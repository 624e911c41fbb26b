import { basename, resolve } from 'node:path'
import {
  ExportInput,
  ImportInput,
  IngestInput,
  PicturesInput,
  ScoreInput,
} from '#shared/contract/jobs.ts'
import type { Job } from '#shared/contract/jobs.ts'
import { QuantizeInput } from '#shared/contract/jobs.ts'
import {
  AltSpansInput,
  LaunchInput,
  PredictSpansInput,
  SpanPackageInput,
  TrainSpansInput,
} from '#shared/contract/jobs.ts'
import { AppError, toErrorValue } from '#shared/errors.ts'
import { resolveModel } from '../../inference/models/registry.ts'
import { addTextModelFolder, resolveTextModel } from '../../inference/models/text-models.ts'
import type { ModelsFolders } from '../../inference/models/types.ts'
import { runAltSpans } from '../../jobs/spans/alt-spans.ts'
import { runExport } from '../../jobs/export.ts'
import { runImport } from '../../jobs/import/import.ts'
import { runIngest } from '../../jobs/ingest/ingest.ts'
import type { JobContext } from '../../jobs/run/job.ts'
import { runLaunch } from '../../jobs/cluster/launch.ts'
import { ModelFetchInput, runModelFetch } from '../../jobs/models/model-fetch.ts'
import { runPictures } from '../../jobs/pictures/pictures.ts'
import { runPredictSpans } from '../../jobs/spans/predict-spans.ts'
import { runQuantize } from '../../jobs/models/quantize.ts'
import { runScore } from '../../jobs/score.ts'
import { runSpanPackage } from '../../jobs/cluster/span-package.ts'
import { runTrainSpans } from '../../jobs/spans/train-spans.ts'
import type { Corpus } from '../../store/open.ts'
import { clearJobs, listJobs, saveJob } from '../../store/repositories/jobs.ts'
import { markRunsInterrupted } from '../../store/repositories/training-runs.ts'
import type { EngineContext } from '../calls/handlers.ts'
import { openHomeJobs } from './home-jobs.ts'
import { rulesInUse } from '../calls/rules.ts'

interface Started {
  job: string
}

export interface JobStarter {
  ingest(input: IngestInput): Started
  import(input: ImportInput): Started
  pictures(input: PicturesInput): Started
  score(input: ScoreInput): Started
  export(input: ExportInput): Started
  fetchModel(repository: string): Started
  quantize(input: QuantizeInput): Started
  altSpans(input: AltSpansInput): Started
  trainSpans(input: TrainSpansInput): Started
  predictSpans(input: PredictSpansInput): Started
  spanPackage(input: SpanPackageInput): Started
  launch(input: LaunchInput): Started
  /** Starts an ended job once more with the same input. */
  again(id: string): Started
  clear(): void
}

/** Knows, for each kind of job, what it is called, what it runs, and how it is asked again. */
export function createJobStarter(context: EngineContext, folders: ModelsFolders): JobStarter {
  const { runner, corpora, settings, rules, emit } = context
  const inputs = new Map<string, { kind: Job['kind']; input: unknown }>()
  const homeJobs = openHomeJobs(context.home)

  function start(
    kind: Job['kind'],
    corpus: Corpus | null,
    title: string,
    input: unknown,
    run: (job: JobContext) => Promise<void>,
    earlier?: Job,
    aside = false,
  ): Started {
    const job = runner.start({
      kind,
      corpus: corpus?.path ?? null,
      title,
      aside,
      run,
      ...(earlier ? { id: earlier.id, createdAt: earlier.createdAt } : {}),
      save(state) {
        if (corpus) saveJob(corpus.writer, state, input)
        else homeJobs.save(state, input)
      },
    })
    inputs.set(job.id, { kind, input })
    return { job: job.id }
  }

  function ingest(input: IngestInput, earlier?: Job): Started {
    const { corpus } = corpora.get(input.corpus)
    const names = input.inputs.map((name) => (name === '-' ? 'standard input' : basename(name)))
    const shown =
      names.slice(0, 2).join(', ') + (names.length > 2 ? ` and ${names.length - 2} more` : '')
    return start(
      'ingest',
      corpus,
      `Import ${shown}`,
      input,
      (job) => runIngest(corpus, input, job),
      earlier,
    )
  }

  function importTables(input: ImportInput, earlier?: Job): Started {
    const { corpus } = corpora.get(input.corpus)
    const names = input.inputs.map((name) => basename(name))
    const more = names.length > 2 ? ` and ${names.length - 2} more` : ''
    return start(
      'import',
      corpus,
      `Import ${names.slice(0, 2).join(', ')}${more}`,
      input,
      (job) => runImport(corpus, input, job),
      earlier,
    )
  }

  function pictures(input: PicturesInput, earlier?: Job): Started {
    const { corpus } = corpora.get(input.corpus)
    const from = input.images.startsWith('folder:') ? basename(input.images.slice(7)) : input.images
    return start(
      'pictures',
      corpus,
      `Pictures from ${from}`,
      input,
      (job) => runPictures(corpus, input, job),
      earlier,
    )
  }

  function score(input: ScoreInput, earlier?: Job): Started {
    const { corpus } = corpora.get(input.corpus)
    return start(
      'score',
      corpus,
      `Score ${input.text}${input.model ? ` by ${basename(input.model)}` : ''}`,
      input,
      async (job) => {
        const model = await resolveModel(folders, settings.get(), input.model)
        await runScore(corpus, input, job, model)
      },
      earlier,
    )
  }

  function exportPairs(input: ExportInput, earlier?: Job): Started {
    const { corpus } = corpora.get(input.corpus)
    return start(
      'export',
      corpus,
      `Export ${input.format} to ${basename(input.out)}`,
      input,
      (job) => runExport(corpus, input, job),
      earlier,
    )
  }

  function fetchModel(repository: string, earlier?: Job): Started {
    const input = { source: repository }
    return start(
      'model-fetch',
      null,
      `Fetch ${repository}`,
      input,
      async (job) => {
        await runModelFetch(folders, input, job)
        emit('models.changed', {})
      },
      earlier,
    )
  }

  function quantize(input: QuantizeInput, earlier?: Job): Started {
    return start(
      'quantize',
      null,
      `Make an int8 twin of ${basename(input.id)}`,
      input,
      async (job) => {
        const model = await resolveModel(folders, settings.get(), input.id)
        await runQuantize(folders, model, input, job)
        emit('models.changed', {})
      },
      earlier,
    )
  }

  function altSpans(input: AltSpansInput, earlier?: Job): Started {
    const { corpus } = corpora.get(input.corpus)
    return start(
      'alt-spans',
      corpus,
      'Find alts in the texts',
      input,
      (job) => runAltSpans(corpus, input, job, rulesInUse(rules).rules),
      earlier,
    )
  }

  function trainSpans(input: TrainSpansInput, earlier?: Job): Started {
    const { corpus } = corpora.get(input.corpus)
    return start(
      'train-spans',
      corpus,
      `Train ${input.name ?? 'a head for descriptions'}`,
      input,
      async (job) => {
        const encoder = await resolveTextModel(folders, input.encoder, 'text-encoder')
        await runTrainSpans(corpus, input, job, folders, encoder)
        emit('models.changed', {})
      },
      earlier,
    )
  }

  function predictSpans(input: PredictSpansInput, earlier?: Job): Started {
    const { corpus } = corpora.get(input.corpus)
    return start(
      'predict-spans',
      corpus,
      'Predict descriptions',
      input,
      async (job) => {
        const model = await resolveTextModel(folders, input.model, 'span')
        await runPredictSpans(corpus, input, job, model)
      },
      earlier,
    )
  }

  function spanPackage(input: SpanPackageInput, earlier?: Job): Started {
    const { corpus } = corpora.get(input.corpus)
    return start(
      'span-package',
      corpus,
      `Training package ${basename(input.out)}`,
      input,
      (job) => runSpanPackage(corpus, input, job, context.resources),
      earlier,
    )
  }

  function launch(input: LaunchInput, earlier?: Job, mayBegin = true): Started {
    const { corpus } = corpora.get(input.corpus)
    return start(
      'launch',
      corpus,
      `Run ${basename(input.package)} by ${input.launcher}`,
      input,
      async (job) => {
        const takeIn = (folder: string) => addTextModelFolder(folders, folder)
        await runLaunch(corpus, input, job, takeIn, mayBegin)
        emit('models.changed', {})
      },
      earlier,
      true,
    )
  }

  /** @param goesOn the program goes on with it at its start; nobody asked for it just now */
  function restart(kind: Job['kind'], input: unknown, earlier: Job, goesOn: boolean): Started {
    switch (kind) {
      case 'ingest':
        return ingest(IngestInput.parse(input), earlier)
      case 'import':
        return importTables(ImportInput.parse(input), earlier)
      case 'pictures':
        return pictures(PicturesInput.parse(input), earlier)
      case 'score':
        return score(ScoreInput.parse(input), earlier)
      case 'export':
        return exportPairs(ExportInput.parse(input), earlier)
      case 'model-fetch':
        return fetchModel(ModelFetchInput.parse(input).source, earlier)
      case 'quantize':
        return quantize(QuantizeInput.parse(input), earlier)
      case 'alt-spans':
        return altSpans(AltSpansInput.parse(input), earlier)
      case 'train-spans':
        return trainSpans(TrainSpansInput.parse(input), earlier)
      case 'predict-spans':
        return predictSpans(PredictSpansInput.parse(input), earlier)
      case 'span-package':
        return spanPackage(SpanPackageInput.parse(input), earlier)
      case 'launch':
        return launch(LaunchInput.parse(input), earlier, !goesOn)
    }
  }

  if (context.resumeJobs) {
    for (const { job, input } of homeJobs.left()) {
      try {
        restart(job.kind, input, job, true)
      } catch (error) {
        const failed: Job = { ...job, state: 'failed', error: toErrorValue(error) }
        homeJobs.save(failed, input)
        runner.remember(failed)
      }
    }
  }
  corpora.onOpen(({ corpus }) => {
    markRunsInterrupted(corpus.writer)
    const left = listJobs(corpus.reader, corpus.path).reverse()
    // A corpus that was never opened here may be somebody else's, and its jobs name files of this
    // machine to read and write: they wait until a person says so.
    const isOurs = context.recent.list().some(({ path }) => resolve(path) === resolve(corpus.path))
    for (const { job, input: asked } of left) {
      // Moved or copied since: the corpus is where it was opened.
      const input = { ...(asked as object), corpus: resolve(corpus.path) }
      inputs.set(job.id, { kind: job.kind, input })
      const unfinished = ['queued', 'running', 'interrupted'].includes(job.state)
      if (!unfinished) {
        runner.remember(job)
        continue
      }
      const repeatable = job.kind !== 'ingest' || !(asked as IngestInput).inputs.includes('-')
      if (context.resumeJobs && isOurs && repeatable) restart(job.kind, input, job, true)
      else runner.remember({ ...job, state: 'interrupted' })
    }
  })

  return {
    ingest: (input) => ingest(input),
    import: (input) => importTables(input),
    pictures: (input) => pictures(input),
    score: (input) => score(input),
    export: (input) => exportPairs(input),
    fetchModel: (repository) => fetchModel(repository),
    quantize: (input) => quantize(input),
    altSpans: (input) => altSpans(input),
    trainSpans: (input) => trainSpans(input),
    predictSpans: (input) => predictSpans(input),
    spanPackage: (input) => spanPackage(input),
    launch: (input) => launch(input),
    again(id) {
      const known = inputs.get(id)
      const job = runner.list().find((entry) => entry.id === id)
      if (!known || !job) throw new AppError('not-found', `There is no job ${id}.`)
      if (job.state === 'running' || job.state === 'queued') {
        throw new AppError('busy', `"${job.title}" is running already.`)
      }
      return restart(known.kind, known.input, job, false)
    },
    clear() {
      const corpusOf = new Set(runner.list().map((job) => job.corpus))
      runner.clear()
      for (const path of corpusOf) {
        if (path !== null) clearJobs(corpora.get(path).corpus.writer)
      }
    },
  }
}
