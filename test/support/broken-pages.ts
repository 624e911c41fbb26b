/**
 * Seeded pages that are misnested around pictures: runs of start and end tags in any order, with
 * pictures and sources between, so that every rule of tree construction meets every other.
 */
function random(seed: number): () => number {
  let state = (seed * 2654435761 + 12345) >>> 0
  return () => {
    state ^= state << 13
    state >>>= 0
    state ^= state >>> 17
    state ^= state << 5
    state >>>= 0
    return state / 4294967296
  }
}

const words = (text: string): string[] => text.split(' ')
const FORMATTING = words('a b i u s em tt big code font small strike strong nobr')
const BLOCKS = words(
  'div p ul ol li dl dd dt h1 h3 section article figure aside center pre form fieldset button address dialog details summary blockquote menu main nav hgroup',
)
const TABLES = words('table tbody thead tfoot tr td th caption colgroup col')
const OTHER = words(
  'template noscript select option optgroup svg math mi mtext annotation-xml foreignObject desc title marquee object applet ruby rb rt rtc rp label span x-host head body html br hr input frameset video audio',
)
const RAW = words('script style textarea iframe xmp noembed noframes')
const ATTRIBUTES = words('class=x id=y color=red href=# type=hidden encoding=text/html hidden')

/** One page; every seed gives another. */
export function brokenPage(seed: number): string {
  const next = random(seed + 1)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T
  const families = [FORMATTING, BLOCKS, TABLES, OTHER, FORMATTING, TABLES]
  // Few names a page: they then meet themselves again.
  const names = Array.from({ length: 3 + Math.floor(next() * 7) }, () => pick(pick(families)))
  names.push('picture')
  let n = 0
  const piece = (): string => {
    const chance = next()
    const name = pick(names)
    if (chance < 0.2) return `<img src=${n++}>`
    if (chance < 0.32) return `<source srcset=s${n++}>`
    if (chance < 0.58) {
      const attributes = next() < 0.25 ? ` ${pick(ATTRIBUTES)}` : ''
      const shadow = name === 'template' && next() < 0.4 ? ' shadowrootmode=open' : ''
      return `<${name}${attributes}${shadow}${next() < 0.05 ? '/' : ''}>`
    }
    if (chance < 0.82) return `</${name}>`
    if (chance < 0.9) return pick(['x', ' ', '\n', '&nbsp;', 'a < b', '<!-- c -->', '\0', '&#32;'])
    if (chance < 0.94) return `</${pick(pick(families))}>`
    if (chance < 0.96) {
      const raw = pick(RAW)
      return `<${raw}>r<img src=raw></${raw}>`
    }
    return `<${pick(pick(families))}>`
  }
  const doctype = pick([
    '<!doctype html>',
    '',
    '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">',
  ])
  const length = 4 + Math.floor(next() * 60)
  return `${doctype}${Array.from({ length }, piece).join('')}<img src=last>`
}
