import { expect, test } from 'vitest'
import { StudyDesign } from '#shared/studies/design.ts'
import {
  freeId,
  newAspect,
  problemOf,
  tidied,
} from '../../../../../src/renderer/src/features/judge/design-editing.ts'

const design = (): StudyDesign => StudyDesign.parse({})

test('the id of an aspect is made of its name, and is one that the contract takes', () => {
  expect(freeId('Light & shadow', [])).toBe('light-shadow')
  expect(freeId('Größe', [])).toBe('gro-e')
  expect(freeId('3 things', [])).toBe('things')
  expect(freeId('光', [])).toBe('aspect')
  expect(freeId('Light', ['light', 'light-2'])).toBe('light-3')
  for (const name of ['x'.repeat(60), `a${' '.repeat(40)}b`, '---', '9'.repeat(50)]) {
    const made = { ...newAspect([]), id: freeId(name, []), name: 'A', question: 'B?' }
    expect(problemOf({ ...design(), aspects: [made] })).toBeNull()
  }
})

test('what is wrong with a design is said, and nothing of the default one is', () => {
  expect(problemOf(design())).toBeNull()
  expect(problemOf({ ...design(), rate: false })).toBe('Choose ratings, comparisons or both.')
  expect(problemOf({ ...design(), rate: false, compare: true })).toBeNull()
  expect(problemOf({ ...design(), aspects: [] })).toBe('A study needs an aspect.')
  const aspects = [...design().aspects, newAspect(design().aspects)]
  expect(problemOf({ ...design(), aspects })).toBe('Aspect 6 needs a name and a question.')
  const twice = design().aspects.map((one) => ({ ...one, name: 'Same' }))
  expect(problemOf({ ...design(), aspects: twice })).toBe('Two aspects are called “Same”.')
  expect(problemOf({ ...design(), repeats: 0.9 })).toBe('A value is out of its range.')
})

test('a design is kept with ids by name for new aspects, and without anchors that do not fit', () => {
  const from = design()
  const added = {
    ...newAspect(from.aspects),
    name: ' Light ',
    question: 'Is there light? ',
    form: 'yes-partly-no' as const,
    anchors: { yes: 'Bright.', 5: 'From before', no: '  ' },
  }
  const made = tidied(
    { ...from, aspects: [...from.aspects, added], primary: ['overall', added.id] },
    ({ id }) => id === added.id,
  )
  expect(made.aspects.at(-1)).toEqual({
    id: 'light',
    name: 'Light',
    question: 'Is there light?',
    form: 'yes-partly-no',
    anchors: { yes: 'Bright.' },
  })
  expect(made.primary).toEqual(['overall', 'light'])
  expect(made.aspects.slice(0, 5)).toEqual(from.aspects)
  expect(problemOf(made)).toBeNull()
})
