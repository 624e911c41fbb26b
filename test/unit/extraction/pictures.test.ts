import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { parseSrcset } from '../../../src/main/extraction/srcset.ts'
import { extractPage } from '../../../src/main/extraction/index.ts'
import { sharedData } from '../../support/shared-data.ts'
import { PAGE_URL, pageOf, pairOf } from './page-of.ts'

const urls = (html: string, url?: string): string[] =>
  pageOf(html, url).pairs.map((pair) => pair.imageUrl)

describe('which pictures are pairs', () => {
  test('every img with an http address is one, in document order, repeated ones too', () => {
    const page = pageOf('<img src=a.png><p><IMG SRC="b.png"></p><img src=a.png>')
    expect(page.pairs.map((pair) => [pair.position, pair.imageUrl])).toEqual([
      [0, 'https://example.org/news/2024/a.png'],
      [1, 'https://example.org/news/2024/b.png'],
      [2, 'https://example.org/news/2024/a.png'],
    ])
    expect(page.notPaired).toEqual({})
  })

  test('an image element is an img, as in browsers, but not within SVG', () => {
    expect(urls('<image src=a.png><svg><image href=b.png src=c.png /></svg>')).toEqual([
      'https://example.org/news/2024/a.png',
    ])
  })

  test.each([
    '<!-- <img src=a> -->',
    '<!--> --> <!-- <img src=a> --!>',
    '<script>document.write("<img src=a>")</script>',
    '<script><!-- if (a) <script>"</script><img src=a>" --></script>',
    '<style><img src=a></style>',
    '<template><div><img src=a></div></template>',
    '<template><template></template><img src=a></template>',
    '<textarea><img src=a></textarea>',
    '<title><img src=a></title>',
    '<xmp><img src=a></xmp>',
    '<iframe><img src=a></iframe>',
    '<noembed><img src=a></noembed>',
    '<svg><![CDATA[<img src=a>]]></svg>',
    '<?php echo "<img src=a" ?>',
    '<div title="<img src=a>">',
    "<div title='a > b <img src=a>'>",
    '<select><img src=a></select>',
    '<img src="a',
    '<plaintext><img src=a>',
  ])('no img in %s', (html) => {
    expect(pageOf(html)).toMatchObject({ pairs: [], notPaired: {} })
  })

  test('data pictures, trackers and missing addresses are counted, not paired', () => {
    const page = pageOf(
      '<img src="data:image/gif;base64,R0lG"><img src=" DATA:image/png;base64,x">' +
        '<img src=t.gif width=1 height=1><img src=t.gif width=0 height="1px"><img src=t.gif style="width:1px;height:0">' +
        '<img><img src=""><img src="#"><img alt=x src=" ">' +
        '<img src="javascript:x()"><img src="blob:https://e.org/1"><img src="http://[bad/a.png">' +
        '<img src=spacer.gif width=1 height=20><img src=b.gif style="max-width:1px;max-height:1px">',
    )
    expect(page.notPaired).toEqual({
      'data-uri': 2,
      tracker: 3,
      'no-address': 4,
      'not-http': 2,
      'bad-address': 1,
    })
    expect(page.pairs).toHaveLength(2)
  })

  test('where each tag stands in the page is known', () => {
    const html = '<p>é👩‍👧 <img\nsrc=a.png alt="x > y"> text'
    const pair = pairOf(html)
    expect(html.slice(pair.tagStart, pair.tagEnd)).toBe('<img\nsrc=a.png alt="x > y">')
  })

  test('declared sizes are kept where they are pixels', () => {
    const pair = pairOf('<img src=a width="640px" height="50%">')
    expect([pair.declaredWidth, pair.declaredHeight]).toEqual([640, null])
  })
})

