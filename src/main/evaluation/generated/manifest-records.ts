import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { parse } from 'csv-parse'
import { AppError, systemMessage } from '#shared/errors.ts'
import { asList, asObject, parseLoose, type Json } from './loose-json.ts'

const MAX_LINE = 4 << 20
const MAX_DOCUMENT = 64 << 20

export type ManifestRecord = Record<string, Json>

/** Rows as objects; null for one that is damaged. */
export async function* recordsOf(path: string): AsyncGenerator<ManifestRecord | null> {
  if (/\.(jsonl|ndjson)$/i.test(path)) yield* linesOf(path)
  else if (/\.json$/i.test(path)) yield* listOf(path)
  else yield* cellsOf(path)
}

async function* linesOf(path: string): AsyncGenerator<ManifestRecord | null> {
  const read = (text: string): ManifestRecord | null =>
    text.length > MAX_LINE ? null : asObject(parseLoose(text))
  let rest = ''
  for await (const piece of createReadStream(path, { encoding: 'utf8' })) {
    const lines = `${rest}${String(piece)}`.split('\n')
    rest = lines.pop() as string
    for (const line of lines) if (line.trim() !== '') yield read(line.replace(/^\ufeff/, ''))
    // What has no end is not kept; that it was too long is still seen.
    if (rest.length > MAX_LINE) rest = rest.slice(0, MAX_LINE + 1)
  }
  if (rest.trim() !== '') yield read(rest.replace(/^\ufeff/, ''))
}

async function* listOf(path: string): AsyncGenerator<ManifestRecord | null> {
  const { size } = await stat(path)
  if (size > MAX_DOCUMENT) {
    throw new AppError(
      'unsupported',
      `The manifest ${basename(path)} is longer than ${MAX_DOCUMENT >> 20} MB`,
      'Write it as JSON Lines: one object a line, in a file that ends in .jsonl.',
    )
  }
  const text = (await readFile(path, 'utf8')).replace(/^\ufeff/, '')
  const whole = parseLoose(text)
  if (!Array.isArray(whole)) {
    throw new AppError(
      'invalid-input',
      `The manifest ${basename(path)} is no list of JSON`,
      'Write it as a list of objects, or as JSON Lines.',
    )
  }
  for (const value of asList(whole)) yield asObject(value)
}

async function* cellsOf(path: string): AsyncGenerator<ManifestRecord | null> {
  const parser = createReadStream(path).pipe(
    parse({
      bom: true,
      delimiter: await delimiterOf(path),
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      max_record_size: MAX_LINE,
    }),
  )
  let heading: string[] | null = null
  try {
    for await (const cells of parser as AsyncIterable<string[]>) {
      if (!heading) heading = cells.map((cell) => cell.trim())
      else if (cells.length !== heading.length) yield null
      else yield Object.fromEntries(heading.map((name, i) => [name, cells[i] as string]))
    }
  } catch (error) {
    if (error instanceof AppError) throw error
    throw new AppError(
      'damaged',
      `The manifest ${basename(path)} cannot be read to its end`,
      undefined,
      {
        cause: error,
        details: systemMessage(error),
      },
    )
  }
}

/** The one that the heading has most of. */
async function delimiterOf(path: string): Promise<string> {
  let head = ''
  for await (const piece of createReadStream(path, { encoding: 'utf8', end: 65_535 })) {
    head += String(piece)
  }
  const line = head.split(/\r?\n/, 1)[0] ?? ''
  const count = (char: string): number => line.split(char).length
  return [',', ';', '\t'].reduce((best, char) => (count(char) > count(best) ? char : best))
}
