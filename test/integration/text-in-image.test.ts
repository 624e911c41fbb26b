/** Text in pictures: found once, kept by picture and model, filtered and exported. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { beforeAll, describe, expect, test } from 'vitest'
import { ExportInput, TextInImageInput, VersionInput } from '#shared/contract/jobs.ts'
import { parseQuery } from '#shared/query/index.ts'
import { textDetection } from '../../src/main/inference/kinds/text-detection/kind.ts'
import type { TextDetectionModel } from '../../src/main/inference/kinds/text-detection/types.ts'
import { resolveFolder } from '../../src/main/inference/models/registry.ts'
import { makeRecipe } from '../../src/main/jobs/exporting/recipe.ts'
import { makeVersionRecipe } from '../../src/main/jobs/versions/recipe.ts'
import { findTextInPictures } from '../../src/main/jobs/text-in-image.ts'
import type { Corpus } from '../../src/main/store/open.ts'
import { createReads } from '../../src/main/store/reads/reads.ts'
import { pairIdsWhere } from '../../src/main/store/reads/score-ref.ts'
import { pairDetail, pairsByIds } from '../../src/main/store/repositories/pairs.ts'
import { emptyFolders, MODELS } from '../support/models.ts'
import { numbers } from '../support/numbers.ts'
import { gleaner } from '../support/cli.ts'
import { corpusOf, failuresOf, scoreContext, type TestPair } from './score-support.ts'

const TINY = join(MODELS, 'tiny-text')
const reference = JSON.parse(readFileSync(join(TINY, 'reference.json'), 'utf8')) as {
  images: { png: string; share: number; texts: string[] }[]
}
/** Two pictures with text, one without. */
const shown = reference.images.map(({ png }) => new Uint8Array(Buffer.from(png, 'base64')))
const input = (corpus: Corpus, more: object = {}): TextInImageInput =>
  TextInImageInput.parse({ corpus: corpus.path, device: 'cpu', ...more })

let model: TextDetectionModel
beforeAll(async () => {
  model = await resolveFolder(emptyFolders(), textDetection, TINY)
})

/** The same detector under another digest, which does not read. */
async function otherModel(): Promise<TextDetectionModel> {
  const folder = mkdtempSync(join(tmpdir(), 'finder-'))
  const manifest = JSON.parse(readFileSync(join(TINY, 'gleaner.json'), 'utf8')) as object
  writeFileSync(join(folder, 'det.onnx'), readFileSync(join(TINY, 'det.onnx')))
  const own = { ...manifest, id: 'finder', recogniser: null }
  writeFileSync(join(folder, 'gleaner.json'), JSON.stringify(own))
  return resolveFolder(emptyFolders(), textDetection, folder)
}

const words = (i: number): string => (reference.images[i]?.texts ?? []).join(' ')
function corpus(more: TestPair[] = []): Corpus {
  return corpusOf([
    { picture: shown[0] ?? null, imageUrl: 'http://x/0', alt: words(0), caption: 'nothing of it' },
    { picture: shown[1] ?? null, imageUrl: 'http://x/1', alt: 'a plain description' },
    { picture: shown[2] ?? null, imageUrl: 'http://x/2', alt: words(0) },
    { picture: null, imageUrl: 'http://x/3', alt: 'not here' },
    // The same bytes at another address.
    { picture: shown[0] ?? null, imageUrl: 'http://x/4', alt: null },
    ...more,
  ])
}
const kept = (of: Corpus, where: string): number[] => [...pairIdsWhere(of.reader, where)]

