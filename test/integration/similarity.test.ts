import { execFile, execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, expect, it } from 'vitest'
import { SimilarityInput } from '#shared/contract/jobs/similarity.ts'
import { runSimilarity } from '../../src/main/jobs/similarity/similarity.ts'
import { openTable } from '../../src/main/tables/index.ts'
import { gleaner } from '../support/cli.ts'
import { entriesAt } from '../support/entries.ts'
import {
  emptyFolders,
  expectedOf,
  INFERENCE_HOST,
  MODELS,
  PICTURES,
  type TinyModel,
} from '../support/models.ts'
import { scoreContext } from './score-support.ts'

const TABLE_READER = new URL('../../src/main/jobs/import/table-reader.ts', import.meta.url)
const home = mkdtempSync(join(tmpdir(), 'similarity-home-'))
const folder = mkdtempSync(join(tmpdir(), 'similarity-'))
const picture = (name: string): string => join(PICTURES, name)
const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`

/** By transformers, in float64 here. */
function reference(model: TinyModel): { file: string; text: string; cosine: number }[] {
  const { images, texts } = expectedOf(model)
  const dot = (a: Float32Array, b: Float32Array): number =>
    a.reduce((sum, value, i) => sum + value * (b[i] as number), 0)
  return images.flatMap(({ file, embedding }) =>
    texts
      // A cell of white space alone holds no words.
      .filter(({ text }) => text.trim() !== '' && text.isWellFormed() && !/[\0\r]/.test(text))
      .map((one) => ({
        file,
        text: one.text,
        cosine:
          dot(embedding, one.embedding) /
          Math.sqrt(dot(embedding, embedding) * dot(one.embedding, one.embedding)),
      })),
  )
}

function context(signal?: AbortSignal) {
  const ctx = scoreContext(signal)
  const nowhere = new URL('file:///nowhere')
  return {
    ...ctx,
    entries: entriesAt(nowhere, { inferenceHost: INFERENCE_HOST, tableReader: TABLE_READER }),
  }
}

let made = 0
const write = (name: string, text: string): string => {
  const path = join(folder, `${made++}-${name}`)
  writeFileSync(path, text)
  return path
}

interface Scored {
  head: string[]
  rows: unknown[][]
}

/** Read by the reader of tables, whatever the format. */
async function read(path: string): Promise<Scored> {
  const table = await openTable(path)
  const head = table.columns.map(({ name }) => name)
  const rows: unknown[][] = []
  for await (const batch of table.read({ columns: head })) {
    for (let i = 0; i < batch.rows; i++) rows.push(batch.values.map((column) => column[i]))
  }
  await table.close()
  return { head, rows }
}

async function run(
  input: Partial<SimilarityInput> & { file: string },
  signal?: AbortSignal,
  fetching = {},
): Promise<Scored & { told: ReturnType<typeof scoreContext>['told']; out: string }> {
  const format = input.format ?? 'csv'
  const out = join(folder, `out-${made++}.${format}`)
  const ctx = context(signal)
  const parsed = SimilarityInput.parse({ models: [join(MODELS, 'tiny-clip')], out, ...input })
  await runSimilarity(parsed, emptyFolders(), ctx, { fetching })
  return { ...(await read(out)), told: ctx.told, out }
}

const pairs = reference('tiny-clip')
let table: string
beforeAll(() => {
  const lines = pairs.map(({ file, text }) => `${quoted(picture(file))},${quoted(text)}`)
  table = write('pairs.csv', `image,text\n${lines.join('\n')}\n`)
})

it('gives the cosines of transformers for two models side by side', async () => {
  const siglip = reference('tiny-siglip')
  const models = ['tiny-clip', 'tiny-siglip'].map((name) => join(MODELS, name))
  const { head, rows } = await run({ file: table, models })
  expect(head.slice(0, 2)).toEqual(['image', 'text'])
  expect(head.slice(2, 4).every((name) => name.startsWith('similarity_tiny-'))).toBe(true)
  expect(rows).toHaveLength(pairs.length)
  const other = new Map(siglip.map(({ file, text, cosine }) => [`${file} ${text}`, cosine]))
  let compared = 0
  for (const [i, { file, text, cosine }] of pairs.entries()) {
    const row = rows[i] as string[]
    expect(row.slice(0, 2)).toEqual([picture(file), text])
    expect(Math.abs(Number(row[2]) - cosine)).toBeLessThan(1e-4)
    const second = other.get(`${file} ${text}`)
    if (second === undefined) continue
    compared++
    expect(Math.abs(Number(row[3]) - second)).toBeLessThan(1e-4)
  }
  expect(compared).toBeGreaterThan(20)
})

it('keeps the place of each row that cannot be scored, with its reason', async () => {
  const [first] = pairs
  const good = picture(first?.file as string)
  const text = write('no-picture.jpg', 'these are no pixels')
  const file = write(
    'bad.csv',
    [
      'id,image,text,similarity',
      `001,${good},a dog,0.3`,
      '002,missing.jpg,a dog,0.3',
      `003,${good},,0.3`,
      '004,,a dog,0.3',
      '005,too,many,cells,in,it',
      `006,${text},a dog,0.3`,
      '007,/dev/zero,a dog,0.3',
      `008,${good},a dog,0.3`,
    ].join('\n'),
  )
  const { head, rows, told } = await run({ file })
  expect(head).toEqual([
    'id',
    'image',
    'text',
    'similarity',
    'similarity_tiny-clip',
    'similarity_problem',
  ])
  const about = rows.map((row) => [row[0], row[4] === '' ? null : 'scored', row[5]])
  expect(about.map(([id, scored]) => [id, scored])).toEqual([
    ['001', 'scored'],
    ['002', null],
    ['003', null],
    ['004', null],
    ['', null],
    ['006', null],
    ['007', null],
    ['008', 'scored'],
  ])
  const reasons = about.map(([, , reason]) => String(reason))
  expect(reasons[1]).toMatch(/^picture: there is no file .*missing\.jpg$/)
  expect(reasons[2]).toBe('no text')
  expect(reasons[3]).toBe('no picture')
  expect(reasons[4]).toMatch(/^row: ragged-row/)
  expect(reasons[5]).toMatch(/^picture: /)
  expect(reasons[6]).toBe('picture: /dev/zero is no file')
  expect((rows[0] as string[])[3]).toBe('0.3')
  expect(told.results.get('Rows')).toBe('8, 2 of them scored')
  expect(told.results.get('Not scored')).toBe('3 picture; 1 no text; 1 no picture; 1 row')
})

it('writes what it read in each format, and the softmax of candidates', async () => {
  const files = [...new Set(pairs.map(({ file }) => file))].slice(0, 3)
  const texts = ['a dog', 'two red circles', 'map']
  const lines = files.flatMap((file, i) =>
    texts.map((text, j) =>
      JSON.stringify({ n: i * 3 + j, image: picture(file), text, ok: j === 0 }),
    ),
  )
  const file = write('rows.jsonl', `${lines.join('\n')}\n`)
  const plain = await run({ file, format: 'jsonl' })
  const cosines = plain.rows.map((row) => Number(row.at(-2)))
  const share = await run({ file, format: 'parquet', unit: 'softmax' })
  const { head, rows } = share
  expect(head).toEqual(['n', 'image', 'text', 'ok', 'similarity', 'similarity_problem'])
  expect(rows.map((row) => Number(row[0]))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
  // The tiny model says no scale: CLIP's own, by hand.
  const scale = Number(/scale ([\d.]+)/.exec(share.told.results.get('Unit') ?? '')?.[1])
  expect(scale).toBeGreaterThan(0)
  for (let group = 0; group < 3; group++) {
    const part = cosines.slice(group * 3, group * 3 + 3)
    const weights = part.map((cosine) => Math.exp(scale * cosine))
    const sum = weights.reduce((a, b) => a + b)
    for (const [j, weight] of weights.entries()) {
      expect(Number(rows[group * 3 + j]?.[4])).toBeCloseTo(weight / sum, 4)
    }
  }
  const hundred = await run({ file, unit: 'x100' })
  for (const [i, row] of hundred.rows.entries()) {
    expect(Number(row[4])).toBeCloseTo(100 * Math.max(0, cosines[i] as number), 3)
  }
})

it('counts tokens for each model where that is asked for, and says how many texts were cut', async () => {
  const [first] = pairs
  const good = picture(first?.file as string)
  const long = Array.from({ length: 76 }, () => 'a').join(' ')
  const file = write('long.csv', `image,text\n${good},${long}\n${good},a a a\nno.jpg,a\n${good},\n`)
  const { head, rows, told } = await run({ file, tokens: true })
  expect(head.slice(2)).toEqual(['tokens', 'similarity', 'similarity_problem'])
  // A picture that is missing leaves the text as it is.
  expect(rows.map((row) => row[2])).toEqual(['78', '5', '3', ''])
  expect(told.results.get('Cut')).toMatch(/^1 of 3 texts at 77 tokens, .*tiny-clip$/)
  const two = await run({
    file,
    tokens: true,
    models: ['tiny-clip', 'tiny-siglip'].map((name) => join(MODELS, name)),
  })
  expect(two.head.slice(2, 4)).toEqual(['tokens_tiny-clip', 'tokens_tiny-siglip'])
})

it('fetches addresses, each once, and says why where one cannot be had', async () => {
  const [first] = pairs
  const bytes = readFileSync(picture(first?.file as string))
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    if (request.url === '/a.png') response.end(bytes)
    else response.writeHead(404).end()
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  try {
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const rows = ['a dog', 'a cat', 'a map'].map((text) => `${base}/a.png,${text}`)
    const file = write('web.csv', `image,text\n${rows.join('\n')}\n${base}/b.png,a dog\n`)
    const found = await run({ file }, undefined, { allowAddress: () => true, perHostDelayMs: 0 })
    expect(found.rows.map((row) => row[3])).toEqual(['', '', '', expect.stringMatching(/http-404/)])
    expect(asked.filter((url) => url === '/a.png')).toHaveLength(1)
    // Nobody's own network is asked.
    const guarded = await run({ file })
    expect(guarded.rows.every((row) => /private-address/.test(String(row[3])))).toBe(true)
  } finally {
    server.close()
  }
})

it('leaves nothing behind where it is canceled, and writes over nothing', async () => {
  const abort = new AbortController()
  abort.abort()
  const out = join(folder, 'canceled.csv')
  await expect(run({ file: table, out }, abort.signal)).rejects.toThrow()
  expect(existsSync(out)).toBe(false)
  const there = write('there.csv', 'mine')
  await expect(run({ file: table, out: there })).rejects.toThrow(/is there already/)
  expect(readFileSync(there, 'utf8')).toBe('mine')
})

it('is a command that gives the table alone, from a pipe too', async () => {
  const [first] = pairs
  const good = picture(first?.file as string)
  const log = join(folder, 'stats.log')
  const file = write('two.csv', `image,text\n${good},a dog\nmissing.jpg,a dog\n`)
  const model = ['--model', join(MODELS, 'tiny-clip')]
  const one = await gleaner(['similarity', file, ...model, '--log', log], { home })
  expect(one.code).toBe(0)
  expect(one.stdout.split('\n')).toEqual([
    'image,text,similarity,similarity_problem',
    expect.stringMatching(/,a dog,-?0\.\d+,$/),
    expect.stringMatching(/^missing\.jpg,a dog,,picture: there is no file/),
    '',
  ])
  const said = readFileSync(log, 'utf8')
  for (const label of ['Time', 'Peak memory', 'Model', 'Unit', 'Rows']) {
    expect(said).toMatch(new RegExp(`^${label}: .+`, 'm'))
  }
  expect(said).toMatch(/digest [0-9a-f]{64}, device cpu/)
  const piped = await gleaner(['similarity', '-', ...model], { home, stdin: file })
  expect(piped.stdout).toBe(one.stdout.replace(folder, process.cwd()))
  const none = await gleaner(['similarity', file, '--image-column', 'photo'], { home })
  expect([none.code, none.stdout]).toEqual([2, ''])
  expect(none.stderr).toMatch(/has no column photo/)
}, 120_000)

it.skipIf(process.platform === 'win32')(
  'reads pipes as standard input: named ones, and those that a shell opens',
  async () => {
    const [first] = pairs
    const good = picture(first?.file as string)
    const file = write('piped.csv', `image,text\n${good},a dog\nmissing.jpg,a dog\n`)
    const model = ['--model', join(MODELS, 'tiny-clip')]
    const plain = await gleaner(['similarity', file, ...model], { home })
    const expected = plain.stdout.replace(folder, process.cwd())
    const pipe = join(folder, 'named-pipe')
    execFileSync('mkfifo', [pipe])
    const named = gleaner(['similarity', pipe, ...model], { home })
    // Opening a pipe to write waits for the one who reads.
    await promisify(execFile)('sh', ['-c', 'cat "$0" > "$1"', file, pipe])
    expect(await named).toMatchObject({ code: 0, stdout: expected })
    const bin = resolve(import.meta.dirname, '../../bin/gleaner.mjs')
    const command = '"$0" "$1" similarity <(cat "$2") --model "$3"'
    const { stdout } = await promisify(execFile)(
      'bash',
      ['-c', command, process.execPath, bin, file, model[1] as string],
      { env: { ...process.env, GLEANER_HOME: home } },
    )
    expect(stdout).toBe(expected)
    const closed = await gleaner(['similarity', '/dev/fd/97', ...model], { home })
    expect([closed.code, closed.stdout]).toEqual([2, ''])
    expect(closed.stderr).toMatch(/is no pipe that can be read/)
    const device = await gleaner(['similarity', '/dev/zero', ...model], { home })
    expect(device.stderr).toMatch(/\/dev\/zero is no file/)
  },
  120_000,
)
