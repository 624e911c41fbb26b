import { AppError } from '#shared/errors.ts'
import { seededRandom } from '#shared/random.ts'
import { studyHash } from '../../evaluation/studies/hash.ts'
import { drawTasks, secretSeed, tokenOf } from '../../evaluation/studies/tasks.ts'
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
    codes: drawCodes(models, secretSeed(study.salt, 'codes', study.design.seed)),
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

/** "Model A", "Model B", ... in a drawn order. */
function drawCodes(
  models: readonly { id: number; name: string }[],
  seed: number,
): Map<number, string> {
  const order = Int32Array.from(models.map(({ id }) => id).sort((a, b) => a - b))
  // A table of ratings may say either: a code that is another model's name would be taken for it.
  const isName = (word: string): boolean =>
    models.some(({ name }) => new RegExp(`^${word} [A-Z]+$`, 'i').test(name.trim()))
  const word = ['Model', 'System', 'Source', 'Origin'].find((one) => !isName(one)) ?? 'Code'
  seededRandom(seed).shuffle(order)
  return new Map([...order].map((model, i) => [model, `${word} ${letters(i)}`]))
}

/** A, B, ... Z, AA, AB, ... */
function letters(n: number): string {
  return (n >= 26 ? letters(Math.floor(n / 26) - 1) : '') + String.fromCharCode(65 + (n % 26))
}
