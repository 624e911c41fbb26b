import { describe, expect, test } from 'vitest'
import { codePoints, cut } from '../../../src/main/extraction/words.ts'
import { pageOf, pairOf } from './page-of.ts'

const IMG = '<img src=a.jpg alt=alt>'

describe('text before and after a picture', () => {
  test('is what stands in the blocks around it, nearest first, with the distance in blocks', () => {
    expect(
      pairOf(`<h1>Cats</h1><p>One.</p><div>${IMG}</div><p>Two.</p><p>Three.</p>`),
    ).toMatchObject({
      before: 'Cats\nOne.',
      beforeDistance: 1,
      after: 'Two.\nThree.',
      afterDistance: 1,
    })
  })

  test('of four equal formatting elements that a paragraph closed, three are opened again', () => {
    // As parse5 has it: after three end tags nothing hides the words any more.
    const four = '<b hidden>'.repeat(4)
    expect(pairOf(`<p>One.${four}</p><p></b></b></b>Two.</p>${IMG}`).before).toBe('One.\nTwo.')
  })

  test('stay unseen where an inner one of several hidden elements is still open', () => {
    // An element hides by itself, also where one around it hid before: as parse5 has it.
    const four = '<b hidden>'.repeat(4)
    expect(pairOf(`<p>One.${four}<p></b></b>Two.</p>${IMG}`).before).toBe('One.')
    expect(pairOf(`<i hidden><p>One.<b hidden></i>Two.</b>Three.</p>${IMG}`).before).toBe('Three.')
  })

  test('in a form stay in it where its end tag comes within an element that goes on', () => {
    expect(pairOf(`<form hidden><div></form>One.</div><p>Two.</p>${IMG}`).before).toBe('Two.')
  })

  test('has no soft hyphens, and no space where lines of Chinese or Japanese meet', () => {
    expect(
      pairOf(`<p>Donau&shy;dampf\u00adschiff</p>${IMG}<p>猫が\n  いる。\n犬</p>`),
    ).toMatchObject({
      before: 'Donaudampfschiff',
      after: '猫がいる。犬',
    })
    expect(pairOf(`<p>고양이\n개</p>${IMG}<p>猫\ncat\n𠀀\n𠀁</p>`)).toMatchObject({
      before: '고양이 개',
      after: '猫 cat 𠀀𠀁',
    })
  })

  test('in a running paragraph has distance 0', () => {
    expect(pairOf(`<p>A <b>cat</b> ${IMG} sleeps<i>!</i></p>`)).toMatchObject({
      before: 'A cat',
      beforeDistance: 0,
      after: 'sleeps!',
      afterDistance: 0,
    })
  })

  test('is null where there is none', () => {
    expect(pairOf(IMG)).toMatchObject({
      before: null,
      beforeDistance: null,
      after: null,
      afterDistance: null,
    })
  })

  test('of several pictures above one paragraph the nearest has the smallest distance', () => {
    const page = pageOf(`<p>Start</p><div>${IMG}</div><div>${IMG}</div><div>${IMG}</div><p>End</p>`)
    expect(page.pairs.map((pair) => [pair.beforeDistance, pair.afterDistance])).toEqual([
      [1, 3],
      [2, 2],
      [3, 1],
    ])
  })

  test('does not hold the alt of other pictures', () => {
    const page = pageOf(`<p>x</p><img src=1 alt=one><img src=2 alt=two><img src=3 alt=three>`)
    expect(JSON.stringify(page.pairs.map((pair) => [pair.before, pair.after]))).not.toMatch(
      /one|two|three/,
    )
  })

  test('takes whole blocks up to the budget, but at least the nearest', () => {
    const long = 'Word '.repeat(150).trim()
    const pair = pairOf(
      `<p>far</p><p>${long}</p><p>${long}</p>${IMG}<p>${long} ${long} ${long}</p><p>far</p>`,
    )
    expect(pair.before).toBe(long)
    expect(pair.after).toBe(`${long} ${long} ${long}`)
  })

  test('is cut at a sentence where even the nearest block is endless', () => {
    const sentence = 'A sentence of some length about cats and their windows. '
    const pair = pairOf(`<p>${sentence.repeat(500)}</p>${IMG}<p>${sentence.repeat(500)}</p>`)
    for (const text of [pair.before ?? '', pair.after ?? '']) {
      expect(text).toMatch(/^A sentence.*windows\.$/)
      expect(text.length).toBeGreaterThan(2900)
      expect(text.length).toBeLessThanOrEqual(4000)
    }
  })

  test.each([
    '<script>no</script>',
    '<style>no</style>',
    '<template><p>no</template>',
    '<p hidden>no</p>',
    '<div style="color:red; DISPLAY : none"><p>no</p></div>',
    '<p style="visibility:hidden">no</p>',
    '<span aria-hidden=true>no</span>',
    '<span class="a sr-only">no</span>',
    '<noscript><p>no</noscript>',
    '<nav><p>no</p></nav>',
    '<div role=navigation>no</div>',
    '<header>no</header>',
    '<footer><p>no</footer>',
    '<select><option>no</select>',
    '<button>no</button>',
    '<textarea>no</textarea>',
    '<svg><text>no</text></svg>',
    '<video>no</video>',
    '<dialog>no</dialog>',
    '<div class="cookie-banner">no</div>',
    '<div id="onetrust-consent-sdk"><p>no</div>',
    '<ul class="main-menu"><li><a href=x>no</a></ul>',
    '<ul><li><a href=1>no</a><li><a href=2>no 2</a><li><a href=3>no 3</a><li><a href=4>no 4</a></ul>',
    '<p><a href=1>no</a> | <a href=2>no</a> | <a href=3>no</a> | <a href=4>no</a></p>',
    '<!-- no -->',
    '<rt>no</rt>',
  ])('never comes from %s', (html) => {
    expect(pairOf(`<p>yes</p>${html}${IMG}`)).toMatchObject({ before: 'yes' })
    expect(pairOf(`${IMG}${html}<p>yes</p>`)).toMatchObject({ after: 'yes' })
  })

  test.each([
    ['<article><header>yes</header>', 'the header of an article'],
    ['<p><a href=x>yes</a></p>', 'a single link'],
    ['<p>yes <a href=x>and a link</a></p>', 'text with a link'],
    ['<div aria-hidden=true><p>yes</p></div>', 'a slide that is not shown just now'],
    ['<div class="menu"><p>yes</p></div>', "a restaurant's menu"],
    ['<dialog open>yes</dialog>', 'an open dialog'],
    ['<div class="cookies">yes</div>', 'a page about cookies'],
  ])('comes from %s: %s', (html) => {
    expect(pairOf(`${html}${IMG}`).before).toMatch(/^yes/)
  })

  test('a gallery of linked titles is not navigation', () => {
    const card = (n: number): string =>
      `<li><a href=${n}><img src=${n}.jpg></a><h3><a href=${n}>Title ${n}</a></h3></li>`
    const page = pageOf(`<ul>${[1, 2, 3, 4, 5, 6].map(card).join('')}</ul>`)
    expect(page.pairs.map((pair) => pair.after?.split('\n')[0])).toEqual(
      [1, 2, 3, 4, 5, 6].map((n) => `Title ${n}`),
    )
    expect(page.pairs.every((pair) => pair.afterDistance === 1)).toBe(true)
  })

  test('the link under every item is repeated text', () => {
    const item = (n: number): string =>
      `<div><p>Story ${n}</p>${IMG}<p><a href=${n}>Read more</a></p></div>`
    const page = pageOf([1, 2, 3, 4].map(item).join(''))
    expect(page.pairs[0]?.after).toBe('Story 2\nStory 3\nStory 4')
  })

  test('a row of words under a row of pictures belongs cell by cell', () => {
    const page = pageOf(
      '<table><tr><td><img src=1><td><img src=2><td><img src=3></tr>' +
        '<tr><td>One<td>Two<td>Three</tr></table>',
    )
    expect(page.pairs.map((pair) => [pair.after, pair.afterDistance])).toEqual([
      ['One', 1],
      ['Two', 1],
      ['Three', 1],
    ])
  })

  test('columns that span are counted, and cells with own words are left as they read', () => {
    const spanned = pageOf(
      '<table><tr><td colspan=2><img src=1><td><img src=2></tr><tr><td>a<td>b<td>c</tr></table>',
    )
    expect(spanned.pairs.map((pair) => pair.after)).toEqual(['a', 'c'])
    const cards = pageOf(
      '<table><tr><td><img src=1>One<td><img src=2>Two</tr><tr><td>x<td>y</table>',
    )
    expect(cards.pairs.map((pair) => pair.after?.split('\n')[0])).toEqual(['One', 'Two'])
  })
})