describe('addresses', () => {
  test.each([
    ['a b.png', 'https://example.org/news/2024/a%20b.png'],
    ['\n /x/\n y.png \t', 'https://example.org/x/%20y.png'],
    ['//cdn.example.com/a.png', 'https://cdn.example.com/a.png'],
    ['/a/../b.png', 'https://example.org/b.png'],
    ['../up.png', 'https://example.org/news/up.png'],
    ['?id=1&amp;w=2', 'https://example.org/news/2024/page.html?id=1&w=2'],
    ['a.png?x=1&copy=2&lt;', 'https://example.org/news/2024/a.png?x=1&copy=2%3C'],
    ['a&#46;png', 'https://example.org/news/2024/a.png'],
    ['HTTPS://EXAMPLE.COM/A.png', 'https://example.com/A.png'],
    ['http://example.com:80/a.png', 'http://example.com/a.png'],
    ['https://bücher.example/ü.png', 'https://xn--bcher-kva.example/%C3%BC.png'],
    ['a.svg#icon', 'https://example.org/news/2024/a.svg'],
    ['\\\\cdn.example.com\\a.png', 'https://cdn.example.com/a.png'],
    ['http://example.com/a/./b/%2e%2e/c.png', 'http://example.com/a/c.png'],
  ])('%j resolves to %s', (src, expected) => {
    expect(urls(`<img src="${src}">`)).toEqual([expected])
  })

  test('the plain ways to resolve agree with the URL parser', () => {
    for (const src of [
      '/a.b/c.png',
      '/a/..b/c',
      '/.a/b',
      'http://e.org/a//b',
      'http://a.1b/x',
      '/a;b,c@d:e',
    ]) {
      expect(urls(`<img src="${src}">`)).toEqual([new URL(src, PAGE_URL).href])
    }
  })

  test('the first base with an href counts, also a relative one, also after the picture', () => {
    expect(urls('<img src=a.png><base target=x><base href="/pics/"><base href="/no/">')).toEqual([
      'https://example.org/pics/a.png',
    ])
    expect(urls('<base href="//cdn.example.net/x/y"><img src=a.png><img src=/b.png>')).toEqual([
      'https://cdn.example.net/x/a.png',
      'https://cdn.example.net/b.png',
    ])
    expect(urls('<base href="data:text/plain,x"><img src=a.png>')).toEqual([
      'https://example.org/news/2024/a.png',
    ])
  })

  test('references in a base are those of an attribute', () => {
    expect(urls('<base href="/shop&reg=eu/"><img src=a.png>')).toEqual([
      'https://example.org/shop&reg=eu/a.png',
    ])
  })

  test('a page without a usable address still gives absolute ones', () => {
    expect(urls('<img src="http://e.org/a.png"><img src=b.png>', 'nonsense')).toEqual([
      'http://e.org/a.png',
    ])
  })
})

describe('srcset', () => {
  test('is parsed as the standard says', () => {
    expect(parseSrcset('a.png 1x, b,c.png 2x,d.png')).toEqual([
      { url: 'a.png', width: null, density: 1 },
      { url: 'b,c.png', width: null, density: 2 },
      { url: 'd.png', width: null, density: 1 },
    ])
    expect(parseSrcset(' , a.png, b.png 300w ,, data:image/gif;base64,R0 1x')).toEqual([
      { url: 'a.png', width: null, density: 1 },
      { url: 'b.png', width: 300, density: null },
      { url: 'data:image/gif;base64,R0', width: null, density: 1 },
    ])
    expect(parseSrcset('a 1.5x, b 1e1x, c 10h 20w')).toEqual([
      { url: 'a', width: null, density: 1.5 },
      { url: 'b', width: null, density: 10 },
      { url: 'c', width: 20, density: null },
    ])
    expect(parseSrcset('a 1w 2w, b x, c -1x, d 0w, e 5q, f (x, y) 1x, g 1.5w, h 3h')).toEqual([])
  })

  test('the largest candidate is the picture, the others are alternates, largest first', () => {
    const pair = pairOf('<img src=s.jpg srcset="m.jpg 640w, l.jpg 1280w, s.jpg 320w">')
    expect(pair.imageRule).toBe('srcset')
    expect(pair.imageUrl).toMatch(/l\.jpg$/)
    expect(pair.alternates.map((url) => url.split('/').at(-1))).toEqual(['m.jpg', 's.jpg'])
  })

  test('densities count against the plain src', () => {
    expect(pairOf('<img src=a.jpg srcset="b.jpg 2x">')).toMatchObject({ imageRule: 'srcset' })
    expect(pairOf('<img src=a.jpg srcset="b.jpg 0.5x">')).toMatchObject({ imageRule: 'src' })
  })

  test('commas inside addresses stay', () => {
    const pair = pairOf(
      '<img srcset="https://c.example/w_100,h_50/a.jpg 100w, https://c.example/w_200,h_100/a.jpg 200w">',
    )
    expect(pair.imageUrl).toBe('https://c.example/w_200,h_100/a.jpg')
  })
})

