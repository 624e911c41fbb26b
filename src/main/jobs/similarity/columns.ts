import type { RecognisedTable } from '#shared/contract/index.ts'
import type { SimilarityInput } from '#shared/contract/jobs/similarity.ts'
import { AppError } from '#shared/errors.ts'
import { isSingleValue, pairColumns } from '#shared/pair-columns.ts'

type Column = RecognisedTable['columns'][number]

/** Which columns are read, and which of them hold pictures and texts. */
export interface Columns {
  read: Column[]
  /** Places in `read`. */
  image: number
  text: number
  /** Names of columns that are not carried over. */
  dropped: string[]
}

/**
 * `image` and `text` by name first, then as an import recognises them.
 * @throws AppError `invalid-input` that names the columns there are
 */
export function columnsOf(
  table: RecognisedTable,
  { imageColumn, textColumn }: Pick<SimilarityInput, 'imageColumn' | 'textColumn'>,
): Columns {
  const read = table.columns.filter(isSingleValue)
  const known = pairColumns(read)
  const find = (wanted: string | undefined, usual: 'image' | 'text', what: string): number => {
    const exact = wanted === undefined ? -1 : read.findIndex(({ name }) => name === wanted)
    if (exact >= 0) return exact
    const at = read.findIndex((one) =>
      wanted === undefined ? one === known[usual] : one.name.toLowerCase() === wanted.toLowerCase(),
    )
    if (at >= 0) return at
    const names = table.columns.map(({ name }) => name).join(', ')
    throw new AppError(
      'invalid-input',
      wanted === undefined
        ? `No column of ${table.path} is known to hold ${what}.`
        : `${table.path} has no column ${wanted} that can hold ${what}.`,
      {
        window: `Say which one it is. It has ${names}.`,
        command: `Say which one with --${usual}-column. It has ${names}.`,
      },
    )
  }
  const image = find(imageColumn, 'image', 'addresses or files of pictures')
  const text = find(textColumn, 'text', 'the words')
  if (image === text) {
    throw new AppError(
      'invalid-input',
      `The column ${read[image]?.name ?? ''} cannot hold both pictures and words.`,
      {
        window: 'Name two columns.',
        command: 'Name the two columns with --image-column and --text-column.',
      },
    )
  }
  const dropped = table.columns.filter((one) => !read.includes(one)).map(({ name }) => name)
  return { read, image, text, dropped }
}

/**
 * Names of the columns that are added: `similarity`, with several models or where the table has one
 * `similarity_MODEL`, and `similarity_problem`; `tokens` or `tokens_MODEL` where they are wanted.
 */
export function addedNames(
  existing: readonly string[],
  models: readonly string[],
): { tokens: string[]; scores: string[]; problem: string } {
  const taken = new Set(existing.map((name) => name.toLowerCase()))
  const free = (name: string): string => {
    let found = name
    for (let n = 2; taken.has(found.toLowerCase()); n++) found = `${name}_${n}`
    taken.add(found.toLowerCase())
    return found
  }
  const short = models.map((id) => id.replace(/[/\\]+$/, '').replace(/^.*[/\\]/, ''))
  const isPlain = models.length === 1 && !taken.has('similarity')
  return {
    tokens: short.map((name) => free(models.length === 1 ? 'tokens' : `tokens_${name}`)),
    scores: short.map((name) => free(isPlain ? 'similarity' : `similarity_${name}`)),
    problem: free('similarity_problem'),
  }
}
