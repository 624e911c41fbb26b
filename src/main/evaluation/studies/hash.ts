import { createHash } from 'node:crypto'
import type { StudyDesign } from '#shared/studies/design.ts'

export interface HashedStudy {
  design: StudyDesign
  prompts: readonly { group: string; kind: string; level: number; text: string }[]
  images: readonly {
    model: string
    version: string | null
    group: string
    level: number
    take: number
    sha256: string
  }[]
}

/**
 * SHA-256 (hex) over what a study is: design, prompts and the bytes of its pictures, whatever their
 * order in a database. Two studies with one hash are the same study.
 */
export function studyHash({ design, prompts, images }: HashedStudy): string {
  const lines = (rows: readonly (readonly unknown[])[]): string[] =>
    rows.map((row) => JSON.stringify(row)).sort()
  return createHash('sha256')
    .update(
      JSON.stringify([
        'gleaner study 1',
        sortedKeys(design),
        lines(prompts.map(({ group, kind, level, text }) => [group, kind, level, text])),
        lines(
          images.map(({ model, version, group, level, take, sha256 }) => [
            model,
            version,
            group,
            level,
            take,
            sha256,
          ]),
        ),
      ]),
    )
    .digest('hex')
}

function sortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedKeys)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sortedKeys(inner)]),
  )
}
