import { expect, test } from 'vitest'
import { keepAnswer } from '../../../src/main/engine/devices.ts'

test('an answer is asked for once, also while it is on its way', async () => {
  let asked = 0
  const devices = keepAnswer(() => Promise.resolve([`asked ${++asked}`]))
  expect(await Promise.all([devices(), devices()])).toEqual([['asked 1'], ['asked 1']])
  expect(await devices()).toEqual(['asked 1'])
})

test('a list of devices that failed once is asked for again', async () => {
  let fails = true
  const devices = keepAnswer(() =>
    fails ? Promise.reject(new Error('no process could be started')) : Promise.resolve(['cpu']),
  )
  await expect(devices()).rejects.toThrow('no process could be started')
  fails = false
  expect(await devices()).toEqual(['cpu'])
})
