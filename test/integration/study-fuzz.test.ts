/** Whatever is said to the calls and in the files of a study: taken as it should be, or refused with words. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { answersOf, CANNOT_JUDGE, StudyDesign, type Aspect } from '#shared/studies/design.ts'
import { gleaner } from '../support/cli.ts'
import {
  makeSmallStudy,
  startStudyEngine,
  writePrompts,
  type StudyEngine,
} from '../support/studies.ts'

let run: StudyEngine
beforeAll(() => void (run = startStudyEngine()))
afterAll(() => run.stop())

const ASPECTS: Aspect[] = [
  { id: 'overall', name: 'Overall', question: 'How well?', form: '0-5', anchors: {} },
  { id: 'there', name: 'There', question: 'Is it there?', form: 'yes-partly-no', anchors: {} },
  {
    id: 'constructor',
    name: 'How many',
    question: 'How many are there?',
    form: 'count',
    anchors: {},
  },
]

describe('ratings.set', () => {
  test('keeps what the form of an aspect allows and nothing else, and a task shows what was said last', async () => {
    const corpus = join(run.folder, 'forms.gleaner')
    await makeSmallStudy(run, corpus, { design: { aspects: ASPECTS } })
    const by = { corpus, study: 'small', rater: 'Ada' }
    const { tasks } = await run.ask('ratings.queue', { ...by, mode: 'rate' })
    const known = new Map<string, Record<string, string>>()
    const answer = fc.oneof(
      {
        weight: 4,
        arbitrary: fc.constantFrom('0', '5', 'yes', 'partly', 'no', '99', CANNOT_JUDGE, null),
      },
      fc.string({ unit: 'binary', maxLength: 10 }),
      fc.constantFrom('100', '-1', '05', '1.0', '1e1', ' 3', 'NaN', '', 'toString'),
    )
    const aspect = fc.constantFrom('overall', 'there', 'constructor', '', '__proto__', 'beauty')
    await fc.assert(
      fc.asyncProperty(fc.nat(5), aspect, answer, async (at, name, said) => {
        const task = tasks[at] as string
        const form = ASPECTS.find(({ id }) => id === name)?.form
        const isAllowed =
          form !== undefined &&
          (said === null || said === CANNOT_JUDGE || answersOf(form).includes(said))
        const asked = run.ask('ratings.set', { ...by, task, aspect: name, answer: said })
        if (isAllowed) {
          const now = { ...known.get(task) }
          if (said === null) delete now[name]
          else now[name] = said
          known.set(task, now)
          expect((await asked).answers).toEqual(now)
        } else await expect(asked).rejects.toMatchObject({ kind: 'invalid-input' })
        const [shown] = await run.ask('ratings.tasks', { ...by, tasks: [task] })
        expect(shown?.answers).toEqual(known.get(task) ?? {})
      }),
      { numRuns: 500, seed: 6 },
    )
    expect([...known.values()].flatMap(Object.keys).length).toBeGreaterThan(6)
    const [ada] = await run.ask('ratings.raters', { corpus, study: 'small' })
    expect(ada?.repeats.of).toBeLessThanOrEqual(3)
  })

  test('takes no input of another shape', async () => {
    const corpus = join(run.folder, 'shapes.gleaner')
    await makeSmallStudy(run, corpus)
    const by = { corpus, study: 'small', rater: 'Ada' }
    const { tasks } = await run.ask('ratings.queue', { ...by, mode: 'rate' })
    const good = { ...by, task: tasks[0] as string, aspect: 'overall', answer: '3', ms: 5, zoom: 1 }
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(
          'study',
          'rater',
          'task',
          'aspect',
          'answer',
          'ms',
          'position',
          'zoom',
          'left',
        ),
        fc.oneof(
          fc.jsonValue({ maxDepth: 1 }),
          fc.constantFrom(-1, 1e99, Number.NaN, '../../x', {}, []),
        ),
        async (key, value) => {
          const asked = run.engine.call('ratings.set', { ...good, [key]: value })
          await asked.then(
            ({ value: answer }) => expect(answer).toMatchObject({ answers: {} }),
            (error: { kind: string; message: string }) => {
              expect(['invalid-input', 'not-found']).toContain(error.kind)
              expect(error.message).not.toBe('')
            },
          )
        },
      ),
      { numRuns: 300, seed: 7 },
    )
  })
})

describe('a design', () => {
  test('of whatever values is refused, or a study that can be frozen and rated', async () => {
    const corpus = join(run.folder, 'designs.gleaner')
    await run.ask('corpora.create', { path: corpus })
    const prompts = writePrompts(join(run.folder, 'designs'), 3, 2)
    const whole = fc.integer({ min: -2, max: 600 })
    const design = fc.record(
      {
        rate: fc.boolean(),
        compare: fc.boolean(),
        seed: fc.oneof(whole, fc.constant(0xffffffff)),
        repeats: fc.double({ min: -0.1, max: 0.6, noNaN: true }),
        leastRepeats: whole,
        repeatDistance: whole,
        checkEvery: whole,
        practice: fc.integer({ min: -1, max: 51 }),
        practiceShare: fc.double({ min: 0, max: 1, noNaN: true }),
        spacing: fc.integer({ min: -1, max: 51 }),
        perRater: fc.option(whole),
        primary: fc.array(fc.constantFrom('overall', 'beauty'), { maxLength: 2 }),
        aspects: fc.array(fc.constantFrom(...ASPECTS), { maxLength: 3 }),
      },
      { requiredKeys: [] },
    )
    let made = 0
    await fc.assert(
      fc.asyncProperty(design, async (given) => {
        const study = `study ${++made}`
        const asked = run.ask('studies.create', {
          corpus,
          study,
          prompts: { file: prompts },
          design: given,
        })
        const kind = await asked.then(
          () => null,
          (error: { kind: string }) => error.kind,
        )
        if (kind !== null) {
          expect(kind).toBe('invalid-input')
          return
        }
        const { design: kept } = await run.ask('studies.get', { corpus, study })
        expect(kept).toEqual(StudyDesign.parse(given))
        // What is not said of a change stays.
        const changed = await run.ask('studies.setDesign', {
          corpus,
          study,
          design: { breakAfter: 7 },
        })
        expect(changed.design).toEqual({ ...kept, breakAfter: 7 })
        await run.ask('studies.remove', { corpus, study })
      }),
      { numRuns: 150, seed: 8 },
    )
  })

  test('in a file is taken by the command line, and what the command says goes before it', async () => {
    const home = join(run.folder, 'cli-home')
    mkdirSync(home)
    const corpus = join(home, 'c.gleaner')
    const prompts = writePrompts(join(home, 'files'), 2, 1)
    const file = join(home, 'design.yaml')
    let made = 0
    const make = async (text: string, ...more: string[]) => {
      writeFileSync(file, text)
      const args = ['study', 'new', corpus, `s${++made}`, '--prompts', prompts, '--aspects', file]
      const { code, stdout, stderr } = await gleaner([...args, ...more, '--json'], { home })
      return {
        code,
        stderr,
        design: code === 0 ? (JSON.parse(stdout) as { design: StudyDesign }).design : null,
      }
    }
    const whole = 'seed: 77\nrate: false\ncompare: true\ncheckEvery: 9\n'
    expect((await make(whole)).design).toMatchObject({
      seed: 77,
      rate: false,
      compare: true,
      checkEvery: 9,
    })
    expect((await make(whole, '--seed', '5')).design).toMatchObject({
      seed: 5,
      rate: false,
      compare: true,
    })
    expect((await make(JSON.stringify(ASPECTS))).design).toMatchObject({
      aspects: ASPECTS,
      seed: 1,
    })
    for (const bad of [
      'seed: -1',
      'colour: red',
      '- id: A B',
      '[]',
      '&a [*a, *a]',
      ': : :',
      '\u0000',
      '5',
    ]) {
      const { code, stderr } = await make(bad)
      expect(code, bad).toBe(2)
      expect(stderr, bad).toContain('design.yaml')
    }
    const { code, stderr } = await gleaner(
      ['study', 'new', corpus, 'lost', '--prompts', prompts, '--images', 'a=/nowhere/at/all'],
      { home },
    )
    expect([code, stderr]).toEqual([1, expect.stringContaining('/nowhere/at/all')])
    const { stdout } = await gleaner(['study', 'list', corpus, '--json'], { home })
    expect((JSON.parse(stdout) as unknown[]).length).toBe(3)
    rmSync(home, { recursive: true, force: true })
  }, 60_000)
})
