/** A rating study from its pictures to its ratings, through the engine's calls. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openReader } from '../../src/main/store/open.ts'
import { thawCorpus } from '../support/frozen-corpora.ts'
import {
  makeSampleStudy,
  makeSmallStudy,
  SAMPLE_STUDY,
  startStudyEngine,
  writePictures,
  writePrompts,
  type StudyEngine,
} from '../support/studies.ts'

let run: StudyEngine
beforeAll(() => void (run = startStudyEngine()))
afterAll(() => run.stop())
const at = (name: string): string => join(run.folder, `${name}.gleaner`)

const AT_EVERY_PLACE = { practice: 0, checkEvery: 0, repeats: 0, leastRepeats: 0 }

describe('the sample study', () => {
  let corpus: string
  beforeAll(async () => {
    corpus = at('sample')
    await makeSampleStudy(run, corpus)
  })

  test('takes one model by the names of its files and the other by a manifest, with what they say', async () => {
    const study = await run.ask('studies.get', { corpus, study: 'first' })
    expect(study).toMatchObject({ state: 'draft', prompts: 40, images: 80, groups: 8, missing: 0 })
    expect(study.byModel.map(({ name, images }) => [name, images])).toEqual([
      ['base', 40],
      ['tuned', 40],
    ])
    const { total, cells } = await run.ask('studies.sheet', { corpus, study: 'first' })
    expect(total).toBe(40)
    for (const { images } of cells) expect(images.map((of) => of.length)).toEqual([1, 1])
    const truth = readFileSync(join(SAMPLE_STUDY, 'tuned/manifest.csv'), 'utf8').split('\n')
    for (const column of [0, 1]) {
      const id = cells[7]?.images[column]?.[0]?.id as number
      const { model, prompt, origin } = await run.ask('studies.image', {
        corpus,
        study: 'first',
        image: id,
      })
      expect(prompt.text).toBe(cells[7]?.prompt.text)
      expect(truth.some((row) => row.startsWith(`${origin.file},${prompt.text},`))).toBe(true)
      expect(origin.file).toBe(`${prompt.group}_${prompt.level}_${String(origin.seed)}.png`)
      expect(origin).toMatchObject({ steps: 25, guidance: 7, model })
    }
  })

  test('is taken in once, however often it is asked for', async () => {
    const again = await run.job('studies.addImages', {
      corpus,
      study: 'first',
      model: 'base',
      source: join(SAMPLE_STUDY, 'base'),
    })
    expect(again.result[0]?.value).toMatch(/^0 added/)
    const study = await run.ask('studies.get', { corpus, study: 'first' })
    expect([study.images, study.leftOut]).toEqual([80, 0])
  })
})

test('a setting of a draft is changed without another being lost', async () => {
  const corpus = at('design')
  await makeSampleStudy(run, corpus, { seed: 7, checkEvery: 11, aspects: [ASPECT] })
  const { design } = await run.ask('studies.setDesign', {
    corpus,
    study: 'first',
    design: { repeats: 0.1 },
  })
  expect(design).toMatchObject({ seed: 7, checkEvery: 11, repeats: 0.1, aspects: [{ id: 'only' }] })
})
const ASPECT = { id: 'only', name: 'Only', question: 'Is it?', form: '0-5' as const, anchors: {} }

describe('files that are no picture of the study', () => {
  test('are counted once each and listed by reason, and so is what is missing', async () => {
    const corpus = at('faults')
    const files = join(run.folder, 'faults')
    const prompts = { file: writePrompts(files, 3, 2) }
    const source = join(files, 'base')
    // g2 level 2 is missing; a second picture of the same take; one without a prompt; one that is
    // cut; a text; a hidden file.
    await writePictures(source, [
      'g0_1_5.png',
      'g0_2_5.png',
      'g1_1_5.png',
      'g1_2_5.png',
      'g2_1_5.png',
    ])
    await writePictures(source, ['g0_1_5.jpg', 'g9_1_5.png'], 1)
    writeFileSync(
      join(source, 'g1_2_5.png'),
      readFileSync(join(source, 'g1_2_5.png')).subarray(0, 60),
    )
    writeFileSync(join(source, 'notes.txt'), 'words')
    writeFileSync(join(source, '.hidden.png'), 'words')
    // The same bytes for two prompts.
    cpSync(join(source, 'g0_2_5.png'), join(source, 'g1_1_5.png'))
    await run.ask('corpora.create', { path: corpus })
    await run.ask('studies.create', { corpus, study: 'x', prompts, design: {} })
    const pattern = '{group}_{level}_{seed}.{ext}'
    const input = { corpus, study: 'x', model: 'base', source, pattern: '{group}_{level}_{seed}' }
    const done = await run.job('studies.addImages', input)
    expect(done.error, pattern).toBeNull()
    const look = async () => {
      const { missing, leftOut, doubles } = await run.ask('studies.problems', {
        corpus,
        study: 'x',
      })
      return {
        missing: missing.map(({ model, prompt }) => `${model} ${prompt.group} ${prompt.level}`),
        leftOut: leftOut.map(({ file, reason }) => `${file}: ${reason.split(' ')[0]}`).sort(),
        doubles: doubles.map((of) => of.files.sort()),
      }
    }
    const seen = await look()
    expect(seen.missing).toEqual(['base g1 2', 'base g2 2'])
    expect(seen.leftOut).toHaveLength(5)
    expect(seen.leftOut).toEqual([
      '.hidden.png: hidden',
      expect.stringMatching(/^g0_1_5\.(png|jpg): double$/),
      expect.stringMatching(/^g1_2_5\.png: (truncated|damaged)$/),
      expect.stringMatching(/^g9_1_5\.png: /),
      'notes.txt: not-a-picture',
    ])
    expect(seen.doubles).toEqual([['g0_2_5.png', 'g1_1_5.png']])
    // Once more changes nothing.
    await run.job('studies.addImages', input)
    expect(await look()).toEqual(seen)
    const study = await run.ask('studies.get', { corpus, study: 'x' })
    expect([study.images, study.missing, study.leftOut]).toEqual([4, 2, 5])
  })

  test('fail the job where nothing else is there, with the reasons; the job counts what is missing in the end', async () => {
    const corpus = at('nothing')
    const files = join(run.folder, 'nothing')
    const prompts = { file: writePrompts(files, 2, 1) }
    await run.ask('corpora.create', { path: corpus })
    await run.ask('studies.create', { corpus, study: 'x', prompts, design: {} })
    const source = join(files, 'base')
    mkdirSync(source, { recursive: true })
    writeFileSync(join(source, 'g0_1_5.png'), 'no picture')
    writeFileSync(join(source, 'notes.txt'), 'words')
    const input = { corpus, study: 'x', model: 'base', source, pattern: '{group}_{level}_{seed}' }
    const failed = await run.job('studies.addImages', input)
    expect(failed.state).toBe('failed')
    expect(failed.error?.message).toMatch(/^No picture of base was taken in from .*not-a-picture/)
    const { leftOut } = await run.ask('studies.problems', { corpus, study: 'x' })
    expect(leftOut.map(({ file }) => file).sort()).toEqual(['g0_1_5.png', 'notes.txt'])
    // One good picture: the other prompt is missing, though a file bears its name.
    await writePictures(source, ['g1_1_5.png'])
    const done = await run.job('studies.addImages', input)
    expect(done.state).toBe('done')
    expect(done.warnings).toEqual([
      '1 prompt without a picture of base.',
      '2 files not taken in; the study lists each with its reason.',
    ])
  })

  test('from a second folder are listed where the study has the picture already', async () => {
    const corpus = at('second-folder')
    await makeSmallStudyDraft(corpus)
    const take = async (name: string) => {
      const source = join(run.folder, `second-${name}`)
      await writePictures(source, [name], 50)
      const input = { corpus, study: 'd', model: 'base', source, pattern: '{group}_{level}_{seed}' }
      expect((await run.job('studies.addImages', input)).error).toBeNull()
      const { leftOut } = await run.ask('studies.problems', { corpus, study: 'd' })
      expect((await run.ask('studies.get', { corpus, study: 'd' })).images).toBe(4)
      return leftOut.map(({ file, reason }) => [file, reason])
    }
    // The same name with other bytes, and another name for the same place.
    expect(await take('g0_1_77.png')).toEqual([['g0_1_77.png', 'name-taken']])
    expect(await take('g0_2_78.png')).toEqual([['g0_2_78.png', 'double']])
  })
})

async function makeSmallStudyDraft(corpus: string): Promise<void> {
  const files = join(run.folder, 'draft-files')
  await run.ask('corpora.create', { path: corpus })
  const prompts = { file: writePrompts(files, 2, 2) }
  await run.ask('studies.create', { corpus, study: 'd', prompts, design: {} })
  const source = join(files, 'base')
  await writePictures(source, ['g0_1_77.png', 'g0_2_77.png', 'g1_1_77.png', 'g1_2_77.png'])
  await run.job('studies.addImages', { corpus, study: 'd', model: 'base', source })
}

test('an import that is killed in its middle goes on, and ends as an undisturbed one', async () => {
  const files = join(run.folder, 'kill-files')
  const prompts = writePrompts(files, 60, 5)
  const source = join(files, 'base')
  await writePictures(
    source,
    Array.from({ length: 300 }, (_, i) => `g${Math.floor(i / 5)}_${1 + (i % 5)}_9.png`),
  )
  const images = (path: string): unknown[] => {
    const db = openReader(path)
    const rows = db
      .prepare(
        `SELECT p.grp, p.level, i.take, i.sha256, i.seed, i.origin FROM study_images i
         JOIN study_prompts p ON p.id = i.prompt_id ORDER BY p.position, i.take`,
      )
      .all()
    const left = db.prepare('SELECT file, reason FROM study_left_out').all()
    db.close()
    return [...rows, ...left]
  }
  /** Kills it while it works on the batch after this one; null: lets it come to its end. */
  async function go(path: string, killAfter: number | null): Promise<number | null> {
    const child = spawn(
      process.execPath,
      [join(import.meta.dirname, '../support/study-images-child.ts'), path, prompts, source],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    )
    const exited = once(child, 'exit')
    let batches = 0
    for await (const chunk of child.stdout) {
      for (let lines = String(chunk).trim().split('\n').length; lines > 0; lines--) {
        batches++
        child.stdin.write('.')
        if (batches === killAfter) child.kill('SIGKILL')
      }
    }
    return ((await exited) as [number | null])[0]
  }
  const calm = at('calm')
  expect(await go(calm, null)).toBe(0)
  expect(images(calm)).toHaveLength(300)

  const killed = at('killed')
  const seen: number[] = []
  for (const after of [1, 2, 1, 3]) {
    expect(await go(killed, after)).toBeNull()
    seen.push(images(killed).length)
  }
  expect(seen[0]).toBeGreaterThanOrEqual(32)
  expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b))
  expect(seen.at(-1)).toBeLessThan(300)
  expect(await go(killed, null)).toBe(0)
  expect(images(killed)).toEqual(images(calm))
}, 60_000)

