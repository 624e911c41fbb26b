import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { CallInput, CallName, CallOutput, EngineEvents } from '#shared/contract/index.ts'
import { OPEN_LABEL } from '#shared/contract/labels.ts'
import type { LabelState } from '#shared/contract/labels.ts'
import { createEngine, type Engine } from '../../src/main/engine/engine.ts'
import { openReader, type Corpus } from '../../src/main/store/open.ts'
import { nameOf, spanCorpus, storyPairs } from './spans-support.ts'

const RUN = fileURLToPath(new URL('./labels-run.ts', import.meta.url))

let home: string
let engine: Engine | null = null
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'gleaner-labels-'))
  process.env['GLEANER_HOME'] = home
})
afterAll(async () => {
  await engine?.stop()
  delete process.env['GLEANER_HOME']
  rmSync(home, { recursive: true, force: true })
})

/** The engine anew: what a restart of the program is. */
async function restart(): Promise<void> {
  await engine?.stop()
  engine = createEngine({ resumeJobs: false })
}
async function call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> {
  if (!engine) await restart()
  return (await (engine as Engine).call(name, input)).value as CallOutput<N>
}

/** Closed, so that the engine can write to it. */
function released(corpus: Corpus): string {
  corpus.close()
  return corpus.path
}

const stories = (n: number): string => released(spanCorpus(storyPairs(n)))

/** The first words of the text before a pair. */
const opening = (pair: number, words: number): LabelState => {
  const quote = `Story of ${nameOf(pair - 1)} in the week`.split(' ').slice(0, words).join(' ')
  return {
    ...OPEN_LABEL,
    status: 'labeled',
    spans: [{ source: 'before', start: 0, end: quote.length, quote, type: 'content' }],
  }
}
const nothing: LabelState = { ...OPEN_LABEL, status: 'labeled' }

test('killed while it labels, the engine has every event that it said it kept', async () => {
  const corpus = stories(50)
  const promised: { event: string; pair: number; quote: string }[] = []
  for (let round = 0; round < 4; round++) {
    const child = spawn(process.execPath, [RUN, corpus, String(round)], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, GLEANER_HOME: home },
    })
    let text = ''
    let wanted = 12 + round * 5
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      wanted -= chunk.toString().split('\n').length - 1
      if (wanted <= 0) child.kill('SIGKILL')
    })
    const [, signal] = (await once(child, 'close')) as [number | null, string | null]
    expect(signal).toBe('SIGKILL')
    // The last line may be cut by the kill.
    for (const line of text.split('\n').slice(0, -1)) promised.push(JSON.parse(line) as never)
  }
  expect(promised.length).toBeGreaterThan(60)
  const db = openReader(corpus)
  const kept = db.prepare('SELECT uid, pair_id AS pair, state FROM label_events').all() as {
    uid: string
    pair: number
    state: string
  }[]
  db.close()
  const byUid = new Map(kept.map((event) => [event.uid, event]))
  for (const { event, pair, quote } of promised) {
    const found = byUid.get(event)
    expect(found?.pair).toBe(pair)
    expect((JSON.parse(found?.state ?? '') as LabelState).spans[0]?.quote).toBe(quote)
  }
  // At most the one that was at work when the kill came is there without having been promised.
  expect(kept.length - promised.length).toBeLessThanOrEqual(4)
  const last = promised.at(-1) as (typeof promised)[number]
  const item = await call('labels.item', { corpus, annotator: 'ann', pair: last.pair })
  expect(item.state.note).toBe('round 3')
})

