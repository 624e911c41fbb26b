import type { ExportInput } from '#shared/contract/jobs.ts'
import { or } from '#shared/query/index.ts'
import { cosineOfLine, readPairLine } from '#shared/versions/pair-line.ts'
import type { VersionPair } from '#shared/versions/pair-line.ts'
import type { ExportRecipe } from '../../export/types.ts'
import type { ReaderDb } from '../../store/open.ts'
import { staleDuplicates } from '../../store/reads/duplicate-terms.ts'
import { pairIdsOf, pairIdsWhere, readWhere } from '../../store/reads/score-ref.ts'
import { findVersion, versionLines } from '../../store/repositories/versions.ts'
import type { JobContext } from '../run/job.ts'
import { choosePairs, pairFinder } from '../versions/gather.ts'
import type { ScoreSource } from '#shared/contract/pairs.ts'

/** Which pairs an export takes. */
export interface ExportSource {
  /** Rising. */
  ids: Int32Array
  /** Pairs that passed and are not among them, by reason. */
  leftOut: Record<string, number>
  /** Of a version: what each pair was when it was frozen. */
  frozen: ((id: number) => VersionPair | null) | null
  /** Ids among them that have a score, rising. */
  scored(): Iterable<number>
}

/** The pairs that pass the filter, and of these one of each picture where that was asked for. */
export async function filteredSource(
  db: ReaderDb,
  input: ExportInput,
  recipe: ExportRecipe,
  score: ScoreSource | null,
  ctx: JobContext,
): Promise<ExportSource> {
  const passing = pairIdsWhere(db, recipe.filter, score)
  const stale = staleDuplicates(db, readWhere(recipe.filter))
  if (stale !== null) ctx.warn(stale)
  const texts = recipe.texts ?? [recipe.text]
  const leftOut: Record<string, number> = {}
  let ids = passing
  if (input.onePerPicture) {
    const choice = {
      texts,
      scores: recipe.model?.digest ?? null,
      onePerPicture: true,
      sample: null,
    }
    const chosen = await choosePairs(
      passing,
      pairFinder(db, choice, passing),
      choice,
      {
        signal: ctx.signal,
        progress: (done, total, note) => ctx.progress({ done, total, unit: 'pairs', note }),
      },
      (reason, n = 1) => {
        if (n > 0) leftOut[reason] = (leftOut[reason] ?? 0) + n
      },
    )
    ids = passing.filter((id) => chosen.has(id))
  }
  return {
    ids,
    leftOut,
    frozen: null,
    *scored() {
      const { model } = recipe
      if (!model) return
      const items = texts.map((text) => ({
        ...{ kind: 'scorePresent', score: { model: model.id, text } },
      })) as Parameters<typeof or>[0]
      const scored = new Set(pairIdsOf(db, or(items)))
      for (const id of ids) if (scored.has(id)) yield id
    },
  }
}

/** The pairs of a version, as they were. */
export function versionSource(db: ReaderDb, name: string): ExportSource {
  const version = findVersion(db, name)
  const ids = new Int32Array(version.pairs)
  let n = 0
  for (const { id } of versionLines(db, version.id)) ids[n++] = id
  // Asked for in their order: the list is unpacked once, a block at a time.
  let lines = versionLines(db, version.id)
  let last = 0
  return {
    ids,
    leftOut: {},
    frozen(id) {
      if (id <= last) lines = versionLines(db, version.id)
      for (;;) {
        const next = lines.next()
        if (next.done) return null
        last = next.value.id
        if (last === id) return readPairLine(next.value.line)
      }
    },
    *scored() {
      for (const { id, line } of versionLines(db, version.id)) {
        if (cosineOfLine(line) !== null) yield id
      }
    },
  }
}
