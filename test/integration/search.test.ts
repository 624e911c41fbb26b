import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { CallInput, CallName, CallOutput } from '#shared/contract/index.ts'
import type { SearchInput } from '#shared/contract/search.ts'
import { createEngine } from '../../src/main/engine/engine.ts'
import type { Engine } from '../../src/main/engine/engine.ts'
import { keyFromHex, putEmbeddings } from '../../src/main/store/repositories/embeddings.ts'
import { ensureModel } from '../../src/main/store/repositories/models.ts'
import { sha256Of } from '../../src/main/files/digest.ts'
import { gleaner, jsonLines } from '../support/cli.ts'
import type { Outcome } from '../support/cli.ts'
import { expectedOf, MODELS, PICTURES } from '../support/models.ts'
import { clusteredVectors, plainCosines } from '../support/vectors.ts'
import { corpusOf } from './score-support.ts'
import type { TestPair } from './score-support.ts'

let home = ''
let engine: Engine
const ask = async <N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> =>
  (await engine.call(name, input)).value as CallOutput<N>

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'gleaner-search-'))
  process.env['GLEANER_HOME'] = join(home, 'home')
  engine = createEngine({ resumeJobs: false })
})
afterEach(async () => {
  await engine.stop()
  delete process.env['GLEANER_HOME']
  rmSync(home, { recursive: true, force: true })
})

/** What transformers computed with the same weights. */
const { images, texts } = expectedOf('tiny-clip')
const dot = (a: Float32Array, b: Float32Array): number => plainCosines(a, b)[0] as number
const textNamed = (wanted: string): Float32Array =>
  texts.find(({ text }) => text === wanted)?.embedding as Float32Array

/** A pair for each picture that transformers looked at, two without a picture, one not embedded. */
async function scoredCorpus(more: TestPair[] = []): Promise<string> {
  const corpus = corpusOf([
    ...images.map(({ file }, i): TestPair => ({
      picture: readFileSync(join(PICTURES, file)),
      imageUrl: `http://x/${file}`,
      alt: texts[i % texts.length]?.text || 'words',
    })),
    { picture: null, imageUrl: 'http://x/gone', alt: 'gone' },
    ...more,
  ])
  corpus.close()
  await ask('models.add', { source: join(MODELS, 'tiny-clip') })
  const { job } = await ask('jobs.score', {
    corpus: corpus.path,
    model: 'tiny-clip',
    device: 'cpu',
  })
  expect(await engine.finished(job)).toMatchObject({ state: 'done' })
  return corpus.path
}

const run = (corpus: string, search: SearchInput, where = ''): Promise<CallOutput<'search.run'>> =>
  ask('search.run', { corpus, search, where })

/** Ids from the best down by transformers' vectors, and their cosines. */
function ranked(query: Float32Array): { id: number; cosine: number }[] {
  return images
    .map(({ embedding }, i) => ({ id: i + 1, cosine: dot(query, embedding) }))
    .sort((a, b) => b.cosine - a.cosine || a.id - b.id)
}

function unit(values: number[]): Float32Array {
  const length = Math.hypot(...values)
  return Float32Array.from(values, (value) => value / length)
}

function expectSame(
  hits: { id: number; cosine: number }[],
  right: { id: number; cosine: number }[],
  within = 2e-3,
): void {
  expect(hits.map(({ id }) => id).sort()).toEqual(right.map(({ id }) => id).sort())
  const cosines = new Map(right.map(({ id, cosine }) => [id, cosine]))
  for (const { id, cosine } of hits) {
    expect(Math.abs(cosine - (cosines.get(id) as number))).toBeLessThan(within)
  }
  for (let i = 1; i < hits.length; i++) {
    expect(hits[i]?.cosine).toBeLessThanOrEqual(hits[i - 1]?.cosine as number)
  }
}