describe('picture', () => {
  test('its sources take part, the largest wins', () => {
    const pair = pairOf(
      '<picture><source srcset="a.webp 400w, b.webp 800w" type=image/webp><source srcset="c.jpg 1600w"><img src=d.jpg alt=x></picture>',
    )
    expect(pair).toMatchObject({ imageRule: 'picture', alt: 'x' })
    expect(pair.imageUrl).toMatch(/c\.jpg$/)
    expect(pair.alternates.map((url) => url.split('/').at(-1))).toEqual([
      'b.webp',
      'a.webp',
      'd.jpg',
    ])
  })

  test('of equals the first source wins; a type that cannot be decoded is only an alternate', () => {
    const pair = pairOf(
      '<picture><source srcset=a.jxl type="image/jxl"><source srcset=b.webp type=image/webp><img src=c.jpg></picture>',
    )
    expect(pair.imageUrl).toMatch(/b\.webp$/)
    expect(pair.alternates.map((url) => url.split('/').at(-1))).toEqual(['c.jpg', 'a.jxl'])
  })

  test('without widths the media condition says which is larger', () => {
    const wide = pairOf(
      '<picture><source media="(min-width: 600px)" srcset=m.jpg><source media="(min-width:1200px)" srcset=l.jpg><img src=s.jpg></picture>',
    )
    expect(wide.imageUrl).toMatch(/l\.jpg$/)
    const narrow = pairOf(
      '<picture><source media="(max-width: 600px)" srcset=s.jpg><img src=full.jpg></picture>',
    )
    expect(narrow.imageUrl).toMatch(/full\.jpg$/)
    const dark = pairOf(
      '<picture><source media="(prefers-color-scheme: dark)" srcset=dark.png><img src=light.png></picture>',
    )
    expect(dark.imageUrl).toMatch(/light\.png$/)
  })

  test('a source outside of a picture belongs to nobody', () => {
    expect(urls('<video><source src=v.mp4 srcset=x.jpg></video><img src=a.jpg>')).toEqual([
      'https://example.org/news/2024/a.jpg',
    ])
  })
})

describe('lazy pictures', () => {
  test.each([
    ['<img src="data:image/gif;base64,R0" data-src=real.jpg>', 'data-src'],
    ['<img src=blank.gif data-original=real.jpg>', 'data-original'],
    ['<img src=blank.gif data-lazy-src=real.jpg>', 'data-lazy-src'],
    ['<img data-lazy=real.jpg>', 'data-lazy'],
    ['<img src=tiny.jpg data-srcset="small.jpg 100w, real.jpg 900w">', 'data-srcset'],
    ['<img src="data:," data-src="small.jpg 100w, real.jpg 900w">', 'data-src'],
    ['<img src="data:," data-url=real.jpg>', 'data-url'],
    ['<img src="data:," data-bg=real.jpg>', 'data-bg'],
    ['<img src="/i/spacer.gif" data-hi-res-src=real.jpg>', 'data-hi-res-src'],
    [
      '<img src="data:," data-src="re{width}.jpg" data-widths="[1, 2]">'.replace(
        're{width}',
        'x/{width}/../real',
      ),
      'data-src',
    ],
  ])('%s shows its real picture', (html, rule) => {
    const pair = pairOf(html)
    expect(pair.imageUrl).toMatch(/\/real\.jpg$/)
    expect(pair.imageRule).toBe(rule)
  })

  test('what stood in src is an alternate', () => {
    const pair = pairOf('<img src=preview.jpg data-src=real.jpg>')
    expect(pair.alternates).toEqual(['https://example.org/news/2024/preview.jpg'])
  })

  test('an attribute that holds no address is not one', () => {
    expect(
      pairOf('<img src=a.jpg data-lazy=true data-src="{{ photo }}" data-url=/article>'),
    ).toMatchObject({
      imageUrl: 'https://example.org/news/2024/a.jpg',
      imageRule: 'src',
      alternates: [],
    })
  })

  test('a larger version beside a real src is an alternate', () => {
    const pair = pairOf('<img src=a-300.jpg data-large-file=a-1024.jpg>')
    expect(pair.imageRule).toBe('src')
    expect(pair.alternates).toEqual(['https://example.org/news/2024/a-1024.jpg'])
  })
})

