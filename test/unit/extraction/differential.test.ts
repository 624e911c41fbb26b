import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sharedData } from '../../support/shared-data.ts'
import { pageOf } from './page-of.ts'
import { brokenPage } from '../../support/broken-pages.ts'
import {
  differentPages,
  isDifferent,
  isPlacedOtherwise,
  ourImages,
  sharedGenerator,
} from '../../support/page-differences.ts'
import { parse5Images } from './parse5-images.ts'
import { realPages, SAMPLE } from './real-pages.ts'

describe('against parse5 on every page of archives', () => {
  /** Counted by an independent program (lxml): pages, img, data: addresses, alts. */
  const COUNTED: Record<string, [number, number, number, number]> = {
    'blackbook.warc.gz': [94, 788, 0, 596],
    'books-toscrape.warc': [1, 20, 0, 20],
    'commoncrawl-sample.warc.gz': [22, 240, 0, 169],
    'etig.warc.gz': [76, 567, 0, 182],
    'govuk-revisit.warc.gz': [32, 74, 0, 10],
    'iana-2.warc': [6, 6, 0, 6],
    'iana.warc.gz': [16, 32, 0, 16],
    'replayweb-example.wacz': [1, 6, 0, 0],
    'resource-records-2002.warc.gz': [22, 76, 0, 5],
  }

  test.for([
    ['the sample', SAMPLE],
    ['the real ones', sharedData('warc')],
  ] as const)(
    'of %s: the same img, src, alt and sources in the same order',
    async ([, folder], context) => {
      if (folder === null) return context.skip('no real data')
      const differences: string[] = []
      for (const page of await realPages(folder)) {
        if (isDifferent(page.html)) differences.push(`${page.archive} ${page.url}`)
      }
      expect(differences).toEqual([])
    },
  )

  test('pages, pictures and alts are as many as were counted independently', async (context) => {
    const folder = sharedData('warc')
    if (folder === null) return context.skip('no real data')
    const totals: Record<string, [number, number, number, number]> = {}
    const notPaired: Record<string, number> = {}
    let pairs = 0
    for (const { archive, url, html } of await realPages(folder)) {
      const total = (totals[archive] ??= [0, 0, 0, 0])
      const page = pageOf(html, url)
      total[0]++
      total[1] += page.pairs.length
      for (const [rule, n] of Object.entries(page.notPaired)) {
        total[1] += n
        notPaired[rule] = (notPaired[rule] ?? 0) + n
      }
      total[2] += page.notPaired['data-uri'] ?? 0
      total[3] += ourImages(html).filter(([, alt]) => (alt ?? '').trim() !== '').length
      pairs += page.pairs.length
    }
    expect(totals).toEqual(COUNTED)
    // What is counted above and is no pair: pictures declared 1 x 1.
    expect(notPaired).toEqual({ tracker: 9 })
    expect(pairs).toBe(1800)
  })
})

const PIECES = [
  '<img src="a.png" alt=\'a &amp; b\'>',
  '<IMG SRC=b.gif ALT=x/>',
  '<img alt="x > y" src=c src=dup>',
  '<image src=d>',
  '<img/src="e"/alt>',
  '<img src="a&b;c&amp;d&copy=1&lt" alt="&notin;&not in&#0;&#x80;">',
  'text',
  ' \n',
  'a < b',
  '\0',
  '&nbsp;&amp',
  '<!-- c <img src=no> -->',
  '<!-->',
  '<!--->',
  '<!-- x --!>',
  '<!doctype html>',
  '<![CDATA[ <img src=cd> ]]>',
  '<?php <img src=z> ?>',
  '</>',
  '</ x>',
  '<script>"<img src=s>"</script>',
  '<script><!-- <script> </script> <img src=e> --></script>',
  '<style><img src=s></style>',
  '<textarea><img src=t></textarea>',
  '<title><img src=t></title>',
  '<xmp><img src=x></xmp>',
  '<iframe><img src=i></iframe>',
  '<noembed><img></noembed>',
  '<noframes><img></noframes>',
  '<div title="<img src=q>">',
  "<div a='>' b>",
  '<div / =x>',
  ...'noscript picture select option optgroup div p a b span ul li button form input body html head h1 h2 br hr object font ruby rt center section figure figcaption details summary marquee nobr table tr td tbody x-y dl dd dt frameset'
    .split(' ')
    .flatMap((name) => [`<${name}>`, `<${name} class="caption" id=x>`, `</${name}>`]),
]
const FOREIGN = [
  '<svg>',
  '</svg>',
  '<svg/>',
  '<g>',
  '</g>',
  '<foreignObject>',
  '<math>',
  '</math>',
  '<template>',
  '</template>',
]

const SHARED = await sharedGenerator()

describe('on tag soup', () => {
  test('formatting that a cell hid is opened again after its table, and is then the parent', () => {
    for (const html of [
      '<picture><source srcset=s><table><code><th>r</table><img src=a>',
      '<picture><source srcset=s><table><font><td/><img src=b><tbody><img src=c>',
    ]) {
      expect(ourImages(html).map(([, , sources]) => sources)).toEqual(
        parse5Images(html).map(([, , sources]) => sources),
      )
    }
  })

  test('the same pictures as parse5', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...PIECES), { maxLength: 24 }), (pieces) => {
        const html = `${pieces.join('')}<img src=last>`
        expect(ourImages(html)).toEqual(parse5Images(html))
      }),
      { numRuns: 1500 },
    )
  })

  test.for([
    ['our generator', brokenPage],
    ['the shared generator', SHARED],
  ] as const)(
    '10,000 pages of %s: the same pictures with the same sources',
    ([, page], context) => {
      if (page === null) return context.skip('no shared generator')
      expect(differentPages(page, 0, 10_000)).toEqual([])
    },
  )

  test('pictures of pages of ours without tables are hidden, and in links, where they are by parse5', () => {
    const pages = Array.from({ length: 4000 }, (_, seed) => brokenPage(seed))
    const plain = pages.filter(
      (page) => !/<(?:table|t[rdh]|tbody|thead|tfoot|caption|col)|shadowroot/i.test(page),
    )
    expect(plain.length).toBeGreaterThan(500)
    expect(plain.filter((page) => /hidden|href/.test(page)).length).toBeGreaterThan(200)
    expect(plain.filter(isPlacedOtherwise)).toEqual([])
  })

  test('nothing throws or hangs, offsets hold and every img is accounted for', () => {
    const piece = fc.oneof(
      fc.constantFrom(...PIECES, ...FOREIGN),
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.constantFrom(
        '<',
        '>',
        '"',
        "'",
        '=',
        '&',
        '<!--',
        '<img ',
        '<img src=',
        '</',
        '<a b="',
        '\ud800',
        '😀',
      ),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const html = pieces.join('')
        const page = pageOf(html)
        const counted = Object.values(page.notPaired).reduce((sum, n) => sum + n, page.pairs.length)
        expect(counted).toBe(ourImages(html).length)
        for (const pair of page.pairs) {
          expect(html.slice(pair.tagStart, pair.tagEnd)).toMatch(/^<ima?ge?[\s/>][^]*>$/i)
          expect(new URL(pair.imageUrl).href).toBe(pair.imageUrl)
          for (const text of [pair.before, pair.after, pair.caption]) {
            expect(
              text === null || (text !== '' && text.isWellFormed() && text === text.trim()),
            ).toBe(true)
          }
          expect(pair.before === null).toBe(pair.beforeDistance === null)
          expect(pair.after === null).toBe(pair.afterDistance === null)
        }
      }),
      { numRuns: 1500 },
    )
  })
})
