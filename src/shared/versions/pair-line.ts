import { z } from 'zod'
import { TextSource } from '../domain.ts'

/** One pair of a version: what it is, wherever it lies. */
export const VersionPair = z.strictObject({
  /** Raw cosine of the recipe's model for the text; null = not scored. */
  cosine: z.number().nullable(),
  /** When the page was captured, as its archive writes it. */
  date: z.string().nullable(),
  /** Address of the picture, or the file that a table named. */
  image: z.string(),
  /** Address of its page; '' where it has none. */
  page: z.string(),
  /** Place of the picture on the page, from 0; of a table's row its number. */
  place: z.number().int(),
  /** Of the picture's bytes; null where the corpus holds none. */
  sha256: z.string().nullable(),
  source: TextSource,
  /** Well-formed Unicode. */
  text: z.string(),
})
export type VersionPair = z.infer<typeof VersionPair>

const START = '{"cosine":'

/**
 * A pair as one line of text, without its line break: what the content hash of a version is over.
 * JSON without white space, keys in their order, as RFC 8785 has it; docs/versions.md says it for
 * other programs.
 */
export function pairLine({
  cosine,
  date,
  image,
  page,
  place,
  sha256,
  source,
  text,
}: VersionPair): string {
  return JSON.stringify({ cosine, date, image, page, place, sha256, source, text })
}

/** @returns null for what is no such line, or is written in another way */
export function readPairLine(line: string): VersionPair | null {
  try {
    const { data } = VersionPair.safeParse(JSON.parse(line))
    return data && pairLine(data) === line ? data : null
  } catch {
    return null
  }
}

/** The cosine of a line without reading the rest of it; null = not scored. */
export function cosineOfLine(line: string): number | null {
  const value = line.slice(START.length, line.indexOf(','))
  return value === 'null' ? null : Number(value)
}

/** Where a pair stands, whatever was found out about it: the same on every machine. */
export function pairKey({ page, date, place, image }: VersionPair): string {
  return JSON.stringify([page, date, place, image])
}
