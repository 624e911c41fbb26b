/**
 * What the scanner knows of each element: enough of the HTML standard's tree construction to tell
 * which `<img>` exist and which words stand around them.
 */
export const VOID = 1
/** Starts and ends a block of text. */
export const BLOCK = 2
/** Content is text up to the end tag: no tags, no references (or references only: title, textarea). */
export const RAW = 4
/** An end tag of something inline does not look past it. */
export const SPECIAL = 8
/** No end tag looks past it. */
export const SCOPE = 16
/** Its start tag closes an open `<p>`. */
export const CLOSES_P = 32
/** Its start tag leaves SVG and MathML. */
export const BREAKOUT = 64
/** A page in which it stands cannot become a frameset. */
export const NO_FRAMESET = 128
/** Its text is never words of the page: what a control shows, or what stands in for media. */
export const NO_WORDS = 256
export const HEADING = 512
/** Needs more than pushing it on the stack. */
export const OWN_RULE = 1024

const B = BLOCK | SPECIAL | CLOSES_P
/** Rows, cells and the like. */
export const TABLE_PART = 2048
const T = TABLE_PART | BLOCK | SPECIAL | OWN_RULE

const DEFINITIONS: [string, number][] = [
  ['', 0],
  ['html', SPECIAL | SCOPE | OWN_RULE],
  ['head', SPECIAL | BREAKOUT | OWN_RULE],
  ['body', SPECIAL | BREAKOUT | NO_FRAMESET | OWN_RULE],
  ['img', VOID | BREAKOUT | NO_FRAMESET | OWN_RULE],
  ['image', NO_FRAMESET | OWN_RULE],
  ['picture', OWN_RULE],
  ['source', VOID | OWN_RULE],
  ['noscript', SPECIAL | OWN_RULE],
  ['script', RAW | SPECIAL | OWN_RULE],
  ['style', RAW | SPECIAL],
  ['title', RAW | SPECIAL | OWN_RULE],
  ['textarea', RAW | SPECIAL | NO_FRAMESET],
  ['xmp', RAW | BLOCK | SPECIAL | CLOSES_P | NO_FRAMESET],
  ['iframe', RAW | SPECIAL | NO_FRAMESET],
  ['noembed', RAW | SPECIAL],
  ['noframes', RAW | SPECIAL],
  ['plaintext', BLOCK | SPECIAL | CLOSES_P | OWN_RULE],
  ['template', SPECIAL | SCOPE | OWN_RULE],
  ['frameset', SPECIAL | OWN_RULE],
  ['select', SPECIAL | NO_FRAMESET | NO_WORDS | OWN_RULE],
  ['option', OWN_RULE],
  ['optgroup', OWN_RULE],
  ['svg', OWN_RULE],
  ['math', OWN_RULE],
  ['meta', VOID | SPECIAL | BREAKOUT | OWN_RULE],
  ['base', VOID | SPECIAL | OWN_RULE],
  ['a', OWN_RULE],
  ['p', B | BREAKOUT | OWN_RULE],
  ['li', B | BREAKOUT | NO_FRAMESET | OWN_RULE],
  ['dd', B | BREAKOUT | NO_FRAMESET | OWN_RULE],
  ['dt', B | BREAKOUT | NO_FRAMESET | OWN_RULE],
  ['br', VOID | BREAKOUT | NO_FRAMESET | SPECIAL | OWN_RULE],
  ['hr', VOID | BLOCK | BREAKOUT | CLOSES_P | NO_FRAMESET | SPECIAL],
  ['table', B | SCOPE | BREAKOUT | NO_FRAMESET | OWN_RULE],
  ['tbody', T],
  ['thead', T],
  ['tfoot', T],
  ['tr', T],
  ['td', T | SCOPE],
  ['th', T | SCOPE],
  ['caption', T | SCOPE],
  ['col', VOID | SPECIAL],
  ['colgroup', TABLE_PART | SPECIAL],
  ['figure', B | OWN_RULE],
  ['figcaption', B | OWN_RULE],
  ['nav', B | OWN_RULE],
  ['header', B | OWN_RULE],
  ['footer', B | OWN_RULE],
  ['main', B | OWN_RULE],
  ['article', B | OWN_RULE],
  ['section', B | OWN_RULE],
  ['dialog', B | OWN_RULE],
  ['h1', B | HEADING | BREAKOUT | OWN_RULE],
  ['h2', B | HEADING | BREAKOUT | OWN_RULE],
  ['h3', B | HEADING | BREAKOUT | OWN_RULE],
  ['h4', B | HEADING | BREAKOUT | OWN_RULE],
  ['h5', B | HEADING | BREAKOUT | OWN_RULE],
  ['h6', B | HEADING | BREAKOUT | OWN_RULE],
  ['pre', B | BREAKOUT | NO_FRAMESET | OWN_RULE],
  ['listing', B | BREAKOUT | NO_FRAMESET | OWN_RULE],
  ['address', B],
  ['aside', B],
  ['blockquote', B | BREAKOUT],
  ['center', B | BREAKOUT],
  ['details', B],
  ['dir', B],
  ['div', B | BREAKOUT],
  ['dl', B | BREAKOUT],
  ['fieldset', B],
  ['legend', BLOCK],
  ['form', B],
  ['hgroup', B],
  ['menu', B | BREAKOUT],
  ['ol', B | BREAKOUT],
  ['ul', B | BREAKOUT],
  ['summary', B],
  ['search', B],
  ['area', VOID | NO_FRAMESET | SPECIAL],
  ['embed', VOID | BREAKOUT | NO_FRAMESET | SPECIAL],
  ['input', VOID | NO_FRAMESET | SPECIAL | OWN_RULE],
  ['keygen', VOID | NO_FRAMESET | SPECIAL | OWN_RULE],
  ['link', VOID | SPECIAL],
  ['basefont', VOID | SPECIAL],
  ['bgsound', VOID | SPECIAL],
  ['frame', VOID | SPECIAL],
  ['param', VOID | SPECIAL],
  ['track', VOID | SPECIAL],
  ['wbr', VOID | NO_FRAMESET | SPECIAL],
  ['button', SPECIAL | NO_FRAMESET | NO_WORDS],
  ['datalist', NO_WORDS],
  ['audio', NO_WORDS],
  ['video', BLOCK | NO_WORDS],
  ['canvas', NO_WORDS],
  ['object', SPECIAL | SCOPE | NO_FRAMESET | NO_WORDS],
  ['applet', SPECIAL | SCOPE | NO_FRAMESET | NO_WORDS],
  ['marquee', BLOCK | SPECIAL | SCOPE | NO_FRAMESET],
  ['rt', NO_WORDS],
  ['rp', NO_WORDS],
  ['rtc', NO_WORDS],
  ['progress', NO_WORDS],
  ['meter', NO_WORDS],
  ['span', BREAKOUT],
  ['b', BREAKOUT],
  ['i', BREAKOUT],
  ['em', BREAKOUT],
  ['strong', BREAKOUT],
  ['u', BREAKOUT],
  ['s', BREAKOUT],
  ['tt', BREAKOUT],
  ['code', BREAKOUT],
  ['big', BREAKOUT],
  ['small', BREAKOUT],
  ['strike', BREAKOUT],
  ['sub', BREAKOUT],
  ['sup', BREAKOUT],
  ['nobr', BREAKOUT],
  ['ruby', BREAKOUT],
  ['var', BREAKOUT],
  ['font', 0],
  ['label', 0],
  ['time', 0],
  ['cite', 0],
  ['abbr', 0],
  ['q', 0],
  ['ins', 0],
  ['del', 0],
  ['mark', 0],
]