test('undo and redo go back and forth without limit, also after a restart', async () => {
  const corpus = stories(10)
  const speaker = { corpus, annotator: 'ann' }
  for (let pair = 1; pair <= 10; pair++) {
    await call('labels.set', { ...speaker, pair, state: opening(pair, 2) })
    await call('labels.set', { ...speaker, pair, state: opening(pair, 4) })
  }
  await restart()
  for (let step = 0; step < 20; step++) await call('labels.undo', speaker)
  expect(await call('labels.undo', speaker)).toBeNull()
  expect((await call('labels.item', { ...speaker, pair: 3 })).state).toEqual(OPEN_LABEL)
  await restart()
  for (let step = 0; step < 20; step++) await call('labels.redo', speaker)
  expect(await call('labels.redo', speaker)).toBeNull()
  for (let pair = 1; pair <= 10; pair++) {
    expect((await call('labels.item', { ...speaker, pair })).state).toEqual(opening(pair, 4))
  }
})

test('a quote that is not what stands there is refused and nothing is written', async () => {
  const corpus = stories(2)
  const state = opening(1, 3)
  const wrong = { ...state, spans: [{ ...(state.spans[0] as never as object), quote: 'Tales' }] }
  const input = { corpus, annotator: 'ann', pair: 1, state: wrong as LabelState }
  await expect(call('labels.set', input)).rejects.toMatchObject({ kind: 'invalid-input' })
  expect(await call('labels.annotators', { corpus })).toEqual([])
})

test('agreement, review and frozen labels follow from what people said', async () => {
  const corpus = stories(12)
  const say = (annotator: string, pair: number, state: LabelState, review = false) =>
    call('labels.set', { corpus, annotator, review, pair, state })
  for (let pair = 1; pair <= 8; pair++) {
    await say('ann', pair, opening(pair, 4))
    await say('bob', pair, pair <= 4 ? opening(pair, 4) : opening(pair, 2))
  }
  await say('ann', 9, nothing)
  await say('bob', 9, nothing)
  await say('ann', 10, nothing)
  await say('bob', 10, opening(10, 3))
  await say('cleo', 5, opening(5, 3), true)
  const found = await call('labels.agreement', { corpus, resamples: 200 })
  expect(found).toMatchObject({ annotators: ['ann', 'bob'], items: 10, level: 0.95 })
  expect(found.exactMatch.value).toBeCloseTo(5 / 10, 12)
  // Four words against two of them, in four pairs; one pair has words against nothing.
  expect(found.iou.value).toBeCloseTo((5 + 4 * (2 / 4)) / 10, 12)
  expect(found.f1.value).toBeCloseTo((5 + 4 * (4 / 6)) / 10, 12)
  expect(found.exactMatch.low).toBeLessThan(0.5)
  expect(found.exactMatch.high).toBeGreaterThan(0.5)
  expect(found.alpha.value).toBeGreaterThan(0)
  expect(found.alphaUnitizing.items).toBe(10)

  const set = await call('spans.freezeLabels', { corpus })
  // 6, 7, 8 and 10 are in conflict, 5 was settled.
  expect(set).toMatchObject({ kind: 'labels', pairs: 6, described: 5, complete: true })
  const [all, content, none] = await call('spans.measures', { corpus, set: set.id })
  expect(all).toMatchObject({ name: 'all', n: 6, exactMatch: 1, iou: 1, f1: 1 })
  expect(content).toMatchObject({ name: 'content', n: 5, exactMatch: 1 })
  expect(none).toMatchObject({ name: 'no description', n: 1, exactMatch: 1 })
  const preview = await call('training.preview', { corpus })
  expect(preview.origins).toEqual([
    { origin: 'label', n: 5 },
    { origin: 'none', n: 1 },
  ])
  expect(preview.warnings.join()).toContain('annotators disagree: 4.')
})

