/**
 * Makes test/fixtures/corpora: a small corpus as the programs of each older schema wrote it, kept as
 * SQL that can be read. Each program is taken from the repository's history and does the work
 * itself. `node test/support/freeze-corpora.ts [SCHEMA...]`; what is there already is overwritten.
 */
import { execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import SQLite from 'better-sqlite3'
import sharp from 'sharp'
import { makeRecord, makeResponse } from '../unit/warc/make.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const FIXTURES = join(ROOT, 'test/fixtures')

/** The program of each schema: the last commit of it that runs. */
const PROGRAMS: Record<string, string> = {
  1: 'f91d599',
  2: 'f7d8715',
  5: 'c5aca9b',
  6: 'd731715',
  7: '2a405e0',
  13: '9cc19b8',
  14: '4d997a1',
  15: 'b62473d',
}

interface Labeling {
  call(name: string, input: unknown): Promise<{ value: unknown }>
  stop(): Promise<void>
}

const response = (uri: string, type: string, body: string | Uint8Array): Buffer =>
  makeRecord('response', makeResponse(body, `Content-Type: ${type}`), {
    uri,
    fields:
      'Content-Type: application/http; msgtype=response\r\n' +
      `WARC-Date: 2024-05-06T07:08:09Z\r\nWARC-Record-ID: <urn:uuid:${uri}>\r\n`,
  })

/** Three pages of two sites: pictures that are there, missing and broken; words on every side. */
async function archive(): Promise<Buffer> {
  const picture = (r: number, g: number, b: number): Promise<Buffer> =>
    sharp({ create: { width: 40, height: 30, channels: 3, background: { r, g, b } } })
      .png()
      .toBuffer()
  const page = (title: string, body: string): string =>
    `<!doctype html><html lang="en"><title>${title}</title><body>${body}</body></html>`
  return Buffer.concat([
    response(
      'https://harbour.example/boats',
      'text/html; charset=utf-8',
      page(
        'Boats 🚤',
        '<p>Two fishing boats at the quay lie side by side. <img src="/boats.png" alt="Two fishing boats at the quay"></p>' +
          '<figure><img src="/tower.png" alt="IMG_0042" title="The tower"><figcaption>An old tower behind the harbour. Photo: city archive</figcaption></figure>' +
          '<p>Nothing more is shown here.</p>',
      ),
    ),
    response('https://harbour.example/boats.png', 'image/png', await picture(20, 60, 200)),
    response('https://harbour.example/tower.png', 'image/png', await picture(180, 120, 40)),
    response(
      'https://harbour.example/fish',
      'text/html; charset=utf-8',
      page('Fish', '<p>Before <img src="/gone.png" alt="A fish on a table"> after.</p>'),
    ),
    response(
      'https://orchard.example/',
      'text/html; charset=utf-8',
      page(
        'Äpfel',
        '<p><img src="/apples.png" alt="Fünf Äpfel 🍎 auf einem Tisch"></p><p>Man sieht fünf Äpfel 🍎 auf einem Tisch.</p>' +
          '<p><img src="/broken.png" alt="A picture that broke"></p>',
      ),
    ),
    response('https://orchard.example/apples.png', 'image/png', await picture(200, 30, 30)),
    response(
      'https://orchard.example/broken.png',
      'image/png',
      (await picture(1, 2, 3)).subarray(0, 60),
    ),
  ])
}

/** A program of the past, ready to run. */
function checkOut(commit: string, folder: string): void {
  mkdirSync(folder)
  const tar = execFileSync('git', ['archive', commit, 'src', 'package.json'], {
    cwd: ROOT,
    maxBuffer: 1 << 30,
  })
  execFileSync('tar', ['x', '-C', folder], { input: tar })
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
}

/** A database as SQL that makes it again. */
function dump(path: string): string {
  const db = new SQLite(path, { readonly: true })
  const lines = [
    `PRAGMA application_id = ${db.pragma('application_id', { simple: true })};`,
    `PRAGMA user_version = ${db.pragma('user_version', { simple: true })};`,
  ]
  const made = db
    .prepare<[], { type: string; name: string; sql: string }>(
      `SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'
       ORDER BY CASE type WHEN 'table' THEN 0 ELSE 1 END, rowid`,
    )
    .all()
  for (const { type, name, sql } of made) {
    lines.push(`${sql};`)
    if (type !== 'table') continue
    const columns = db.pragma(`table_info(${name})`) as { name: string }[]
    const values = columns.map((column) => `quote("${column.name}")`).join(` || ', ' || `)
    const rows = db.prepare<[], string>(`SELECT ${values} FROM ${name}`).pluck().all()
    for (const row of rows) lines.push(`INSERT INTO ${name} VALUES (${row});`)
  }
  db.close()
  return `${lines.join('\n')}\n`
}

/** Two people, one of whom takes something back, and a review. */
async function label(program: string, corpus: string): Promise<void> {
  const url = pathToFileURL(join(program, 'src/main/engine/engine.ts')).href
  const { createEngine } = (await import(url)) as {
    createEngine(options: { resumeJobs: boolean }): Labeling
  }
  const engine = createEngine({ resumeJobs: false })
  const said = (quote: string, note = ''): object => ({
    status: 'labeled',
    spans: [{ source: 'before', start: 0, end: quote.length, quote, type: 'content' }],
    flagged: note !== '',
    note,
  })
  const set = (annotator: string, state: object, review = false): Promise<unknown> =>
    engine.call('labels.set', { corpus, annotator, review, pair: 1, state, seconds: 4.5 })
  await set('Anna', said('Two fishing boats'))
  await set('Anna', said('Two fishing boats at the quay', 'the whole of it'))
  await engine.call('labels.undo', { corpus, annotator: 'Anna' })
  await engine.call('labels.redo', { corpus, annotator: 'Anna' })
  await set('Ben', { status: 'labeled', spans: [], flagged: false, note: '' })
  await set('Cleo', said('Two fishing boats at the quay'), true)
  await engine.stop()
}

async function freeze(schema: string): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), 'gleaner-frozen-'))
  const program = join(work, 'program')
  const corpus = join(work, 'frozen.gleaner')
  const home = join(work, 'home')
  checkOut(PROGRAMS[schema] as string, program)
  writeFileSync(join(work, 'crawl.warc'), await archive())
  const env = { ...process.env, GLEANER_HOME: home, GLEANER_RESOURCES: join(work, 'none') }
  const run = (...args: string[]): void => {
    const cli = join(program, 'src/main/cli/cli.ts')
    execFileSync(process.execPath, [cli, ...args], { env, stdio: ['ignore', 'ignore', 'inherit'] })
  }
  const model = (name: string): string => join(FIXTURES, 'models', name)
  run('init', corpus)
  run('ingest', corpus, join(work, 'crawl.warc'))
  for (const text of ['alt', 'caption']) {
    run('score', corpus, '--model', model('tiny-clip'), '--text', text, '--device', 'cpu')
  }
  if (Number(schema) >= 2) {
    run('spans', 'alts', corpus)
    run('spans', 'predict', corpus, '--model', model('tiny-bert-qa'), '--device', 'cpu')
    process.env['GLEANER_HOME'] = home
    await label(program, corpus)
    run('spans', 'freeze', corpus)
    try {
      run('spans', 'train', corpus, '--encoder', model('tiny-bert'))
      throw new Error('three pages are enough for a training')
    } catch (error) {
      // It fails, as there is too little to learn from, and writes that down.
      if (!(error instanceof Error && 'status' in error)) throw error
    }
  }
  const out = join(FIXTURES, 'corpora', `schema-${schema}`)
  rmSync(out, { recursive: true, force: true })
  mkdirSync(out, { recursive: true })
  for (const name of ['corpus', 'thumbs']) {
    const sql = dump(join(corpus, `${name}.db`)).replaceAll(work, '/data')
    writeFileSync(join(out, `${name}.sql`), sql.replaceAll(ROOT, '/data'))
  }
  if (existsSync(join(corpus, 'blobs'))) {
    cpSync(join(corpus, 'blobs'), join(out, 'blobs'), { recursive: true })
  }
  rmSync(work, { recursive: true, force: true })
}

const chosen = process.argv.slice(2)
for (const schema of chosen.length > 0 ? chosen : Object.keys(PROGRAMS)) await freeze(schema)