describe('looking for text', () => {
  test('finds it once a picture, keeps it, and does nothing the second time', async () => {
    const of = corpus()
    const ctx = scoreContext()
    await findTextInPictures(of, input(of), ctx, model)
    const rows = of.reader.prepare('SELECT n, share, words FROM picture_texts').all()
    expect(rows).toHaveLength(3)
    expect(ctx.told.results.get('Looked at')).toBe('3 pictures with Tiny text finder')
    expect(ctx.told.results.get('With text')).toBe('2 pictures')
    for (const [i, { share, texts }] of reference.images.entries()) {
      const found = pairDetail(of.reader, i + 1).pictureText
      expect(found?.share).toBeCloseTo(share, 1)
      expect(found?.words).toBe(texts.join('\n'))
    }
    const again = scoreContext()
    await findTextInPictures(of, input(of), again, model)
    expect(again.told.results.get('Looked at')).toContain('none: all 3 pictures')
    expect(of.reader.prepare('SELECT n, share, words FROM picture_texts').all()).toEqual(rows)
    of.close()
  })

  test('goes on where it was stopped, and ends with what an undisturbed run gives', async () => {
    const { below } = numbers(5)
    const many = await Promise.all(
      Array.from({ length: 40 }, async (_, i): Promise<TestPair> => {
        const data = Uint8Array.from({ length: 32 * 32 * 3 }, () => below(256))
        const raw = { width: 32, height: 32, channels: 3 as const }
        const picture = await sharp(data, { raw }).png().toBuffer()
        return { picture, imageUrl: `http://many/${i}`, alt: null }
      }),
    )
    const of = corpus(many)
    const stop = new AbortController()
    await findTextInPictures(
      of,
      input(of),
      scoreContext(stop.signal, (done) => done >= 16 && stop.abort()),
      model,
    )
    const count = (): unknown =>
      of.reader.prepare('SELECT count(*) FROM picture_texts').pluck().get()
    expect(count()).toBe(16)
    const ctx = scoreContext()
    await findTextInPictures(of, input(of), ctx, model)
    expect(ctx.told.progress[0]).toEqual({ done: 16, total: 43 })
    expect(count()).toBe(43)
    const whole = corpus(many)
    await findTextInPictures(whole, input(whole), scoreContext(), model)
    const all = (one: Corpus): unknown[] =>
      one.reader.prepare('SELECT sha256, share, lines FROM picture_texts ORDER BY sha256').all()
    expect(all(of)).toEqual(all(whole))
    of.close()
    whole.close()
  })

  test('another model adds and is the one that is meant from then on', async () => {
    const of = corpus()
    await findTextInPictures(of, input(of), scoreContext(), model)
    expect(
      createReads(of.reader)
        .columnList()
        .map(({ name }) => name),
    ).toEqual(['text_area', 'alt_in_image'])
    await findTextInPictures(of, input(of), scoreContext(), await otherModel())
    expect(of.reader.prepare('SELECT count(*) FROM picture_texts').pluck().get()).toBe(6)
    const detail = pairDetail(of.reader, 1).pictureText
    expect(detail).toMatchObject({ model: 'finder', words: null })
    expect(detail?.lines.length).toBeGreaterThan(0)
    expect(kept(of, 'caption-in-image:*')).toEqual([])
    // Asked for again it is at hand at once.
    await findTextInPictures(of, input(of), scoreContext(), model)
    expect(pairDetail(of.reader, 1).pictureText?.model).toBe('tiny-text')
    of.close()
  })

  test('only the pictures of a filter; a picture that is broken is listed and counted', async () => {
    const broken = Buffer.from('no picture at all')
    const of = corpus([{ picture: broken, imageUrl: 'http://x/broken', alt: 'broken' }])
    const ctx = scoreContext()
    await findTextInPictures(of, input(of, { where: 'id=2 OR alt:broken' }), ctx, model)
    expect(of.reader.prepare('SELECT count(*) FROM picture_texts').pluck().get()).toBe(1)
    expect(ctx.told.warnings).toEqual([
      'Text could not be looked for in 1 picture; it is listed with the failures.',
    ])
    expect(failuresOf(of)).toMatchObject([
      { stage: 'text-in-image', reason: 'text-not-looked-for', url: 'http://x/broken' },
    ])
    await findTextInPictures(of, input(of, { where: 'alt:broken' }), scoreContext(), model)
    expect(failuresOf(of)).toHaveLength(1)
    of.close()
  })

  test('says what to do where there is no picture', async () => {
    const of = corpusOf([{ picture: null, imageUrl: 'http://x/1', alt: 'a' }])
    await expect(findTextInPictures(of, input(of), scoreContext(), model)).rejects.toThrow(
      'There is no picture in this corpus to look at.',
    )
    of.close()
  })
})

