import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import type { PromptFormat } from '#shared/contract/prompts.ts'
import { AppError, systemMessage } from '#shared/errors.ts'
import type { PromptReading } from './prompt-rows.ts'
import { readCsv } from './read-csv.ts'
import { readJson } from './read-json.ts'
import { readYaml } from './read-yaml.ts'

/** 20,000 prompts of 4,000 characters would be more; no set that people wrote is. */
const MAX_BYTES = 16 << 20

const ENDINGS: Record<string, PromptFormat> = {
  '.csv': 'csv',
  '.tsv': 'csv',
  '.txt': 'csv',
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
  '.json': 'jsonl',
  '.yaml': 'yaml',
  '.yml': 'yaml',
}

/**
 * Reads a file of prompts.
 * @param format otherwise by the file's ending
 * @returns with the SHA-256 of the file's bytes
 * @throws AppError `not-found`, `io`, `unsupported` (too large), `invalid-input` (no prompts in it),
 *   `damaged` (a quote that is never closed, YAML that is none)
 */
export async function readPromptFile(
  path: string,
  format?: PromptFormat,
): Promise<PromptReading & { sha256: string }> {
  const bytes = await readAll(path)
  const chosen = format ?? ENDINGS[extname(path).toLowerCase()]
  if (chosen === undefined) {
    throw new AppError(
      'unsupported',
      `${basename(path)} is of no kind that can hold prompts`,
      'Give a .csv, .jsonl or .yaml file.',
    )
  }
  const reading = readPrompts(decode(bytes), chosen, basename(path))
  return { ...reading, sha256: createHash('sha256').update(bytes).digest('hex') }
}

/**
 * Reads prompts out of a text: CSV with a heading (comma, tab, semicolon or `|`), a JSON object a
 * line or an array of them, or YAML. Rows that cannot be used are named by line and reason, the
 * rest is kept; `prompt-rows.ts` says what is made of missing columns.
 * @param name of the file, for errors
 * @throws AppError `invalid-input`, `damaged`
 */
export function readPrompts(text: string, format: PromptFormat, name: string): PromptReading {
  const read = { csv: readCsv, jsonl: readJson, yaml: readYaml }[format]
  const reading = read(text.replace(/^\uFEFF/, ''), name)
  if (reading.prompts.length > 0) return reading
  const first = reading.refused[0]
  throw new AppError(
    'invalid-input',
    `${name} holds no prompts${first ? `: line ${first.line}, ${first.detail}` : ''}`,
    'It needs a column "prompt", and "group", "kind" and "level" to be read as ladders.',
  )
}

async function readAll(path: string): Promise<Buffer> {
  try {
    const file = await open(path, 'r')
    try {
      const { size } = await file.stat()
      if (size > MAX_BYTES) {
        throw new AppError(
          'unsupported',
          `${basename(path)} is too large for a set of prompts: ${Math.round(size / 1e6)} MB`,
          'A set may have 16 MB. Import it as a table of pairs instead, or split it.',
        )
      }
      return await file.readFile()
    } finally {
      await file.close()
    }
  } catch (error) {
    if (error instanceof AppError) throw error
    const code = String((error as { code?: unknown }).code)
    if (code === 'ENOENT') throw new AppError('not-found', `${path} is not there`)
    throw new AppError('io', `${path} cannot be read`, undefined, {
      cause: error,
      details: systemMessage(error),
    })
  }
}

/** UTF-8, UTF-16 with its mark, else windows-1252. */
function decode(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('windows-1252').decode(bytes)
  }
}
