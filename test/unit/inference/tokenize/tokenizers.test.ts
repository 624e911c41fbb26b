import { mkdtempSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createTokenizers } from '../../../../src/main/inference/tokenize/tokenizers.ts'
import type { Tokenizers } from '../../../../src/main/inference/tokenize/tokenizers.ts'
import { isAlive } from '../../../../src/main/processes/alive.ts'
import { descendantsOf } from '../../../support/processes.ts'
import { subwordTokenizer } from '../../../support/subword-strings.ts'
import { TOKENIZER_HOST } from '../../../support/tokenizers.ts'

const folder = mkdtempSync(join(tmpdir(), 'gleaner-tokenizers-'))
afterAll(() => rmSync(folder, { recursive: true }))
let tokenizers: Tokenizers
beforeEach(() => {
  tokenizers = createTokenizers(TOKENIZER_HOST)
})
afterEach(() => tokenizers.close())

const bert = JSON.parse(subwordTokenizer('bert-uncased')) as Record<string, unknown>
let written = 0
function write(content: string): string {
  const path = join(folder, `${++written}.json`)
  writeFileSync(path, content)
  return path
}
const bertWith = (changes: object): string => write(JSON.stringify({ ...bert, ...changes }))

/** So many ways to read `aaa…!` that none is ever found, tried anew for each place of the text. */
const BACKTRACKING = {
  normalizer: null,
  pre_tokenizer: {
    type: 'Split',
    pattern: { Regex: '(a+)+$' },
    behavior: 'Isolated',
    invert: false,
  },
}
/** Below the library's own limit of steps for one place, so that it goes on for hours. */
const SLOW = `${'a'.repeat(20)}!`.repeat(100_000)

test('texts come back as ids, and as tokens with their places in code points', async () => {
  const tokenizer = await tokenizers.open(bertWith({}))
  const [ids] = await tokenizer.ids(['the \u{1f600} cat'])
  const [tokens] = await tokenizer.tokens(['the \u{1f600} cat'])
  expect([...(ids ?? [])].slice(1, -1)).toEqual([...(tokens?.ids ?? [])])
  expect([...(tokens?.offsets ?? [])].slice(0, 4)).toEqual([0, 3, 4, 5])
  expect(await tokenizer.ids([])).toEqual([])
  // BERT drops what is no character.
  expect((await tokenizer.ids(['', '\ud800'])).map(({ length }) => length)).toEqual([2, 2])
})

describe('a tokenizer.json that a text keeps busy', () => {
  test('is left at once when it is canceled, and no process is left at it', async () => {
    const tokenizer = await tokenizers.open(bertWith(BACKTRACKING))
    const abort = new AbortController()
    const ids = tokenizer.ids([SLOW], abort.signal)
    const failed = expect(ids).rejects.toMatchObject({ kind: 'canceled' })
    await new Promise((resolve) => setTimeout(resolve, 500))
    const pids = descendantsOf(process.pid, 'tokenizer-host')
    if (process.platform === 'linux') expect(pids).toHaveLength(1)
    const start = performance.now()
    abort.abort()
    await failed
    expect(performance.now() - start).toBeLessThan(1000)
    await vi.waitFor(() => expect(pids.filter(isAlive)).toEqual([]), { timeout: 5000 })
  })

  test('is given up after its time, and others are read on', async () => {
    const impatient = createTokenizers(TOKENIZER_HOST, { patienceMs: 1500 })
    try {
      const sound = await impatient.open(bertWith({}))
      const path = bertWith(BACKTRACKING)
      const tokenizer = await impatient.open(path)
      const failed = expect(tokenizer.ids([SLOW])).rejects.toMatchObject({
        kind: 'model',
        message: expect.stringContaining(path) as string,
        hint: expect.stringMatching(/another/) as string,
      })
      const [ids] = await sound.ids(['the cat'])
      expect(ids?.length).toBeGreaterThan(2)
      await failed
      expect(await sound.ids(['the cat'])).toEqual([ids])
    } finally {
      await impatient.close()
    }
  })

  test('while it is being opened, too', async () => {
    const impatient = createTokenizers(TOKENIZER_HOST, { patienceMs: 1500 })
    const special = { id: 0, single_word: false, lstrip: false, rstrip: false, special: false }
    const path = bertWith({
      // The spelling of an added token goes through the steps when the file is opened.
      added_tokens: [{ ...special, content: SLOW, normalized: true }],
      normalizer: { type: 'Replace', pattern: { Regex: '(a+)+$' }, content: 'b' },
    })
    try {
      await expect(impatient.open(path)).rejects.toMatchObject({ kind: 'model' })
      // That is remembered for a while: who lists models does not wait for it each time.
      const start = performance.now()
      await expect(impatient.open(path)).rejects.toMatchObject({ kind: 'model' })
      expect(performance.now() - start).toBeLessThan(1000)
    } finally {
      await impatient.close()
    }
  })
})

