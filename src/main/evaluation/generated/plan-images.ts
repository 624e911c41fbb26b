import type { Generation } from './generation.ts'
import type {
  ImagePlan,
  ImageSettings,
  ManifestRow,
  PictureFile,
  Tie,
  TieBy,
  TiedImage,
  Unmatched,
  UnmatchedReason,
} from './image-plan.ts'
import { byIndex, compilePattern } from './name-pattern.ts'
import {
  createPromptIndex,
  type PromptFind,
  type PromptIndex,
  type PromptRow,
} from './study-prompts.ts'
import { assignTakes } from './takes.ts'

/**
 * Ties files to the prompts of a study, one at a time, so that a job need not hold metadata of
 * more than a few. Without metadata (`null`) names and manifest alone decide, for a look ahead.
 * @param prompts of the study in its order, or their index where several ties are made
 * @throws AppError `invalid-input` for a pattern that cannot be used
 */
export function createTie(
  prompts: readonly PromptRow[] | PromptIndex,
  how: TieBy,
): (file: PictureFile, generation: Generation | null) => Tie {
  const index = 'byText' in prompts ? prompts : createPromptIndex(prompts)
  const firstIndex = how.by === 'metadata' ? 0 : (how.firstIndex ?? 0)
  const pattern = how.by === 'pattern' ? compilePattern(how.pattern, index, firstIndex) : null

  const byRow = (row: ManifestRow): PromptFind => {
    if (row.group !== null) return index.byPlace(row.group, row.level, row.kind)
    if (row.prompt !== null) return index.byText(row.prompt)
    return byIndex(row.index, index, firstIndex)
  }

  return (file, generation) => {
    const { path, name, row } = file
    const fail = (reason: UnmatchedReason): Tie => ({
      ok: false,
      unmatched: { path, name, reason },
    })
    const own = generation?.prompt ?? null
    let found: PromptFind
    let take = row?.take ?? null
    let seed = row?.seed ?? null
    if (pattern) {
      const facts = pattern.read(name)
      if (!facts) return fail('name-does-not-fit')
      found = facts.found
      take = facts.take
      seed = facts.seed
    } else if (how.by === 'manifest' && row) found = byRow(row)
    else if (own !== null) found = index.byText(own)
    else return fail('no-prompt-in-metadata')
    if (!found.ok) return fail(found.reason)

    const { prompt } = found
    const disagrees: TiedImage['disagrees'] = []
    if (how.by !== 'metadata' && own !== null && own.trim() !== '' && !index.agrees(own, prompt)) {
      disagrees.push('prompt')
    }
    const itsSeed = generation?.seed ?? null
    if (seed !== null && itsSeed !== null && itsSeed !== seed) disagrees.push('seed')
    const settings = settingsOf(row, generation)
    const guesses = new Set<string>(generation?.guessed)
    const guessed = Object.keys(settings).filter(
      (key) => guesses.has(key) && !saidBy(row, key as keyof ImageSettings),
    )
    if (found.isGuess || (how.by === 'metadata' && guesses.has('prompt'))) guessed.unshift('prompt')
    if (seed === null && itsSeed !== null && guesses.has('seed')) guessed.push('seed')
    const image = { path, name, prompt, take, seed: seed ?? itsSeed, settings, by: how.by }
    return { ok: true, image: { ...image, guessed, disagrees } }
  }
}

function saidBy(row: ManifestRow | undefined, key: keyof ImageSettings): boolean {
  return row !== undefined && key in row && row[key as keyof ManifestRow] !== null
}

/** A manifest is written on purpose, so it goes before the file's own words. */
function settingsOf(row: ManifestRow | undefined, own: Generation | null): ImageSettings {
  return {
    program: own?.program ?? null,
    negativePrompt: row?.negativePrompt ?? own?.negativePrompt ?? null,
    steps: row?.steps ?? own?.steps ?? null,
    guidance: row?.guidance ?? own?.guidance ?? null,
    sampler: row?.sampler ?? own?.sampler ?? null,
    scheduler: row?.scheduler ?? own?.scheduler ?? null,
    model: row?.model ?? own?.model ?? null,
    modelHash: row?.modelHash ?? own?.modelHash ?? null,
  }
}

/**
 * The plan of an import: every file stands in `images`, `unmatched` or `doubles`, and in one only.
 * @param ties in any order; the plan has them by prompt and take
 * @param takes pictures that each prompt should have; else as many as the one with the most
 */
export function planImages(
  prompts: readonly PromptRow[],
  ties: Iterable<Tie>,
  takes: number | null = null,
): ImagePlan {
  const tied: TiedImage[] = []
  const unmatched: Unmatched[] = []
  for (const tie of ties) {
    if (tie.ok) tied.push(tie.image)
    else unmatched.push(tie.unmatched)
  }
  return { ...assignTakes(prompts, tied, takes), unmatched }
}
