import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { AltKindRules } from '#shared/contract/alt-kinds.ts'
import { runAltKinds } from '../../src/main/jobs/spans/alt-kinds.ts'
import { MACHINE_ALT_RULES, REPEATED_TEXTS } from '../../src/main/labeling/machine-alt-rules.ts'
import { USELESS_ALT_RULES } from '../../src/main/labeling/useless-alt-rules.ts'
import type { Corpus } from '../../src/main/store/open.ts'
import { altKindReport } from '../../src/main/store/repositories/alt-kinds.ts'
import { listPairs } from '../../src/main/store/repositories/pairs.ts'
import { jobContext } from '../support/ingest.ts'
import { corpusOf } from '../unit/store/label-support.ts'

const copied = (rules: typeof MACHINE_ALT_RULES): AltKindRules['machine'] =>
  rules.map((rule) => ({ ...rule, examples: [...rule.examples], spares: [...rule.spares] }))
const RULES: AltKindRules = { machine: copied(MACHINE_ALT_RULES), repeated: REPEATED_TEXTS }
const USELESS = copied(USELESS_ALT_RULES)

let folder: string
let corpus: Corpus
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gleaner-alt-kinds-'))
  corpus = corpusOf(join(folder, 'a.gleaner'), [
    {
      url: 'https://one.example/',
      pairs: [
        { alt: 'May be an image of a dog' },
        { alt: 'A dog on a red sofa' },
        { alt: 'logo' },
        { alt: '' },
        { alt: null },
        { alt: 'IMG_0042.jpg' },
        { alt: 'A dog on a red sofa' },
      ],
    },
    // A template of fifteen sites: three words differ in each.
    ...Array.from('abcdefghijklmno', (letter) => ({
      url: `https://shop-${letter}.example/`,
      pairs: [{ alt: `Shop for the very best ${letter} and more` }],
    })),
  ])
})
afterEach(() => {
  corpus.close()
  rmSync(folder, { recursive: true, force: true })
})

const idsWhere = (where: string): number[] =>
  listPairs(corpus.reader, { where, afterId: 0, limit: 100 }).map(({ id }) => id)

test('alts are sorted by rules and counting, counted with examples, and found by the filter', async () => {
  expect(idsWhere('-alt-kind:*')).toHaveLength(22)
  const ctx = jobContext()
  await runAltKinds(corpus, ctx, RULES, USELESS)
  const templated = Array.from({ length: 15 }, (_, i) => 8 + i)
  expect(idsWhere('alt-kind:machine')).toEqual([1, 6, ...templated])
  expect(idsWhere('alt-kind:words')).toEqual([2, 7])
  expect(idsWhere('alt-kind:uninformative')).toEqual([3])
  expect(idsWhere('alt-kind:empty')).toEqual([4])
  expect(idsWhere('alt-kind:absent')).toEqual([5])
  expect(idsWhere('alt-rule:repeated-on-sites')).toEqual(templated)
  const report = altKindReport(corpus.reader, { examples: 2 })
  expect(report).toMatchObject({ pairs: 22, unsorted: 0, kinds: { machine: 17, words: 2 } })
  expect(report.rules.find(({ name }) => name === 'social-network')).toMatchObject({
    n: 1,
    examples: ['May be an image of a dog'],
  })
  expect(report.templates.map(({ text, sites }) => [text, sites])).toEqual([
    ['shop for the very best …', 15],
  ])
  expect(ctx.results).toMatchObject({ Pairs: '22', 'Machine-written': '17 (77.3 %)' })
})

test('rules of one’s own take the place of those of the program; a slip in one changes nothing', async () => {
  await runAltKinds(corpus, jobContext(), RULES, USELESS)
  const own: AltKindRules = {
    machine: [
      {
        name: 'dogs',
        explanation: 'Dogs.',
        test: { pattern: '\\bdog\\b' },
        examples: ['a dog'],
        spares: [],
      },
    ],
    repeated: { ...REPEATED_TEXTS, minSites: 100 },
  }
  await runAltKinds(corpus, jobContext(), own, USELESS)
  expect(idsWhere('alt-kind:machine')).toEqual([1, 2, 7])
  const broken = { ...own, machine: [{ ...own.machine[0]!, examples: ['a cat'] }] }
  await expect(runAltKinds(corpus, jobContext(), broken, USELESS)).rejects.toThrow(
    'does not match its example',
  )
  expect(idsWhere('alt-kind:machine')).toEqual([1, 2, 7])
})