describe('a tokenizer.json that the library does not survive', () => {
  test.each([
    ['a text of which it makes it give up', bertWith(BACKTRACKING), `${'a'.repeat(50)}!`],
    ['a map of characters that is cut short', cutCharacters(), 'a'],
    [
      'a text that it makes larger and larger',
      bertWith({
        normalizer: {
          type: 'Sequence',
          normalizers: Array(4).fill({
            type: 'Replace',
            pattern: { String: 'x' },
            content: 'x'.repeat(1000),
          }),
        },
      }),
      'x',
    ],
  ])('by %s costs its process and says so', async (_, path, text) => {
    const read = async (): Promise<unknown> => (await tokenizers.open(path)).ids([text])
    await expect(read()).rejects.toMatchObject({
      kind: 'model',
      message: expect.stringContaining(path) as string,
    })
    const sound = await tokenizers.open(bertWith({}))
    expect((await sound.ids(['the cat']))[0]?.length).toBeGreaterThan(2)
  })
})

describe('a file', () => {
  test('that is not there, or far too large, is refused with its name', async () => {
    const gone = join(folder, 'gone.json')
    await expect(tokenizers.open(gone)).rejects.toMatchObject({
      kind: 'model',
      message: expect.stringContaining(gone) as string,
    })
    const huge = write('{')
    truncateSync(huge, 3_000_000_000)
    await expect(tokenizers.open(huge)).rejects.toThrow(/too large: 3000 MB/)
  })

  test('that changes while it is in use is not read as if it had not', async () => {
    const path = bertWith({})
    const tokenizer = await tokenizers.open(path)
    utimesSync(path, new Date(), new Date(Date.now() + 5000))
    // Its process has read it; the next one has not.
    expect(await tokenizer.ids(['a'])).toHaveLength(1)
    const deadly = await tokenizers.open(bertWith(BACKTRACKING))
    await expect(deadly.ids([`${'a'.repeat(50)}!`])).rejects.toThrow()
    await expect(tokenizer.ids(['a'])).rejects.toThrow(/was changed while it was in use/)
    expect(await (await tokenizers.open(path)).ids(['a'])).toHaveLength(1)
  })
})

test('where the library has no program for this machine, that is said', async () => {
  vi.stubEnv('NAPI_RS_NATIVE_LIBRARY_PATH', join(folder, 'no-such-library.node'))
  try {
    await expect(tokenizers.open(bertWith({}))).rejects.toMatchObject({
      kind: 'model',
      message: expect.stringMatching(/does not run here/) as string,
      hint: expect.stringMatching(/Install Gleaner again/) as string,
    })
  } finally {
    vi.unstubAllEnvs()
  }
})

function cutCharacters(): string {
  const json = JSON.parse(subwordTokenizer('t5')) as {
    normalizer: { precompiled_charsmap: string }
  }
  json.normalizer.precompiled_charsmap = json.normalizer.precompiled_charsmap.slice(0, 1000)
  return write(JSON.stringify(json))
}
