import { expect, it } from 'vitest'
import { fromAltReport, toAltReport } from '../../../../src/main/jobs/spans/alt-report.ts'
import { altSpanReport } from '../../../../src/main/labeling/alt-span-report.ts'
import { USELESS_ALT_RULES } from '../../../../src/main/labeling/useless-alt-rules.ts'

const pairs = Array.from({ length: 120 }, (_, i) => ({
  alt: i % 7 === 0 ? 'logo' : i % 5 === 0 ? null : `a red boat by the old pier ${i}`,
  caption: i % 3 === 0 ? `A red boat by the old pier ${i}.` : null,
  before: i % 4 === 0 ? `We saw a red boat by an old pier ${i} at noon.` : `Nothing at ${i}.`,
  after: i % 6 === 0 ? `a red boat by the old pier ${i}` : null,
}))

it('a report that is kept halfway and goes on counts and shows what an uninterrupted one does', () => {
  const whole = altSpanReport({ examples: 5 })
  const first = altSpanReport({ examples: 5 })
  for (const [i, pair] of pairs.entries()) whole.add(String(i + 1), pair)
  for (const [i, pair] of pairs.slice(0, 50).entries()) first.add(String(i + 1), pair)
  const kept = JSON.parse(JSON.stringify(toAltReport(first.report(), USELESS_ALT_RULES))) as never
  const second = altSpanReport({ examples: 5, from: fromAltReport(kept) })
  for (const [i, pair] of pairs.slice(50).entries()) second.add(String(i + 51), pair)
  const told = toAltReport(second.report(), USELESS_ALT_RULES)
  expect(told).toEqual(toAltReport(whole.report(), USELESS_ALT_RULES))
  expect(told.lookedFor + told.useless.reduce((sum, { n }) => sum + n, 0)).toBe(pairs.length)
  for (const { explanation } of told.useless) expect(explanation).not.toBe('')
})