describe('a search by what a model sees', () => {
  test('ranks pictures by words, by a file, by pasted bytes, by a pair and by a mix, as transformers does', async () => {
    const corpus = await scoredCorpus()
    const words = texts.find(({ text }) => text.trim() !== '')?.text as string
    const byWords = await run(corpus, { parts: [{ kind: 'words', words }] })
    expectSame(byWords.hits, ranked(textNamed(words)))
    expect(byWords).toMatchObject({ model: 'tiny-clip', searched: images.length, n: images.length })
    expect(byWords.leftOut).toEqual([{ reason: 'no-picture', n: 1 }])

    const [first, second] = images
    const path = join(home, 'dropped.png')
    copyFileSync(join(PICTURES, first!.file), path)
    const byFile = await run(corpus, { parts: [{ kind: 'picture', path }] })
    expectSame(byFile.hits, ranked(first!.embedding))
    expect(byFile.hits[0]).toMatchObject({ id: 1 })
    const base64 = readFileSync(path).toString('base64')
    const byBytes = await run(corpus, { parts: [{ kind: 'bytes', base64 }] })
    expect(byBytes.hits).toEqual(byFile.hits)
    const byPair = await run(corpus, { parts: [{ kind: 'pair', id: 1 }] })
    expect(byPair.hits[0]?.id).toBe(1)
    expect(byPair.hits[0]?.cosine).toBeCloseTo(1, 6)

    const mix = await run(corpus, {
      parts: [
        { kind: 'pair', id: 1, weight: 1 },
        { kind: 'words', words, weight: 0.5 },
        { kind: 'pair', id: 2, weight: -0.7 },
      ],
    })
    const query = unit(
      Array.from(
        first!.embedding,
        (value, i) => value + 0.5 * textNamed(words)[i]! - 0.7 * second!.embedding[i]!,
      ),
    )
    expectSame(mix.hits, ranked(query))
  })

  test('is a selection that is filtered, sorted and paged like any other', async () => {
    const corpus = await scoredCorpus()
    const search: SearchInput = { parts: [{ kind: 'pair', id: 1 }] }
    const where = 'id>1 -id:3'
    const all = await run(corpus, search)
    const kept = all.hits.filter(({ id }) => id > 1 && id !== 3)
    const chosen = await ask('pairs.select', { corpus, where, sort: 'search', search })
    expect(chosen.total).toBe(kept.length)
    expect(chosen.search?.leftOut).toContainEqual({ reason: 'outside-filter', n: 2 })
    const page = { corpus, selection: chosen.selection, offset: 0, limit: 100 }
    const rows = await ask('pairs.page', page)
    expect(rows.map(({ id, found }) => ({ id, cosine: found }))).toEqual(kept)
    const table = await ask('pairs.tablePage', { ...page, offset: 1 })
    expect(table.map(({ id, found }) => ({ id, cosine: found }))).toEqual(kept.slice(1))
    const last = kept.at(-1)?.id as number
    const { index } = await ask('pairs.indexOf', { corpus, selection: chosen.selection, id: last })
    expect(index).toBe(kept.length - 1)

    const byId = await ask('pairs.select', { corpus, where, sort: 'id', search })
    const inOrder = await ask('pairs.page', { ...page, selection: byId.selection })
    expect(inOrder.map(({ id }) => id)).toEqual(kept.map(({ id }) => id).sort((a, b) => a - b))
    expect(inOrder.find(({ id }) => id === last)?.found).toBe(kept.at(-1)?.cosine)
    // Without a search nothing is said to be found.
    const plain = await ask('pairs.select', { corpus })
    expect(plain.search).toBeNull()
    const [one] = await ask('pairs.page', { ...page, selection: plain.selection })
    expect(one?.found).toBeNull()
  })

  test('gives at most as many as were asked for, the best', async () => {
    const corpus = await scoredCorpus()
    const parts: SearchInput['parts'] = [{ kind: 'pair', id: 2 }]
    const all = await run(corpus, { parts })
    expect((await run(corpus, { parts, k: 3 })).hits).toEqual(all.hits.slice(0, 3))
  })

  test('takes each pair of a shared picture as a hit, the lower id first', async () => {
    const { file } = images[0]!
    const picture = readFileSync(join(PICTURES, file))
    const same: TestPair = { picture, imageUrl: 'http://x/again', alt: 'again' }
    const corpus = await scoredCorpus([same, same])
    const shared = [1, images.length + 2, images.length + 3]
    const { hits, units } = await run(corpus, { parts: [{ kind: 'pair', id: 1 }], k: 3 })
    expect(hits.map(({ id }) => id)).toEqual(shared)
    expect(units).toBe(1)
    // A filter keeps single pairs of it.
    const kept = await run(corpus, { parts: [{ kind: 'pair', id: 1 }], k: 2 }, '-id:1')
    expect(kept.hits.map(({ id }) => id)).toEqual(shared.slice(1))
  })

  test('searches a text of the pairs in place of their pictures', async () => {
    const corpus = await scoredCorpus()
    const words = texts.find(({ text }) => text.trim() !== '')?.text as string
    const { hits, searched } = await run(corpus, {
      parts: [{ kind: 'words', words }],
      among: 'alt',
    })
    const own = texts.findIndex(({ text }) => text === words)
    expect(hits[0]?.id).toBe(own + 1)
    expect(hits[0]?.cosine).toBeCloseTo(1, 4)
    expect(searched).toBe(images.length)
  })

  test('finds what is scored beside it as it comes, and the same after a restart', async () => {
    const picture = Buffer.concat([readFileSync(join(PICTURES, 'portrait.png')), Buffer.from('-')])
    const corpus = await scoredCorpus([
      { picture, imageUrl: 'http://x/later', alt: null, caption: 'later' },
    ])
    const parts: SearchInput['parts'] = [{ kind: 'pair', id: 29 }]
    const before = await run(corpus, { parts })
    expect(before.searched).toBe(images.length)
    expect(before.leftOut).toContainEqual({ reason: 'not-embedded', n: 1 })
    const later = images.length + 2
    await expect(run(corpus, { parts: [{ kind: 'pair', id: later }] })).rejects.toMatchObject({
      message: expect.stringContaining(`pair ${later} has no embedding`) as string,
      hint: expect.stringContaining('Score') as string,
    })

    const scoring = { corpus, model: 'tiny-clip', text: 'caption', device: 'cpu' } as const
    const { job } = await ask('jobs.score', scoring)
    let isOver = false
    const ended = engine.finished(job).finally(() => (isOver = true))
    let searched = before.searched
    while (!isOver) {
      const now = await run(corpus, { parts })
      expect(now.searched).toBeGreaterThanOrEqual(searched)
      searched = now.searched
    }
    expect(await ended).toMatchObject({ state: 'done' })
    const after = await run(corpus, { parts })
    expect(after.leftOut).toEqual([{ reason: 'no-picture', n: 1 }])
    // The same picture in other bytes.
    expect(after.hits.slice(0, 2).map(({ id }) => id)).toEqual([29, later])

    await engine.stop()
    engine = createEngine({ resumeJobs: false })
    expect((await run(corpus, { parts })).hits).toEqual(after.hits)
  })

  test('says what is missing and how to get it', async () => {
    const empty = corpusOf([{ picture: null, imageUrl: 'http://x/1', alt: 'a' }])
    empty.close()
    const words: SearchInput = { parts: [{ kind: 'words', words: 'a cat' }] }
    await expect(run(empty.path, words)).rejects.toMatchObject({
      kind: 'not-found',
      message: 'This corpus has no embeddings of pictures to search',
      hint: expect.stringContaining('Score the pairs first') as string,
      commandHint: expect.stringContaining('gleaner score CORPUS') as string,
    })
    const corpus = await scoredCorpus()
    const failing = async (search: SearchInput): Promise<string> =>
      run(corpus, search).then(
        () => 'it was found',
        (error: Error) => error.message,
      )
    const pair = (id: number, weight = 1): SearchInput => ({
      parts: [{ kind: 'pair', id, weight }],
    })
    expect(await failing(pair(99))).toBe('There is no pair 99 in this corpus')
    expect(await failing(pair(images.length + 1))).toContain('has no picture in the corpus')
    const path = join(home, 'no-picture.png')
    expect(await failing({ parts: [{ kind: 'picture', path }] })).toContain('There is no file')
    copyFileSync(join(MODELS, 'tiny-clip/tokenizer.json'), path)
    expect(await failing({ parts: [{ kind: 'picture', path }] })).toContain(
      'no-picture.png cannot be searched by',
    )
    expect(await failing({ parts: [...pair(1).parts, ...pair(1, -1).parts] })).toContain(
      'cancel each other out',
    )
    expect(await failing({ ...words, model: 'other' })).toContain('by the model other')
    expect(await failing({ ...words, among: 'title' })).toBe('it was found')
    await ask('models.remove', { id: 'tiny-clip' })
    const others: SearchInput = { parts: [{ kind: 'words', words: 'other words' }] }
    expect(await failing(others)).toContain('is not on this machine')
    const [model] = await ask('search.models', { corpus })
    expect(model).toMatchObject({ model: 'tiny-clip', pictures: images.length, encodes: false })
    // The corpus has what a pair looks like.
    expect(await failing(pair(1))).toBe('it was found')
  })

  test('searches embeddings that came with a table by pairs alone', async () => {
    const d = 24
    const vectors = clusteredVectors(300, d)
    const corpus = corpusOf(
      Array.from({ length: 300 }, (_, i) => ({
        picture: Buffer.from(`picture ${i}`),
        imageUrl: `http://x/${i}`,
        alt: null,
      })),
    )
    const { writer } = corpus
    const manifest = JSON.stringify({ family: 'imported', kind: 'embeddings', dims: d })
    const model = { digest: 'd', name: 'theirs', title: 'theirs (imported embeddings)', manifest }
    const modelId = ensureModel(writer, model)
    const items = Array.from({ length: 300 }, (_, i) => ({
      key: keyFromHex(sha256Of(`picture ${i}`)),
      vector: vectors.slice(i * d, (i + 1) * d),
    }))
    putEmbeddings(writer, { modelId, kind: 'image', items })
    corpus.close()
    const { hits } = await run(corpus.path, { parts: [{ kind: 'pair', id: 8 }], k: 300 })
    const cosines = plainCosines(vectors.subarray(7 * d, 8 * d), vectors)
    expect(hits).toHaveLength(300)
    for (const { id, cosine } of hits) expect(cosine).toBeCloseTo(cosines[id - 1] as number, 6)
    await expect(run(corpus.path, { parts: [{ kind: 'words', words: 'a' }] })).rejects.toThrow(
      'made elsewhere',
    )
  })
})

