/**
 * What the scanner knows of each element: enough of the HTML standard's tree construction to tell
 * which `<img>` exist and which words stand around them.
 */
export const VOID = 1 << 0
/** Starts and ends a block of text. */
export const BLOCK = 1 << 1
/** Content is text up to the end tag: no tags, no references (or references only: title, textarea). */
export const RAW = 1 << 2
/** An end tag of something inline does not look past it. */
export const SPECIAL = 1 << 3
/** No end tag looks past it. */
export const SCOPE = 1 << 4
/** Its start tag closes an open `<p>`. */
export const CLOSES_P = 1 << 5
/** Its start tag leaves SVG and MathML. */
export const BREAKOUT = 1 << 6
/** A page in which it stands cannot become a frameset. */
export const NO_FRAMESET = 1 << 7
/** Its text is never words of the page: what a control shows, or what stands in for media. */
export const NO_WORDS = 1 << 8
export const HEADING = 1 << 9
/** Its start tag needs more than opening it. */
export const OWN_RULE = 1 << 10

/** Rows, cells and the like. */
export const TABLE_PART = 1 << 11
/** Among the active formatting elements: opened again where it was closed out of turn. */
export const FORMATTING = 1 << 12
/** What was closed out of turn is opened again before it. */
export const REOPENS = 1 << 13
/** Its end tag closes it wherever it stands in scope, whatever is open in it. */
export const END_BLOCK = 1 << 14
/** No end tag of a list item looks past it. */
export const LIST_SCOPE = 1 << 15
/** No end of a paragraph looks past it. */
export const BUTTON_SCOPE = 1 << 16
/** Stands in the head of a page wherever it is written there. */
export const HEADISH = 1 << 17
/** May have a shadow root. */
export const HOST = 1 << 18
/** What is wrong in it stands before its table. */
export const FOSTERS = 1 << 19
/** Formatting outside of it is not opened again inside. */
export const MARKED = 1 << 20
/** Something is to be done when it is closed. */
export const LEAVES = 1 << 21
/** It is noted where it begins: figures, pictures, tables, rows, cells, templates. */
export const NOTED = 1 << 22
/** It means something for what is in it. */
export const MEANS = 1 << 23
/** Its end tag has a rule of its own. */
export const OWN_END = 1 << 24

const B = BLOCK | SPECIAL | CLOSES_P
/** A part of a table; what it does lies in its rules. */
const T = TABLE_PART | BLOCK | SPECIAL

