import { existsSync, readFileSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { UselessAltRuleValue } from '#shared/contract/spans.ts'
import { AppError } from '#shared/errors.ts'
import { DEFAULT_SETTINGS, Settings } from '#shared/settings.ts'
import { writeWhole } from '../../files/write-whole.ts'

/** Folders of this machine that do not belong to one corpus. */
export interface Home {
  root: string
  corpora: string
  models: string
}

/** `GLEANER_HOME`, else the platform's place for a program's data. */
export function findHome(env: NodeJS.ProcessEnv = process.env): Home {
  const root = env['GLEANER_HOME'] || platformFolder(env)
  return { root, corpora: join(root, 'corpora'), models: join(root, 'models') }
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

function readJson<T extends z.ZodType>(
  file: string,
  schema: T,
  fallback: z.output<T>,
): z.output<T> {
  if (!existsSync(file)) return fallback
  let value: unknown
  try {
    value = JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    throw new AppError('damaged', `${file} is not valid JSON.`, 'Correct it, or delete it.')
  }
  const parsed = schema.safeParse(value)
  if (!parsed.success) {
    throw new AppError(
      'damaged',
      `${file} cannot be used: ${z.prettifyError(parsed.error)}`,
      'Correct it, or delete it.',
    )
  }
  return parsed.data
}

export interface SettingsFile {
  get(): Settings
  set(change: Partial<Settings>): Settings
}

export function openSettings(home: Home): SettingsFile {
  const file = join(home.root, 'settings.json')
  let current = readJson(file, Settings, DEFAULT_SETTINGS)
  return {
    get: () => current,
    set(change) {
      current = Settings.parse({ ...current, ...change })
      writeJson(file, current)
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

export function openRecent(home: Home): RecentFile {
  const file = join(home.root, 'recent.json')
  // Read each time: a window and a command line may both add to it.
  const read = (): z.infer<typeof Recent> => readJson(file, Recent, [])
  return {
    list: read,
    add(path) {
      const others = read().filter((entry) => entry.path !== path)
      writeJson(
        file,
        [{ path, openedAt: new Date().toISOString() }, ...others].slice(0, MAX_RECENT),
      )
    },
    remove(path) {
      writeJson(
        file,
        read().filter((entry) => entry.path !== path),
      )
    },
  }
}

/** One's own rules for useless alts; null = those of the program. */
export interface RulesFile {
  get(): UselessAltRuleValue[] | null
  /** Checked by the caller. null deletes the file. */
  set(rules: readonly UselessAltRuleValue[] | null): void
}

export function openRules(home: Home): RulesFile {
  const file = join(home.root, 'useless-alt-rules.json')
  return {
    // Read each time: it may be edited by hand.
    get: () => readJson(file, z.array(UselessAltRuleValue).nullable(), null),
    set(rules) {
      if (rules === null) rmSync(file, { force: true })
      else writeJson(file, rules)
    },
  }
}
