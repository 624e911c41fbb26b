import { resolve } from 'node:path'
import { InvalidArgumentError } from 'commander'
import type { Option } from 'commander'
import type { z } from 'zod'
import { ExportInput, ScoreInput } from '#shared/contract/jobs.ts'
import { optionOf } from '../options.ts'

export const json = ['--json', 'as JSON', false] as const

/** A filter, in the query language. */
export const where = (example: string): [string, string] => [
  '--where <query>',
  `only pairs that match, e.g. "${example}"`,
]

export const deviceOption = (description = 'where the model runs'): Option =>
  optionOf('--device <device>', description, ScoreInput.shape.device)

export const textOption = (description: string): Option =>
  optionOf('--text <source>', description, ExportInput.shape.text)

/** `--images`: a folder is made absolute. */
export const imagesOption = (description: string, field: z.ZodType): Option =>
  optionOf('--images <from>', description, field, readImages)

function readImages(text: string): string {
  if (['archive', 'fetch', 'none'].includes(text)) return text
  if (text.startsWith('folder:') && text.length > 7) return `folder:${resolve(text.slice(7))}`
  throw new InvalidArgumentError('archive, folder:DIR, fetch or none.')
}

/** A count with its thousands: 1,204,911. */
export { formatCount as n } from '#shared/format.ts'

/** A measure with three decimals; nothing where there is none. */
export const three = (value: number | null): string => (value === null ? '' : value.toFixed(3))

/** One line of a text, cut. */
export function clip(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > 60 ? line.slice(0, 59) + '…' : line
}

/** `alt,caption` as a list; each must fit the field's items. */
export const listOption = (flags: string, description: string, items: z.ZodType): Option =>
  optionOf(flags, description, items, (text) => {
    const list = [...new Set(text.split(',').map((one) => one.trim()))]
    const parsed = items.safeParse(list)
    if (parsed.success) return parsed.data
    throw new InvalidArgumentError(parsed.error.issues[0]?.message ?? 'It does not fit.')
  })