test('labels of another machine come in by a file, once', async () => {
  const pairs = storyPairs(20)
  const mine = released(spanCorpus(pairs))
  const theirs = released(spanCorpus(pairs))
  for (let pair = 1; pair <= 5; pair++) {
    await call('labels.set', { corpus: mine, annotator: 'ann', pair, state: opening(pair, 3) })
    await call('labels.set', { corpus: theirs, annotator: 'bob', pair, state: opening(pair, 3) })
  }
  await call('labels.undo', { corpus: theirs, annotator: 'bob' })
  const out = join(home, 'bob.jsonl')
  expect(await call('labels.export', { corpus: theirs, out })).toEqual({ events: 6 })
  expect(readFileSync(out, 'utf8').trim().split('\n')).toHaveLength(6)
  const merged = await call('labels.merge', { corpus: mine, files: [out] })
  expect(merged).toEqual({ added: 6, known: 0, refused: [] })
  expect(await call('labels.merge', { corpus: mine, files: [out] })).toMatchObject({ known: 6 })
  const { items, exactMatch } = await call('labels.agreement', { corpus: mine, resamples: 0 })
  expect([items, exactMatch.value]).toEqual([4, 1])
})

test('one’s own rules are kept where they hold, and refused where an example fails', async () => {
  const corpus = stories(30)
  const builtin = await call('spans.rules', {})
  expect(builtin.own).toBe(false)
  const [rule] = builtin.rules
  if (!rule) throw new Error('no rules')
  const barns = {
    name: 'barns',
    explanation: 'no barns',
    test: { pattern: 'barn' },
    examples: ['a barn'],
    spares: [],
  }
  const tried = await call('spans.tryRules', { corpus, rules: [barns] })
  const n = storyPairs(30).filter(({ alt }) => alt?.includes('barn')).length
  expect(tried).toMatchObject({ alts: 30, taken: [{ rule: 'barns', n }] })
  const often = spanCorpus([
    ...storyPairs(3),
    ...Array.from({ length: 4 }, () => ({ host: 'a.example', alt: 'a barn' })),
    { host: 'a.example', alt: 'another barn' },
  ])
  const counted = await call('spans.tryRules', { corpus: released(often), rules: [barns] })
  // Each pair counts, each spelling is shown once, the most frequent first.
  expect(counted.alts).toBe(8)
  expect(counted.taken[0]?.n).toBe(
    5 + storyPairs(3).filter(({ alt }) => alt?.includes('barn')).length,
  )
  expect(counted.taken[0]?.examples[0]).toBe('a barn')
  expect((await call('spans.rules', {})).own).toBe(false)
  await expect(
    call('spans.setRules', { rules: [{ ...barns, examples: ['a fox'] }] }),
  ).rejects.toMatchObject({ kind: 'invalid-input' })
  await call('spans.setRules', { rules: [barns] })
  await restart()
  expect(await call('spans.rules', {})).toEqual({ rules: [barns], own: true })
  expect(existsSync(join(home, 'useless-alt-rules.json'))).toBe(true)
  await call('spans.setRules', { rules: null })
  expect((await call('spans.rules', {})).own).toBe(false)
})

test('what changes is told, and jobs on spans run through the engine', async () => {
  await restart()
  const running = engine as Engine
  const corpus = stories(40)
  const told: string[] = []
  running.onEvent((name, value) => {
    if (name === 'corpus.changed') told.push(...(value as EngineEvents['corpus.changed']).what)
  })
  const { job } = await call('jobs.altSpans', { corpus })
  expect((await running.finished(job)).state).toBe('done')
  expect(told).toContain('spans')
  const [set] = await call('spans.sets', { corpus })
  expect(set).toMatchObject({ kind: 'alt', pairs: 40, described: 32 })
  const report = await call('spans.altReport', { corpus, set: set?.id ?? 0 })
  expect(report?.best).toEqual({ exact: 32, normalised: 0, near: 0, none: 8 })
  await call('spans.use', { corpus, set: set?.id ?? 0 })
  const item = await call('labels.item', { corpus, annotator: 'ann', pair: 1 })
  expect(item.suggestions).toMatchObject([{ origin: 'alt', score: 1 }])
  const queue = await call('labels.queue', { corpus, annotator: 'ann', order: 'page' })
  expect(queue.total).toBe(40)
  const train = await call('jobs.trainSpans', { corpus, alts: set?.id ?? 0, encoder: 'nowhere' })
  const ended = await running.finished(train.job)
  expect(ended).toMatchObject({ state: 'failed', error: { kind: 'not-found' } })
})