describe('lazy pictures under any name', () => {
  test('the 21 spellings of the cases', async (context) => {
    const path = sharedData('cases/15-lazy-names.warc')
    if (path === null) return context.skip('no shared cases')
    const tags = (await readFile(path, 'latin1')).match(/<img[^>]*>/g) ?? []
    const shown = tags.map((tag) => pairOf(tag).imageUrl.split('/').at(-1))
    expect(shown).toEqual([...Array.from({ length: 20 }, (_, i) => `${i}.jpg`), '91.jpg'])
  })

  test.each([
    ['<img src="data:," any-thing="/p/real.jpg">', 'real.jpg', 'any-thing'],
    ['<img src=spacer.gif data-q="a/small.jpg 100w, a/real.jpg 900w">', 'real.jpg', 'data-q'],
    ['<img src="data:," data-img="/render/real?w=300">', 'real?w=300', 'data-img'],
    ['<img src="data:," data-fallback="/none.png" data-z="/real.png">', 'real.png', 'data-z'],
    ['<img src="data:," real_src=real.jpg>', 'real.jpg', 'real_src'],
  ])('%s', (html, file, rule) => {
    const pair = pairOf(html)
    expect(pair.imageUrl.split('/').at(-1)).toBe(file)
    expect(pair.imageRule).toBe(rule)
  })

  test.each([
    'data-link="/article.html"',
    'data-permalink="https://e.org/photo"',
    'data-image-id="1*x.gif"',
    'data-title="a red kite.jpg"',
    'data-about="see http://e.org/c.jpg now"',
    'data-img="/gallery/"',
    'data-source="/data.json"',
    'data-config=\'{"a":"http://e.org/c.jpg"}\'',
    'onload="go(\'/c.jpg\')"',
  ])('no picture is in %s', (attributes) => {
    expect(pageOf(`<img src="data:," ${attributes}>`).notPaired).toEqual({ 'data-uri': 1 })
  })

  test('beside a real picture other attributes mean nothing', () => {
    expect(pairOf('<img src=a.jpg any-thing="/p/other.jpg">')).toMatchObject({
      imageRule: 'src',
      alternates: [],
    })
  })

  test('a source that waits for a script', () => {
    const pair = pairOf('<picture><source x-set="/b.webp 900w"><img src="data:,"></picture>')
    expect([pair.imageUrl, pair.imageRule]).toEqual(['https://example.org/b.webp', 'picture'])
  })
})

describe('whose source it is', () => {
  test('of an unclosed picture only its own children', () => {
    const page = pageOf(
      '<p><picture><source srcset=a1.webp><img src=a.jpg></p><p><img src=b.jpg><p><img src=c.jpg>',
    )
    expect(page.pairs.map((pair) => pair.imageUrl.split('/').at(-1))).toEqual([
      'a1.webp',
      'b.jpg',
      'c.jpg',
    ])
  })

  test('not of a source that stands behind the picture or deeper', () => {
    expect(
      pairOf('<picture><div><source srcset=no.webp></div><img src=a.jpg><source srcset=no.webp>'),
    ).toMatchObject({ imageRule: 'src', alternates: [] })
  })
})

describe('declarative shadow roots', () => {
  test('their content counts, the first of an element that may have one', () => {
    const shadow = (src: string): string =>
      `<template shadowrootmode=open><p>words</p><img src=${src}></template>`
    const page = pageOf(
      `<x-card>${shadow('a')}${shadow('no')}</x-card><table><tr><td>${shadow('no')}</table><div>${shadow('b')}</div>`,
    )
    expect(page.pairs.map((pair) => pair.imageUrl.at(-1))).toEqual(['a', 'b'])
    expect(page.pairs[0]?.before).toBe('words')
  })
})

describe('a page sent as XML', () => {
  const XHTML = { charset: 'utf-8', charsetSource: 'http', mediaType: 'application/xhtml+xml' }
  const read = (html: string) => extractPage(html, PAGE_URL, XHTML)
  const BEGIN = '<html xmlns="http://www.w3.org/1999/xhtml"><head>'

  test('every element can end itself, CDATA is text', () => {
    const page = read(
      `${BEGIN}<title>A &amp; b</title><script src="x.js"/></head><body><div class="nav"/><textarea/>` +
        '<p>A <![CDATA[<b> &amp; c]]></p><p><img src="a.png" alt="x"/></p></body></html>',
    )
    expect(page).toMatchObject({ title: 'A & b', markup: 'xml', malformed: null })
    expect(page.pairs).toHaveLength(1)
    expect(page.pairs[0]).toMatchObject({ before: 'A <b> &amp; c', alt: 'x' })
  })

  test('prefixes say what is HTML', () => {
    const page = read(
      '<h:html xmlns:h="http://www.w3.org/1999/xhtml"><h:body><h:img src="a.png"/><img src="b.png"/></h:body></h:html>',
    )
    expect(page.pairs.map((pair) => pair.imageUrl.at(-5))).toEqual(['a'])
  })

  test.each([
    ['<p><img src="a.png"></p>', '</p> without its start tag'],
    ['<p>a & b</p><img src="a.png"/>', 'an & that begins no reference'],
    ['<p class=x><img src="a.png"/></p>', 'attributes that do not parse'],
    ['<img src="a.png"/><p>', '</html> without its start tag'],
  ])('%s is read as HTML, and it says why', (body, why) => {
    const page = read(`${BEGIN}</head>${body}</html>`)
    expect(page.markup).toBe('html')
    expect(page.malformed).toContain(why)
    expect(page.pairs).toHaveLength(1)
  })
})

