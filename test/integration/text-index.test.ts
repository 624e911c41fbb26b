/** The index of texts beside a corpus, written while rows arrive, killed and deleted. */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { TextsStatus } from '#shared/contract/texts.ts'
import { createEngine } from '../../src/main/engine/engine.ts'
import { createCorpus, openCorpus, openReader } from '../../src/main/store/open.ts'
import { createReads } from '../../src/main/store/reads/reads.ts'
import { closeTextIndex, textIndexOf } from '../../src/main/store/texts/text-index.ts'
import { textsFile } from '../../src/main/store/texts/texts-db.ts'
import { fillCorpus } from '../support/synthetic.ts'

const folder = mkdtempSync(join(tmpdir(), 'gleaner-text-index-'))
process.env['GLEANER_HOME'] = join(folder, 'home')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function makeCorpus(name: string, pairs: number): string {
  const path = join(folder, `${name}.gleaner`)
  createCorpus(path)
  const corpus = openCorpus(path)
  fillCorpus(corpus, { pairs })
  corpus.close()
  return path
}

const WHERE = [
  'harbour',
  'words:"red boat"',
  'words.caption:har*',
  'text:"quiet horse"',
  '-words:cat',
]

function counts(path: string): number[] {
  const db = openReader(path)
  try {
    const reads = createReads(db)
    return WHERE.map((where) => reads.select({ where, sort: 'id', score: null, seed: 0 }).total)
  } finally {
    closeTextIndex(db)
    db.close()
  }
}

function indexed(path: string): number {
  const db = openReader(path)
  try {
    return textIndexOf(db).state()?.pairs ?? 0
  } finally {
    closeTextIndex(db)
    db.close()
  }
}

test('killed at any moment it goes on where it was, and what is found stays the same', async () => {
  const path = makeCorpus('killed', 3000)
  const expected = counts(path)
  expect(expected.every((n) => n > 0)).toBe(true)
  const child = join(import.meta.dirname, '../support/index-texts-child.ts')
  let kills = 0
  let last = 0
  for (;;) {
    const program = spawn(process.execPath, [child, path], { stdio: ['ignore', 'pipe', 'inherit'] })
    const after = 1 + ((kills * 7) % 11)
    let seen = 0
    let said = ''
    program.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      seen = said.split('\n').length - 1
      if (seen >= after && !said.includes('done')) program.kill('SIGKILL')
    })
    const [code] = await new Promise<[number | null]>((ended) =>
      program.once('close', (status) => ended([status])),
    )
    expect(counts(path)).toEqual(expected)
    const now = indexed(path)
    expect(now).toBeGreaterThanOrEqual(last)
    last = now
    if (code === 0) break
    kills++
  }
  expect(kills).toBeGreaterThan(2)
  expect(last).toBe(3000)
})

test('the program builds it in the background, follows what comes, and makes a deleted one anew', async () => {
  const path = makeCorpus('followed', 2000)
  const status: TextsStatus[] = []
  const engine = createEngine({ resumeJobs: false, indexesTexts: true })
  engine.onEvent((name, value) => {
    if (name === 'texts.changed') status.push(value as unknown as TextsStatus)
  })
  const whole = (n: number): Promise<void> =>
    expect
      .poll(() => status.at(-1), { timeout: 30_000 })
      .toMatchObject({ indexed: n, total: n, building: false, problem: null })
  try {
    await engine.call('corpora.open', { path })
    await whole(2000)
    const asked = async (): Promise<number[]> => {
      const found: number[] = []
      for (const where of WHERE) {
        const { value } = await engine.call('pairs.select', { corpus: path, where })
        found.push((value as { total: number }).total)
      }
      return found
    }
    expect(await asked()).toEqual(counts(path))
    // Rows come in: they are found at once, and put in behind.
    const table = join(folder, 'more.csv')
    const rows = Array.from({ length: 300 }, (_, i) => `https://a.example/${i}.png,a red boat ${i}`)
    writeFileSync(table, `url,text\n${rows.join('\n')}\n`)
    const before = await asked()
    const { job } = (await engine.call('jobs.import', { corpus: path, inputs: [table] })).value as {
      job: string
    }
    expect((await engine.finished(job)).state).toBe('done')
    expect(await asked()).toEqual(before.map((n, i) => n + ([0, 300, 0, 0, 300][i] as number)))
    await whole(2300)
    expect(await asked()).toEqual(counts(path))
  } finally {
    await engine.stop()
  }
  // Closed, it rests without a journal, and can be read where nothing can be written.
  expect(existsSync(`${textsFile(path)}-wal`)).toBe(false)
  rmSync(textsFile(path))
  const expected = counts(path)
  const again = createEngine({ resumeJobs: false, indexesTexts: true })
  try {
    await again.call('corpora.open', { path })
    await expect
      .poll(async () => (await again.call('texts.status', { corpus: path })).value, {
        timeout: 30_000,
      })
      .toMatchObject({ indexed: 2300, total: 2300 })
  } finally {
    await again.stop()
  }
  expect(counts(path)).toEqual(expected)
})
