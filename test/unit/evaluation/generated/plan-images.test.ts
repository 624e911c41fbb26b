import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  emptyGeneration,
  type Generation,
} from '../../../../src/main/evaluation/generated/generation.ts'
import type { TieBy } from '../../../../src/main/evaluation/generated/image-plan.ts'
import { compilePattern } from '../../../../src/main/evaluation/generated/name-pattern.ts'
import { createTie, planImages } from '../../../../src/main/evaluation/generated/plan-images.ts'
import { proposePatterns } from '../../../../src/main/evaluation/generated/propose-pattern.ts'
import { createPromptIndex } from '../../../../src/main/evaluation/generated/study-prompts.ts'

const PROMPTS = [
  { group: 'Red car', kind: 'objects', level: 1, text: 'a red car' },
  { group: 'Red car', kind: 'objects', level: 2, text: 'a red car, on a wet road' },
  { group: 'Red car', kind: 'objects', level: 3, text: 'a red car, on a wet road, at night' },
  { group: 'Red', kind: 'colours', level: 1, text: 'something red' },
  {
    group: 'Mühle',
    kind: 'places',
    level: 1,
    text: 'an old mill by a river in the fog of a winter morning',
  },
  { group: '3 cats', kind: 'counts', level: 1, text: 'three cats' },
]
const files = (names: readonly string[]) => names.map((name) => ({ path: `/p/${name}`, name }))
const made = (some: Partial<Generation>): Generation => ({
  ...emptyGeneration('automatic1111', ''),
  ...some,
})

function planOf(
  names: readonly string[],
  how: TieBy,
  generations: Record<string, Generation> = {},
  takes?: number,
) {
  const tie = createTie(PROMPTS, how)
  return planImages(
    PROMPTS,
    files(names).map((file) => tie(file, generations[file.name] ?? null)),
    takes,
  )
}
const shown = (plan: ReturnType<typeof planOf>) =>
  plan.images.map(({ name, prompt, take, seed }) => [name, prompt, take, seed])