describe('text as rendered', () => {
  const before = (html: string): string | null => pairOf(`<div>${html}</div>${IMG}`).before

  test.each([
    ['a\n   b\t\tc', 'a b c'],
    ['a<br>b<br/> c', 'a\nb\nc'],
    ['a<b>b</b><i> c</i>', 'ab c'],
    ['a <!-- x --> b', 'a b'],
    ['a\r\nb', 'a b'],
    ['a&nbsp;b&amp;&lt;x&gt; &eacute;&#233;&#xe9; &notin &copy2', 'a\u00a0b&<x> ééé ¬in ©2'],
    ['a\0b', 'ab'],
    ['👩‍👩‍👧 𝒳 e\u0301 שלום עולם', '👩‍👩‍👧 𝒳 e\u0301 שלום עולם'],
    ['a<p>b<p>c', 'a\nb\nc'],
    ['<ul><li>a<li>b</ul>', 'a\nb'],
    ['<dl><dt>a<dd>b</dl>', 'a\nb'],
    ['<pre>\n a\n  b </pre>', 'a\n  b'],
    ['a<br><br>b', 'a\nb'],
    ['a<wbr>b<img src=x>c', 'ab c'],
    ['a < b <3 c', 'a < b <3 c'],
    ['a<x-y>b</x-y>', 'ab'],
    ['1 <= 2 &amp;&nbsp;', '1 <= 2 &'],
    ['漢<ruby>字<rt>じ</rt></ruby>です', '漢字です'],
    ['<math><mi>x</mi><mo>=</mo><mn>2</mn></math>', 'x=2'],
  ])('%j reads %j', (html, expected) => {
    const text = pageOf(`<div>${html}</div>${IMG}`).pairs.at(-1)?.before
    expect(text).toBe(expected)
  })

  test('a block of nothing but no-break spaces is no block', () => {
    expect(before('<p>x</p><p>&nbsp;</p><p>\u00a0 &#160;</p>')).toBe('x')
    expect(pairOf(`<p>x</p><p>&nbsp;</p>${IMG}`).beforeDistance).toBe(1)
  })

  test('cutting never splits what people see as one character', () => {
    const family = '👩‍👩‍👧'
    for (let most = 1; most < 14; most++) {
      for (const keep of [-1, 1] as const) {
        const text = cut(family.repeat(4), most, keep)
        expect(family.repeat(4)).toContain(text)
        expect(text.replaceAll(family, '')).toBe('')
        expect(codePoints(text)).toBeLessThanOrEqual(most)
      }
    }
    expect(cut('𝒳'.repeat(10), 3, 1)).toBe('𝒳𝒳𝒳')
    expect(cut('one two three', 7, -1)).toBe('three')
  })
})

