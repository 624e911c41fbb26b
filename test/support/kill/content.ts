/** Everything that a job left in a folder, for comparison with what an undisturbed one left. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join, sep } from 'node:path'
import { sha256Of } from '../../../src/main/files/digest.ts'
import { openReader } from '../../../src/main/store/open.ts'
import { readDuplicates } from '../../../src/main/store/open-duplicates.ts'
import { promptBaseNames, readPromptBase } from '../../../src/main/store/open-prompt-base.ts'

export interface Content {
  /** Rows of each table without what must differ: times, random ids, folders. */
  tables: Map<string, string[]>
  attempts: number
  spanSets: number
  /** Files by their path, with what is in them. */
  files: Map<string, string>
}

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g
const TIME = /\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?Z?/g
/** In JSON, and in JSON within a column. */
const SECONDS = /"(seconds|ms|pid|mtimeMs)(\\*)":\s?[\d.e-]+/g

/** null where all features were kept already, as they are for a job that goes on. */
const DEVICE = /"device(\\*)":\s?(?:null|\\*"cpu\\*")/g

function plain(text: string, folder: string): string {
  return text
    .replaceAll(folder, '<folder>')
    .replace(UUID, '<id>')
    .replace(TIME, '<time>')
    .replace(DEVICE, '"device$1":"cpu$1"')
    .replace(SECONDS, '"$1$2":0')
}

/** Jobs are looked at by their states. */
const ASIDE = /^(jobs|sqlite_.*)$/

/**
 * What is fetched is kept in an archive of each run, and what was under way when a run was killed is
 * asked for once more: pictures and their bytes must be the same, not where they stand in which archive.
 */
const FETCHED = `SELECT count(*) FROM archives WHERE path LIKE 'fetched/%'`
const OF_FETCHED: Record<string, string> = {
  archives: `SELECT DISTINCT state FROM archives`,
  captures: `SELECT DISTINCT url, mime, kind, sha256, bytes FROM captures WHERE kind <> 'revisit'`,
  failures: `SELECT stage, reason, url, detail FROM failures`,
  images: `SELECT id, url, status, sha256, mime, width, height, bytes, error, attempts FROM images`,
  record_counts: `SELECT DISTINCT type FROM record_counts`,
}

function rowsOf(corpus: string, folder: string): Omit<Content, 'files'> {
  const db = openReader(corpus)
  try {
    if (db.pragma('integrity_check', { simple: true }) !== 'ok') throw new Error('damaged')
    const names = db
      .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
      .pluck()
      .all()
    const count = (sql: string): number => db.prepare<[], number>(sql).pluck().get() ?? 0
    const isFetched = count(FETCHED) > 0
    const one = (name: string): string[] =>
      db
        .prepare<[], Record<string, unknown>>(
          (isFetched && OF_FETCHED[name]) || `SELECT * FROM "${name}"`,
        )
        .all()
        // Pictures end in the order in which they are decoded.
        .map(({ id, ...row }) => (name === 'failures' ? row : { id, ...row }))
        .map((row) => asText(row, folder))
        .sort()
    return {
      tables: new Map([
        ...names.filter((name) => !ASIDE.test(name)).map((name) => [name, one(name)] as const),
        ...duplicatesOf(corpus, folder),
      ]),
      attempts: count('SELECT total(attempts) FROM images'),
      spanSets: count('SELECT count(*) FROM span_sets'),
    }
  } finally {
    db.close()
  }
}

function asText(row: object, folder: string): string {
  const json = JSON.stringify(row, (_, value: unknown) =>
    value instanceof Uint8Array ? sha256Of(value) : value,
  )
  return plain(json, folder)
}

/** The tables of duplicates.db, where there is one. */
function duplicatesOf(corpus: string, folder: string): [string, string[]][] {
  return (
    readDuplicates(corpus, (db) =>
      ['fingerprints', 'groupings', 'picture_members', 'text_members'].map(
        (name): [string, string[]] => [
          name,
          db
            .prepare<[], object>(`SELECT * FROM "${name}"`)
            .all()
            .map((row) => asText(row, folder))
            .sort(),
        ],
      ),
    ) ?? []
  )
}