describe('a frozen study', () => {
  test('has one hash in two corpora that took models and files in another order, and another with one more picture', async () => {
    const files = join(run.folder, 'hash-files')
    const prompts = { file: writePrompts(files, 3, 2) }
    const names = [
      'g0_1_5.png',
      'g0_2_5.png',
      'g1_1_5.png',
      'g1_2_5.png',
      'g2_1_5.png',
      'g2_2_5.png',
    ]
    for (const model of ['a', 'b'])
      await writePictures(join(files, model), names, model === 'a' ? 1 : 2)
    const manifest = (order: readonly string[], model: string): string => {
      const path = join(files, model, `${order[0]}.csv`)
      const rows = order.map((name) => `${name},${name.split('_').slice(0, 2).join(',')},5`)
      writeFileSync(path, ['file,group,level,seed', ...rows].join('\n'))
      return path
    }
    const make = async (name: string, models: string[], order: readonly string[]) => {
      const corpus = at(name)
      await run.ask('corpora.create', { path: corpus })
      await run.ask('studies.create', { corpus, study: name, prompts, design: { seed: 3 } })
      for (const model of models) {
        const source = manifest(order, model)
        const done = await run.job('studies.addImages', { corpus, study: name, model, source })
        expect(done.error).toBeNull()
      }
      return (await run.ask('studies.freeze', { corpus, study: name })).hash
    }
    const one = await make('hash-1', ['a', 'b'], names)
    expect(one).toMatch(/^[0-9a-f]{64}$/)
    expect(await make('hash-2', ['b', 'a'], [...names].reverse())).toBe(one)
    expect(await make('hash-3', ['a', 'b'], names.slice(1))).not.toBe(one)
    expect(await make('hash-4', ['a'], names)).not.toBe(one)
  })

  test('refuses every change of what it is, and shows its pictures by no model', async () => {
    const corpus = at('frozen')
    await makeSmallStudy(run, corpus)
    const study = 'small'
    const kindOf = (asked: Promise<unknown>) =>
      asked.then(
        () => 'done',
        (error: { kind: string }) => error.kind,
      )
    expect(await kindOf(run.ask('studies.setDesign', { corpus, study, design: { seed: 2 } }))).toBe(
      'conflict',
    )
    expect(await kindOf(run.ask('studies.removeModel', { corpus, study, model: 'base' }))).toBe(
      'conflict',
    )
    expect(await kindOf(run.ask('studies.freeze', { corpus, study }))).toBe('conflict')
    expect(await kindOf(run.ask('studies.sheet', { corpus, study }))).toBe('refused')
    expect(await kindOf(run.ask('studies.image', { corpus, study, image: 1 }))).toBe('refused')
    const job = await run.job('studies.addImages', {
      corpus,
      study,
      model: 'third',
      source: SAMPLE_STUDY,
    })
    expect(job.error?.kind).toBe('conflict')
    const { hash } = await run.ask('studies.get', { corpus, study })
    await run.ask('studies.rename', { corpus, study, name: 'other' })
    expect((await run.ask('studies.get', { corpus, study: 'other' })).hash).toBe(hash)
  })

  test('can be removed, and another one beside it stays', async () => {
    const corpus = at('removed')
    await makeSmallStudy(run, corpus, { name: 'one' })
    await makeSmallStudy(run, corpus, { name: 'two' })
    await run.ask('studies.remove', { corpus, study: 'one' })
    expect((await run.ask('studies.list', { corpus })).map(({ name }) => name)).toEqual(['two'])
    const { tasks } = await run.ask('ratings.queue', {
      corpus,
      study: 'two',
      rater: 'Ada',
      mode: 'rate',
    })
    expect(tasks.length).toBeGreaterThan(24)
  })
})

