import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createInferenceHost, type InferenceHost } from '../../src/main/inference/host/client.ts'
import type { LoadedPictureText } from '../../src/main/inference/kinds/picture-text/types.ts'
import { runScore } from '../../src/main/jobs/score.ts'
import { openCorpus } from '../../src/main/store/open.ts'
import { expectedOf, INFERENCE_HOST, PICTURES, tinyModel } from '../support/models.ts'
import { numbers } from '../support/numbers.ts'
import {
  corpusOf,
  countEmbeddings,
  failuresOf,
  scoreContext,
  scoresOf,
  type TestPair,
} from './score-support.ts'

const input = { corpus: 'a', text: 'alt', device: 'cpu' } as const
const picture = (name: string): Uint8Array => readFileSync(join(PICTURES, name))

let host: InferenceHost
beforeAll(() => {
  host = createInferenceHost(INFERENCE_HOST)
})
afterAll(() => host.close())

/** Many small distinct pictures. */
async function many(n: number, seed: number): Promise<Uint8Array[]> {
  const { below } = numbers(seed)
  return Promise.all(
    Array.from({ length: n }, () => {
      const data = Uint8Array.from({ length: 8 * 8 * 3 }, () => below(256))
      return sharp(data, { raw: { width: 8, height: 8, channels: 3 } })
        .png()
        .toBuffer()
    }),
  )
}

describe.each(['tiny-clip', 'tiny-clip-joint', 'tiny-siglip'] as const)('%s', (name) => {
  test('scores are what transformers computes from the same files and texts', async () => {
    const expected = expectedOf(name)
    const texts = expected.texts.filter(({ text }) => text !== '')
    const pairs: (TestPair & { cosine: number })[] = expected.images.flatMap((image) =>
      texts.map((text) => {
        let cosine = 0
        for (const [i, a] of image.embedding.entries()) cosine += a * (text.embedding[i] as number)
        return {
          picture: picture(image.file),
          imageUrl: `http://x.example/${image.file}`,
          alt: text.text,
          cosine,
        }
      }),
    )
    const corpus = corpusOf(pairs)
    const ctx = scoreContext()
    await runScore(corpus, input, ctx, await tinyModel(name), host)
    const scores = scoresOf(corpus)
    expect(scores.length).toBe(pairs.length)
    let worst = 0
    for (const { pair, cosine } of scores) {
      worst = Math.max(worst, Math.abs(cosine - (pairs[pair - 1]?.cosine ?? NaN)))
    }
    console.log(`${name}: ${scores.length} scores, largest difference ${worst.toExponential(2)}`)
    expect(worst).toBeLessThan(1e-4)
    // exif-*.jpg of one drawing differ in their bytes; each file is its own picture.
    expect(countEmbeddings(corpus, 'image')).toBe(expected.images.length)
    expect(countEmbeddings(corpus, 'text')).toBe(texts.length)
    expect(ctx.told.progress.at(-1)).toEqual({ done: pairs.length, total: pairs.length })
    expect(ctx.told.notes.at(-1)).toMatch(/^device cpu · \d+(\.\d)? pairs\/s$/)
    corpus.close()
  })
})