describe('what was found', () => {
  let of: Corpus
  beforeAll(async () => {
    of = corpus()
    await findTextInPictures(of, input(of), scoreContext(), model)
  })

  test.each([
    ['text-in-image:yes', [1, 2, 5]],
    ['text-in-image:no', [3]],
    ['-text-in-image:yes', [3, 4]],
    ['-text-in-image:*', [4]],
    ['text-area>0.1', [1, 5]],
    ['text-area:0..0.1', [2, 3]],
    ['text-area=0', [3]],
    ['text_area>0.1', [1, 5]],
    ['caption-in-image>0.5', [1]],
    ['caption-in-image=1', [1]],
    ['caption-in-image:*', [1, 2, 3]],
    ['caption-in-image:0..0.5', [2, 3]],
    ['caption-in-image.caption>0', []],
    ['caption-in-image.caption=0', [1]],
    ['alt_in_image>=0.5', [1]],
    ['text-area>0 -caption-in-image>0.5', [2, 5]],
  ])('%s', (where, ids) => {
    expect(kept(of, where)).toEqual(ids)
    // The window asks by way of arrays.
    expect([...createReads(of.reader).idsWhere({ where, score: null })]).toEqual(ids)
  })

  test('words that were read are searched as a text', () => {
    const [word] = words(1).split(' ')
    expect(kept(of, `image-text:${word?.toLowerCase()}`)).toEqual([2])
    expect(kept(of, 'image-text:*')).toEqual([1, 2, 5])
  })

  test('the text of the view is the caption that is meant', () => {
    const score = { model: 'none', text: 'caption' } as const
    expect([...pairIdsWhere(of.reader, 'caption-in-image>=0', score)]).toEqual([1])
  })

  test('is a facet and a column of the table, and sorts', () => {
    const reads = createReads(of.reader)
    const { facets, columns } = reads.countFacets({
      ...{ where: '', score: null, limit: 10, find: null },
    })
    expect(facets.find(({ facet }) => facet === 'text-in-image')?.values).toEqual([
      { value: 'yes', n: 3 },
      { value: 'no', n: 1 },
      { value: '', n: 1 },
    ])
    expect(columns.map(({ name, n }) => [name, n])).toEqual([
      ['text_area', 4],
      ['alt_in_image', 3],
    ])
    expect(reads.tableColumns().numbers).toEqual(['text_area', 'alt_in_image'])
    const { selection } = reads.select({
      ...{ where: '', sort: 'column-desc', score: null, seed: 0, by: { column: 'text_area' } },
    })
    const [first, ...rest] = reads.tablePage({ selection, offset: 0, limit: 5 })
    expect([1, 5]).toContain(first?.id)
    expect(rest.at(-1)?.id).toBe(4)
  })

  test('stands in the columns that exports write', () => {
    const [pair] = pairsByIds(of.reader, [1])
    expect(pair?.columns.map(({ name }) => name)).toEqual(['text_area', 'alt_in_image'])
    expect(pair?.columns[1]?.value).toBe(1)
  })

  test('recipes of exports and versions name the model and the text that are meant', () => {
    const finder = { id: 'tiny-text', name: 'Tiny text finder', digest: model.digest }
    const asked = ExportInput.parse({ corpus: of.path, format: 'jsonl', out: '/out' })
    const query = parseQuery('-caption-in-image>0.5')
    const { recipe } = makeRecipe(of.reader, asked, query, { warn: () => undefined })
    expect(recipe).toMatchObject({
      filter: '-caption-in-image.alt>0.5',
      textFinder: finder,
      columns: ['text_area', 'alt_in_image'],
    })
    const version = (where: string) =>
      makeVersionRecipe(
        of.reader,
        VersionInput.parse({ corpus: of.path, name: 'a', where, texts: ['caption'] }),
        () => undefined,
      )
    const made = version('caption-in-image>0 text-in-image:yes')
    expect(made.filter).toBe('caption-in-image.caption>0 text-in-image:yes')
    expect(made.models).toEqual([finder])
    expect(version('status:ok').models).toEqual([])
  })

  test('an imported column of the same name stays what it was', () => {
    const db = of.writer
    db.exec(`INSERT INTO columns (id, name) VALUES (1, 'text_area');
      INSERT INTO column_values (column_id, pair_id, value) VALUES (1, 3, 0.9)`)
    expect(kept(of, 'text_area>0.5')).toEqual([3])
    expect(kept(of, 'text-area>0.1')).toEqual([1, 5])
    const [pair] = pairsByIds(of.reader, [3])
    expect(pair?.columns).toContainEqual({ name: 'text_area', value: 0.9 })
    expect(pair?.columns.filter(({ name }) => name === 'text_area')).toHaveLength(1)
    db.exec('DELETE FROM column_values; DELETE FROM columns')
  })
})

test('the command line looks, tells as JSON, and filters', async () => {
  const of = corpus()
  const { path } = of
  of.close()
  const home = mkdtempSync(join(tmpdir(), 'home-'))
  const run = (...args: string[]) => gleaner(args, { home })
  const first = await run('text-in-image', path, '--model', TINY, '--device', 'cpu', '--json')
  expect(JSON.parse(first.stdout)).toMatchObject({
    ...{ model: 'tiny-text', reads: true, pictures: 3, lookedAt: 3, withText: 2 },
    pairs: { yes: 3, no: 1 },
  })
  const told = await run('text-in-image', path, '--report')
  expect(told.stdout).toContain('3 of 3 pictures looked at by tiny-text: 2 with text')
  const pairs = await run('pairs', path, '--where', 'text-in-image:no', '--json')
  expect(pairs.stdout.trim().split('\n')).toHaveLength(1)
}, 120_000)

test('a picture that was drawn anew under the same address is another picture', async () => {
  const of = corpus()
  await findTextInPictures(of, input(of), scoreContext(), model)
  of.writer.exec(`UPDATE images SET sha256 = '${'0'.repeat(64)}' WHERE url = 'http://x/0'`)
  expect(kept(of, 'text-in-image:yes')).toEqual([2, 5])
  of.close()
})