describe('captions', () => {
  test.each([
    ['<figure>IMG<figcaption>A <b>cat</b></figcaption></figure>', 'A cat', 'figcaption'],
    [
      '<figure><figcaption>A cat</figcaption><div><a href=x>IMG</a></div></figure>',
      'A cat',
      'figcaption',
    ],
    ['<figure><figure>IMG</figure><figcaption>A cat</figcaption></figure>', 'A cat', 'figcaption'],
    ['<img src=a aria-label=" A cat ">', 'A cat', 'aria-label'],
    ['<p id=d>A <i>cat</i></p><img src=a aria-describedby="no d">', 'A cat', 'aria-describedby'],
    ['<img src=a aria-labelledby=l><p id=l hidden>A cat</p>', 'A cat', 'aria-labelledby'],
    [
      '<div class=wp-caption>IMG<p class="wp-caption-text">A cat</p></div>',
      'A cat',
      'class:wp-caption-text',
    ],
    [
      '<div class=thumb><div><a>IMG</a><div class="thumbcaption">A cat</div></div></div>',
      'A cat',
      'class:thumbcaption',
    ],
    [
      '<li><div>IMG</div><div class="gallerytext"><p>A cat</div></li>',
      'A cat',
      'class:gallerytext',
    ],
    ['<p class="Image-Caption">A cat</p>IMG', 'A cat', 'class:image-caption'],
    [
      '<div>IMG<br><span class="c-media__caption x">A cat</span></div>',
      'A cat',
      'class:c-media__caption',
    ],
    ['<div class=caption>IMG A cat</div>', 'A cat', 'class:caption'],
    ['<table><caption>A cat</caption><tr><td>IMG</table>', 'A cat', 'caption'],
    ['<table><tr><td>IMG<tr><td class="tr-caption">A cat</table>', 'A cat', 'class:tr-caption'],
    [
      '<div class=figure><p class=title>A cat</p><div><div>IMG</div></div></div>',
      'A cat',
      'class:title',
    ],
  ])('%s has one', (html, caption, rule) => {
    const pair = pairOf(`<p>b</p>${html.replace('IMG', '<img src=a>')}<p>a</p>`)
    expect(pair).toMatchObject({ caption, captionRule: rule })
  })

  test.each([
    '<div>IMG<p>text</p><p>t</p><p>t</p><p>t</p><p>t</p><p class=caption>far</p></div>',
    '<div>IMG<p>own words</p><img src=b><p class=caption>of b</p></div>',
    '<div class="wp-caption">IMG</div>',
    '<div class="has-caption">IMG text</div>',
    '<figure>IMG<figcaption> </figcaption></figure>',
    `<div class=caption>IMG ${'long '.repeat(1000)}</div>`,
  ])('%s has none', (html) => {
    expect(pageOf(html.replace('IMG', '<img src=a>')).pairs[0]?.caption).toBeNull()
  })

  test('several pictures of a figure share its caption', () => {
    const page = pageOf('<figure><img src=a><img src=b><figcaption>Both</figcaption></figure>')
    expect(page.pairs.map((pair) => pair.caption)).toEqual(['Both', 'Both'])
  })

  test('each picture of a row has its own', () => {
    const page = pageOf(
      '<div><img src=a><p class=caption>A</p><img src=b><p class=caption>B</p><img src=c></div>',
    )
    expect(page.pairs.map((pair) => pair.caption)).toEqual(['A', 'B', null])
  })

  test('captions above their pictures belong to the next one, decided for each container', () => {
    const page = pageOf(
      '<div><p class=caption>A</p><img src=a><p class=caption>B</p><img src=b></div>' +
        '<div><img src=c><p class=caption>C</p><img src=d><p class=caption>D</p></div>',
    )
    expect(page.pairs.map((pair) => pair.caption)).toEqual(['A', 'B', 'C', 'D'])
  })

  test('a caption is not repeated in the text before or after any picture', () => {
    const page = pageOf(
      '<p>x</p><figure><img src=a><figcaption>Cap A</figcaption></figure><p>y</p><figure><img src=b><figcaption>Cap B</figcaption></figure><p>z</p>',
    )
    expect(page.pairs.map((pair) => [pair.before, pair.after])).toEqual([
      ['x', 'y\nz'],
      ['x\ny', 'z'],
    ])
    expect(page.pairs[0]?.afterDistance).toBe(1)
  })

  test('a caption by class that belongs to no picture stays text', () => {
    expect(pairOf(`<p class=caption>b</p><p>1</p><p>2</p><p>3</p><p>4</p>${IMG}`).before).toMatch(
      /^b/,
    )
  })

  test('a title attribute is a text of its own', () => {
    expect(pairOf('<img src=a title="A &quot;cat&quot;">').title).toBe('A "cat"')
    expect(pairOf('<img src=a>').title).toBeNull()
  })
})