/** What a database has beside it, and what is in another one each time. */
const DATABASES = /^(corpus\.db|thumbs\.db|duplicates\.db|prompts\.db|writer\.lock)/
/** What differs for good: their names are compared, and what they hold elsewhere or not at all. */
const NAMES_ONLY = /\.warc\.gz$|recent\.json$|hashes\.json$|run.log\.txt$/

/** Written by onnxruntime itself, whoever uses it. */
const OTHERS = /^tmp.(\.ses|mat-debug-\d+\.log)$/

const FETCHED_FILE = /fetched.gleaner-\d+-\d+\.warc\.gz$/

function filesOf(folder: string): Map<string, string> {
  const files = new Map<string, string>()
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    const path = join(folder, name)
    if (statSync(path).isDirectory() || DATABASES.test(basename(name))) continue
    if (OTHERS.test(name) || FETCHED_FILE.test(name)) continue
    const bytes = readFileSync(path)
    const isText = !bytes.includes(0) && !NAMES_ONLY.test(name)
    const what = isText ? plain(bytes.toString('latin1'), folder) : bytes
    files.set(plain(name.split(sep).join('/'), folder), NAMES_ONLY.test(name) ? '' : sha256Of(what))
  }
  return files
}

/** @param folder of a run: corpora, home, outputs, temporary files */
export function contentOf(folder: string, corpus: string): Content {
  const rows = existsSync(corpus)
    ? rowsOf(corpus, folder)
    : { tables: new Map<string, string[]>(), attempts: 0, spanSets: 0 }
  return {
    ...rows,
    tables: new Map([...rows.tables, ...promptRows(folder)]),
    files: filesOf(folder),
  }
}

/** Rows of the prompt bases in the home folder of a run. */
function promptRows(folder: string): Map<string, string[]> {
  const root = join(folder, 'home/prompt-bases')
  const all = promptBaseNames(root).flatMap((name) => {
    const db = readPromptBase(root, name)
    try {
      if (db.pragma('integrity_check', { simple: true }) !== 'ok') throw new Error('damaged')
      return [
        'sources',
        'prompts',
        'cleanings',
        'left_out',
        'models',
        'vectors',
        'words',
        'terms',
      ].map((table): [string, string[]] => [
        `${name}: ${table}`,
        db
          .prepare<[], Record<string, unknown>>(`SELECT * FROM ${table}`)
          .all()
          .map((row) =>
            plain(
              JSON.stringify(row, (_, value: unknown) =>
                value instanceof Uint8Array ? sha256Of(value) : value,
              ),
              folder,
            ),
          )
          .sort(),
      ])
    } finally {
      db.close()
    }
  })
  return new Map(all)
}

/** In words, one each. */
export interface Difference {
  what: 'attempts' | 'span sets' | 'left file' | 'other'
  detail: string
}

/** Both from a little before where they differ. */
function aside(one = '', other = ''): string {
  let at = 0
  while (at < one.length && one[at] === other[at]) at++
  const from = Math.max(0, at - 60)
  return `now ${one.slice(from, from + 300)} | before ${other.slice(from, from + 300)}`
}

export function differences(wanted: Content, found: Content): Difference[] {
  const all: Difference[] = []
  const add = (what: Difference['what'], detail: string): void => void all.push({ what, detail })
  if (found.attempts !== wanted.attempts)
    add('attempts', `${found.attempts} attempts, ${wanted.attempts} without a kill`)
  if (found.spanSets !== wanted.spanSets)
    add('span sets', `${found.spanSets} span sets, ${wanted.spanSets} without a kill`)
  for (const [name, rows] of wanted.tables) {
    const now = found.tables.get(name) ?? []
    const [before, after] = [new Set(rows), new Set(now)]
    const more = now.filter((row) => !before.has(row))
    const less = rows.filter((row) => !after.has(row))
    if (more.length + less.length > 0 || now.length !== rows.length)
      add(
        'other',
        `${name}: ${now.length} rows, ${rows.length} without a kill; ${aside(more[0], less[0])}`,
      )
  }
  for (const [name, what] of found.files) {
    const before = wanted.files.get(name)
    if (before === undefined) add('left file', name)
    else if (before !== what) add('other', `${name} holds something else`)
  }
  for (const name of wanted.files.keys())
    if (!found.files.has(name)) add('other', `${name} is missing`)
  return all
}
