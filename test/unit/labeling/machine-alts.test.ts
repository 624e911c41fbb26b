import { expect, test } from 'vitest'
import { countTemplates, templateKeys } from '../../../src/main/labeling/alt-templates.ts'
import type { PlacedAlt } from '../../../src/main/labeling/alt-templates.ts'
import { MACHINE_ALT_RULES } from '../../../src/main/labeling/machine-alt-rules.ts'
import { altSorter, REPEATED } from '../../../src/main/labeling/sort-alts.ts'
import { USELESS_ALT_RULES } from '../../../src/main/labeling/useless-alt-rules.ts'
import { parseUselessAltRules } from '../../../src/main/labeling/useless-alts.ts'

const RULES = { machine: MACHINE_ALT_RULES, useless: USELESS_ALT_RULES }

test('each rule takes its examples, and none takes what one spares', () => {
  expect(parseUselessAltRules(MACHINE_ALT_RULES)).toHaveLength(MACHINE_ALT_RULES.length)
  for (const rule of MACHINE_ALT_RULES) expect(rule.examples.length, rule.name).toBeGreaterThan(2)
})

// Written down before the rules saw them.
const EXPECTED: [alt: string | null, kind: string][] = [
  [null, 'absent'],
  ['', 'empty'],
  ['  \n ', 'empty'],
  ['May be an image of 1 person, beard and sunglasses', 'machine'],
  ['May be a black-and-white image of one or more people', 'machine'],
  ['May be an illustration of text that says "SALE"', 'machine'],
  ['Image may contain: sky, cloud, outdoor and nature', 'machine'],
  ['Photo by Travel Diary on June 01, 2021. May be an image of mountain and lake.', 'machine'],
  ['Peut être une image de une personne ou plus', 'machine'],
  ['No photo description available.', 'machine'],
  ['No alt text provided for this image', 'machine'],
  ['This image has an empty alt attribute; its file name is 2021-03-04-1024x683.jpg', 'machine'],
  ['A picture containing outdoor, tree, sky\n\nDescription automatically generated', 'machine'],
  ['Graphical user interface, application AI-generated content may be incorrect.', 'machine'],
  ['This may contain: two women standing next to each other', 'machine'],
  ['Pin by Maria on garden ideas', 'machine'],
  ['Young woman drinking coffee in a cafe stock photo', 'machine'],
  ['Abstract blue wave background vector royalty-free stock vector', 'machine'],
  ['Golden retriever puppy, isolated on white. Stock Photography', 'machine'],
  ['Load image into Gallery viewer, Linen shirt in white', 'machine'],
  ['Linen shirt in white - Image 4 of 6', 'machine'],
  ['Profile picture of Jonas Berg', 'machine'],
  ['You are currently viewing How to prune roses', 'machine'],
  ['Thumbnail for version as of 12:04, 3 May 2012', 'machine'],
  ['arafed image of a man in a suit and tie', 'machine'],
  ['In this picture we can see a bottle on the table', 'machine'],
  ['castle on a hill, masterpiece, intricate, highly detailed, 8k', 'machine'],
  ['IMG_20190704_120312.jpg', 'machine'],
  ['DSC_0042', 'machine'],
  ['hero-banner-final-v2.png', 'machine'],
  ['c3ba835b6528', 'uninformative'],
  ['null', 'uninformative'],
  ['logo', 'uninformative'],
  ['Click to enlarge', 'uninformative'],
  ['image', 'uninformative'],
  ['A man in a blue coat feeds pigeons on a square', 'words'],
  ['Two boats at the quay of Whitby in the rain', 'words'],
  ['The rolling stock of the Talyllyn Railway', 'words'],
  ['The May Queen and her court, 1911', 'words'],
  ['Portrait of Anna Weber by her sister', 'words'],
  ['Buy one, get one free: a chalk sign outside a bakery', 'words'],
  ['Map of the Thames at Oxford', 'words'],
  ['Ein Bild der Zugspitze im Winter', 'words'],
  ['猫が窓辺で眠っている', 'words'],
]

test.each(EXPECTED)('%j is %s', (alt, kind) => {
  expect(altSorter(RULES, new Set(), 4)(alt).kind).toBe(kind)
})

const on = (sites: number, alts: (site: number) => string[]): PlacedAlt[] =>
  Array.from({ length: sites }, (_, site) =>
    alts(site).map((alt, i) => ({ alt, site: `site${site}.example`, picture: site * 100 + i })),
  ).flat()

test('beginnings and ends of many texts on many sites are templates, those of one site are not', async () => {
  const settings = { minSites: 5, minVariants: 12, minWords: 4 }
  const all = [
    // On six sites with three texts each: 18 texts that begin alike.
    ...on(6, (site) =>
      ['mug', 'bowl', 'plate'].map(
        (thing) => `Order your personal hand made ${thing} no ${'uvwxyz'[site]} now`,
      ),
    ),
    // As many on one site.
    ...on(1, () =>
      Array.from({ length: 40 }, (_, i) => `Our family in the garden at ${i}a o clock`),
    ),
    // Four sites are too few.
    ...on(4, (site) =>
      ['a', 'b', 'c', 'd'].map((one) => `Nothing like a good walk ${one}${site} in the hills`),
    ),
    // One picture with its caption on seven sites is syndicated.
    ...on(7, () => ['The minister opens the new bridge']).map((one) => ({ ...one, picture: 9 })),
    // The same words with other pictures on fourteen sites.
    ...on(14, (site) => [`Visit ${site} to the main gallery`]),
  ]
  const found = await countTemplates(() => all, settings)
  expect(found).toEqual([
    { text: 'order your personal hand made …', sites: 6, pairs: 18 },
    { text: 'visit # to the main gallery', sites: 14, pairs: 14 },
  ])
  const sort = altSorter(RULES, new Set(found.map(({ text }) => text)), 4)
  expect(sort('Order your personal hand made vase no 7 today')).toEqual({
    kind: 'machine',
    rule: REPEATED,
  })
  expect(sort('Visit 3 to the main gallery').rule).toBe(REPEATED)
  expect(sort('Our family in the garden at 3a o clock').kind).toBe('words')
})

test('what may be a template: the whole, its first and its last words, digits as one sign', () => {
  expect(templateKeys('Three words only', 4)).toEqual([])
  expect(templateKeys('Room 12 of the  Inn', 4)).toEqual(['room # of the inn'])
  expect(templateKeys('One two three four five six seven', 4)).toEqual([
    'one two three four five six seven',
    'one two three four five …',
    '… three four five six seven',
  ])
})

test('the kind that is named first is machine, then uninformative, then templates', () => {
  const sort = altSorter(
    {
      machine: MACHINE_ALT_RULES,
      useless: USELESS_ALT_RULES,
    },
    new Set(['subscribe to or unsubscribe from this forum']),
    4,
  )
  expect(sort('Subscribe to or unsubscribe from this forum').kind).toBe('uninformative')
  expect(sort('IMG_0001.jpg')).toEqual({ kind: 'machine', rule: 'camera-name' })
})
