import { AppError } from '#shared/errors.ts'
import { seededRandom } from '#shared/random.ts'
import { studyHash } from '../../evaluation/studies/hash.ts'
import { drawTasks, tokenOf } from '../../evaluation/studies/tasks.ts'
import type { Corpus } from '../../store/open.ts'
import {
  checkDesign,
  requireDraft,
  studyImages,
  studyModels,
  studyPrompts,
  type ImageRow,
  type StudyRow,
} from '../../store/repositories/studies.ts'
import { freezeStudy } from '../../store/repositories/study-tasks.ts'

/**
 * Freezes a study: from now on prompts, pictures and design are fixed by a hash, and it can be rated.
 * All pictures are shown at one size, the largest at which none is enlarged.
 * @throws AppError `conflict` (frozen), `invalid-input` (nothing to judge)
 */
export function freeze(corpus: Corpus, study: StudyRow): void {
  requireDraft(study)
  checkDesign(study.design)
  const models = studyModels(corpus.reader, study)
  const images = studyImages(corpus.reader, study)
  if (images.length === 0) {
    throw new AppError(
      'invalid-input',
      `The study "${study.name}" has no pictures.`,
      'Add the pictures of a model first.',
    )
  }
  if (study.design.compare && models.length < 2) {
    throw new AppError(
      'invalid-input',
      `The study "${study.name}" compares pictures of two models, and has those of one.`,
      'Add the pictures of another model, or turn comparisons off.',
    )
  }
  const prompts = studyPrompts(corpus.reader, study)
  const tasks = drawTasks({
    images: images.map(({ id, model, prompt, take }) => ({ id, model: model ?? 0, prompt, take })),
    prompts,
    design: study.design,
    salt: study.salt,
  })
  const byPrompt = new Map(prompts.map((prompt) => [prompt.id, prompt]))
  const byModel = new Map(models.map((model) => [model.id, model]))
  const hash = studyHash({
    design: study.design,
    prompts,
    images: images.map(({ model, prompt, take, sha256 }) => ({
      model: byModel.get(model ?? 0)?.name ?? '',
      version: byModel.get(model ?? 0)?.version ?? null,
      group: byPrompt.get(prompt)?.group ?? '',
      level: byPrompt.get(prompt)?.level ?? 0,
      take,
      sha256,
    })),
  })
  const { width, height } = shownSize(images)
  freezeStudy(corpus.writer, study, {
    hash,
    width,
    height,
    tasks: tasks.map((task) => ({
      ...task,
      expect: task.expect === null ? null : JSON.stringify(task.expect),
    })),
    tokens: new Map(images.map(({ id }) => [id, tokenOf(study.salt, 'image', id)])),
    codes: drawCodes(
      models.map(({ id }) => id),
      study.design.seed,
    ),
    detail: `${images.length} pictures of ${models.length} models, ${prompts.length} prompts, shown at ${width} x ${height} pixels, hash ${hash.slice(0, 16)}`,
  })
}

/** The largest size at which no picture is enlarged, so that the size tells nothing. */
export function shownSize(images: readonly Pick<ImageRow, 'width' | 'height'>[]): {
  width: number
  height: number
} {
  return {
    width: images.reduce((least, image) => Math.min(least, image.width), Infinity),
    height: images.reduce((least, image) => Math.min(least, image.height), Infinity),
  }
}

/** "Model A", "Model B", ... in an order by the seed. */
function drawCodes(models: readonly number[], seed: number): Map<number, string> {
  const order = Int32Array.from([...models].sort((a, b) => a - b))
  // Another draw than that of the tasks.
  seededRandom(seed ^ 0x5bd1e995).shuffle(order)
  return new Map([...order].map((model, i) => [model, `Model ${letters(i)}`]))
}

/** A, B, ... Z, AA, AB, ... */
function letters(n: number): string {
  return (n >= 26 ? letters(Math.floor(n / 26) - 1) : '') + String.fromCharCode(65 + (n % 26))
}
