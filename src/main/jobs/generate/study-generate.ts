import { studyGenerate, type StudyGenerateInput } from '#shared/contract/jobs/study-generate.ts'
import type { ImageOrigin } from '#shared/contract/studies.ts'
import { AppError } from '#shared/errors.ts'
import { formatCount } from '#shared/format.ts'
import { SOFTWARE } from '#shared/version.ts'
import { sha256Of } from '../../files/digest.ts'
import { recipeTexts } from '../../generation/recipe.ts'
import type { PictureRecipe } from '../../generation/recipe.ts'
import { createPictureHost } from '../../images/host-client.ts'
import type { PictureHost } from '../../images/host-client.ts'
import type { ModelsFolders } from '../../inference/models/types.ts'
import { flushBlobs, putBlob } from '../../store/blobs.ts'
import type { Corpus } from '../../store/open.ts'
import {
  insertImages,
  originsTaken,
  putModel,
  requireDraft,
  studyOf,
  studyPrompts,
} from '../../store/repositories/studies.ts'
import type { StudyRow } from '../../store/repositories/studies.ts'
import { putThumbs } from '../../store/repositories/thumbs.ts'
import { implementJob } from '../run/implement.ts'
import type { JobContext } from '../run/job.ts'
import { decide, makePictures, tellBefore } from './make-pictures.ts'
import type { Decided } from './make-pictures.ts'
import { plannedPictures } from './plan.ts'
import type { PlannedPicture } from './plan.ts'

/**
 * Makes k pictures of each prompt of a draft and keeps each in the study as soon as it is made, with its
 * recipe. The same call goes on where one before ended; its pictures are those of an undisturbed one.
 * @throws AppError `conflict` (frozen, or the model has other pictures), `not-found`, what models and
 *   schedulers throw; an abort throws its reason
 */
export async function runStudyGenerate(
  corpus: Corpus,
  input: StudyGenerateInput,
  folders: ModelsFolders,
  ctx: JobContext,
): Promise<void> {
  const { writer } = corpus
  const study = studyOf(writer, input.study)
  requireDraft(study)
  const rows = studyPrompts(writer, study)
  const prompts = rows.map(({ text }) => text)
  const { generator, model: name, ...rest } = input
  const asked = { ...rest, ...(generator === undefined ? {} : { model: generator }) }
  const decided = await decide(asked, folders, ctx)
  const pictures = plannedPictures(prompts.length, input.count, input.seed)
  const version = input.version ?? `digest ${decided.model.digest.slice(0, 12)}`
  const model = putModel(writer, study, { name, version })
  const there = madeBefore(originsTaken(writer, model), decided, { name, prompts, pictures })
  tellBefore(decided, asked, ctx)
  const open = pictures.filter(({ file }) => !there.has(file))
  const host = createPictureHost(ctx.entries.pictureHost, { parallel: 1 })
  try {
    const keep = async (one: PlannedPicture, png: Uint8Array, recipe: PictureRecipe) => {
      const prompt = rows[one.prompt] as (typeof rows)[number]
      await takeIn(corpus, { study, model, prompt: prompt.id, one, png, recipe }, host)
      ctx.changed(['studies'])
    }
    await makePictures(decided, asked, { prompts, pictures, open, keep }, ctx)
  } finally {
    await host.close()
  }
  ctx.changed(['studies'])
  ctx.result('Pictures', `${formatCount(pictures.length)} of ${name} in ${study.name}`)
  if (there.size > 0) ctx.result('There before', formatCount(there.size))
}

/** What is said of a picture, as its own file says it. */
const wordsOf = (recipe: PictureRecipe): string => recipeTexts(recipe)[0]?.[1] ?? ''

/** @throws AppError `conflict` where the model has pictures of another run, or from elsewhere */
function madeBefore(
  origins: ReadonlyMap<string, ImageOrigin>,
  { settings }: Decided,
  run: { name: string; prompts: readonly string[]; pictures: readonly PlannedPicture[] },
): Set<string> {
  const planned = new Map(run.pictures.map((one) => [one.file, one]))
  for (const [file, { raw }] of origins) {
    const one = planned.get(file)
    const prompt = run.prompts[one?.prompt ?? -1]
    const recipe = one &&
      prompt !== undefined && { ...settings, prompt, seed: one.seed, tiles: null }
    if (recipe && raw === wordsOf(recipe)) continue
    throw new AppError(
      'conflict',
      `${run.name} has pictures in this study that were made otherwise: ${file}.`,
      {
        window: 'Give the model another name, or remove its pictures first.',
        command: 'Give another name with --as; the very same call goes on where it stopped.',
      },
    )
  }
  return new Set(origins.keys())
}

interface Made {
  study: StudyRow
  model: number
  /** Id. */
  prompt: number
  one: PlannedPicture
  png: Uint8Array
  recipe: PictureRecipe
}

async function takeIn(corpus: Corpus, made: Made, host: PictureHost): Promise<void> {
  const { study, model, prompt, one, png, recipe } = made
  const decoded = await host.decode(png)
  if (!decoded.ok) throw new AppError('internal', `${one.file} cannot be read: ${decoded.detail}`)
  const sha256 = putBlob(corpus.path, png, sha256Of(png))
  await flushBlobs(corpus.path, [sha256])
  const { webp, ...size } = decoded.thumbnail
  putThumbs(corpus.thumbs, [{ sha256, thumb: { ...size, mime: 'image/webp', bytes: webp } }])
  const origin: ImageOrigin = {
    file: one.file,
    program: SOFTWARE,
    prompt: recipe.prompt,
    negativePrompt: recipe.negative,
    seed: recipe.seed,
    steps: recipe.steps,
    guidance: recipe.guidance,
    sampler: recipe.scheduler,
    model: recipe.model.id,
    guessed: [],
    matchedBy: 'made for this prompt',
    raw: wordsOf(recipe),
  }
  const { mime, width, height } = decoded.info
  const place = { model, prompt, take: one.take, seed: one.seed }
  insertImages(corpus.writer, study, [{ ...place, sha256, mime, width, height, origin }])
}

export const studyGenerateJob = implementJob(studyGenerate, ({ corpus, input, context, machine }) =>
  runStudyGenerate(corpus, input, machine.folders, context),
)
