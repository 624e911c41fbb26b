import type { ImagesPreview } from '#shared/contract/studies.ts'
import { createTie, planImages } from '../../evaluation/generated/plan-images.ts'
import type { ReaderDb } from '../../store/open.ts'
import { requireDraft, studyPrompts, type StudyRow } from '../../store/repositories/studies.ts'
import type { DocumentReader } from './document-calls.ts'
import { findImages } from './image-source.ts'

const MOST_EXAMPLES = 4

/**
 * `studies.previewImages`: which files of a folder or a manifest find a prompt by their names or by
 * what the manifest says. What pictures say of themselves is not read here.
 * @param args.source an absolute path
 * @throws AppError `conflict` (frozen), `not-found`, `invalid-input` (a pattern that is none), ...
 */
export async function previewImages(
  db: ReaderDb,
  study: StudyRow,
  args: { source: string; pattern: string | null },
  reader: DocumentReader,
): Promise<ImagesPreview> {
  requireDraft(study)
  const prompts = studyPrompts(db, study)
  const { files, leftOut, how } = await findImages(args.source, prompts, args.pattern, reader)
  const found = {
    files: files.length,
    by: how.by,
    pattern: how.by === 'pattern' ? how.pattern : null,
  }
  const unread = leftOut.map(({ name, reason }) => ({ name, reason }))
  if (how.by === 'metadata') {
    return { ...found, tied: null, prompts: null, examples: [], leftOut: byReason(unread) }
  }
  const tie = createTie(prompts, how)
  const plan = planImages(
    prompts,
    files.map((file) => tie(file, null)),
  )
  const step = Math.max(1, Math.floor(plan.images.length / MOST_EXAMPLES))
  return {
    ...found,
    tied: plan.images.length,
    prompts: new Set(plan.images.map(({ prompt }) => prompt)).size,
    examples: plan.images
      .filter((_, i) => i % step === 0)
      .slice(0, MOST_EXAMPLES)
      .flatMap(({ name, prompt }) => {
        const of = prompts[prompt]
        return of ? [{ file: name, group: of.group, level: of.level }] : []
      }),
    leftOut: byReason([
      ...unread,
      ...plan.unmatched,
      ...plan.doubles.map(({ name }) => ({ name, reason: 'double' })),
    ]),
  }
}

function byReason(all: readonly { name: string; reason: string }[]): ImagesPreview['leftOut'] {
  return [...Map.groupBy(all, ({ reason }) => reason)]
    .map(([reason, those]) => ({ reason, n: those.length, example: those[0]?.name ?? '' }))
    .sort((a, b) => b.n - a.n)
}
