/** No room, tried without a disk of its own: a database that may not grow, a program that may write no large file. */
import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import SQLite from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runIngest } from '../../src/main/jobs/ingest/ingest.ts'
import { createCorpus, openCorpus, openReader } from '../../src/main/store/open.ts'
import { gleaner } from '../support/cli.ts'
import type { Outcome } from '../support/cli.ts'
import { contentHash, ingest, jobContext } from '../support/ingest.ts'

const SAMPLE = resolve(import.meta.dirname, '../../resources/sample')
const BIN = resolve(import.meta.dirname, '../../bin/gleaner.mjs')

let folder = ''
let whole = ''
let wholeHash = ''
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'no-room-'))
  whole = join(folder, 'whole.gleaner')
  const corpus = await ingest(whole, [SAMPLE])
  wholeHash = contentHash(corpus.reader)
  corpus.close()
}, 60_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function hashOf(path: string): string {
  const db = openReader(path)
  try {
    return contentHash(db)
  } finally {
    db.close()
  }
}

test('an ingest whose database may not grow fails by name, and goes on to the same content', async () => {
  const path = join(folder, 'a.gleaner')
  createCorpus(path)
  const corpus = openCorpus(path)
  const input = { corpus: path, inputs: [SAMPLE], images: 'none', workers: 2 }
  const pages = (): number => Number(corpus.writer.pragma('page_count', { simple: true }))
  for (let more = 2; more <= 16; more *= 2) {
    corpus.writer.pragma(`max_page_count = ${pages() + more}`)
    await expect(runIngest(corpus, input, jobContext())).rejects.toMatchObject({
      kind: 'io',
      message: `The disk of ${path} is full.`,
    })
  }
  corpus.writer.pragma('max_page_count = 1073741823')
  await runIngest(corpus, input, jobContext())
  corpus.close()
  expect(hashOf(path)).toBe(wholeHash)
})

/** Runs `gleaner` so that no file may grow beyond so many KB. */
function limited(args: string[], home: string, kilobytes: number): Promise<Outcome> {
  return new Promise((done, fail) => {
    const script = `ulimit -f ${kilobytes}; exec "$@"`
    const child = spawn('bash', ['-c', script, 'bash', process.execPath, BIN, ...args], {
      env: { ...process.env, GLEANER_HOME: home },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk))
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk))
    child.on('error', fail)
    child.on('close', (code) => done({ code, stdout, stderr }))
  })
}

test.skipIf(process.platform === 'win32')(
  'the command line says what failed where files may not grow, and the same command goes on later',
  async () => {
    const home = join(folder, 'home-limited')
    const path = join(folder, 'limited.gleaner')
    const command = ['ingest', path, SAMPLE, '--images', 'archive']
    expect((await gleaner(['init', path], { home })).code).toBe(0)
    for (const kilobytes of [300, 900]) {
      const refused = await limited(command, home, kilobytes)
      expect(refused.code).toBe(1)
      expect(refused.stderr).toMatch(/^error: .*limited\.gleaner/m)
      expect(refused.stderr).not.toMatch(/^\s+at |Node\.js v/m)
    }
    expect((await gleaner(command, { home })).code).toBe(0)
    // Looking for pictures adds failures: compared with the same command without a limit.
    const free = join(folder, 'free.gleaner')
    await gleaner(['init', free], { home })
    await gleaner(['ingest', free, SAMPLE, '--images', 'archive'], { home })
    expect(hashOf(path)).toBe(hashOf(free))
    const left = readdirSync(path, { recursive: true }).map(String)
    expect(left.filter((name) => /\.tmp$|\.probe-/.test(name))).toEqual([])
  },
  60_000,
)

describe('the command line on what cannot be written to', () => {
  test('reads a corpus that another program writes to, and says why it changes nothing', async () => {
    const home = join(folder, 'home-busy')
    const path = join(folder, 'busy.gleaner')
    cpSync(whole, path, { recursive: true })
    const lock = new SQLite(join(path, 'writer.lock'))
    lock.exec('BEGIN EXCLUSIVE')
    try {
      const stats = await gleaner(['stats', path, '--json'], { home })
      expect(stats.code).toBe(0)
      expect(stats.stderr).toMatch(/open for reading only: .* is being written to by/)
      expect(JSON.parse(stats.stdout)).toHaveProperty('pairs')
      const out = join(folder, 'exported')
      const exported = await gleaner(
        ['export', path, '--format', 'jsonl', '--text', 'alt', '--out', out],
        { home },
      )
      expect([exported.code, exported.stderr]).toEqual([0, expect.anything()])
      expect(existsSync(out)).toBe(true)
      const refused = await gleaner(['ingest', path, SAMPLE], { home })
      expect(refused.code).toBe(1)
      expect(refused.stderr).toMatch(/error: .* is open read-only: .* is being written to by/)
    } finally {
      lock.close()
    }
  }, 60_000)

  test('a broken recent.json blocks no command: it is set aside with a warning, once', async () => {
    const home = join(folder, 'home-broken')
    expect((await gleaner(['stats', whole], { home })).code).toBe(0)
    writeFileSync(join(home, 'recent.json'), '[{"path":')
    writeFileSync(join(home, 'settings.json'), '{"theme": 7}')
    const first = await gleaner(['stats', whole], { home })
    expect(first.code).toBe(0)
    expect(first.stderr).toMatch(/warning: .*recent\.json is not valid JSON\. It is kept as/)
    expect(first.stderr).toMatch(/warning: .*settings\.json cannot be used/)
    const second = await gleaner(['stats', whole], { home })
    expect([second.code, second.stderr]).toEqual([0, ''])
  }, 60_000)
})