export const TAG_NAMES: readonly string[] = DEFINITIONS.map(([name]) => name)
export const TAG_PROPS: Int32Array = Int32Array.from(DEFINITIONS, ([, props]) => props)
const TAG_LENGTHS: Uint8Array = Uint8Array.from(DEFINITIONS, ([name]) => name.length)

function id(name: string): number {
  const at = TAG_NAMES.indexOf(name)
  if (at < 1) throw new Error(`no such tag: ${name}`)
  return at
}

export const T_HTML = id('html')
export const T_HEAD = id('head')
export const T_BODY = id('body')
export const T_IMG = id('img')
export const T_IMAGE = id('image')
export const T_PICTURE = id('picture')
export const T_SOURCE = id('source')
export const T_NOSCRIPT = id('noscript')
export const T_SCRIPT = id('script')
export const T_TITLE = id('title')
export const T_TEXTAREA = id('textarea')
export const T_PLAINTEXT = id('plaintext')
export const T_TEMPLATE = id('template')
export const T_FRAMESET = id('frameset')
export const T_SELECT = id('select')
export const T_OPTION = id('option')
export const T_OPTGROUP = id('optgroup')
export const T_SVG = id('svg')
export const T_MATH = id('math')
export const T_META = id('meta')
export const T_BASE = id('base')
export const T_A = id('a')
export const T_P = id('p')
export const T_LI = id('li')
export const T_DD = id('dd')
export const T_DT = id('dt')
export const T_BR = id('br')
export const T_TABLE = id('table')
export const T_TBODY = id('tbody')
export const T_THEAD = id('thead')
export const T_TFOOT = id('tfoot')
export const T_TR = id('tr')
export const T_TD = id('td')
export const T_TH = id('th')
export const T_CAPTION = id('caption')
export const T_FIGURE = id('figure')
export const T_FIGCAPTION = id('figcaption')
export const T_NAV = id('nav')
export const T_HEADER = id('header')
export const T_FOOTER = id('footer')
export const T_MAIN = id('main')
export const T_ARTICLE = id('article')
export const T_SECTION = id('section')
export const T_DIALOG = id('dialog')
export const T_PRE = id('pre')
export const T_LISTING = id('listing')
export const T_ADDRESS = id('address')
export const T_DIV = id('div')
export const T_INPUT = id('input')
export const T_KEYGEN = id('keygen')
export const T_FONT = id('font')
export const TAG_COUNT = DEFINITIONS.length

const TABLE_SIZE = 1024
const tableHash = new Int32Array(TABLE_SIZE)
const tableId = new Uint8Array(TABLE_SIZE)

/** One step of the name hash; letters count as lower case. */
export function hashStep(hash: number, code: number): number {
  return (Math.imul(hash, 31) + (code | 0x20)) | 0
}

for (let i = 1; i < TAG_COUNT; i++) {
  let hash = 0
  for (const char of TAG_NAMES[i] as string) hash = hashStep(hash, char.charCodeAt(0))
  let slot = (hash ^ (hash >>> 10)) & (TABLE_SIZE - 1)
  while (tableId[slot] !== 0) slot = (slot + 1) & (TABLE_SIZE - 1)
  tableHash[slot] = hash
  tableId[slot] = i
}

/** The id of a known element by the hash and the length of its name, 0 for any other. */
export function tagId(hash: number, length: number): number {
  let slot = (hash ^ (hash >>> 10)) & (TABLE_SIZE - 1)
  for (;;) {
    const found = tableId[slot] as number
    if (found === 0) return 0
    if (tableHash[slot] === hash && TAG_LENGTHS[found] === length) return found
    slot = (slot + 1) & (TABLE_SIZE - 1)
  }
}
