import { expect, test } from 'vitest'
import { z } from 'zod'
import { PredictSpansInput, TrainSpansInput } from '#shared/contract/index.ts'
import { allLimits, defaultsOf, limitsOf } from '#shared/limits.ts'
import { Settings } from '#shared/settings.ts'

test('a form takes from the schema what a number may be', () => {
  expect(limitsOf(TrainSpansInput, 'epochs')).toEqual({ min: 1, max: 1000, whole: true })
  expect(limitsOf(TrainSpansInput, 'learningRate')).toEqual({ above: 0, max: 1, whole: false })
  expect(limitsOf(TrainSpansInput, 'patience')).toEqual({ min: 0, whole: true })
  expect(limitsOf(PredictSpansInput, 'nBest')).toEqual({ min: 1, max: 20, whole: true })
  expect(limitsOf(Settings, 'workers')).toEqual({ min: 1, max: 64, whole: true })
  expect(limitsOf(z.object({ seed: z.number().int() }), 'seed')).toEqual({ whole: true })
})

test('a form with many fields takes them all at once', () => {
  const limits = allLimits(TrainSpansInput)
  expect(limits.hidden).toEqual({ min: 0, max: 4096, whole: true })
  expect(Object.keys(limits)).not.toContain('monitor')
})

test('a form begins with the defaults of the schema', () => {
  expect(defaultsOf(TrainSpansInput, ['epochs', 'monitor'])).toEqual({ epochs: 40, monitor: 'iou' })
  const { split } = defaultsOf(TrainSpansInput, ['split'])
  expect(split).toMatchObject({ train: 0.7, seed: 1 })
  // A form that changes what it was given changes no default.
  split.train = 0.1
  expect(defaultsOf(TrainSpansInput, ['split']).split.train).toBe(0.7)
})

test('a field without a default is a mistake that is seen', () => {
  expect(() => defaultsOf(TrainSpansInput, ['encoder' as 'epochs'])).toThrow('encoder')
})