describe('noscript', () => {
  test('the twin of a lazy picture counts once, and lends the words it alone has', () => {
    const page = pageOf(
      '<img src="data:," data-src=a.jpg><noscript><img src=a.jpg alt=cat></noscript>' +
        '<noscript><img src=b.jpg></noscript><img src="data:," data-src="b.jpg">',
    )
    expect(
      page.pairs.map((pair) => [pair.imageUrl.split('/').at(-1), pair.imageRule, pair.alt]),
    ).toEqual([
      ['a.jpg', 'data-src', 'cat'],
      ['b.jpg', 'data-src', null],
    ])
    expect(page.notPaired).toEqual({ 'noscript-twin': 2 })
  })

  test('any of the candidates makes a twin', () => {
    const page = pageOf(
      '<img data-srcset="s.jpg 1w, l.jpg 2w"><noscript><img src=s.jpg></noscript>' +
        '<img loading=lazy src="https://e.org/c.jpg?w=10"><noscript><img src="http://e.org/c.jpg"></noscript>',
    )
    expect(page.pairs).toHaveLength(2)
    expect(page.notPaired).toEqual({ 'noscript-twin': 2 })
  })

  test('each lazy picture has one twin', () => {
    const lazy = '<img data-src=a.jpg><noscript><img src=a.jpg></noscript>'
    const page = pageOf(lazy.repeat(4))
    expect(page.pairs).toHaveLength(4)
    expect(page.notPaired).toEqual({ 'noscript-twin': 4 })
  })

  test('without a twin it is a picture like any other', () => {
    expect(pairOf('<img src="data:,"><noscript><img src=a.jpg></noscript>')).toMatchObject({
      imageUrl: 'https://example.org/news/2024/a.jpg',
      imageRule: 'noscript:src',
    })
  })

  test('a tracker in a noscript stays one', () => {
    expect(
      pageOf('<noscript><img src=//t.example/p width=1 height=1></noscript>').notPaired,
    ).toEqual({
      tracker: 1,
    })
  })
})

describe('what a page says of itself', () => {
  test('title, language, og:image and robots', () => {
    const page = pageOf(
      '<html lang="de_at"><head><title>\n Katzen &amp;\n mehr </title><svg><title>no</title></svg><title>no</title>' +
        '<meta property="og:image" content="/og.jpg?a=1&amp;b=2"><meta property=og:image content=no.jpg>' +
        '<meta name=ROBOTS content="NoImageIndex, follow"><meta name=robots content=noai>',
    )
    expect(page).toMatchObject({
      title: 'Katzen & mehr',
      language: 'de-AT',
      ogImage: 'https://example.org/og.jpg?a=1&b=2',
      robots: ['noimageindex', 'noai'],
    })
  })

  test('the language comes from html, then meta, then the header, if it is one', () => {
    const meta = '<meta http-equiv=content-language content="fr, en">'
    expect(pageOf(`<html xml:lang=nl>${meta}`).language).toBe('nl')
    expect(pageOf(`<html lang="<?php">${meta}`).language).toBe('fr')
    expect(pageOf('<p>', undefined, {}, 'pt-br, en').language).toBe('pt-BR')
    expect(pageOf('<p>').language).toBeNull()
  })

  test('an empty title is not an absent one', () => {
    expect(pageOf('<title></title>').title).toBe('')
    expect(pageOf('<p>').title).toBeNull()
  })

  test('an absent alt is not an empty one; references in it are decoded', () => {
    expect(pairOf('<img src=a>').alt).toBeNull()
    expect(pairOf('<img src=a alt>').alt).toBe('')
    expect(pairOf('<img src=a alt="caf&eacute; &copy 1&#x1F600;&#128;\r\n&notit;">').alt).toBe(
      'café © 1😀€\n&notit;',
    )
    expect(pairOf('<img src=a alt=first alt=second>').alt).toBe('first')
  })
})
