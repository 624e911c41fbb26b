import { join, resolve } from 'node:path'
import { generate, type GenerateInput } from '#shared/contract/jobs/generate.ts'
import { formatCount } from '#shared/format.ts'
import { writeWhole } from '../../files/write-whole.ts'
import type { ModelsFolders } from '../../inference/models/types.ts'
import { implementJob } from '../run/implement.ts'
import type { JobContext } from '../run/job.ts'
import { decide, makePictures, tellBefore } from './make-pictures.ts'
import { beginRun, plannedPictures, promptsOf } from './plan.ts'

/**
 * Makes k pictures of each prompt into a folder. One that was begun by the same call goes on: pictures
 * that are there are not made again, and those that follow are the same as without the break.
 * @throws AppError `conflict` where the folder holds something else, `invalid-input`, what models and
 *   schedulers throw; an abort throws its reason
 */
export async function runGenerate(
  input: GenerateInput,
  folders: ModelsFolders,
  ctx: JobContext,
): Promise<void> {
  const { prompts, empty } = promptsOf(input)
  const decided = await decide(input, folders, ctx)
  const out = resolve(input.out)
  const pictures = plannedPictures(prompts.length, input.count, input.seed)
  const there = beginRun(out, { settings: decided.settings, prompts, pictures })
  tellBefore(decided, input, ctx)
  if (empty > 0) ctx.warn(`${formatCount(empty)} empty lines were passed over.`)
  const open = pictures.filter(({ file }) => !there.has(file))
  const keep = ({ file }: { file: string }, png: Uint8Array): void =>
    writeWhole(join(out, file), png)
  await makePictures(decided, input, { prompts, pictures, open, keep }, ctx)
  ctx.result('Pictures', `${formatCount(pictures.length)} in ${out}`)
  if (there.size > 0) ctx.result('There before', formatCount(pictures.length - open.length))
}

export const generateJob = implementJob(generate, ({ input, context, machine }) =>
  runGenerate(input, machine.folders, context),
)
