import { existsSync } from 'node:fs'
import { promptBase } from '#shared/contract/jobs/prompt-base.ts'
import type { PromptBaseInput } from '#shared/contract/jobs/prompt-base.ts'
import { formatCount } from '#shared/format.ts'
import { createInferenceHost } from '../../inference/host/client.ts'
import { createPromptBase, openPromptBase, promptBaseFolder } from '../../store/open-prompt-base.ts'
import { isCleanedBy, keptPrompts, promptBaseInfo } from '../../store/repositories/prompt-base.ts'
import { implementJob } from '../run/implement.ts'
import type { Machine } from '../run/implement.ts'
import type { JobContext } from '../run/job.ts'
import { addFiles } from './add-files.ts'
import { openClip, openSentences } from './base-models.ts'
import { cleanBase } from './clean.ts'
import { embedByClip, embedSentences } from './embed.ts'
import { startPromptWorker } from './prompt-calls.ts'

/**
 * Fills a prompt base with files, cleans it, and embeds what is in use by a picture-text model and a
 * sentence encoder. Rows, vectors and judged terms are kept batch by batch, a cleaning as a whole: a
 * run that was killed goes on where it was.
 * @param goesOn a run before made the base
 * @throws AppError `conflict` where a new base is there already, and as its parts
 */
export async function buildBase(
  input: PromptBaseInput,
  { folders, promptBases: root }: Pick<Machine, 'folders' | 'promptBases'>,
  ctx: JobContext,
  goesOn = false,
): Promise<void> {
  const { base: name } = input
  if (input.make && !(goesOn && existsSync(promptBaseFolder(root, name)))) {
    createPromptBase(root, name)
  }
  const { db, folder, close } = openPromptBase(root, name)
  const host = createInferenceHost(ctx.entries.inferenceHost, { signal: ctx.signal })
  const worker = startPromptWorker(ctx.entries.promptWorker)
  try {
    await addFiles(db, input, ctx)
    if (input.clean !== null || input.embed) {
      ctx.progress({ done: 0, total: null, unit: 'prompts', note: 'loading the models' })
      const sentences = await openSentences(db, input, folders, host, ctx)
      const at = { root, name }
      const { tokenizers } = folders
      if (input.clean !== null && !isCleanedBy(db, ctx.id)) {
        await cleanBase({ at, db, rules: input.clean, sentences, worker, tokenizers, ctx })
      }
      if (input.embed) {
        const ids = keptPrompts(db)
        await embedSentences(db, sentences, ids, ctx)
        if (input.source === undefined) {
          await embedByClip(db, await openClip(db, input, folders, host, ctx), ids, ctx)
        }
      }
    }
    const { prompts, kept, models } = promptBaseInfo(db, name, folder)
    ctx.result('Prompts', `${formatCount(kept)} in use of ${formatCount(prompts)}`)
    for (const { id, embedded } of models) ctx.result(id, `${formatCount(embedded)} embedded`)
    ctx.progress({ done: kept, total: kept, unit: 'prompts', note: '' })
  } finally {
    await Promise.all([worker.close(), host.close()])
    close()
  }
}

export const promptBaseJob = implementJob(promptBase, ({ input, context, machine, goesOn }) =>
  buildBase(input, machine, context, goesOn),
)
