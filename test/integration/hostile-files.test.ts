/**
 * Small files that are made, or were damaged, so that a program that reads them never comes to an
 * end or runs out of memory. The engine goes on answering: its own thread is never at work for 100 ms
 * without a break, of processor time, which other work on the machine does not change. By the clock
 * half of all calls are answered within a second: waiting for a disk or a pipe costs no processor time.
 */
import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CallInput, CallName, CallOutput } from '#shared/contract/index.ts'
import type { Job } from '#shared/contract/jobs.ts'
import { isAlive } from '../../src/main/processes/alive.ts'
import { createHelper } from '../../src/main/processes/helper.ts'
import type { Helper } from '../../src/main/processes/helper.ts'
import type { CallShape } from '../../src/main/processes/peer.ts'
import { startProcess } from '../../src/main/processes/start.ts'
import { sharedData } from '../support/shared-data.ts'
import { makeRecord, makeResponse } from '../unit/warc/make.ts'

const MOST_MS = 100
const MOST_MEDIAN_MS = 1000
/** Far beyond what any of them may take: no measure, only an end. */
const TIMEOUT = 120_000

const home = mkdtempSync(join(tmpdir(), 'hostile-'))
const busyFile = join(home, 'busy')
const corpus = join(home, 'a.gleaner')
let engine: Helper<Record<string, CallShape>>

function startEngine(): Helper<Record<string, CallShape>> {
  return createHelper({
    name: 'The engine',
    closeMs: 20_000,
    start: () =>
      startProcess(new URL('../support/busy-engine.ts', import.meta.url), {
        env: {
          ...process.env,
          GLEANER_HOME: join(home, 'home'),
          GLEANER_RESOURCES: join(home, 'no-resources'),
          GLEANER_BUSY: busyFile,
          NODE_OPTIONS: '',
        },
      }),
  })
}

async function call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> {
  return (await engine.call(name, input)).value as CallOutput<N>
}

async function finished(id: string): Promise<Job> {
  for (;;) {
    const job = (await call('jobs.list', {})).find((one) => one.id === id)
    if (job && !['queued', 'running'].includes(job.state)) return job
    await sleep(20)
  }
}

/** Milliseconds of processor time; begins anew. */
async function longestBusy(): Promise<number> {
  rmSync(busyFile, { force: true })
  process.kill(engine.running?.pid as number, 'SIGUSR2')
  while (!existsSync(busyFile) || readFileSync(busyFile, 'utf8') === '') await sleep(5)
  return Number(readFileSync(busyFile, 'utf8'))
}

/** Does the work, and asks for the jobs all the while. */
async function beside<T>(work: () => Promise<T>): Promise<T> {
  await longestBusy()
  const took: number[] = []
  let isOver = false
  const asking = (async () => {
    while (!isOver) {
      const start = performance.now()
      await call('jobs.list', {})
      took.push(performance.now() - start)
      await sleep(20)
    }
  })()
  try {
    return await work()
  } finally {
    isOver = true
    await asking
    const median = took.sort((a, b) => a - b)[took.length >> 1] as number
    expect({ busy: await longestBusy(), median }).toEqual({
      busy: expect.toSatisfy((ms: number) => ms < MOST_MS) as number,
      median: expect.toSatisfy((ms: number) => ms < MOST_MEDIAN_MS) as number,
    })
  }
}

function file(
  name: string,
  content: string | Uint8Array,
  more?: { size: number; end: string },
): string {
  const path = join(home, name)
  writeFileSync(path, content)
  if (more) {
    // A hole: it takes no room on the disk.
    truncateSync(path, more.size)
    writeFileSync(path, more.end, { flag: 'a' })
  }
  return path
}

beforeAll(async () => {
  engine = startEngine()
  await call('corpora.create', { path: corpus })
  // What is compiled and read once is no work of a file.
  const warm = file('warm.csv', 'url,text\nhttp://a.example/1.jpg,words\n')
  await call('tables.recognise', { path: warm, columns: [] })
  await finished((await call('jobs.import', { corpus, inputs: [warm], images: 'none' })).job)
}, TIMEOUT)
afterAll(async () => {
  await engine.close()
  rmSync(home, { recursive: true, force: true })
})

