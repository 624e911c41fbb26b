import { describe, expect, test } from 'vitest'
import { extractionFailureReason, extractPage } from '../../../src/main/extraction/index.ts'
import { pageOf } from './page-of.ts'
import { growth } from '../../support/growth.ts'

function reasonOf(work: () => void): string | null {
  try {
    work()
  } catch (error) {
    return extractionFailureReason(error)
  }
  return 'nothing was thrown'
}

describe('a page that explodes', () => {
  test('is abandoned with its reason', () => {
    expect(reasonOf(() => pageOf('x'.repeat(101), undefined, { maxHtmlLength: 100 }))).toBe(
      'html-too-long',
    )
    expect(reasonOf(() => pageOf('<img src=a>'.repeat(11), undefined, { maxImages: 10 }))).toBe(
      'too-many-images',
    )
    expect(reasonOf(() => pageOf('<p>'.repeat(10_000), undefined, { timeBudgetMs: -1 }))).toBe(
      'time-budget',
    )
    expect(extractionFailureReason(new Error('html-too-long: no'))).toBeNull()
  })

  test('deep nesting does not: deeper elements become siblings, as in browsers', () => {
    const page = pageOf(
      `${'<div>'.repeat(100_000)}<img src=a>text${'</div>'.repeat(100_000)}<img src=b>`,
    )
    expect(page.pairs.map((pair) => pair.imageUrl.at(-1))).toEqual(['a', 'b'])
    expect(page.pairs[0]?.after).toBe('text')
  })
})

describe('the work is linear', () => {
  const cases: [string, (n: number) => string][] = [
    ['pictures in paragraphs', (n) => '<p>some words</p><img src=a.jpg>'.repeat(n)],
    [
      'pictures in one line',
      (n) => `<p>${'x'.repeat(n)}${'<img src=a.jpg> w '.repeat(n)}${'y'.repeat(n)}</p>`,
    ],
    [
      'pictures beside one long text',
      (n) => `<p>${'long words '.repeat(n)}</p>${'<img src=a>'.repeat(n)}`,
    ],
    [
      'lazy pictures with twins',
      (n) => '<img data-src=a.jpg><noscript><img src=a.jpg></noscript>'.repeat(n),
    ],
    ['figures in figures', (n) => '<figure><img src=a><figcaption>c</figcaption>'.repeat(n)],
    [
      'captions in one container',
      (n) => `<div>${'<img src=a><p class=caption>c</p>'.repeat(n)}</div>`,
    ],
    [
      'cells in one row',
      (n) => `<table><tr>${'<td><img src=a>'.repeat(n)}<tr>${'<td>x'.repeat(n)}</table>`,
    ],
    ['tables in tables', (n) => '<table><tr><td><img src=a>'.repeat(n)],
    ['unclosed links', (n) => '<a href=x><img src=a>'.repeat(n)],
    ['misnested formatting', (n) => '<b><p><i><a href=x></b><div></p></i></a>'.repeat(n)],
    [
      'end tags that match nothing',
      (n) => `${'<span><div>'.repeat(300)}${'</b></x-y></td></p></h1>'.repeat(n)}`,
    ],
    ['open quotes', (n) => `<img src=a>${'<a href="'.repeat(n)}`],
    ['open comments', (n) => '<!-- '.repeat(n)],
    ['dashes', (n) => `<!--${'-'.repeat(n * 8)}`],
    ['open scripts', (n) => '<script><!-- <script> '.repeat(n)],
    ['closed scripts before one comment', (n) => `${'<script>a</script>'.repeat(n)}<!--`],
    ['less-than signs', (n) => '<'.repeat(n * 8)],
    ['ampersands', (n) => `<p>${'&amp'.repeat(n)}</p><img src=a>`],
    [
      'white space',
      (n) => `<p>x${' '.repeat(n * 8)}y<img src=a>${'\n'.repeat(n * 8)}</p>`.repeat(2),
    ],
    ['attributes', (n) => `<img src=a ${'b=c '.repeat(n)}>`],
    ['one long srcset', (n) => `<img srcset="${'a.jpg 1w, '.repeat(n)}">`],
    ['open parentheses in a srcset', (n) => `<img srcset="${'a (, '.repeat(n)}">`],
    ['long class names', (n) => `<div class="${'caption-'.repeat(n)}"><img src=a></div>`],
    ['svg in svg', (n) => '<svg><foreignObject><img src=a>'.repeat(n)],
    ['templates', (n) => '<template>'.repeat(n)],
    ['selects', (n) => '<table><select><td>'.repeat(n)],
    ['definition lists', (n) => '<dl><dt>a<dd>b'.repeat(n)],
  ]

  test.each(cases)('%s', async (_, make) => {
    const pages = new Map([5_000, 20_000].map((n) => [n, make(n)]))
    const work = (n: number): unknown =>
      extractPage(pages.get(n) ?? '', 'https://e.org/', {
        charset: 'utf-8',
        charsetSource: 'bom',
      })
    // Four times the page may take ten times the work, not sixteen.
    expect(await growth(work, { from: 5_000, times: 4, atMost: 10 })).toBeLessThan(10)
  })

  test('5,000 pictures are 5,000 pairs', () => {
    const page = pageOf('<div><img src=a.jpg><p>words of it</p></div>'.repeat(5_000))
    expect(page.pairs).toHaveLength(5_000)
    expect(page.pairs.at(-1)?.after).toBe('words of it')
  })
})