describe('rating', () => {
  let corpus: string
  const of = { study: 'small', rater: 'Ada' }
  beforeAll(async () => {
    corpus = at('rated')
    await makeSmallStudy(run, corpus, { design: { ...AT_EVERY_PLACE, compare: true } })
  })
  const queue = (mode: 'rate' | 'compare' = 'rate') =>
    run.ask('ratings.queue', { corpus, ...of, mode })
  const answersOf = async (task: string) =>
    (await run.ask('ratings.tasks', { corpus, ...of, tasks: [task] }))[0]?.answers

  test('tells 0, "cannot judge" and unrated apart, and a task is done when all aspects are answered', async () => {
    const { tasks, done } = await queue()
    expect(done.some(Boolean)).toBe(false)
    const [task] = tasks as [string]
    expect(await answersOf(task)).toEqual({})
    const set = (aspect: string, answer: string | null) =>
      run.ask('ratings.set', { corpus, ...of, task, aspect, answer })
    await set('objects', '0')
    expect(await answersOf(task)).toEqual({ objects: '0' })
    await set('objects', '0')
    expect(await answersOf(task)).toEqual({ objects: '0' })
    for (const aspect of ['attributes', 'relations', 'setting']) await set(aspect, '5')
    await set('overall', 'cannot')
    expect((await queue()).done[0]).toBe(true)
    await set('objects', null)
    expect((await queue()).done[0]).toBe(false)
    expect(await answersOf(task)).not.toHaveProperty('objects')
    const [ada] = await run.ask('ratings.raters', { corpus, study: 'small' })
    expect(ada).toMatchObject({ rater: 'Ada', answers: 4, cannot: 1, tasks: 0, of: 24 + 12 })
    for (const wrong of ['6', '', '-1', 'yes', '00']) {
      await expect(set('objects', wrong)).rejects.toMatchObject({ kind: 'invalid-input' })
    }
    await expect(set('', '5')).rejects.toMatchObject({ kind: 'invalid-input' })
    await expect(set('beauty', '5')).rejects.toMatchObject({ kind: 'invalid-input' })
  })

  test('is undone to its beginning and redone to its end, over restarts, and undo ends what redo could bring back', async () => {
    const by = { corpus, study: 'small', rater: 'Undo' }
    const { tasks } = await run.ask('ratings.queue', { ...by, mode: 'rate' })
    const all = async () => {
      const shown = await run.ask('ratings.tasks', { ...by, tasks: tasks.slice(0, 4) })
      return shown.map(({ answers }) => answers)
    }
    const states = [await all()]
    const say = async (i: number, aspect: string, answer: string | null) => {
      await run.ask('ratings.set', { ...by, task: tasks[i] as string, aspect, answer, ms: 5000 })
      states.push(await all())
    }
    for (let i = 0; i < 40; i++) {
      await say(i % 4, i % 3 ? 'objects' : 'overall', i % 7 === 5 ? null : String(i % 6))
    }
    for (let i = 40; i > 0; i--) {
      expect(await all()).toEqual(states[i])
      expect(await run.ask('ratings.undo', by)).not.toBeNull()
      if (i % 13 === 0) await run.restart()
    }
    expect(await all()).toEqual(states[0])
    expect(await run.ask('ratings.undo', by)).toBeNull()
    for (let i = 1; i <= 40; i++) {
      expect(await run.ask('ratings.redo', by)).not.toBeNull()
      expect(await all()).toEqual(states[i])
      if (i % 17 === 0) await run.restart()
    }
    expect(await run.ask('ratings.redo', by)).toBeNull()
    await run.ask('ratings.undo', by)
    await run.ask('ratings.undo', by)
    await run.ask('ratings.set', {
      ...by,
      task: tasks[3] as string,
      aspect: 'setting',
      answer: '1',
    })
    expect(await run.ask('ratings.redo', by)).toBeNull()
    await run.ask('ratings.undo', by)
    expect(await all()).toEqual(states[38])
    // How long an answer took comes back with it.
    const db = openReader(corpus)
    const times = db.prepare(`SELECT DISTINCT ms FROM ratings WHERE rater = 'Undo'`).pluck().all()
    db.close()
    expect(times).toEqual([5000])
  })

  test('of a comparison keeps which picture was better, whatever side it stood on', async () => {
    const winners = new Map<string, Set<string>>()
    let lefts = 0
    for (const rater of ['A', 'B', 'C', 'D']) {
      const by = { corpus, study: 'small', rater }
      const { tasks } = await run.ask('ratings.queue', { ...by, mode: 'compare' })
      expect(tasks).toHaveLength(12)
      for (const task of await run.ask('ratings.tasks', { ...by, tasks })) {
        const [left, right] = task.images as [string, string]
        const best = left < right ? 'left' : 'right'
        if (best === 'left') lefts++
        await run.ask('ratings.set', { ...by, task: task.task, aspect: '', answer: best, left })
        await expect(
          run.ask('ratings.set', { ...by, task: task.task, aspect: '', answer: best, left: right }),
        ).rejects.toMatchObject({ kind: 'conflict' })
        const [shown] = await run.ask('ratings.tasks', { ...by, tasks: [task.task] })
        expect(shown?.answers).toEqual({ '': best })
        const db = openReader(corpus)
        const stored = db
          .prepare<[string, string], string>(
            'SELECT answer FROM ratings WHERE rater = ? AND task = ?',
          )
          .pluck()
          .get(rater, task.task) as string
        db.close()
        winners.set(task.task, (winners.get(task.task) ?? new Set()).add(stored))
      }
    }
    // The same picture each time; on the left for about half of 48.
    for (const stored of winners.values()) expect(stored.size).toBe(1)
    expect(lefts).toBeGreaterThan(10)
    expect(lefts).toBeLessThan(38)
  })

  test('after unblinding is marked, and the unblinding is logged and said once', async () => {
    const before = await run.ask('studies.get', { corpus, study: 'small' })
    expect(before.byModel.map(({ name }) => name)).toEqual(['Model A', 'Model B'])
    const after = await run.ask('studies.unblind', {
      corpus,
      study: 'small',
      by: 'Eve',
      why: 'report',
    })
    expect(after.byModel.map(({ name }) => name)).toEqual(['base', 'tuned'])
    expect(after.state).toBe('unblinded')
    expect(after.log.at(-1)).toMatchObject({ what: 'unblinded', detail: 'by Eve: report' })
    await expect(
      run.ask('studies.unblind', { corpus, study: 'small', by: 'Eve' }),
    ).rejects.toMatchObject({ kind: 'conflict' })
    const { tasks } = await queue()
    await run.ask('ratings.set', {
      corpus,
      ...of,
      task: tasks[5] as string,
      aspect: 'objects',
      answer: '2',
    })
    const raters = await run.ask('ratings.raters', { corpus, study: 'small' })
    expect(raters.map(({ rater, unblinded }) => [rater, unblinded])).toContainEqual(['Ada', 1])
    expect(raters.reduce((n, { unblinded }) => n + unblinded, 0)).toBe(1)
  })
})