/** The pair of the page of so many elements. */
async function pairOf(n: number): Promise<number> {
  const where = `alt:"boat of ${n}"`
  const { selection } = await call('pairs.select', { corpus, where })
  const [pair] = await call('pairs.page', { corpus, selection, offset: 0, limit: 1 })
  return pair?.id as number
}

async function importOf(path: string): Promise<Job> {
  const { job } = await call('jobs.import', { corpus, inputs: [path], images: 'none' })
  return finished(job)
}

describe.skipIf(process.platform === 'win32')(
  'the engine answers while it is given',
  { timeout: TIMEOUT },
  () => {
    const beginning = 'a'.repeat(4096)

    test.each<[string, () => string, RegExp]>([
      [
        'a table of 20,000 equal headings',
        () => file('equal.csv', `${'x,'.repeat(19_999)}x\n${'1,'.repeat(19_999)}1\n`),
        /has 20,000 columns; up to 10,000 are read/,
      ],
      [
        'a table of 10,000 equal headings',
        () => file('equal-10.csv', `${'x,'.repeat(9_999)}x\n${'1,'.repeat(9_999)}1\n`),
        /No column of equal-10.csv is known to hold addresses/,
      ],
      [
        'a table of 300,000 equal headings',
        () => file('wide.csv', `${'x,'.repeat(299_999)}x\n${'1,'.repeat(299_999)}1\n`),
        /columns; up to 10,000 are read|separated|holds no rows/,
      ],
      [
        'a quote that is never closed',
        () => file('quote.csv', `url,text\nhttp://a/1,"${beginning}`, { size: 100e6, end: '\n' }),
        /is never closed/,
      ],
      [
        'a document of JSON that is too deep',
        () => file('deep.json', '['.repeat(3_000_000)),
        /cannot be read as JSON|gave|was given up|holds no rows/,
      ],
      [
        'a document that unpacks to a thousand times its size',
        () => file('bomb.json.gz', gzipSync(`[${' '.repeat(401e6)}]`)),
        /too large once unpacked/,
      ],
      [
        'a pipe to which nobody writes',
        () => {
          const path = join(home, 'pipe.csv')
          execFileSync('mkfifo', [path])
          return path
        },
        /is no file/,
      ],
    ])('%s', async (_, make, reason) => {
      const path = make()
      await beside(async () => {
        const { refusal } = await call('tables.recognise', { path, columns: [] }).catch(
          (error: { message: string; hint?: string }) => ({ refusal: error }),
        )
        expect(refusal?.message).toMatch(reason)
        const job = await importOf(path)
        expect(job.state).toBe('failed')
        expect(job.error?.message).toMatch(reason)
        expect(job.error?.hint ?? '').not.toBe('')
      })
    })

    test('a damaged Parquet file, which is read neither again at the next start', async () => {
      const path = sharedData('cases/hang-1.parquet')
      if (path === null) return
      await beside(async () => {
        const { refusal } = await call('tables.recognise', { path, columns: [] })
        expect(refusal?.message).toMatch(/cannot be read as Parquet/)
        const job = await importOf(path)
        expect(job).toMatchObject({ state: 'failed', error: { kind: 'damaged' } })
      })
    })

    test('a line of 300 MB, and takes the lines around it', async () => {
      const line = (n: number): string =>
        `{"url":"http://line.example/${n}.jpg","text":"words ${n}"}\n`
      const start = `${line(1)}{"url":"${'a'.repeat(70_000)}`
      const path = file('line.jsonl', start, { size: 300e6, end: `\n${line(2)}` })
      await beside(async () => {
        const job = await importOf(path)
        expect(job.state).toBe('done')
        expect(job.result).toEqual(
          expect.arrayContaining([
            { label: 'Pairs', value: '2' },
            { label: 'Failures', value: '1' },
          ]),
        )
      })
    })

    test('rows of some millions of characters, which are taken or left out, each with its reason', async () => {
      const row = (n: number, size: number): string =>
        `http://long.example/${n}.jpg,${'w'.repeat(size)}\n`
      const path = file(
        'long.csv',
        `url,text\n${row(1, 10)}${row(2, 3e6)}${row(3, 5e6)}${row(4, 10)}`,
      )
      await beside(async () => {
        const job = await importOf(path)
        expect(job.result).toEqual(
          expect.arrayContaining([
            { label: 'Pairs', value: '3' },
            { label: 'Failures', value: '1' },
          ]),
        )
      })
    })

    test.each([
      ['23 kB', 1_000],
      ['95 kB', 4_000],
    ])(
      'a page of %s of unclosed elements: it is shown, or its source with the reason',
      async (size, n) => {
        // Each paragraph begins with all the elements that are still open: n times n of them.
        const fonts = Array.from({ length: n }, (_, i) => `<font id=${i}>`).join('')
        const page = `<html><body><p>Before it.<img src="/${n}.jpg" alt="a boat of ${n}">${fonts}${'<p>a'.repeat(2 * n)}`
        const archive = file(
          `${n}.warc`,
          makeRecord('response', makeResponse(page), { uri: `http://fonts.example/${n}.html` }),
        )
        const { job } = await call('jobs.ingest', { corpus, inputs: [archive], images: 'none' })
        expect((await finished(job)).state).toBe('done')
        const id = await pairOf(n)
        await beside(async () => {
          const shown = await call('pairs.source', { corpus, id })
          expect(shown.raw, size).toContain(`a boat of ${n}`)
          if (shown.html === null) expect(shown.problem?.message).toMatch(/given up|too long/)
          else expect(shown.html).toContain('gleaner-picture')
        })
      },
    )

    test('a manifest of a model without end', async () => {
      const folder = join(home, 'model')
      mkdirSync(folder, { recursive: true })
      writeFileSync(join(folder, 'gleaner.json'), '{"id": "')
      truncateSync(join(folder, 'gleaner.json'), 2e9)
      await beside(async () => {
        await expect(call('models.add', { source: folder })).rejects.toMatchObject({
          kind: 'unsupported',
          message: expect.stringContaining('is too large') as string,
        })
      })
    })

    test('files of labels with lines of many millions of characters', async () => {
      const line = `{"uid":${'['.repeat(900_000)}\n`
      const flat = `{"uid":[${'1,'.repeat(400_000)}1]}\n`
      const path = file('labels.jsonl', line.repeat(20) + flat.repeat(20) + 'x'.repeat(3e6))
      await beside(async () => {
        const merged = await call('labels.merge', { corpus, files: [path] })
        expect(merged.added).toBe(0)
        expect(merged.refused.reduce((sum, { n }) => sum + n, 0)).toBe(41)
      })
    })

    test.each([
      ['YAML that names itself', 'yaml', `a: &a [x]\n${'b: [*a, *a, *a, *a]\n'.repeat(10_000)}`],
      ['YAML that is too deep', 'yaml', `prompts: ${'['.repeat(100_000)}`],
      ['200,000 empty rows', 'csv', `prompt,group\n${',\n'.repeat(200_000)}`],
    ])('prompts: %s', async (_, format, text) => {
      const path = file(`prompts.${format}`, text)
      await beside(async () => {
        const failed = await call('prompts.import', { corpus, file: path }).then(
          () => null,
          (error: { message: string }) => error,
        )
        expect(failed?.message).toMatch(/prompts/)
      })
    })
  },
)

