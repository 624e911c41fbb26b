import { describe, expect, test } from 'vitest'
import { cssBudget, inertDeclarations, inertSheet } from '../../../src/main/extraction/inert-css.ts'
import { growth } from '../../support/growth.ts'
import { HOSTILE_SHEETS } from '../../support/hostile-css.ts'

const sheet = (css: string): string => inertSheet(css, cssBudget())
const attribute = (css: string): string => inertDeclarations(css, cssBudget())

/** As a browser reads names: escapes taken back. */
const unescaped = (css: string): string =>
  css.replace(/\\(?:([0-9a-f]{1,6})[ \n]?|([^\n]))/gi, (_all, hex?: string, other?: string) =>
    hex === undefined ? (other ?? '') : String.fromCodePoint(Number.parseInt(hex, 16)),
  )

describe('a style sheet made inert', () => {
  test.each(HOSTILE_SHEETS)('loads nothing: %s', (css) => {
    for (const written of [sheet(css), attribute(css), attribute(css.replace(/^a\{/, ''))]) {
      expect(written).not.toMatch(/<[/!a-z?]/i)
      // Texts of `content` are shown, never loaded.
      const plain = unescaped(written.replace(/"(?:[^"\\]|\\.)*"/g, '""'))
      expect(plain).not.toMatch(
        /(?:url|image|image-set|cross-fade|element|paint|src|expression)\s*\(|@import|@font|evil|behavior|-moz-binding|progid/i,
      )
    }
  })

  test.each([
    ['a:hover>b.c#d::before{color:#fff;margin:0 auto}', null],
    ['.md\\:flex{display:flex}', null],
    ['a{width:calc(1px + (2px*3));transform:translateX(-50%) rotate(4deg)}', null],
    ['@media (400px<=width<=700px) and (min-width:1px){a{b:c}}', null],
    ['@supports (display:grid){a{display:grid;grid-template-areas:"a b" "c d"}}', 'a{display:grid'],
    ['@keyframes k{from{opacity:0}50%{opacity:.5}to{opacity:1}}', null],
    ['@layer a,b;@layer a{p{color:red}}', null],
    ['a{--gap:4px;gap:var(--gap,2px)}', null],
    ['li::before{content:"» ";font-family:"Open Sans",serif}', 'content:"» "'],
    ['a{background:linear-gradient(to right,red,#0000ff 40%)}', null],
    ['a{b:c;&:hover{d:e}@media print{f:g}}', 'b:c;&:hover{d:e}@media print{f:g}'],
    ['a{color:red!important}', null],
  ])('keeps what is harmless: %s', (css, part) => {
    expect(sheet(css)).toContain(part ?? css)
  })

  test('what stands beside a picture stays', () => {
    expect(attribute('background:#fff url(x.png) no-repeat;color:red')).toBe(
      'background:#fff none no-repeat;color:red',
    )
    expect(sheet('a{x:url(y z);color:red}b{c:d}')).toBe('a{color:red}b{c:d}')
    expect(sheet('@font-face{src:url(x)}a{b:c}@import "x";d{e:f}')).toBe('a{b:c}d{e:f}')
  })

  test('a rule whose selector was not understood is left out, the next one is kept', () => {
    expect(sheet('a:\\75rl(x){b:c}d[{e:f}g{h:i}')).not.toContain('75rl')
    expect(sheet('a!{b:c}d{e:f}')).toBe('d{e:f}')
  })
})

describe('the cost of a hostile style sheet', () => {
  test('nested deeper than anybody writes, it is left out and counted', () => {
    const budget = cssBudget()
    for (const open of ['(', '[', '{', 'a{', ':is(', '@media x{', 'a{b:', '@supports (']) {
      expect(inertSheet(`a{b:c}${open.repeat(100_000)}`, budget)).toBe('')
    }
    expect(budget.leftOut).toBe(8)
  })

  test('a page has so many characters and pieces, and no more', () => {
    const budget = cssBudget()
    expect(inertSheet(`a{b:${'c '.repeat(1 << 19)}}`, budget)).toBe('')
    expect(inertSheet('a{b:c}', budget)).toBe('a{b:c}')
    let kept = 0
    for (let i = 0; i < 30_000; i++) if (inertDeclarations('a:b', budget) !== '') kept++
    expect(kept).toBe(19_999)
    expect(budget.leftOut).toBe(1 + 30_000 - 19_999)
  })

  test.each(['a{b:c ', 'url(', '"\n', '/*', 'a{b:!', '!', 'a:b;', 'u\\72l("', '@x ', ', ', 'a[x='])(
    'the work grows as the sheet does, whatever is left open: %j',
    async (piece) => {
      // Closed again, so that it is parsed and not left out for its depth.
      const text = (n: number): string => piece.repeat(n).replace(/[([{]/g, '$&)]}')
      const work = (n: number): string => inertSheet(text(n), cssBudget())
      expect(await growth(work, { from: 500, times: 4, atMost: 10 })).toBeLessThan(10)
    },
  )
})
