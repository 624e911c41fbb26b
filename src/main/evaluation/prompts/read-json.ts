import { z } from 'zod'
import type { PromptRefusal } from '#shared/contract/prompts.ts'
import { AppError, systemMessage } from '#shared/errors.ts'
import { promptsOfRows, roleOf } from './prompt-rows.ts'
import type { PromptReading, PromptRole, PromptRow } from './prompt-rows.ts'

const Cell = z.union([z.string(), z.number(), z.boolean()]).transform(String)

/**
 * Reads a JSON object a line, or an array of them. An object is a prompt, or a group whose `prompts`
 * or `levels` is a list.
 */
export function readJson(text: string, name: string): PromptReading {
  const rows: PromptRow[] = []
  const refused: PromptRefusal[] = []
  const take = (value: unknown, line: number): void => {
    const found = rowsOfObject(value, line)
    if (found) rows.push(...found)
    else refused.push({ line, reason: 'not-a-row', detail: 'it is no object with a prompt' })
  }
  if (text.trimStart().startsWith('[')) {
    for (const [i, value] of parseArray(text, name).entries()) take(value, i + 1)
    return promptsOfRows(rows, refused)
  }
  for (const [i, line] of text.split(/\r\n|\n|\r/).entries()) {
    if (line.trim() === '') continue
    try {
      take(JSON.parse(line), i + 1)
    } catch (error) {
      refused.push({ line: i + 1, reason: 'bad-json', detail: systemMessage(error) })
    }
  }
  return promptsOfRows(rows, refused)
}

/** The number of an entry stands for its line. */
function parseArray(text: string, name: string): unknown[] {
  try {
    return z.array(z.unknown()).parse(JSON.parse(text))
  } catch (error) {
    throw new AppError('damaged', `${name} is no JSON`, undefined, {
      cause: error,
      details: systemMessage(error),
    })
  }
}

/**
 * The prompts of an object, or null where it is none: one, or those of a list under `prompts`,
 * `levels` or `texts`, whose entries are texts (counted from 1) or objects with a level.
 * @param lineOf the line of an entry of the list
 */
export function rowsOfObject(
  value: unknown,
  line: number,
  lineOf: (index: number) => number = () => line,
): PromptRow[] | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  const row: PromptRow = { line }
  let list: unknown[] | null = null
  for (const [key, inner] of Object.entries(value)) {
    if (/^(prompts|levels|texts|ladder)$/i.test(key) && Array.isArray(inner)) list = inner
    const role = roleOf(key)
    const cell = Cell.safeParse(inner)
    if (role && cell.success) row[fieldOf(role)] ??= cell.data
  }
  if (!list) return row.text === undefined && row.group === undefined ? null : [row]
  const group = row.group ?? row.id ?? `group in line ${line}`
  return list.map((entry, i): PromptRow => {
    const text = Cell.safeParse(entry)
    const here = lineOf(i)
    if (text.success) return { ...row, group, line: here, level: String(i + 1), text: text.data }
    const inner = rowsOfObject(entry, here)?.[0]
    return { ...row, group, level: String(i + 1), ...defined(inner), line: here }
  })
}

function fieldOf(role: PromptRole): 'group' | 'kind' | 'level' | 'text' | 'id' {
  return role === 'prompt' ? 'text' : role
}

function defined(row: PromptRow | undefined): Partial<PromptRow> {
  return Object.fromEntries(Object.entries(row ?? {}).filter(([, cell]) => cell !== undefined))
}
