import { basename, resolve } from 'node:path'
import {
  ExportInput,
  ImportInput,
  IngestInput,
  PicturesInput,
  ScoreInput,
} from '#shared/contract/jobs.ts'
import type { Job } from '#shared/contract/jobs.ts'
import { AppError } from '#shared/errors.ts'
import { resolveModel } from '../inference/registry.ts'
import type { ModelsFolders } from '../inference/types.ts'
import { runExport } from '../jobs/export.ts'
import { runImport } from '../jobs/import.ts'
import { runIngest } from '../jobs/ingest.ts'
import type { JobContext } from '../jobs/job.ts'
import { ModelFetchInput, runModelFetch } from '../jobs/model-fetch.ts'
import { runPictures } from '../jobs/pictures.ts'
import { runScore } from '../jobs/score.ts'
import type { Corpus } from '../store/open.ts'
import { clearJobs, listJobs, saveJob } from '../store/repositories/jobs.ts'
import type { EngineContext } from './handlers.ts'

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
  /** Starts an ended job once more with the same input. */
  again(id: string): Started
  clear(): void
}

/** Knows, for each kind of job, what it is called, what it runs, and how it is asked again. */
export function createJobStarter(context: EngineContext, folders: ModelsFolders): JobStarter {
  const { runner, corpora, settings, emit } = context
  const inputs = new Map<string, { kind: Job['kind']; input: unknown }>()

  function start(
    kind: Job['kind'],
    corpus: Corpus | null,
    title: string,
    input: unknown,
    run: (job: JobContext) => Promise<void>,
    earlier?: Job,
  ): Started {
    const job = runner.start({
      kind,
      corpus: corpus?.path ?? null,
      title,
      run,
      ...(earlier ? { id: earlier.id, createdAt: earlier.createdAt } : {}),
      save(state) {
        if (corpus) saveJob(corpus.writer, state, input)
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

  function fetchModel(repository: string): Started {
    const input = { source: repository }
    return start('model-fetch', null, `Fetch ${repository}`, input, async (job) => {
      await runModelFetch(folders, input, job)
      emit('models.changed', {})
    })
  }

  function restart(kind: Job['kind'], input: unknown, earlier?: Job): Started {
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
        return fetchModel(ModelFetchInput.parse(input).source)
    }
  }

  corpora.onOpen(({ corpus }) => {
    const left = listJobs(corpus.reader, corpus.path).reverse()
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
      if (context.resumeJobs && repeatable) restart(job.kind, input, job)
      else runner.remember({ ...job, state: 'interrupted' })
    }
  })

  return {
    ingest: (input) => ingest(input),
    import: (input) => importTables(input),
    pictures: (input) => pictures(input),
    score: (input) => score(input),
    export: (input) => exportPairs(input),
    fetchModel,
    again(id) {
      const known = inputs.get(id)
      const job = runner.list().find((entry) => entry.id === id)
      if (!known || !job) throw new AppError('not-found', `There is no job ${id}.`)
      if (job.state === 'running' || job.state === 'queued') {
        throw new AppError('busy', `"${job.title}" is running already.`)
      }
      return restart(known.kind, known.input, job)
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
