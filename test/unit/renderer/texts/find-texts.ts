import { parse, type SFCDescriptor } from '@vue/compiler-sfc'
import ts from 'typescript'

/** A text that stands in the code instead of the catalogue. */
export interface HardWired {
  line: number
  text: string
}

/** Attributes whose value a person reads or hears. */
const SPOKEN =
  /^(title|label|placeholder|alt|text|heading|hint|unit|description|caption|confirm|empty|name|note|aria-(label|description|roledescription|valuetext|placeholder))$/
/** Said aloud by a screen reader or shown in a tip, so that one word is a text, too. */
const SPOKEN_ALWAYS = /^(title|placeholder|aria-label|aria-valuetext)$/
/** A run of letters that is no key of the keyboard and no unit. */
const WORD = /\p{L}{2,}/u
/** Reads as words: a space between letters, or a capital with small letters behind it. */
const WORDS = /\p{L}[\p{L},;:.!?’'"]*\s+\p{L}|^[\s(]*\p{Lu}\p{Ll}{2,}/u
/** A word before what is filled in, as `cutoff ${n}`; `auto ${n}px` is a style. */
const BESIDE = /^\p{L}{3,} 0(?!\w)/u

type Node = NonNullable<NonNullable<SFCDescriptor['template']>['ast']>['children'][number]

const NODE = { ELEMENT: 1, TEXT: 2, INTERPOLATION: 5 } as const
const PROP = { ATTRIBUTE: 6, DIRECTIVE: 7 } as const
/** What stands in these is typed or pressed, not read. */
const NOT_READ = new Set(['kbd', 'code', 'samp'])

/** The texts that are hard-wired in a component or a script. @param file its name, for the kind */
export function hardWired(file: string, source: string): HardWired[] {
  if (!file.endsWith('.vue')) return inScript(source, 0)
  const { descriptor } = parse(source, { filename: file })
  const found: HardWired[] = []
  for (const block of [descriptor.script, descriptor.scriptSetup]) {
    if (block) found.push(...inScript(block.content, block.loc.start.line - 1))
  }
  for (const child of descriptor.template?.ast?.children ?? []) visit(child, found)
  return found
}

function visit(node: Node, found: HardWired[]): void {
  const { line } = node.loc.start
  if (node.type === NODE.TEXT) {
    if (WORD.test(node.content) || /\p{L} =/u.test(node.content))
      found.push({ line, text: node.content.trim() })
    return
  }
  if (node.type === NODE.INTERPOLATION) {
    found.push(...inExpression(node.content.loc.source, line))
    return
  }
  if (node.type !== NODE.ELEMENT || NOT_READ.has(node.tag)) return
  for (const prop of node.props) {
    if (prop.type === PROP.ATTRIBUTE) {
      const value = prop.value?.content ?? ''
      if (SPOKEN.test(prop.name) && WORD.test(value) && !isName(node.tag, prop.name)) {
        found.push({ line: prop.loc.start.line, text: `${prop.name}="${value}"` })
      }
    } else if (prop.type === PROP.DIRECTIVE && prop.exp && !isStyle(prop.arg?.loc.source)) {
      const words = SPOKEN_ALWAYS.test(prop.arg?.loc.source ?? '') ? WORD : WORDS
      found.push(...inExpression(prop.exp.loc.source, prop.loc.start.line, words))
    }
  }
  for (const child of node.children) visit(child, found)
}

/** `name` is a slot's or a field's there, not words. */
function isName(tag: string, prop: string): boolean {
  return prop === 'name' && ['slot', 'input', 'transition', 'component'].includes(tag.toLowerCase())
}

const isStyle = (arg: string | undefined): boolean =>
  arg === 'class' || arg === 'style' || arg === 'key'

function inExpression(expression: string, line: number, words = WORDS): HardWired[] {
  return inScript(`(${expression})`, 0, words).map(({ text }) => ({ line, text }))
}

/** String and template literals that read as words. */
function inScript(code: string, before: number, words = WORDS): HardWired[] {
  const file = ts.createSourceFile('script.ts', code, ts.ScriptTarget.Latest, true)
  const found: HardWired[] = []
  const look = (node: ts.Node): void => {
    if (isForDevelopers(node) || isAsked(node)) return
    const text = textOf(node)
    const reads = text !== null && (words.test(text) || (isFilled(node) && BESIDE.test(text)))
    if (text !== null && reads && !isKey(node, text)) {
      const { line } = file.getLineAndCharacterOfPosition(node.getStart())
      found.push({ line: line + 1 + before, text })
    }
    ts.forEachChild(node, look)
  }
  look(file)
  return found
}

function textOf(node: ts.Node): string | null {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text
  if (ts.isTemplateExpression(node)) {
    return [node.head.text, ...node.templateSpans.map((span) => span.literal.text)].join('0')
  }
  return null
}

const isFilled = (node: ts.Node): boolean => ts.isTemplateExpression(node)

/** Imports, and what only a developer can see: `throw new Error(...)`, `console`, AppError `internal`. */
function isForDevelopers(node: ts.Node): boolean {
  if (ts.isImportDeclaration(node) || ts.isLiteralTypeNode(node)) return true
  if (ts.isNewExpression(node)) {
    const name = node.expression.getText()
    const [kind] = node.arguments ?? []
    return (
      name === 'Error' ||
      (name === 'AppError' && kind !== undefined && /internal/.test(kind.getText()))
    )
  }
  return ts.isCallExpression(node) && node.expression.getText().startsWith('console.')
}

/** `t('key', ...)`: the key is none of its words, but what is filled in may be. */
function isAsked(node: ts.Node): boolean {
  return ts.isStringLiteral(node) && /^[a-z]+(\.\w+)+$/.test(node.text)
}

/** Names of keys, of DOM things and of media queries: compared, not shown. */
function isKey(node: ts.Node, text: string): boolean {
  if (
    /^(Arrow\w+|Escape|Enter|Tab|Space|Backspace|Delete|Home|End|Page(Up|Down)|Control|Shift|Alt|Meta|Files|Dead|Process)$/.test(
      text,
    )
  )
    return true
  if (/^(Ctrl|Shift|Alt|Meta)\+|^(F\d+)$/.test(text)) return true
  // A value that is compared or a case: the program's own word.
  return (
    (ts.isBinaryExpression(node.parent) && /^[!=]==?$/.test(node.parent.operatorToken.getText())) ||
    ts.isCaseClause(node.parent) ||
    // CSS: selectors, fonts, gradients, sizes.
    /^[.#[:]|^\d+px|var\(--|^(calc|oklch|color-mix|linear-gradient|translate|rotate|scale)\(|\bsans-serif\b/.test(
      text,
    )
  )
}

/**
 * Texts in the place of a value of the program (compared, looked up, the name of a route): right
 * only as long as the text happens to be the same word.
 */
export function textsAsValues(file: string, source: string): string[] {
  const found: string[] = []
  const look = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && node.expression.getText() === 't' && isValue(node)) {
      found.push(node.getText())
    }
    ts.forEachChild(node, look)
  }
  const codes: string[] = []
  if (file.endsWith('.vue')) {
    const { descriptor } = parse(source, { filename: file })
    codes.push(descriptor.scriptSetup?.content ?? descriptor.script?.content ?? '')
    const bound = /[:@][\w:.-]+="([^"]*)"|v-[\w:-]+="([^"]*)"|\{\{([\s\S]*?)\}\}/g
    for (const [, a, b, c] of (descriptor.template?.content ?? '').matchAll(bound)) {
      codes.push(`(${a ?? b ?? c})`)
    }
  } else codes.push(source)
  for (const code of codes) {
    look(ts.createSourceFile('script.ts', code, ts.ScriptTarget.Latest, true))
  }
  return found
}

function isValue({ parent }: ts.CallExpression): boolean {
  if (ts.isBinaryExpression(parent)) return /^[!=]==?$|^in$/.test(parent.operatorToken.getText())
  if (ts.isElementAccessExpression(parent) || ts.isCaseClause(parent)) return true
  if (ts.isArrayLiteralExpression(parent)) {
    const { parent: member } = parent
    return ts.isPropertyAccessExpression(member) && /^(includes|indexOf)$/.test(member.name.text)
  }
  if (!ts.isPropertyAssignment(parent)) return false
  const name = parent.name.getText()
  const call = parent.parent.parent
  const isRoute = ts.isCallExpression(call) && /router\.\w+$/.test(call.expression.getText())
  return /^(value|id|state|key|type)$/.test(name) || (name === 'name' && isRoute)
}
