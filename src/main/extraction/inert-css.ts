import type {
  Atrule,
  Block,
  CssNode,
  Declaration,
  Rule,
  StyleSheet,
  DeclarationList,
} from 'css-tree'
import generate from 'css-tree/generator'
import parse from 'css-tree/parser'
import { ident } from 'css-tree/utils'
import walk from 'css-tree/walker'

/** What one page may cost; beyond it its styles are left out. */
export interface CssBudget {
  /** Characters that may still be parsed. */
  characters: number
  /** Sheets and attributes that may still be parsed. */
  pieces: number
  /** How many were left out. */
  leftOut: number
}

export const cssBudget = (): CssBudget => ({ characters: 1 << 20, pieces: 20_000, leftOut: 0 })

/** Brackets within brackets; nobody writes more, and each costs the parser stack. */
const MAX_DEPTH = 64

const list = (text: string): Set<string> => new Set(text.split(' '))
const AT_RULES = list('media supports layer container scope starting-style keyframes')
const FUNCTIONS = list(
  'rgb rgba hsl hsla hwb lab lch oklab oklch color color-mix light-dark gray ' +
    'calc calc-size min max clamp round mod rem sin cos tan asin acos atan atan2 pow sqrt hypot log exp abs sign ' +
    'var env attr counter counters symbols repeat minmax fit-content anchor anchor-size ' +
    'linear-gradient radial-gradient conic-gradient repeating-linear-gradient repeating-radial-gradient ' +
    'repeating-conic-gradient gradient from to color-stop ' +
    'matrix matrix3d translate translate3d translatex translatey translatez scale scale3d scalex scaley scalez ' +
    'rotate rotate3d rotatex rotatey rotatez skew skewx skewy perspective ' +
    'blur brightness contrast drop-shadow grayscale hue-rotate invert opacity saturate sepia alpha ' +
    'cubic-bezier steps linear circle ellipse inset polygon path rect xywh shape ray format',
)
/** Written as `none`, so that what stands beside them (a colour of the ground) is kept. */
const PICTURES = list('url image-set image cross-fade element paint src')
/** Elsewhere a text names something to load, or nothing. */
const WITH_TEXTS = list(
  'content quotes font font-family font-feature-settings font-variation-settings grid grid-area grid-template ' +
    'grid-template-areas list-style list-style-type text-overflow hyphenate-character text-emphasis ' +
    'text-emphasis-style animation animation-name',
)
const FORBIDDEN = list('behavior -ms-behavior -moz-binding src')
const IN_VALUES = list(
  'Value Identifier Number Percentage Dimension Hash String Operator Function Parentheses Brackets WhiteSpace',
)
const IN_PRELUDES = list(
  'AtrulePrelude MediaQueryList MediaQuery Condition Feature FeatureRange FeatureFunction SupportsDeclaration ' +
    'Declaration Layer LayerList Scope SelectorList Selector TypeSelector ClassSelector IdSelector ' +
    'AttributeSelector PseudoClassSelector PseudoElementSelector NestingSelector Combinator Nth AnPlusB ' +
    'Identifier Number Percentage Dimension Ratio Operator Function Parentheses Value Hash WhiteSpace String',
)
/** As a browser would read the beginning of a tag or a comment within `<style>`. */
const TAG = /<[/!?a-z]/i

/**
 * A style sheet that can load nothing and run nothing: parsed as browsers do, and written anew from
 * what is known to be harmless. What is not known, or was not understood, is left out.
 */
export function inertSheet(css: string, budget: CssBudget): string {
  return inert(css, 'stylesheet', budget)
}

/** The same for a `style` attribute. */
export function inertDeclarations(css: string, budget: CssBudget): string {
  return inert(css, 'declarationList', budget)
}

function inert(css: string, context: 'stylesheet' | 'declarationList', budget: CssBudget): string {
  if (budget.pieces <= 0 || budget.characters < css.length || depthOf(css) > MAX_DEPTH) {
    budget.leftOut++
    return ''
  }
  budget.pieces--
  budget.characters -= css.length
  try {
    const tree = parse(css, { context, parseCustomProperty: true }) as StyleSheet | DeclarationList
    clean(tree.children)
    const written = generate(tree)
    return TAG.test(written) ? '' : written
  } catch {
    // More than the parser can take.
    budget.leftOut++
    return ''
  }
}

