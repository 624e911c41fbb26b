import { existsSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { open } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { imageToPrompt } from '#shared/contract/jobs/prompt-base.ts'
import type { ImageToPromptInput } from '#shared/contract/jobs/prompt-base.ts'
import { AppError } from '#shared/errors.ts'
import { formatCount } from '#shared/format.ts'
import { OutputFile } from '../../export/folder.ts'
import { writeTable } from '../../export/table-file.ts'
import { removeTemporary, temporaryName } from '../../files/write-whole.ts'
import { createInferenceHost } from '../../inference/host/client.ts'
import { openPromptBase } from '../../store/open-prompt-base.ts'
import { keptPrompts } from '../../store/repositories/prompt-base.ts'
import { implementJob } from '../run/implement.ts'
import type { Machine } from '../run/implement.ts'
import type { JobContext } from '../run/job.ts'
import { openClip, openSentences } from './base-models.ts'
import { embedByClip, embedSentences } from './embed.ts'
import { encodePictures, picturesAt } from './pictures.ts'
import { startPromptWorker } from './prompt-calls.ts'
import type { PredictedPrompt } from './prompt-calls.ts'

/** Pictures that are encoded and looked up together. */
const BATCH = 64

/** @throws AppError `conflict` where a file is there that is not to be replaced */
export function refuseOver({ out, replace }: { out: string; replace: boolean }): void {
  if (replace || !existsSync(out)) return
  throw new AppError('conflict', `${out} is there already.`, {
    window: 'Choose another file.',
    command: 'Choose another file, or write over it with --replace.',
  })
}

/** Writes a file beside its place and gives it its name once it is whole. */
export async function writeAside(
  out: string,
  write: (file: OutputFile) => Promise<void>,
): Promise<void> {
  const part = temporaryName(out)
  removeTemporary(dirname(out), basename(out))
  const file = new OutputFile(part, await open(part, 'wx'), () => Promise.resolve())
  try {
    await write(file)
    await rename(part, out)
  } catch (error) {
    await file.abandon()
    await rm(part, { force: true })
    throw error
  }
}

/**
 * Writes for each picture the prompt that its neighbours compose, them and their similarities; what
 * cannot be read keeps its place with the reason. What of the base is not embedded yet is embedded
 * first.
 */
export async function predictPrompts(
  input: ImageToPromptInput,
  { folders, promptBases: root }: Pick<Machine, 'folders' | 'promptBases'>,
  ctx: JobContext,
): Promise<void> {
  refuseOver(input)
  const pictures = await picturesAt(input.paths)
  const { db, close } = openPromptBase(root, input.base)
  const host = createInferenceHost(ctx.entries.inferenceHost, { signal: ctx.signal })
  const worker = startPromptWorker(ctx.entries.promptWorker)
  const failures = new Map<string, number>()
  let done = 0
  try {
    ctx.progress({ done, total: pictures.length, unit: 'pictures', note: 'loading the models' })
    const clip = await openClip(db, input, folders, host, ctx)
    const sentences = await openSentences(db, input, folders, host, ctx)
    const kept = requirePrompts(keptPrompts(db))
    await embedByClip(db, clip, kept, ctx)
    await embedSentences(db, sentences, kept, ctx)
    const { k, shown, weights, averaging, space } = input
    const about = { root, name: input.base, clip: clip.row, sentence: sentences.row }
    await writeAside(input.out, async (file) => {
      const write = await writerOf(file, input)
      for (let from = 0; from < pictures.length; from += BATCH) {
        ctx.signal.throwIfAborted()
        const part = pictures.slice(from, from + BATCH)
        const sources = part.map(({ source }) => source)
        const { rows: queries, places } = await encodePictures(clip.loaded, sources)
        const asked = { ...about, queries, k, shown, weights, averaging, space }
        const { value } = await worker.call('predict', asked, { signal: ctx.signal })
        for (const [i, place] of places.entries()) {
          const { name } = part[i] as (typeof part)[number]
          if (typeof place === 'number') await write(name, value.prompts[place] as PredictedPrompt)
          else {
            const reason = place.failure.split(':')[0] as string
            failures.set(reason, (failures.get(reason) ?? 0) + 1)
            await write(name, place)
          }
        }
        done += part.length
        ctx.progress({ done, total: pictures.length, unit: 'pictures', note: '' })
      }
      await write.close()
    })
    const unread = [...failures.values()].reduce((sum, n) => sum + n, 0)
    ctx.result('Pictures', `${formatCount(done - unread)} with a prompt`)
    if (unread > 0) {
      const by = [...failures].map(([reason, n]) => `${formatCount(n)} ${reason}`)
      ctx.result('Without', by.join('; '))
    }
    ctx.result('Prompts', `${formatCount(kept.length)} in use`)
    ctx.result(
      'Models',
      `${clip.row.model} (${clip.row.digest}), ${sentences.row.model} (${sentences.row.digest})`,
    )
    ctx.result('File', input.out)
  } finally {
    await Promise.all([worker.close(), host.close()])
    close()
  }
}

/** @throws AppError `invalid-input` for a base that holds none in use */
export function requirePrompts(kept: Int32Array): Int32Array {
  if (kept.length > 0) return kept
  throw new AppError('invalid-input', 'No prompt of the base is in use.', {
    window: 'Add prompts, or take the cleaning back.',
    command:
      'Add some with gleaner prompts add, or take the cleaning back with gleaner prompts undo.',
  })
}

type Write = ((name: string, what: PredictedPrompt | { failure: string }) => Promise<void>) & {
  close(): Promise<void>
}

async function writerOf(file: OutputFile, input: ImageToPromptInput): Promise<Write> {
  if (input.format === 'jsonl') {
    const write = (name: string, what: PredictedPrompt | { failure: string }): Promise<void> =>
      file.write(`${JSON.stringify(lineOf(name, what, input.embedding))}\n`)
    return Object.assign(write, { close: async () => void (await file.close()) })
  }
  const table = await writeTable(file, 'csv', [
    ...['image', 'prompt', 'nearest'].map((name) => ({ name, type: 'string' as const })),
    { name: 'nearest_cosine', type: 'double' },
    ...['neighbours', 'embedding', 'problem'].map((name) => ({ name, type: 'string' as const })),
  ])
  const write = (name: string, what: PredictedPrompt | { failure: string }): Promise<void> => {
    if ('failure' in what) return table.add([name, null, null, null, null, null, what.failure])
    const [nearest] = what.neighbours
    return table.add([
      name,
      what.prompt,
      nearest?.text ?? null,
      nearest?.cosine ?? null,
      JSON.stringify(what.neighbours.map(({ text, cosine }) => ({ text, cosine }))),
      input.embedding ? JSON.stringify([...what.row]) : null,
      null,
    ])
  }
  return Object.assign(write, { close: () => table.close() })
}

function lineOf(image: string, what: PredictedPrompt | { failure: string }, embedding: boolean) {
  if ('failure' in what) return { image, problem: what.failure }
  const { prompt, terms, neighbours, row } = what
  return { image, prompt, terms, neighbours, ...(embedding ? { embedding: [...row] } : {}) }
}

export const imageToPromptJob = implementJob(imageToPrompt, ({ input, context, machine }) =>
  predictPrompts(input, machine, context),
)
