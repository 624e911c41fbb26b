import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import { USELESS_ALT_RULES } from '../../../src/main/labeling/useless-alt-rules.ts'
import { altJudge, parseUselessAltRules } from '../../../src/main/labeling/useless-alts.ts'
import { sharedData } from '../../support/shared-data.ts'
import { growth } from '../../support/growth.ts'

const judge = altJudge()

describe('rules for useless alts', () => {
  test.each(USELESS_ALT_RULES.map((rule) => [rule.name, rule] as const))(
    '%s takes its examples and no rule takes what it spares',
    (_name, rule) => {
      const own = altJudge([rule])
      for (const example of rule.examples)
        expect([example, own(example)?.rule]).toEqual([example, rule.name])
      for (const spared of rule.spares)
        expect([spared, judge(spared)?.rule]).toEqual([spared, undefined])
    },
  )

  test('name the rule and say why', () => {
    expect(judge('USERIMAGE')).toEqual({
      rule: 'picture-word',
      explanation: 'Says that it is a picture, and not of what.',
    })
    expect(judge('IMG_123')?.rule).toBe('camera-name')
    expect(judge(null)?.rule).toBe('empty')
    expect(judge(' \u00a0 ')?.rule).toBe('empty')
    expect(judge('ＩＭＡＧＥ')?.rule).toBe('picture-word')
  })

  test('leave descriptions alone, in any language', () => {
    for (const alt of [
      'A brown owl under the stars',
      'picture of a cat on a mat',
      'Zwei Hunde spielen im Schnee',
      'Bild von zwei Hunden im Schnee',
      'Le village d’Eguisheim en Alsace',
      'Una mujer con sombrero',
      '富士山',
      'שלום עולם',
      'Boeing 747 landing',
      'Tweed Heads',
      'Logo of the 1936 games painted on a wall in Berlin with two people in front',
    ]) {
      expect([alt, judge(alt)]).toEqual([alt, null])
    }
  })

  test('may be edited as JSON, and a slip is named', () => {
    const rules = JSON.parse(JSON.stringify(USELESS_ALT_RULES)) as unknown[]
    expect(parseUselessAltRules(rules)).toEqual(USELESS_ALT_RULES)
    const rule = {
      name: 'mine',
      explanation: 'x',
      test: { pattern: '^ab$' },
      examples: [],
      spares: [],
    }
    expect(altJudge(parseUselessAltRules([rule]))('AB')?.rule).toBe('mine')
    const bad: [object, RegExp][] = [
      [{ ...rule, test: { pattern: '(' } }, /mine.*no regular expression/],
      [{ ...rule, examples: ['c'] }, /does not take its example "c"/],
      [{ ...rule, spares: ['ab'] }, /"ab" is to be spared/],
      [{ ...rule, test: { measure: 'length' } }, /not valid/],
    ]
    for (const [one, message] of bad) expect(() => parseUselessAltRules([one])).toThrow(message)
    expect(() => parseUselessAltRules([rule, rule])).toThrow(/two rules/)
  })

  test('take time in proportion for hostile alts', async () => {
    const parts = ['a-', 'image ', '<b> ', '1x', 'logo ', 'a_', 'no ', '9-9', 'at ', 'ä ', '[a']
    const work = (n: number): void => {
      for (const a of parts) {
        for (const b of parts) judge(`${a.repeat(30)}${b.repeat(n)}!`)
      }
    }
    expect(await growth(work, { from: 100, times: 4, atMost: 10 })).toBeLessThan(10)
  })

  test('take few of the texts of a filtered dataset', async ({ skip }) => {
    const path = sharedData('tables/laion-like-10000.parquet')
    if (path === null) return skip('no real data')
    const rows = await parquetReadObjects({
      file: await asyncBufferFromFile(path),
      columns: ['TEXT'],
    })
    const taken = rows.filter((row) => judge(row.TEXT as string | null) !== null)
    // LAION dropped by cosine what describes nothing; file names and slugs are most of the rest.
    expect(taken.length).toBeGreaterThan(200)
    expect(taken.length).toBeLessThan(400)
  })

  test('take what the sample marks as useless, but for names of sites, and none of what it marks as right', () => {
    const lines = readFileSync(
      new URL('../../../resources/sample/truth.json', import.meta.url),
      'utf8',
    )
    const rows = JSON.parse(lines) as { alt: string | null; label: string }[]
    const right = rows.filter((row) => row.label === 'right' && judge(row.alt) !== null)
    expect(right.map((row) => row.alt)).toEqual([])
    const missed = new Set(
      rows
        .filter((row) => row.label === 'useless' && judge(row.alt) === null)
        .map((row) => row.alt),
    )
    // A site's name over its logo looks like any other words: only the page could tell.
    expect(missed.size).toBeLessThanOrEqual(6)
  })
})