describe('a pattern', () => {
  const index = createPromptIndex(PROMPTS)
  test.each([
    [
      '{group}_{level}_{seed}.png',
      'red_car_2_1234567890123456789012.PNG',
      1,
      { seed: '1234567890123456789012' },
    ],
    ['{group}_{level}_{seed}.png', 'Red-Car_02_007.png', 1, { seed: '7' }],
    ['{group}_{level}_{seed}', 'red_1_5.webp', 3, { seed: '5' }],
    ['{kind}/{group}-{level}-{take}.*', 'run/objects/red-car-3-0.jpg', 2, { take: 0 }],
    ['{group}{level}t{take}', '3cats1t4.png', 5, { take: 4 }],
    ['{*}_{group}-{level}', 'out_of_2024_mühle-1.png', 4, {}],
    ['{group}-{level}', 'mu\u0308hle-1.jpeg', 4, {}],
    ['{group}/{take}', 'Mühle/3.jpg', 4, { take: 3 }],
    ['{prompt}_{seed}.png', 'a-red-car-on-a-wet-road_9.png', 1, { seed: '9' }],
    ['{prompt}_{seed}.png', 'an_old_mill_by_a_river_in_the_9.png', 4, { seed: '9' }],
    ['{index}_{take}', '00002_1.png', 2, { take: 1 }],
  ])('%s reads %s', (pattern, name, prompt, facts) => {
    const read = compilePattern(pattern, index).read(name)
    expect(read).toMatchObject({ found: { ok: true, prompt }, ...facts })
  })

  test.each([
    ['{group}_{level}.png', 'red_car_2.jpg', null],
    ['{group}_{level}.png', 'redcar.png', null],
    ['{group}_{level}', 'green_car_2.png', 'unknown-group'],
    ['{group}_{level}', 'red_car_9.png', 'unknown-level'],
    ['{group}_{level}', 'mühle_2.png', 'no-such-prompt'],
    ['{kind}_{group}_{level}', 'music_red_1.png', 'unknown-kind'],
    ['{group}_{take}', 'red_car_2.png', 'ambiguous-prompt'],
    ['{prompt}', 'a-red-car-o.png', 'prompt-not-in-study'],
    ['{prompt}', 'a-red-car-on-a-wet-roa.png', 'ambiguous-prompt'],
    ['{index}', '6.png', 'no-such-prompt'],
  ])('%s says why %s has no prompt', (pattern, name, reason) => {
    const read = compilePattern(pattern, index).read(name)
    if (reason === null) expect(read).toBeNull()
    else expect(read?.found).toEqual({ ok: false, reason })
  })

  test.each(['{groop}.png', '{level}_{seed}', '{group}_{group}', 'a.png'])(
    '%s is refused',
    (pattern) => {
      expect(() => compilePattern(pattern, index)).toThrow(
        expect.objectContaining({ kind: 'invalid-input' }),
      )
    },
  )

  test('what was written by it is read again', () => {
    const word = fc.constantFrom('red', 'car', 'blue', '3', 'x', 'old', 'mühle')
    const group = fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join(' '))
    fc.assert(
      fc.property(
        fc.uniqueArray(group, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 9 }),
        fc.nat(1e9),
        fc.constantFrom('_', '-', '/', '__'),
        fc.nat(),
        (groups, level, seed, gap, pick) => {
          const prompts = groups.map((one) => ({ group: one, kind: 'k', level, text: one }))
          const at = pick % groups.length
          const name = [(groups[at] as string).replaceAll(' ', '-'), level, seed].join(gap)
          const read = compilePattern(
            `{group}${gap}{level}${gap}{seed}`,
            createPromptIndex(prompts),
          ).read(`${name}.png`)
          expect(read?.seed).toBe(String(seed))
          expect(read?.found).toMatchObject({ ok: true, prompt: at })
        },
      ),
    )
  })

  test('no name makes it slow', () => {
    const long = compilePattern('{*}{group}{*}{kind}{*}{level}{*}{take}{*}{seed}', index)
    expect(long.read(`${'red-1-'.repeat(40)}.png`)).toBeNull()
    expect(long.read(`${'1a'.repeat(120)}.png`)).toBeNull()
  })
})

