import type { Pair } from '#shared/domain.ts'
import type { ExportRecipe, Sample } from './types.ts'

/**
 * Where a pair comes from, flat, in the order of the columns. '' = not known: readers that guess
 * the types of columns from the first rows stumble over a null there.
 */
export interface Provenance {
  pair_id: number
  page_url: string
  page_date: string
  page_language: string
  archive: string
  /** Byte offset of the page's record in the archive. */
  record_offset: number
  record_id: string
  /** What all who marked it say: `keep`, `reject`, `unsure`, or `disputed` where they differ. */
  mark: string
  /** Of all people, between commas. */
  tags: string
  note: string
  /** Where there was an order of texts: which was taken. */
  text_source?: string
  /** Where pictures were written anew: as they were. */
  original_width?: number | null
  original_height?: number | null
  original_sha256?: string
}

/** The names of what `provenance` adds for the choices of a recipe, with their types. */
export function chosenColumns(recipe: ExportRecipe): { name: string; type: 'string' | 'int32' }[] {
  return [
    ...(recipe.texts ? [{ name: 'text_source', type: 'string' } as const] : []),
    ...(recipe.pictures
      ? ([
          { name: 'original_width', type: 'int32' },
          { name: 'original_height', type: 'int32' },
          { name: 'original_sha256', type: 'string' },
        ] as const)
      : []),
  ]
}

export function provenance(
  { pair, source, original }: Pick<Sample, 'pair' | 'source' | 'original'>,
  recipe: ExportRecipe,
): Provenance {
  return {
    pair_id: pair.id,
    page_url: pair.page.url,
    page_date: pair.page.date ?? '',
    page_language: pair.page.language ?? '',
    archive: pair.page.archive,
    record_offset: pair.page.offset,
    record_id: pair.page.recordId ?? '',
    ...saidOf(pair),
    ...(recipe.texts ? { text_source: source ?? '' } : {}),
    ...(recipe.pictures
      ? {
          original_width: original?.width ?? null,
          original_height: original?.height ?? null,
          original_sha256: original?.sha256 ?? '',
        }
      : {}),
  }
}

export function saidOf(pair: Pair): Pick<Provenance, 'mark' | 'tags' | 'note'> {
  return { mark: pair.mark ?? '', tags: pair.tags.join(','), note: pair.note ?? '' }
}

/**
 * The numbers of imported tables, by the names of their columns; one that the format has already
 * gets a `column_` before it. null = the pair has none.
 */
export function columnsOf(
  pair: Pair,
  recipe: ExportRecipe,
  taken: ReadonlySet<string>,
): Record<string, number | null> {
  const values = new Map(pair.columns.map(({ name, value }) => [name, value]))
  return Object.fromEntries(
    exportedColumns(recipe, taken).map(([name, as]) => [as, values.get(name) ?? null]),
  )
}

/** The imported columns of a recipe, each with the name that it gets. */
export function exportedColumns(
  recipe: ExportRecipe,
  taken: ReadonlySet<string>,
): [name: string, as: string][] {
  return (recipe.columns ?? []).map((name) => [name, taken.has(name) ? `column_${name}` : name])
}
