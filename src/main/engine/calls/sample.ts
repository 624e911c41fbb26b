import { join } from 'node:path'
import { SAMPLE_STUDY, wantsSampleStudy } from '../../jobs/evaluate/study-sample.ts'
import { defaultOf, listModels } from '../../inference/models/registry.ts'
import type { EngineContext } from '../context.ts'

/** Where the archives of the sample lie, if this installation has them. */
export function sampleFolder(context: Pick<EngineContext, 'resources'>): string {
  return join(context.resources, 'sample')
}

/** Starts what makes a corpus the sample: pairs out of its archives, their alts as spans, scores. */
export async function fillSample(context: EngineContext, corpus: string): Promise<void> {
  const { jobs } = context
  jobs.start('ingest', { corpus, inputs: [sampleFolder(context)], images: 'archive' })
  jobs.start('alt-spans', { corpus })
  if (await hasModel(context)) jobs.start('score', { corpus, text: 'alt', device: 'auto' })
}

/** Starts what brings the sample study, where the corpus has not had it; after what waits already. */
export async function addSampleStudy(context: EngineContext, corpus: string): Promise<void> {
  const { corpora, jobs, resources, runner } = context
  const isUnderWay = runner
    .list()
    .some(
      (job) =>
        job.kind === 'study-sample' && job.corpus === corpus && /queued|running/.test(job.state),
    )
  const opened = corpora.get(corpus).corpus
  if (isUnderWay || opened.readonly || !wantsSampleStudy(opened, resources)) return
  jobs.start('study-sample', { corpus })
  if (await hasModel(context)) {
    jobs.start('study-compliance', { corpus, study: SAMPLE_STUDY, device: 'auto', seed: 1 })
  }
}

async function hasModel({ folders, settings }: EngineContext): Promise<boolean> {
  const models = await listModels(folders, settings.get())
  return defaultOf(models, settings.get(), 'picture-text') !== null
}