test('what raters do is told: practice, checks, repeats, haste', async () => {
  const corpus = at('control')
  await makeSmallStudy(run, corpus, {
    groups: 30,
    design: {
      practice: 8,
      checkEvery: 10,
      repeats: 0.25,
      leastRepeats: 5,
      repeatDistance: 10,
      compare: true,
      perRater: 40,
    },
  })
  const db = openReader(corpus)
  const tasks = new Map(
    db
      .prepare<[], { token: string; kind: string; repeats: string | null; expect: string | null }>(
        'SELECT token, kind, repeats, expect FROM study_tasks',
      )
      .all()
      .map((task) => [task.token, task]),
  )
  db.close()
  const aspects = ['objects', 'attributes', 'relations', 'setting', 'overall']
  const rate = async (
    rater: string,
    answer: (kind: string, token: string) => string,
    ms: number,
  ) => {
    const by = { corpus, study: 'small', rater }
    const { tasks: queue, practice } = await run.ask('ratings.queue', { ...by, mode: 'rate' })
    expect(practice).toBe(8)
    for (const task of queue) {
      const { kind } = tasks.get(task) as { kind: string }
      for (const aspect of aspects) {
        const said = { aspect, answer: answer(kind, task), ms: ms / 5 }
        await run.ask('ratings.set', { ...by, task, ...said })
      }
    }
    const { qualified, done } = await run.ask('ratings.queue', { ...by, mode: 'rate' })
    expect(done.every(Boolean)).toBe(true)
    return { qualified, queue }
  }
  const isCheck = (kind: string): boolean => kind.endsWith('check')
  const good = await rate(
    'good',
    (kind, token) =>
      isCheck(kind)
        ? '1'
        : String(parseInt((tasks.get(token)?.repeats ?? token).slice(0, 4), 16) % 6),
    10_000,
  )
  const bad = await rate('bad', () => '5', 1000)
  expect([good.qualified, bad.qualified]).toEqual([true, false])
  const [worse, better] = await run.ask('ratings.raters', { corpus, study: 'small' })
  const count = (queue: readonly string[], of: string) =>
    queue.filter((token) => tasks.get(token)?.kind === of).length
  const checks = count(good.queue, 'check')
  expect(checks).toBeGreaterThan(1)
  // 40 pictures, and as many comparisons as there are for one.
  expect(better).toMatchObject({
    rater: 'good',
    of: 40 + 40,
    tasks: 40,
    answers: 200,
    qualified: true,
    checks: { passed: checks, of: checks },
    seconds: 10,
    hasty: 0,
    straight: [],
  })
  const repeats = count(good.queue, 'repeat') * 5
  expect(repeats).toBeGreaterThan(0)
  expect(better?.repeats).toEqual({ same: repeats, near: repeats, of: repeats })
  expect(worse).toMatchObject({ rater: 'bad', qualified: false, checks: { passed: 0 }, seconds: 1 })
  expect(worse?.straight).toHaveLength(5)
  expect(worse?.hasty).toBe(bad.queue.length)
  // Nobody is told which tasks these are.
  const [shown] = await run.ask('ratings.tasks', {
    corpus,
    study: 'small',
    rater: 'good',
    tasks: good.queue.slice(20, 21),
  })
  expect(Object.keys(shown ?? {}).sort()).toEqual([
    'answers',
    'images',
    'practice',
    'prompt',
    'task',
  ])
}, 60_000)