describe.skipIf(process.platform === 'win32')(
  'whatever a helper is doing',
  { timeout: TIMEOUT },
  () => {
    const childrenOf = (pid: number): number[] => {
      try {
        return execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' })
          .split('\n')
          .filter((line) => line !== '')
          .map(Number)
      } catch {
        return []
      }
    }

    /** A page that its reader is at for seconds. */
    async function busyReader(): Promise<number> {
      const id = await pairOf(4_000)
      await sleep(100)
      const before = new Set(childrenOf(engine.running?.pid as number))
      call('pairs.source', { corpus, id }).catch(() => undefined)
      await sleep(1000)
      const readers = childrenOf(engine.running?.pid as number)
      expect(readers.length).toBeGreaterThan(0)
      return readers.find((pid) => !before.has(pid)) ?? (readers[0] as number)
    }

    test('it ends with an engine that is closed', async () => {
      await busyReader()
      const children = childrenOf(engine.running?.pid as number)
      await engine.close()
      expect(children.filter(isAlive)).toEqual([])
    })

    test('it ends with an engine that is killed', async () => {
      engine = startEngine()
      await call('corpora.open', { path: corpus })
      await busyReader()
      const children = childrenOf(engine.running?.pid as number)
      process.kill(engine.running?.pid as number, 'SIGKILL')
      await expect.poll(() => children.filter(isAlive), { timeout: 20_000 }).toEqual([])
    })
  },
)