describe('the plan', () => {
  test('numbers takes by the seeds that the prompts share, and tells what is missing', () => {
    const plan = planOf(
      [
        'red-car_1_99.png',
        'red-car_1_100.png',
        'red-car_2_100.png',
        'red_1_99.png',
        'red_1_100.png',
        'notes_1.png',
        'Thumbs.png',
      ],
      { by: 'pattern', pattern: '{group}_{level}_{seed}' },
    )
    expect(shown(plan)).toEqual([
      ['red-car_1_99.png', 0, 0, '99'],
      ['red-car_1_100.png', 0, 1, '100'],
      ['red-car_2_100.png', 1, 1, '100'],
      ['red_1_99.png', 3, 0, '99'],
      ['red_1_100.png', 3, 1, '100'],
    ])
    expect(plan.takes).toBe(2)
    expect(plan.missing.map(({ group, level, take }) => [group, level, take])).toEqual([
      ['Red car', 2, 0],
      ['Red car', 3, 0],
      ['Red car', 3, 1],
      ['Mühle', 1, 0],
      ['Mühle', 1, 1],
      ['3 cats', 1, 0],
      ['3 cats', 1, 1],
    ])
    expect(plan.unmatched).toEqual([
      { path: '/p/notes_1.png', name: 'notes_1.png', reason: 'name-does-not-fit' },
      { path: '/p/Thumbs.png', name: 'Thumbs.png', reason: 'name-does-not-fit' },
    ])
  })

  test('keeps a hole in takes that are counted, from 0 or from 1', () => {
    const plan = planOf(['red_1_1.png', 'red_1_4.png', 'mühle_1_2.png'], {
      by: 'pattern',
      pattern: '{group}_{level}_{take}',
    })
    expect(shown(plan).map(([name, , take]) => [name, take])).toEqual([
      ['red_1_1.png', 0],
      ['red_1_4.png', 3],
      ['mühle_1_2.png', 1],
    ])
    expect(plan.missing.filter(({ prompt }) => prompt === 3).map(({ take }) => take)).toEqual([
      1, 2,
    ])
  })

  test('with seeds of its own for each prompt counts by their size', () => {
    const names = [
      'red_1_500.png',
      'red_1_9.png',
      'mühle_1_77.png',
      'mühle_1_8000.png',
      'red-car_1_5.png',
      'red-car_1_6.png',
    ]
    const plan = planOf(names, { by: 'pattern', pattern: '{group}_{level}_{seed}' })
    expect(shown(plan).map(([name, , take]) => [name, take])).toEqual([
      ['red-car_1_5.png', 0],
      ['red-car_1_6.png', 1],
      ['red_1_9.png', 0],
      ['red_1_500.png', 1],
      ['mühle_1_77.png', 0],
      ['mühle_1_8000.png', 1],
    ])
  })

  test('keeps one of two files that are the same take', () => {
    const plan = planOf(['a/red_1_5.png', 'b/red_1_5.png', 'b/red_01_05.png'], {
      by: 'pattern',
      pattern: '{group}_{level}_{seed}',
    })
    expect(plan.images.map(({ name }) => name)).toEqual(['a/red_1_5.png'])
    expect(plan.doubles).toEqual([
      { path: '/p/b/red_01_05.png', name: 'b/red_01_05.png', sameAs: '/p/a/red_1_5.png' },
      { path: '/p/b/red_1_5.png', name: 'b/red_1_5.png', sameAs: '/p/a/red_1_5.png' },
    ])
  })

  test('asks for as many takes as it is told', () => {
    const plan = planOf(
      ['red_1_0.png'],
      { by: 'pattern', pattern: '{group}_{level}_{take}' },
      {},
      3,
    )
    expect(plan.missing).toHaveLength(6 * 3 - 1)
    expect(planOf([], { by: 'metadata' }).missing).toHaveLength(6)
  })

  test('accounts for every file once', () => {
    const name = fc
      .tuple(fc.constantFrom('red', 'red-car', 'blue', 'mühle'), fc.nat(3), fc.nat(4))
      .map((parts) => `${parts.join('_')}.png`)
    const how = fc.constantFrom<TieBy>(
      { by: 'pattern', pattern: '{group}_{level}_{take}' },
      { by: 'pattern', pattern: '{group}_{level}_{seed}' },
      { by: 'pattern', pattern: '{group}_{*}' },
      { by: 'metadata' },
    )
    fc.assert(
      fc.property(fc.array(name, { maxLength: 30 }), how, (names, by) => {
        const plan = planOf(names, by)
        const all = [...plan.images, ...plan.unmatched, ...plan.doubles].map((one) => one.name)
        expect(all.sort()).toEqual([...names].sort())
        const places = plan.images.map(({ prompt, take }) => `${prompt} ${take}`)
        expect(new Set(places).size).toBe(places.length)
        expect(plan.images.length + plan.missing.length).toBe(6 * Math.max(1, plan.takes))
      }),
    )
  })
})