test('a corpus of schema 2 takes a study, and keeps what it held', async () => {
  const corpus = at('old')
  thawCorpus(2, corpus)
  await run.ask('corpora.open', { path: corpus })
  await makeSmallStudy(run, corpus)
  const { tasks } = await run.ask('ratings.queue', {
    corpus,
    study: 'small',
    rater: 'Ada',
    mode: 'rate',
  })
  await run.ask('ratings.set', {
    corpus,
    study: 'small',
    rater: 'Ada',
    task: tasks[0] as string,
    aspect: 'overall',
    answer: '3',
  })
  expect(await run.ask('studies.list', { corpus })).toMatchObject([{ name: 'small', raters: 1 }])
  expect((await run.ask('corpora.stats', { corpus })).pairs).toBe(5)
})

test('a study is not frozen while its pictures are being taken in', async () => {
  const corpus = at('racing')
  const files = join(run.folder, 'racing')
  await run.ask('corpora.create', { path: corpus })
  const prompts = { file: writePrompts(files, 20, 2) }
  await run.ask('studies.create', { corpus, study: 'x', prompts, design: {} })
  const source = join(files, 'base')
  await writePictures(
    source,
    Array.from({ length: 40 }, (_, i) => `g${i >> 1}_${1 + (i % 2)}_9.png`),
  )
  const { job } = await run.ask('studies.addImages', { corpus, study: 'x', model: 'base', source })
  await expect(run.ask('studies.freeze', { corpus, study: 'x' })).rejects.toMatchObject({
    kind: 'busy',
  })
  // Its name may change meanwhile.
  await run.ask('studies.rename', { corpus, study: 'x', name: 'y' })
  expect((await run.engine.finished(job)).error).toBeNull()
  expect((await run.ask('studies.freeze', { corpus, study: 'y' })).images).toBe(40)
})

test('a model that is called as another is coded gets no code that is a name', async () => {
  const corpus = at('codes')
  await makeSmallStudy(run, corpus, { models: ['Model B', 'Model A'] })
  const { byModel } = await run.ask('studies.get', { corpus, study: 'small' })
  expect(byModel.map(({ name }) => name)).toEqual(['System A', 'System B'])
})
