import { MAX_PROMPT_LENGTH, MAX_PROMPTS } from '#shared/contract/prompts.ts'
import type { PromptRefusal, PromptText } from '#shared/contract/prompts.ts'

/** What came out of a file. */
export interface PromptReading {
  prompts: PromptText[]
  /** Rows that are left out, each with its line. */
  refused: PromptRefusal[]
  /** What was made of unusual columns, in sentences. */
  notes: string[]
}

/** What columns and keys can mean. */
export type PromptRole = 'group' | 'kind' | 'level' | 'prompt' | 'id'

const NAMES: Record<PromptRole, readonly string[]> = {
  group: ['group', 'grp', 'ladder', 'subject', 'object', 'concept', 'topic', 'groupid', 'family'],
  kind: ['kind', 'type', 'category', 'class', 'condition', 'sense', 'sort'],
  level: ['level', 'lvl', 'levelofdetail', 'detail', 'step', 'complexity', 'depth', 'rung'],
  prompt: ['prompt', 'text', 'prompttext', 'caption', 'sentence', 'description'],
  id: ['id', 'promptid', 'identifier', 'key', 'name'],
}

/** What a column is by its name (case, spaces and punctuation left out), or null. */
export function roleOf(name: string): PromptRole | null {
  const plain = name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')
  const found = Object.entries(NAMES).find(([, names]) => names.includes(plain))
  return (found?.[0] as PromptRole | undefined) ?? null
}

/** The level of a column that holds prompts of one level ("level 3", "L3", "prompt_3"), or null. */
export function levelOfColumn(name: string): number | null {
  const digits = /^(?:level|lvl|l|prompt|step|text)[\s_.-]*(\d{1,3})$/i.exec(name.trim())?.[1]
  return digits === undefined ? null : Number(digits)
}

/** A row before it is known what it lacks. Blank is as good as absent. */
export interface PromptRow {
  line: number
  group?: string | undefined
  kind?: string | undefined
  level?: string | undefined
  text?: string | undefined
  id?: string | undefined
}

/**
 * Makes prompts of rows. What a row lacks is taken from what is there:
 * - no group in the whole file: the `id`, where ids come again ("computer", "computer") or end with
 *   a number behind a common beginning ("computer-1", "computer-2"); else each row is a group
 * - no group or kind in a row: those of the row before (merged cells of a sheet leave them blank)
 * - no level in the whole file: the rows of a group are counted from 1
 * - the same group and level under two kinds: each kind has a group of its own
 * @param refused rows that were left out before
 */
export function promptsOfRows(
  rows: readonly PromptRow[],
  refused: readonly PromptRefusal[] = [],
): PromptReading {
  const reading: PromptReading = { prompts: [], refused: [...refused], notes: [] }
  const full = rows.map((row) => ({ ...row, ...trimmed(row) }))
  nameGroups(full, reading)
  fillDown(full, reading)
  partKinds(full, reading)
  const counted = full.every(({ level }) => level === undefined)
  if (counted && full.length > 0) {
    reading.notes.push('No level is given: the prompts of a group are counted from 1.')
  }
  const levels = new Map<string, Set<number>>()
  const refuse = (line: number, reason: PromptRefusal['reason'], detail: string): void => {
    reading.refused.push({ line, reason, detail })
  }
  for (const { line, group = '', kind = '', level: said, text } of full) {
    const taken = levels.get(group) ?? new Set<number>()
    const level = counted ? taken.size + 1 : levelOf(said)
    if (text === undefined) refuse(line, 'no-prompt', 'the row has no prompt')
    else if (level === null) {
      refuse(line, 'no-level', said === undefined ? 'no level' : `"${said}" is no level`)
    } else if (text.length > MAX_PROMPT_LENGTH || group.length > 200 || kind.length > 100) {
      refuse(line, 'too-long', `a prompt may have ${MAX_PROMPT_LENGTH} characters, a group 200`)
    } else if (taken.has(level)) {
      refuse(line, 'level-twice', `"${group}" has the level ${level} already`)
    } else if (reading.prompts.length === MAX_PROMPTS) {
      refuse(line, 'too-many', `a set holds ${MAX_PROMPTS} prompts`)
    } else {
      taken.add(level)
      levels.set(group, taken)
      reading.prompts.push({ group, kind, level, text })
    }
  }
  reading.refused.sort((a, b) => a.line - b.line)
  return reading
}