/** How deep brackets could be nested at most: those in texts count, those that are closed do not. */
function depthOf(css: string): number {
  let depth = 0
  let deepest = 0
  for (let i = 0; i < css.length; i++) {
    const c = css.charCodeAt(i)
    if (c === 0x28 || c === 0x5b || c === 0x7b) deepest = Math.max(deepest, ++depth)
    else if ((c === 0x29 || c === 0x5d || c === 0x7d) && depth > 0) depth--
  }
  return deepest
}

function clean(children: StyleSheet['children'] | Block['children']): void {
  children.forEach((node, item, siblings) => {
    if (!isHarmless(node)) siblings.remove(item)
  })
}

function isHarmless(node: CssNode): boolean {
  switch (node.type) {
    case 'Declaration':
      return isHarmlessDeclaration(node)
    case 'Rule':
      return isHarmlessRule(node)
    case 'Atrule':
      return isHarmlessAtRule(node)
    default:
      return false
  }
}

function isHarmlessDeclaration({ property, value, important }: Declaration): boolean {
  const name = property.toLowerCase()
  if (!/^-{0,2}[a-z_][\w-]*$/.test(name) || FORBIDDEN.has(name)) return false
  if (typeof important !== 'boolean' || value.type === 'Raw') return false
  value.children.forEach((node, item, siblings) => {
    const isPicture =
      node.type === 'Url' || (node.type === 'Function' && PICTURES.has(baseName(node.name)))
    if (isPicture) siblings.replace(item, siblings.createItem({ type: 'Identifier', name: 'none' }))
  })
  return every(value, (node) => {
    if (!IN_VALUES.has(node.type)) return false
    switch (node.type) {
      case 'Function':
        return isHarmlessFunction(node.name)
      case 'String':
        return WITH_TEXTS.has(name) && !node.value.includes('<')
      case 'Identifier':
        return isPlain(node.name)
      case 'Dimension':
        return isPlain(node.unit)
      case 'Hash':
        return isPlain(node.value)
      default:
        return true
    }
  })
}

function isHarmlessFunction(name: string): boolean {
  return FUNCTIONS.has(baseName(name))
}

/** Without the prefix of a browser. */
function baseName(name: string): string {
  return name.toLowerCase().replace(/^-(?:webkit|moz|o|ms)-/, '')
}

function isHarmlessRule({ prelude, block }: Rule): boolean {
  if (prelude.type === 'Raw' || !every(prelude, isHarmlessPart)) return false
  clean(block.children)
  return true
}

function isHarmlessAtRule({ name, prelude, block }: Atrule): boolean {
  if (!AT_RULES.has(baseName(name))) return false
  if (prelude !== null && (prelude.type === 'Raw' || !every(prelude, isHarmlessPart))) return false
  if (block) clean(block.children)
  return true
}

/** A part of a selector or of a condition. Names are written in one way, whatever escapes they had. */
function isHarmlessPart(node: CssNode): boolean {
  if (!IN_PRELUDES.has(node.type)) return false
  switch (node.type) {
    case 'TypeSelector':
      return node.name === '*' || node.name.includes('|') ? isPlain(node.name) : rewrite(node)
    case 'ClassSelector':
    case 'IdSelector':
      return rewrite(node)
    case 'Declaration':
      return isHarmlessDeclaration(node)
    case 'String':
      return !node.value.includes('<')
    case 'Function':
      return isHarmlessFunction(node.name)
    case 'Identifier':
    case 'PseudoClassSelector':
    case 'PseudoElementSelector':
    case 'Layer':
    case 'Feature':
      return isPlain(node.name)
    case 'Dimension':
      return isPlain(node.unit)
    case 'Hash':
      return isPlain(node.value)
    default:
      return true
  }
}

function rewrite(node: { name: string }): boolean {
  if (isPlain(node.name)) return true
  node.name = ident.encode(ident.decode(node.name))
  return !node.name.includes('<')
}

/** Without escapes: the way around every filter. */
function isPlain(name: string): boolean {
  return /^[^\\<]*$/.test(name)
}

function every(node: CssNode, isGood: (node: CssNode) => boolean): boolean {
  let good = true
  walk(node, function (this: unknown, part: CssNode) {
    if (!isGood(part)) {
      good = false
      return walk.break
    }
    return undefined
  })
  return good
}
