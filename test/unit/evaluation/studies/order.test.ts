import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  isFirstLeft,
  orderTasks,
  type OrderedTask,
} from '../../../../src/main/evaluation/studies/order.ts'
import { drawTasks, type StudyTask } from '../../../../src/main/evaluation/studies/tasks.ts'
import { StudyDesign } from '#shared/studies/design.ts'

function study(prompts: number, models: number, design: Partial<StudyDesign> = {}) {
  const full = StudyDesign.parse(design)
  const texts = Array.from({ length: prompts }, (_, i) => ({
    id: i + 1,
    group: `group ${i >> 1}`,
    level: 1 + (i % 2),
    text: `thing${i >> 1} ${i % 2 ? 'in a garden' : ''}`,
  }))
  const images = texts.flatMap(({ id }) =>
    Array.from({ length: models }, (_, model) => ({
      id: id * 10 + model,
      model,
      prompt: id,
      take: 0,
    })),
  )
  return {
    design: full,
    images,
    tasks: drawTasks({ images, prompts: texts, design: full, salt: 'salt' }),
    prompts: texts,
  }
}

const toOrdered = (tasks: readonly StudyTask[]): OrderedTask[] =>
  tasks.map(({ token, kind, prompt, repeats }) => ({
    token,
    kind,
    prompt: String(prompt),
    repeats,
  }))

describe('the order of a rater', () => {
  it('is the same on every machine, whatever the order of the rows', () => {
    const { tasks, design } = study(60, 2)
    const one = orderTasks(toOrdered(tasks), design, 'Ada')
    const other = orderTasks(toOrdered(tasks).reverse(), design, 'Ada')
    expect(other).toEqual(one)
    expect(orderTasks(toOrdered(tasks), design, 'Bo')).not.toEqual(one)
    expect(orderTasks(toOrdered(tasks), { ...design, seed: 2 }, 'Ada')).not.toEqual(one)
  })

  it('holds every picture once, and practice first', () => {
    const { tasks, design, images } = study(60, 2)
    const order = orderTasks(toOrdered(tasks), design, 'Ada')
    expect(new Set(order.map(({ token }) => token)).size).toBe(order.length)
    expect(order.filter(({ kind }) => kind === 'item')).toHaveLength(images.length)
    const firstItem = order.findIndex(({ kind }) => !kind.startsWith('practice'))
    expect(order.slice(0, firstItem)).toHaveLength(design.practice)
    expect(order.slice(firstItem).some(({ kind }) => kind.startsWith('practice'))).toBe(false)
  })

  it('keeps a prompt apart by the spacing, and a repeat by its distance', () => {
    for (const rater of ['a', 'b', 'c', 'd', 'e']) {
      const { tasks, design } = study(100, 3, { checkEvery: 0 })
      const order = orderTasks(toOrdered(tasks), design, rater).filter(
        ({ kind }) => !kind.startsWith('practice'),
      )
      const last = new Map<string, number>()
      order.forEach(({ prompt }, i) => {
        const before = last.get(prompt)
        if (before !== undefined) expect(i - before).toBeGreaterThan(design.spacing)
        last.set(prompt, i)
      })
      const placeOf = new Map(order.map(({ token }, i) => [token, i]))
      const repeats = order.filter(({ kind }) => kind === 'repeat')
      expect(repeats).toHaveLength(15)
      for (const { token, repeats: of } of repeats) {
        const distance = (placeOf.get(token) as number) - (placeOf.get(of as string) as number)
        expect(distance).toBeGreaterThanOrEqual(design.repeatDistance)
      }
    }
  })

  it('gives each rater a drawn share where that is asked, with the repeats and checks of that share', () => {
    const { tasks, design } = study(100, 2, { perRater: 50 })
    const order = orderTasks(toOrdered(tasks), design, 'Ada')
    const items = order.filter(({ kind }) => kind === 'item')
    expect(items).toHaveLength(50)
    const chosen = new Set(items.map(({ token }) => token))
    for (const { repeats } of order.filter(({ kind }) => kind === 'repeat')) {
      expect(chosen.has(repeats as string)).toBe(true)
    }
    expect(order.filter(({ kind }) => kind === 'check')).toHaveLength(Math.round(5 * 0.25))
  })

  it('spreads positions fairly: no model comes first more often than chance lets it', () => {
    const { tasks, design, images } = study(40, 2, { checkEvery: 0, repeats: 0, practice: 0 })
    const modelOf = new Map(
      tasks.map(({ token, image }) => [token, images.find(({ id }) => id === image)?.model]),
    )
    let first = 0
    let n = 0
    for (let rater = 0; rater < 200; rater++) {
      const seen = new Set<string>()
      for (const { token, prompt } of orderTasks(toOrdered(tasks), design, `rater ${rater}`)) {
        if (seen.has(prompt)) continue
        seen.add(prompt)
        n++
        if (modelOf.get(token) === 0) first++
      }
    }
    // 8,000 draws of a fair coin: four standard deviations.
    expect(Math.abs(first / n - 0.5)).toBeLessThan((4 * 0.5) / Math.sqrt(n))
  })

  it('puts the first picture left in half of the comparisons', () => {
    const left = Array.from({ length: 4000 }, (_, i) => isFirstLeft(7, 'Ada', `token ${i}`)).filter(
      Boolean,
    ).length
    expect(Math.abs(left / 4000 - 0.5)).toBeLessThan((4 * 0.5) / Math.sqrt(4000))
  })

  it('never loses a task, whatever the design', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 30 }),
        fc.integer({ min: 1, max: 3 }),
        fc.record({
          spacing: fc.integer({ min: 0, max: 50 }),
          repeatDistance: fc.integer({ min: 1, max: 100 }),
          repeats: fc.double({ min: 0, max: 0.5, noNaN: true }),
          checkEvery: fc.integer({ min: 0, max: 20 }),
          practice: fc.integer({ min: 0, max: 10 }),
          seed: fc.integer({ min: 0, max: 1000 }),
        }),
        (prompts, models, design) => {
          const { tasks, design: full } = study(prompts, models, design)
          const order = orderTasks(toOrdered(tasks), full, 'x')
          const tokens = order.map(({ token }) => token)
          expect(new Set(tokens).size).toBe(tokens.length)
          expect([...tokens].sort()).toEqual(tasks.map(({ token }) => token).sort())
        },
      ),
      { numRuns: 200, seed: 1 },
    )
  })
})