describe('by metadata', () => {
  test.each<[string, number | string, boolean]>([
    ['a red car, on a wet road', 1, false],
    ['A  Red Car,on a wet road.', 1, true],
    ['a red car, on a wet road <lora:ink:0.8>, masterpiece, best quality', 1, true],
    ['photo, a red car, on a wet road, at night, 8k', 2, true],
    ['three\u3000cats', 5, true],
    ['a red carpet', 'prompt-not-in-study', false],
    ['', 'no-prompt-in-metadata', false],
  ])('%s finds %s', (prompt, expected, isGuess) => {
    const plan = planOf(
      ['x.png'],
      { by: 'metadata' },
      { 'x.png': made({ prompt, seed: '5', steps: 20, guessed: ['steps'] }) },
    )
    if (typeof expected === 'string')
      return expect(plan.unmatched).toEqual([{ path: '/p/x.png', name: 'x.png', reason: expected }])
    expect(plan.images).toMatchObject([
      {
        prompt: expected,
        take: 0,
        seed: '5',
        by: 'metadata',
        settings: { steps: 20, program: 'automatic1111' },
      },
    ])
    expect(plan.images[0]?.guessed).toEqual(isGuess ? ['prompt', 'steps'] : ['steps'])
  })

  test('a text that two prompts share is ambiguous', () => {
    const tie = createTie([...PROMPTS, { group: 'b', kind: 'k', level: 1, text: 'three cats' }], {
      by: 'metadata',
    })
    expect(tie({ path: 'x', name: 'x' }, made({ prompt: 'three cats' }))).toMatchObject({
      unmatched: { reason: 'ambiguous-prompt' },
    })
  })

  test('what the picture says against its name is told', () => {
    const generations = {
      'red_1_5.png': made({ prompt: 'three cats', seed: '6' }),
      'red-car_2_5.png': made({ prompt: 'a red car, on a wet road, 8k', seed: '5' }),
    }
    const plan = planOf(
      Object.keys(generations),
      { by: 'pattern', pattern: '{group}_{level}_{seed}' },
      generations,
    )
    expect(plan.images.map(({ disagrees }) => disagrees)).toEqual([[], ['prompt', 'seed']])
  })
})

describe('a pattern is proposed', () => {
  const every = (name: (group: string, level: number, i: number, n: number) => string) =>
    files(
      PROMPTS.flatMap(({ group, level }, i) =>
        [0, 1].map((n) => name(group.toLowerCase().replaceAll(' ', '-'), level, i, n)),
      ),
    )
  test.each([
    ['{group}_{level}_{seed}', every((group, level, _, n) => `${group}_${level}_${1000 + n}.png`)],
    ['{group}-{level}-{take}', every((group, level, _, n) => `${group}-${level}-${n}.png`)],
    [
      '{group}/level{level}_seed{seed}',
      every((group, level, _, n) => `${group}/level${level}_seed${42 + n}.png`),
    ],
    ['{index}_{take}', every((_, __, i, n) => `${String(i).padStart(4, '0')}_${n}.png`)],
    [
      '{prompt}_{seed}',
      files(PROMPTS.map(({ text }, i) => `${text.replaceAll(/\W+/g, '_')}_${10_000 + i}.png`)),
    ],
  ])('%s', (pattern, some) => {
    const [best] = proposePatterns(some, PROMPTS)
    expect(best).toEqual({ pattern, firstIndex: 0, matched: some.length, of: some.length })
  })

  test('counts from 1 where names do', () => {
    const some = files(PROMPTS.map((_, i) => `out-${i + 1}.png`))
    expect(proposePatterns(some, PROMPTS)[0]).toEqual({
      pattern: 'out-{index}',
      firstIndex: 1,
      matched: 6,
      of: 6,
    })
  })

  test('with kinds as folders, and words that differ from name to name', () => {
    const words = ['ox', 'elk', 'emu', 'yak', 'cow', 'hen']
    const some = files(
      PROMPTS.map(
        ({ kind, group, level }, i) =>
          `${kind}/${words[i]}_${group.replaceAll(' ', '_')}_${level}.png`,
      ),
    )
    expect(proposePatterns(some, PROMPTS).map(({ pattern }) => pattern)).toContain(
      '{kind}/{*}_{group}_{level}',
    )
    expect(proposePatterns(some, PROMPTS)[0]?.matched).toBe(6)
  })

  test('not where names say nothing', () => {
    expect(proposePatterns(files(['hello.png', 'world.png']), PROMPTS)).toEqual([])
    expect(proposePatterns([], PROMPTS)).toEqual([])
  })
})
