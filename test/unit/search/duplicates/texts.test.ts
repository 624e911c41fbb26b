import { expect, test } from 'vitest'
import { seededRandom } from '#shared/random.ts'
import {
  jaccard,
  plainText,
  shinglesOf,
  textGroups,
} from '../../../../src/main/search/duplicates/texts.ts'
import { growth } from '../../../support/growth.ts'

const WORDS = 'harbour boat lake tower street garden horse church market beach forest bridge'.split(
  ' ',
)
function sentences(n: number, seed: number): string[] {
  const { next } = seededRandom(seed)
  const pick = (): string =>
    `${WORDS[Math.floor(next() * WORDS.length)]}${Math.floor(next() * 500)}`
  const made: string[] = []
  for (let i = 0; i < n; i++) {
    const base = i % 3 === 2 ? (made[Math.floor(next() * i)] as string) : ''
    const words = base === '' ? Array.from({ length: 14 }, pick) : base.split(' ')
    if (base !== '') words[Math.floor(next() * words.length)] = pick()
    made.push(words.join(' '))
  }
  return [...new Set(made)]
}

test('texts are compared without case, width, white space and signs', () => {
  expect(plainText('  The Ｑuay,\n at   NIGHT!')).toBe('the quay at night')
  expect(plainText('港の夜。')).toBe('港の夜')
  expect(plainText('…!?')).toBe('')
})

test('shingles are letters in a row: five, and two where letters are syllables', () => {
  // abcdef: abcde, bcdef; abcdex: abcde, bcdex. One of three is shared.
  expect(jaccard(shinglesOf('abcdef'), shinglesOf('abcdex'))).toBeCloseTo(1 / 3, 12)
  // 東京の夜景: 東京 京の の夜 夜景; 東京の夜空: 夜空 in place of 夜景. Three of five.
  expect(jaccard(shinglesOf('東京の夜景'), shinglesOf('東京の夜空'))).toBeCloseTo(3 / 5, 12)
  expect(shinglesOf('abc').length).toBe(1)
})

test('near-duplicate texts are grouped as by comparing all with all', () => {
  const texts = sentences(900, 1)
  const threshold = 0.8
  const { joined } = textGroups(texts, { threshold })
  const sets = texts.map(shinglesOf)
  const leaders: number[] = []
  const expected = new Map<number, number>()
  for (const [i, mine] of sets.entries()) {
    let best = { leader: -1, similarity: 0 }
    for (const leader of leaders) {
      const similarity = jaccard(mine, sets[leader] as Uint32Array)
      if (similarity >= threshold && similarity > best.similarity) best = { leader, similarity }
    }
    if (best.leader < 0) leaders.push(i)
    else expected.set(i, best.leader)
  }
  expect(expected.size).toBeGreaterThan(100)
  const wrong = joined.filter(({ member, leader }) => expected.get(member) !== leader)
  // 1 - (1 - 0.8^4)^16 = 0.9998 at the threshold.
  expect(wrong.length).toBeLessThanOrEqual(1)
  expect(Math.abs(joined.length - expected.size)).toBeLessThanOrEqual(1)
  for (const { similarity } of joined) expect(similarity).toBeGreaterThanOrEqual(threshold)
})

test('work grows with the texts', async () => {
  const all = sentences(24_000, 2)
  const work = (n: number) => textGroups(all.slice(0, n), { threshold: 0.8 })
  expect(await growth(work, { from: 3000, times: 4, atMost: 8 })).toBeLessThan(8)
})
