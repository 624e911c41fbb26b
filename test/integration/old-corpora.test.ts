/** Corpora that the programs of older schemas wrote, in the program as it is. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { CallInput, CallName, CallOutput } from '#shared/contract/index.ts'
import { createEngine, type Engine } from '../../src/main/engine/engine.ts'
import { hasBlob } from '../../src/main/store/blobs.ts'
import { migrations } from '../../src/main/store/migrations/index.ts'
import { openCorpus } from '../../src/main/store/open.ts'
import { frozenRows, rowsOf, thawCorpus } from '../support/frozen-corpora.ts'
import { MODELS } from '../support/models.ts'

let folder: string
let corpus: string
let engine: Engine | null = null
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gleaner-old-'))
  corpus = join(folder, 'old.gleaner')
  process.env['GLEANER_HOME'] = join(folder, 'home')
})
afterEach(async () => {
  await engine?.stop()
  engine = null
  delete process.env['GLEANER_HOME']
  rmSync(folder, { recursive: true, force: true })
})

function start(): Engine {
  engine = createEngine({ resumeJobs: true })
  return engine
}

async function ask<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> {
  return (await (engine ?? start()).call(name, input)).value as CallOutput<N>
}

async function scoreOf(text: 'before' | 'span'): Promise<number> {
  const model = join(MODELS, 'tiny-clip')
  const { job } = await ask('jobs.score', { corpus, model, text, device: 'cpu' })
  expect(await engine?.finished(job)).toMatchObject({ state: 'done', error: null })
  const { n } = await ask('scores.histogram', { corpus, model: 'tiny-clip', text, bins: 4 })
  return n
}

describe.each([1, 2, 5, 6, 7, 13])('a corpus of schema %i', (schema) => {
  beforeEach(() => thawCorpus(schema, corpus))

  test('stands in the list with its counts before it is opened', async () => {
    const held = frozenRows(schema)
    await ask('corpora.open', { path: corpus })
    await engine?.stop()
    engine = null
    rmSync(corpus, { recursive: true })
    thawCorpus(schema, corpus)
    const [listed] = await ask('corpora.recent', {})
    const { pages, pairs } = held
    expect(listed).toMatchObject({
      ...{ path: corpus, missing: false, readonly: null },
      ...{ pages: pages?.length, pairs: pairs?.length },
    })
  })

  test('is brought to the newest schema without a row being lost or changed', () => {
    const held = frozenRows(schema)
    for (const table of [
      'pages',
      'pairs',
      'contexts',
      'images',
      'captures',
      'failures',
      'models',
    ]) {
      expect(held[table]?.length, table).toBeGreaterThan(0)
    }
    for (const table of ['scores', 'embeddings', 'jobs']) {
      expect(held[table]?.length, table).toBeGreaterThan(2)
    }
    const opened = openCorpus(corpus)
    expect(opened.writer.pragma('user_version', { simple: true })).toBe(migrations.length)
    expect(rowsOf(opened.reader, Object.keys(held))).toMatchObject(held)
    expect(opened.reader.pragma('integrity_check', { simple: true })).toBe('ok')
    expect(opened.reader.pragma('foreign_key_check')).toEqual([])
    const pictures = opened.reader
      .prepare<[], string>(`SELECT sha256 FROM images WHERE status = 'ok'`)
      .pluck()
      .all()
    expect(pictures).toHaveLength(3)
    for (const sha256 of pictures) {
      expect(hasBlob(corpus, sha256)).toBe(true)
      expect(
        opened.thumbs.prepare('SELECT 1 FROM thumbs WHERE sha256 = ?').get(sha256),
      ).toBeTruthy()
    }
    opened.close()
  })

  test('shows its pairs, pictures, scores and jobs, and is gone on with', async () => {
    expect(await ask('corpora.open', { path: corpus })).toMatchObject({ pairs: 5, pages: 3 })
    const pairs = await ask('pairs.list', { corpus, afterId: 0, limit: 10 })
    expect(pairs.map(({ text, image }) => [text.alt, image.status])).toEqual([
      ['Two fishing boats at the quay', 'ok'],
      ['IMG_0042', 'ok'],
      ['A fish on a table', 'missing'],
      ['Fünf Äpfel 🍎 auf einem Tisch', 'ok'],
      ['A picture that broke', 'failed'],
    ])
    expect(await ask('pairs.get', { corpus, id: 2 })).toMatchObject({
      image: { mime: 'image/png', width: 40, height: 30 },
      text: { caption: 'An old tower behind the harbour. Photo: city archive', title: 'The tower' },
      rules: { image: 'src', caption: 'figcaption' },
      scores: [
        { model: 'tiny-clip', text: 'alt' },
        { model: 'tiny-clip', text: 'caption' },
      ],
    })
    const { kept, total } = await ask('scores.countAbove', {
      corpus,
      model: 'tiny-clip',
      text: 'alt',
      minCosine: -0.1,
    })
    expect([kept, total]).toEqual([2, 3])
    const jobs = await ask('jobs.list', {})
    expect(jobs.filter(({ kind }) => kind === 'ingest' || kind === 'score')).toHaveLength(3)
    expect(jobs.filter(({ state }) => state === 'done').length).toBeGreaterThanOrEqual(3)
    expect(await scoreOf('before')).toBe(2)
  })

  test('takes prompts, and finds them in its texts', async () => {
    expect(await ask('prompts.sets', { corpus })).toEqual([])
    const texts = ['Two fishing boats at the quay', 'two fishing boats at the quay, at dawn']
    const prompts = texts.map((text, i) => ({ group: 'boats', kind: '', level: i + 1, text }))
    const change = { what: 'create' as const, name: 'Ours', texts: prompts }
    const { id } = await ask('prompts.save', { corpus, change })
    const report = await ask('prompts.check', { corpus, set: id, overlap: true })
    expect(report.corpus?.matches).toMatchObject([{ group: 'boats', level: 1, exact: 1 }])
    expect(report.problems.map(({ code }) => code)).toEqual(['in-corpus'])
  })

  test('takes labels', async () => {
    const state = { status: 'labeled' as const, spans: [], flagged: false, note: 'nothing' }
    await ask('labels.set', { corpus, annotator: 'Dora', pair: 4, state })
    expect(await ask('labels.item', { corpus, annotator: 'Dora', pair: 4 })).toMatchObject({
      state,
    })
  })
})

test('what was found, predicted, said and trained in schema 2 is there and of use', async () => {
  thawCorpus(2, corpus)
  const sets = await ask('spans.sets', { corpus })
  expect(sets.map(({ id, kind, pairs, current }) => [id, kind, pairs, current])).toEqual([
    [3, 'labels', 1, false],
    [2, 'model', 5, true],
    [1, 'alt', 5, false],
  ])
  expect(await ask('spans.altReport', { corpus, set: 1 })).toMatchObject({
    pairs: 5,
    best: { exact: 1, normalised: 1 },
  })
  const item = await ask('labels.item', { corpus, annotator: 'Cleo', review: true, pair: 1 })
  expect(item.state.spans).toMatchObject([{ quote: 'Two fishing boats at the quay' }])
  expect(item.others.map(({ annotator, state }) => [annotator, state.flagged, state.note])).toEqual(
    [
      ['Anna', true, 'the whole of it'],
      ['Ben', false, ''],
    ],
  )
  // Redone once, it can be undone again.
  const undone = await ask('labels.undo', { corpus, annotator: 'Anna' })
  expect(undone?.state.spans).toMatchObject([{ quote: 'Two fishing boats' }])
  expect(await ask('training.runs', { corpus })).toMatchObject([{ kind: 'head', state: 'failed' }])
  expect(await scoreOf('span')).toBeGreaterThan(0)
  await ask('spans.use', { corpus, set: 1 })
  const [pair] = await ask('pairs.list', { corpus, where: 'span:boats', afterId: 0, limit: 5 })
  expect(pair?.text.span).toBe('Two fishing boats at the quay')
})
