import { rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { AltKindRules } from '#shared/contract/alt-kinds.ts'
import { UselessAltRuleValue } from '#shared/contract/spans.ts'
import { errorLine, toErrorValue } from '#shared/errors.ts'
import { DEFAULT_SETTINGS, Settings } from '#shared/settings.ts'
import { setAside } from '../../files/set-aside.ts'
import { writeWhole } from '../../files/write-whole.ts'
import { toStoreError, withStoreErrors } from '../../store/errors.ts'
import type { Notes } from './notes.ts'
import { readSmall } from '../../files/read-small.ts'

/** Folders of this machine that do not belong to one corpus. */
export interface Home {
  root: string
  corpora: string
  models: string
  promptBases: string
}

/** `GLEANER_HOME`, else the platform's place for a program's data. */
export function findHome(env: NodeJS.ProcessEnv = process.env): Home {
  const root = env['GLEANER_HOME'] || platformFolder(env)
  return {
    root,
    corpora: join(root, 'corpora'),
    models: join(root, 'models'),
    promptBases: join(root, 'prompt-bases'),
  }
}

function platformFolder(env: NodeJS.ProcessEnv): string {
  const home = homedir()
  switch (process.platform) {
    case 'darwin':
      return join(home, 'Library/Application Support/Gleaner')
    case 'win32':
      return join(env['LOCALAPPDATA'] || join(home, 'AppData/Local'), 'Gleaner')
    default:
      return join(env['XDG_DATA_HOME'] || join(home, '.local/share'), 'gleaner')
  }
}

/** For this user alone; a full disk or a kill leaves the old file. */
export function writeJson(file: string, value: unknown): void {
  writeWhole(file, JSON.stringify(value, null, 2) + '\n', 0o600)
}

/**
 * A file that cannot be used is set aside with a note, and never keeps the program from its work.
 * @param lost what the fallback means, as the end of a sentence
 */
function readJson<T extends z.ZodType>(
  file: string,
  schema: T,
  fallback: z.output<T>,
  { notes, lost }: { notes: Notes; lost: string },
): z.output<T> {
  let text: string
  try {
    text = readSmall(file, 'list')
  } catch (error) {
    const { kind } = toErrorValue(error)
    if (kind === 'not-found') return fallback
    // A folder in its place; what only may not be read is left alone.
    if (kind === 'invalid-input') notes.add(setAsideNote(file, 'is no file', lost))
    else if (kind === 'unsupported') notes.add(setAsideNote(file, 'is too large', lost))
    else notes.add(`${errorLine(error)}; ${lost}.`)
    return fallback
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    notes.add(setAsideNote(file, 'is not valid JSON', lost))
    return fallback
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const why = z.prettifyError(parsed.error).split('\n')[0] ?? ''
  notes.add(setAsideNote(file, `cannot be used (${why})`, lost))
  return fallback
}

/** Sets a file of the home folder aside. @returns the note that says so */
export function setAsideNote(file: string, what: string, lost: string): string {
  const aside = setAside(file)
  const where = aside === null ? 'It cannot be renamed' : `It is kept as ${aside}`
  return `${file} ${what}. ${where}; ${lost}.`
}

export interface SettingsFile {
  get(): Settings
  set(change: Partial<Settings>): Settings
}

export function openSettings(home: Home, notes: Notes): SettingsFile {
  const file = join(home.root, 'settings.json')
  let current = readJson(file, Settings, DEFAULT_SETTINGS, {
    notes,
    lost: 'the settings are the usual ones again',
  })
  return {
    get: () => current,
    set(change) {
      const next = Settings.parse({ ...current, ...change })
      withStoreErrors(file, () => writeJson(file, next))
      current = next
      return current
    },
  }
}

const Recent = z.array(z.object({ path: z.string(), openedAt: z.string() }))
const MAX_RECENT = 50

export interface RecentFile {
  list(): z.infer<typeof Recent>
  add(path: string): void
  remove(path: string): void
}

export function openRecent(home: Home, notes: Notes): RecentFile {
  const file = join(home.root, 'recent.json')
  // Read each time: a window and a command line may both add to it.
  const read = (): z.infer<typeof Recent> =>
    readJson(file, Recent, [], { notes, lost: 'the list of corpora begins anew' })
  /** That it cannot be written keeps nobody from the corpus itself. */
  const write = (entries: z.infer<typeof Recent>): void => {
    try {
      writeJson(file, entries)
    } catch (error) {
      const { message } = toStoreError(error, file)
      notes.add(`The list of corpora cannot be written. ${message}`)
    }
  }
  return {
    list: read,
    add(path) {
      const others = read().filter((entry) => entry.path !== path)
      write([{ path, openedAt: new Date().toISOString() }, ...others].slice(0, MAX_RECENT))
    },
    remove(path) {
      write(read().filter((entry) => entry.path !== path))
    },
  }
}

/** What a person made their own; null = as it comes with the program. */
export interface KeptFile<T> {
  get(): T | null
  /** Checked by the caller. null deletes the file. */
  set(value: T | null): void
}
/** One's own rules for useless alts. */
export type RulesFile = KeptFile<UselessAltRuleValue[]>

export function openRules(home: Home, notes: Notes): RulesFile {
  return openKept(home, notes, 'useless-alt-rules.json', z.array(UselessAltRuleValue))
}

/** One's own rules for alts that a machine wrote. */
export function openAltKindRules(home: Home, notes: Notes): KeptFile<AltKindRules> {
  return openKept(home, notes, 'machine-alt-rules.json', AltKindRules)
}

function openKept<T>(home: Home, notes: Notes, name: string, schema: z.ZodType<T>): KeptFile<T> {
  const file = join(home.root, name)
  return {
    // Read each time: it may be edited by hand.
    get: () =>
      readJson(file, schema.nullable(), null, {
        notes,
        lost: 'the rules that come with the program are used',
      }),
    set(value) {
      if (value === null) rmSync(file, { force: true })
      else writeJson(file, value)
    },
  }
}
