import { expect, test } from 'vitest'
import { fetchSeconds } from '#shared/fetch-time.ts'

const pace = { delaySeconds: 1, requestSeconds: 0.5, parallel: 32, ahead: 2000 }

test('one host takes its answers and the pauses between them, behind its robots.txt', () => {
  // robots.txt and picture 1 s, then four times 1 s of pause and 0.5 s of answer.
  expect(fetchSeconds([0, 0, 0, 0, 0], pace)).toBeCloseTo(7)
  expect(fetchSeconds([0, 0, 0], { ...pace, requestSeconds: 0 })).toBeCloseTo(2)
  expect(fetchSeconds([], pace)).toBe(0)
})

test('hosts are asked side by side, as many as may be in flight', () => {
  const each = Array.from({ length: 64 }, (_, host) => host)
  expect(fetchSeconds(each, pace)).toBeCloseTo(2)
  expect(fetchSeconds(each, { ...pace, parallel: 64 })).toBeCloseTo(1)
  // The longest queue decides: 10 of host 0 beside one each of others.
  expect(fetchSeconds([...Array<number>(10).fill(0), 1, 2, 3], pace)).toBeCloseTo(1 + 9 * 1.5)
})

test('a host that lies beyond what is read ahead waits for the one before it', () => {
  const order = [...Array<number>(10).fill(0), ...Array<number>(10).fill(1)]
  const together = fetchSeconds(order, pace)
  expect(together).toBeCloseTo(1 + 9 * 1.5)
  // With one read ahead they come one host after the other.
  expect(fetchSeconds(order, { ...pace, ahead: 1 })).toBeCloseTo(2 * (1 + 9 * 1.5))
})

test('many addresses are played through, and never faster than their largest host', () => {
  const hosts = Int32Array.from({ length: 200_000 }, (_, i) => (i * 7919) % 5000)
  const seconds = fetchSeconds(hosts, pace)
  expect(seconds).toBeGreaterThanOrEqual(39 * 1.5)
  // 32 in flight cannot answer more than 64 a second.
  expect(seconds).toBeGreaterThanOrEqual(200_000 / 64)
})
