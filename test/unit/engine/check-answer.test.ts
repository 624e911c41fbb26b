import { expect, test } from 'vitest'
import { answersAreChecked, checkAnswer } from '../../../src/main/engine/check-answer.ts'
import { toErrorValue } from '#shared/errors.ts'

test('an answer of another form than the contract says is named with its call', () => {
  let said = toErrorValue(null)
  try {
    checkAnswer('pairs.indexOf', { index: '3' })
  } catch (error) {
    said = toErrorValue(error)
  }
  expect(said.kind).toBe('internal')
  expect(said.message).toContain('pairs.indexOf')
  expect(said.details).toMatch(/index/)
  expect(() => checkAnswer('pairs.indexOf', { index: 3 })).not.toThrow()
  expect(() => checkAnswer('pairs.indexOf', { index: null })).not.toThrow()
})

test('answers are checked from the sources and where it is asked for, not in the build', () => {
  const sources = 'file:///gleaner/src/main/engine/check-answer.ts'
  const build = 'file:///gleaner/out/main/chunks/engine.js'
  expect(answersAreChecked({}, sources)).toBe(true)
  expect(answersAreChecked({}, build)).toBe(false)
  expect(answersAreChecked({ GLEANER_CHECK_ANSWERS: '1' }, build)).toBe(true)
  expect(answersAreChecked({ GLEANER_CHECK_ANSWERS: '0' }, sources)).toBe(false)
})