const DEFINITIONS: [string, number][] = [
  ['', 0],
  ['html', SPECIAL | SCOPE | OWN_RULE | OWN_END],
  ['head', SPECIAL | BREAKOUT | OWN_RULE | OWN_END],
  ['body', SPECIAL | BREAKOUT | NO_FRAMESET | HOST | OWN_RULE | OWN_END],
  ['img', VOID | BREAKOUT | NO_FRAMESET | REOPENS | OWN_RULE],
  ['image', NO_FRAMESET | REOPENS | OWN_RULE],
  ['picture', REOPENS | NOTED],
  ['source', VOID | OWN_RULE],
  ['noscript', SPECIAL | REOPENS | MEANS],
  ['script', RAW | SPECIAL | HEADISH],
  ['style', RAW | SPECIAL | HEADISH],
  ['title', RAW | SPECIAL | HEADISH],
  ['textarea', RAW | SPECIAL | NO_FRAMESET],
  ['xmp', RAW | BLOCK | SPECIAL | CLOSES_P | NO_FRAMESET | REOPENS],
  ['iframe', RAW | SPECIAL | NO_FRAMESET],
  ['noembed', RAW | SPECIAL],
  ['noframes', RAW | SPECIAL | HEADISH],
  ['plaintext', BLOCK | SPECIAL | CLOSES_P | OWN_RULE],
  ['template', SPECIAL | NO_FRAMESET | SCOPE | HEADISH | LEAVES | OWN_RULE | NOTED | OWN_END],
  ['frameset', SPECIAL | OWN_RULE],
  ['select', SPECIAL | NO_FRAMESET | NO_WORDS | REOPENS | OWN_RULE],
  ['option', OWN_RULE | MEANS],
  ['optgroup', OWN_RULE | MEANS],
  ['svg', REOPENS | OWN_RULE],
  ['math', REOPENS | OWN_RULE],
  ['meta', VOID | SPECIAL | BREAKOUT | HEADISH | OWN_RULE],
  ['base', VOID | SPECIAL | HEADISH | OWN_RULE],
  ['a', FORMATTING | OWN_RULE | MEANS],
  ['p', B | BREAKOUT | HOST | OWN_END],
  ['li', B | BREAKOUT | NO_FRAMESET | OWN_RULE | OWN_END],
  ['dd', B | BREAKOUT | NO_FRAMESET | OWN_RULE | OWN_END],
  ['dt', B | BREAKOUT | NO_FRAMESET | OWN_RULE | OWN_END],
  ['br', VOID | BREAKOUT | NO_FRAMESET | SPECIAL | REOPENS | OWN_RULE | OWN_END],
  ['hr', VOID | BLOCK | BREAKOUT | CLOSES_P | NO_FRAMESET | SPECIAL],
  ['table', BLOCK | SPECIAL | SCOPE | BREAKOUT | NO_FRAMESET | FOSTERS | LEAVES | OWN_RULE | NOTED],
  ['tbody', T | FOSTERS],
  ['thead', T | FOSTERS],
  ['tfoot', T | FOSTERS],
  ['tr', T | FOSTERS | NOTED],
  ['td', T | SCOPE | LEAVES | NOTED],
  ['th', T | SCOPE | LEAVES | NOTED],
  ['caption', T | SCOPE | MEANS],
  ['col', VOID | SPECIAL | TABLE_PART],
  ['colgroup', TABLE_PART | SPECIAL],
  ['figure', B | END_BLOCK | LEAVES | NOTED | MEANS],
  ['figcaption', B | END_BLOCK | MEANS],
  ['nav', B | END_BLOCK | HOST | MEANS],
  ['header', B | END_BLOCK | HOST | MEANS],
  ['footer', B | END_BLOCK | HOST | MEANS],
  ['main', B | END_BLOCK | HOST | MEANS],
  ['article', B | END_BLOCK | HOST | MEANS],
  ['section', B | END_BLOCK | HOST | MEANS],
  ['dialog', BLOCK | CLOSES_P | END_BLOCK | MEANS],
  ['h1', B | HEADING | BREAKOUT | HOST | OWN_RULE],
  ['h2', B | HEADING | BREAKOUT | HOST | OWN_RULE],
  ['h3', B | HEADING | BREAKOUT | HOST | OWN_RULE],
  ['h4', B | HEADING | BREAKOUT | HOST | OWN_RULE],
  ['h5', B | HEADING | BREAKOUT | HOST | OWN_RULE],
  ['h6', B | HEADING | BREAKOUT | HOST | OWN_RULE],
  ['pre', B | BREAKOUT | NO_FRAMESET | END_BLOCK | MEANS],
  ['listing', B | BREAKOUT | NO_FRAMESET | END_BLOCK | MEANS],
  ['address', B | END_BLOCK],
  ['aside', B | END_BLOCK | HOST],
  ['blockquote', B | BREAKOUT | END_BLOCK | HOST],
  ['center', B | BREAKOUT | END_BLOCK],
  ['details', B | END_BLOCK],
  ['dir', B | END_BLOCK],
  ['div', B | BREAKOUT | END_BLOCK | HOST],
  ['dl', B | BREAKOUT | END_BLOCK],
  ['fieldset', B | END_BLOCK],
  ['legend', BLOCK | REOPENS],
  ['form', BLOCK | SPECIAL | OWN_RULE | OWN_END],
  ['hgroup', B | END_BLOCK],
  ['menu', B | BREAKOUT | END_BLOCK],
  ['ol', B | BREAKOUT | END_BLOCK | LIST_SCOPE],
  ['ul', B | BREAKOUT | END_BLOCK | LIST_SCOPE],
  ['summary', B | END_BLOCK],
  ['search', B | END_BLOCK],
  ['area', VOID | NO_FRAMESET | SPECIAL | REOPENS],
  ['embed', VOID | BREAKOUT | NO_FRAMESET | SPECIAL | REOPENS],
  ['input', VOID | NO_FRAMESET | SPECIAL | REOPENS | OWN_RULE],
  ['keygen', VOID | NO_FRAMESET | SPECIAL | REOPENS | OWN_RULE],
  ['link', VOID | SPECIAL | HEADISH],
  ['basefont', VOID | SPECIAL | HEADISH],
  ['bgsound', VOID | SPECIAL | HEADISH],
  ['frame', VOID | SPECIAL],
  ['param', VOID | SPECIAL],
  ['track', VOID | SPECIAL],
  ['wbr', VOID | NO_FRAMESET | SPECIAL | REOPENS],
  ['button', SPECIAL | NO_FRAMESET | NO_WORDS | END_BLOCK | BUTTON_SCOPE | OWN_RULE],
  ['datalist', NO_WORDS | REOPENS],
  ['audio', NO_WORDS | REOPENS],
  ['video', BLOCK | NO_WORDS | REOPENS],
  ['canvas', NO_WORDS | REOPENS],
  ['object', SPECIAL | SCOPE | NO_FRAMESET | NO_WORDS | REOPENS | MARKED],
  ['applet', SPECIAL | SCOPE | NO_FRAMESET | NO_WORDS | REOPENS | MARKED],
  ['marquee', BLOCK | SPECIAL | SCOPE | NO_FRAMESET | REOPENS | MARKED],
  ['rt', NO_WORDS | OWN_RULE],
  ['rp', NO_WORDS | OWN_RULE],
  ['rtc', NO_WORDS | OWN_RULE],
  ['progress', NO_WORDS | REOPENS],
  ['meter', NO_WORDS | REOPENS],
  ['span', BREAKOUT | REOPENS | HOST],
  ['b', BREAKOUT | FORMATTING | REOPENS],
  ['i', BREAKOUT | FORMATTING | REOPENS],
  ['em', BREAKOUT | FORMATTING | REOPENS],
  ['strong', BREAKOUT | FORMATTING | REOPENS],
  ['u', BREAKOUT | FORMATTING | REOPENS],
  ['s', BREAKOUT | FORMATTING | REOPENS],
  ['tt', BREAKOUT | FORMATTING | REOPENS],
  ['code', BREAKOUT | FORMATTING | REOPENS],
  ['big', BREAKOUT | FORMATTING | REOPENS],
  ['small', BREAKOUT | FORMATTING | REOPENS],
  ['strike', BREAKOUT | FORMATTING | REOPENS],
  ['sub', BREAKOUT | REOPENS],
  ['sup', BREAKOUT | REOPENS],
  ['nobr', BREAKOUT | FORMATTING | REOPENS | OWN_RULE],
  ['ruby', BREAKOUT | REOPENS],
  ['var', BREAKOUT | REOPENS],
  ['font', FORMATTING | REOPENS],
  ['label', REOPENS],
  ['time', REOPENS],
  ['cite', REOPENS],
  ['abbr', REOPENS],
  ['q', REOPENS],
  ['ins', REOPENS],
  ['del', REOPENS],
  ['mark', REOPENS],
  ['rb', OWN_RULE],
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
export const T_NOBR = id('nobr')
export const T_BUTTON = id('button')
export const T_HR = id('hr')
export const T_FORM = id('form')
export const T_COL = id('col')
export const T_COLGROUP = id('colgroup')
export const T_RUBY = id('ruby')
export const T_RB = id('rb')
export const T_RT = id('rt')
export const T_RP = id('rp')
export const T_RTC = id('rtc')
export const T_STYLE = id('style')
export const T_NOFRAMES = id('noframes')
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

/** Ids by name, as it is written. */
export const TAG_IDS: ReadonlyMap<string, number> = new Map(
  TAG_NAMES.map((name, at) => [name, at] as const).filter(([name]) => name !== ''),
)