type Filled = PromptRow

function trimmed(row: PromptRow): Omit<PromptRow, 'line'> {
  const clean = (cell: string | undefined): string | undefined => cell?.trim() || undefined
  return {
    group: clean(row.group),
    kind: clean(row.kind),
    level: clean(row.level),
    text: clean(row.text),
    id: clean(row.id),
  }
}

function levelOf(said: string | undefined): number | null {
  const digits = /^\D{0,20}?(\d{1,3})(?:\.0+)?$/.exec(said ?? '')?.[1]
  return digits === undefined || said?.includes('-') ? null : Number(digits)
}

function nameGroups(rows: Filled[], reading: PromptReading): void {
  if (rows.some(({ group }) => group !== undefined)) return
  const ids = rows.flatMap(({ id }) => id ?? [])
  if (ids.length > 0 && new Set(ids).size < ids.length) {
    for (const row of rows) row.group = row.id
    reading.notes.push('No group is given: rows of the same id are a group.')
    return
  }
  const stepped = ids.map((id) => /^(.*\D)[\s_./:-](\d{1,3})$|^(\d+)[\s_./:-](\d{1,3})$/.exec(id))
  const bases = stepped.map((match) => match?.[1] ?? match?.[3])
  if (ids.length > 1 && !bases.includes(undefined) && new Set(bases).size < ids.length) {
    let i = 0
    for (const row of rows) {
      if (row.id === undefined) continue
      const match = stepped[i++]
      row.group = (match?.[1] ?? match?.[3])?.trim()
      row.level ??= match?.[2] ?? match?.[4]
    }
    reading.notes.push('No group is given: group and level are taken from the id.')
    return
  }
  const width = String(rows.length).length
  for (const [i, row] of rows.entries()) {
    row.group = row.id ?? `prompt ${String(i + 1).padStart(width, '0')}`
  }
  if (rows.length > 0) reading.notes.push('No group is given: each prompt is a group of its own.')
}

function fillDown(rows: Filled[], reading: PromptReading): void {
  let filled = 0
  let before: Filled | null = null
  for (const row of rows) {
    if (row.group === undefined && before) {
      row.group = before.group
      filled++
    }
    if (row.kind === undefined && before?.group === row.group) row.kind = before?.kind
    if (row.group === undefined) row.group = row.id ?? 'prompts'
    before = row
  }
  if (filled > 0) {
    reading.notes.push(
      `${filled} ${filled === 1 ? 'row has' : 'rows have'} no group: they belong to the one above.`,
    )
  }
}

/** "1" of the sensible and "1" of the nonsensical are two groups where their levels collide. */
function partKinds(rows: Filled[], reading: PromptReading): void {
  const kinds = new Map<string, Map<string, Set<string>>>()
  for (const { group = '', kind = '', level = '' } of rows) {
    const levels = kinds.get(group) ?? new Map<string, Set<string>>()
    const there = levels.get(level) ?? new Set<string>()
    levels.set(level, there.add(kind))
    kinds.set(group, levels)
  }
  const parted = new Set(
    [...kinds].flatMap(([group, levels]) =>
      [...levels].some(([level, there]) => level !== '' && there.size > 1) ? group : [],
    ),
  )
  if (parted.size === 0) return
  for (const row of rows) {
    if (row.group !== undefined && parted.has(row.group) && row.kind !== undefined) {
      row.group = `${row.group} (${row.kind})`
    }
  }
  reading.notes.push(
    `${parted.size} ${parted.size === 1 ? 'group has' : 'groups have'} the same levels under several kinds: each kind is a group of its own.`,
  )
}