describe('scoring', () => {
  test('skips pairs without a picture or a text and says so in no score', async () => {
    const one = picture('landscape.png')
    const corpus = corpusOf([
      { picture: one, imageUrl: 'http://x/1', alt: 'a cat' },
      { picture: one, imageUrl: 'http://x/1', alt: '' },
      { picture: one, imageUrl: 'http://x/1', alt: null },
      { picture: null, imageUrl: 'http://x/2', alt: 'a dog' },
    ])
    const ctx = scoreContext()
    await runScore(corpus, input, ctx, await tinyModel('tiny-clip'), host)
    expect(scoresOf(corpus).map(({ pair }) => pair)).toEqual([1])
    expect(ctx.told.progress.at(-1)).toEqual({ done: 1, total: 1 })
    corpus.close()
  })

  test('each picture and text is encoded once and used again for the next source', async () => {
    const pictures = await many(3, 1)
    const corpus = corpusOf(
      Array.from({ length: 300 }, (_, i) => ({
        picture: pictures[i % 3] as Uint8Array,
        imageUrl: `http://x/${i}`,
        alt: `text ${i % 5}`,
        caption: `text ${i % 7}`,
        before: i % 2 ? 'before' : null,
      })),
    )
    const encoded = { images: 0, texts: 0 }
    const counting: InferenceHost = {
      ...host,
      async open(model, device) {
        const given = await host.open(model, device)
        const loaded = given as LoadedPictureText
        const counted: LoadedPictureText = {
          ...loaded,
          encodeImages(sources) {
            encoded.images += sources.length
            return loaded.encodeImages(sources)
          },
          encodeTexts(texts) {
            encoded.texts += texts.length
            return loaded.encodeTexts(texts)
          },
        }
        return counted as typeof given
      },
    }
    const model = await tinyModel('tiny-clip')
    await runScore(corpus, input, scoreContext(), model, counting)
    expect(encoded).toEqual({ images: 3, texts: 5 })
    await runScore(corpus, { ...input, text: 'caption' }, scoreContext(), model, counting)
    expect(encoded).toEqual({ images: 3, texts: 7 })
    await runScore(corpus, { ...input, text: 'before' }, scoreContext(), model, counting)
    expect(encoded).toEqual({ images: 3, texts: 8 })
    await runScore(corpus, input, scoreContext(), model, counting)
    expect(encoded).toEqual({ images: 3, texts: 8 })
    const scores = scoresOf(corpus)
    expect(scores.filter(({ text }) => text === 'alt').length).toBe(300)
    expect(scores.filter(({ text }) => text === 'before').length).toBe(150)
    corpus.close()
  })

  test('a second model adds scores and overwrites none', async () => {
    const corpus = corpusOf([
      { picture: picture('landscape.png'), imageUrl: 'http://x/1', alt: 'a cat' },
    ])
    await runScore(corpus, input, scoreContext(), await tinyModel('tiny-clip'), host)
    const first = scoresOf(corpus)
    await runScore(corpus, input, scoreContext(), await tinyModel('tiny-siglip'), host)
    expect(scoresOf(corpus).length).toBe(2)
    expect(scoresOf(corpus)[0]).toEqual(first[0])
    corpus.close()
  })

  test('a picture that cannot be decoded is one counted failure, also when tried again', async () => {
    const good = picture('landscape.png')
    const corpus = corpusOf([
      { picture: new TextEncoder().encode('no picture'), imageUrl: 'http://x/bad', alt: 'a' },
      { picture: good, imageUrl: 'http://x/good', alt: 'b' },
      { picture: new TextEncoder().encode('no picture'), imageUrl: 'http://x/bad', alt: 'c' },
    ])
    const model = await tinyModel('tiny-clip')
    for (let i = 0; i < 2; i++) {
      const ctx = scoreContext()
      await runScore(corpus, input, ctx, model, host)
      expect(ctx.told.warnings.join()).toContain('1 picture could not be scored')
      const failures = failuresOf(corpus)
      expect(failures).toMatchObject([
        { stage: 'score', reason: 'picture-not-scored', url: 'http://x/bad' },
      ])
      expect(failures[0]?.detail).toContain('cannot be decoded')
    }
    expect(scoresOf(corpus).map(({ pair }) => pair)).toEqual([2])
    corpus.close()
  })

  test('a source that has no texts by nature is refused', async () => {
    const corpus = corpusOf([{ picture: null, imageUrl: 'http://x/1', alt: 'a' }])
    const run = runScore(
      corpus,
      { ...input, text: 'span' },
      scoreContext(),
      await tinyModel('tiny-clip'),
      host,
    )
    await expect(run).rejects.toMatchObject({ kind: 'invalid-input' })
    corpus.close()
  })

  test('a fall-back to the CPU is said aloud and stands in every note', async () => {
    const corpus = corpusOf([
      { picture: picture('landscape.png'), imageUrl: 'http://x/1', alt: 'a cat' },
    ])
    const without: InferenceHost = {
      ...host,
      open: async (model) => ({
        ...(await host.open(model, 'cpu')),
        passedOver: ['webgpu: no adapter'],
      }),
    }
    const ctx = scoreContext()
    await runScore(corpus, { ...input, device: 'auto' }, ctx, await tinyModel('tiny-clip'), without)
    expect(ctx.told.warnings).toEqual([
      'Scoring runs on the CPU, as no faster device can be used (webgpu: no adapter).',
    ])
    expect(ctx.told.notes.at(-1)).toMatch(/^device cpu \(fell back\)/)
    corpus.close()
  })

  test('it ends soon after it is canceled and goes on where it stopped', async () => {
    const pictures = await many(400, 2)
    const corpus = corpusOf(
      pictures.map((bytes, i) => ({ picture: bytes, imageUrl: `http://x/${i}`, alt: `text ${i}` })),
    )
    const model = await tinyModel('tiny-clip')
    const abort = new AbortController()
    const ctx = scoreContext(abort.signal, (done) => {
      if (done > 0) abort.abort()
    })
    await runScore(corpus, input, ctx, model, host)
    const first = scoresOf(corpus)
    expect(first.length).toBeGreaterThan(0)
    expect(first.length).toBeLessThan(300)
    await runScore(corpus, input, scoreContext(), model, host)
    const all = scoresOf(corpus)
    expect(all.length).toBe(400)
    expect(all.slice(0, first.length)).toEqual(first)
    corpus.close()
  })

  test('killed again and again, it ends with the scores of an undisturbed run', async () => {
    const pictures = await many(500, 3)
    const pairs = pictures.map((bytes, i) => ({
      picture: bytes,
      imageUrl: `http://x/${i}`,
      alt: `text ${i % 50}`,
    }))
    const calm = corpusOf(pairs)
    await runScore(calm, input, scoreContext(), await tinyModel('tiny-clip'), host)
    const wanted = scoresOf(calm)
    calm.close()

    const corpus = corpusOf(pairs)
    const { path } = corpus
    corpus.close()
    const script = fileURLToPath(new URL('./score-run.ts', import.meta.url))
    let kills = 0
    for (let run = 0; run < 6; run++) {
      const child = spawn(process.execPath, [script, path], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      let steps = 0
      child.stdout.on('data', (chunk: Buffer) => {
        steps += chunk.toString().split('\n').length - 1
        if (steps >= 4) child.kill('SIGKILL')
      })
      const [, signal] = (await once(child, 'exit')) as [number | null, string | null]
      if (signal === null) break
      kills++
    }
    const after = openCorpus(path)
    const got = scoresOf(after)
    after.close()
    expect(kills).toBeGreaterThan(1)
    expect(got.length).toBe(wanted.length)
    for (const [i, score] of got.entries()) {
      // A batch of another size sums in another order: float32 noise, no more.
      expect(Math.abs(score.cosine - (wanted[i]?.cosine ?? NaN))).toBeLessThan(1e-5)
    }
  })

  test('when the inference process is killed it is started again and nothing is lost', async () => {
    const pictures = await many(300, 4)
    const corpus = corpusOf(
      pictures.map((bytes, i) => ({ picture: bytes, imageUrl: `http://x/${i}`, alt: `text ${i}` })),
    )
    const mortal = createInferenceHost(INFERENCE_HOST)
    let isKilled = false
    const ctx = scoreContext(undefined, (done) => {
      if (done > 100 && !isKilled && mortal.pid !== null) {
        isKilled = true
        process.kill(mortal.pid, 'SIGKILL')
      }
    })
    await runScore(corpus, input, ctx, await tinyModel('tiny-clip'), mortal)
    expect(isKilled).toBe(true)
    expect(mortal.restarts).toBe(1)
    expect(scoresOf(corpus).length).toBe(300)
    expect(failuresOf(corpus)).toEqual([])
    await mortal.close()
    corpus.close()
  })
})