describe('the tasks of a study', () => {
  it('checks show a prompt of another group, and say what an attentive rater answers', () => {
    const { tasks, images, prompts } = study(40, 2)
    const checks = tasks.filter(({ kind }) => kind === 'check')
    expect(checks).toHaveLength(2)
    for (const check of checks) {
      const own = images.find(({ id }) => id === check.image)?.prompt
      const groupOf = (id: number | undefined): string | undefined =>
        prompts.find((prompt) => prompt.id === id)?.group
      expect(groupOf(check.prompt)).not.toBe(groupOf(own))
      expect(check.expect).toEqual({ aspect: 'overall', atMost: 1 })
    }
  })

  it('repeats at most a quarter of the pictures', () => {
    const { tasks } = study(10, 2)
    expect(tasks.filter(({ kind }) => kind === 'repeat')).toHaveLength(5)
  })

  it('compares every two models on each prompt', () => {
    const { tasks } = study(20, 3, { rate: false, compare: true, checkEvery: 0, repeats: 0 })
    expect(tasks).toHaveLength(20 * 3)
    expect(tasks.every(({ kind, other }) => kind === 'pair' && other !== null)).toBe(true)
  })

  it('has tokens that cannot be had without the salt', () => {
    const { images, prompts, design } = study(10, 2)
    const tokensOf = (salt: string): string[] =>
      drawTasks({ images, prompts, design, salt }).map(({ token }) => token)
    const mine = new Set(tokensOf('one'))
    expect(tokensOf('two').some((token) => mine.has(token))).toBe(false)
  })
})