describe('gleaner search', () => {
  let cliHome = ''
  let corpus = ''
  const cli = (...args: string[]): Promise<Outcome> => gleaner(args, { home: cliHome })
  interface Hit {
    rank: number
    pair: number
    cosine: number
    url: string
    texts: { alt: string | null }
  }

  beforeAll(async () => {
    cliHome = mkdtempSync(join(tmpdir(), 'gleaner-search-cli-'))
    corpus = join(cliHome, 'sample.gleaner')
    const sample = resolve(import.meta.dirname, '../../resources/sample')
    expect((await cli('init', corpus)).code).toBe(0)
    expect((await cli('ingest', corpus, sample)).code).toBe(0)
  })
  afterAll(() => rmSync(cliHome, { recursive: true, force: true }))

  test('says how to make embeddings where there are none', async () => {
    const { code, stderr } = await cli('search', corpus, '--text', 'a cat')
    expect(code).toBe(1)
    expect(stderr).toContain('This corpus has no embeddings of pictures to search')
    expect(stderr).toContain('gleaner score CORPUS')
  })

  test('finds pictures of what the words say in the sample', async () => {
    expect((await cli('score', corpus)).code).toBe(0)
    for (const [thing, alt] of [
      ['a red strawberry', /straw|erdbeer/i],
      ['a bicycle in the city', /bike|bicycle|fahrrad/i],
    ] as const) {
      const { stdout, stderr, code } = await cli(
        'search',
        corpus,
        '--text',
        thing,
        '--json',
        '--k',
        '5',
      )
      expect(stderr).toMatch(
        /5 of 773 pairs searched, by .*Left out: 6 without a picture, 96 without an emb/,
      )
      expect(code).toBe(0)
      const hits = jsonLines<Hit>(stdout)
      expect(hits.map(({ rank }) => rank)).toEqual([1, 2, 3, 4, 5])
      expect(hits.some(({ texts: { alt: words } }) => alt.test(words ?? ''))).toBe(true)
      expect([...hits].sort((a, b) => b.cosine - a.cosine)).toEqual(hits)
    }
  })

  test('mixes parts by their weights, within a filter', async () => {
    const args = ['--pair', '3', '--minus-text', 'snow', '--weight', '0.5', '--where', 'width>=300']
    const { stdout } = await cli('search', corpus, ...args, '--json')
    const hits = jsonLines<Hit>(stdout)
    expect(hits).toHaveLength(20)
    const { code, stdout: shown } = await cli('search', corpus, ...args)
    expect(code).toBe(0)
    expect(shown).toContain(hits[0]?.cosine.toFixed(4))
    expect(shown).toMatch(/outside the filter/)
    const wrong = await cli('search', corpus, '--weight', '2', '--text', 'a')
    expect(wrong.code).toBe(2)
    expect(wrong.stderr).toContain('behind the part that it weighs')
    expect((await cli('search', corpus)).stderr).toContain('There is nothing to search by')
  })
})
