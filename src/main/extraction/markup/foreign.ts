import { decodeAttribute } from '../attribute-value.ts'
import { A_FONT, listAttributes, listed, seenAttributes, selfClosing } from './attributes.ts'
import { token } from './body.ts'
import { here, S_FOREIGN, S_NO_WORDS } from './here.ts'
import {
  gain,
  HTML,
  lose,
  MATHML,
  popTo,
  pushForeign,
  stackNamespace,
  stackState,
  stackTag,
} from './stack.ts'
import * as tag from './tags.ts'

/*
 * Tags within SVG and MathML.
 */

const MATH_TEXT = new Set(['mi', 'mo', 'mn', 'ms', 'mtext'])
const SVG_HTML = new Set(['foreignobject', 'desc', 'title'])

/** Leaves SVG and MathML, up to where HTML may stand again. */
function breakOut(): void {
  for (let i = here.depth - 1; i >= 0; i--) {
    if (((stackState[i] as number) & S_FOREIGN) === 0) {
      popTo(i)
      return
    }
  }
}

function tagText(): string {
  return here.html.slice(token.nameStart, token.nameEnd).toLowerCase()
}

/** Must the start tag be looked at here, although HTML may stand in the innermost element? */
export function isForeignIn(name: number): boolean {
  const top = here.depth - 1
  if (top < 0 || stackNamespace[top] !== MATHML || name !== 0) return false
  const text = tagText()
  return (text === 'mglyph' || text === 'malignmark') && mathText.has(stackTag[top] as number)
}

/**
 * A start tag within SVG or MathML. Returns false where it breaks out of it and must be treated as
 * HTML.
 */
export function startInForeign(name: number): boolean {
  const top = here.depth - 1
  if (name === tag.T_SVG && stackTag[top] === annotation && stackNamespace[top] === MATHML) {
    return false
  }
  if (
    ((tag.TAG_PROPS[name] as number) & tag.BREAKOUT) !== 0 ||
    (name === tag.T_FONT && (seenAttributes & A_FONT) !== 0)
  ) {
    breakOut()
    return false
  }
  if (selfClosing) return true
  const namespace = stackNamespace[top] as number
  const hash = token.hash | -0x80000000
  const text = tagText()
  const holdsHtml = namespace === MATHML ? MATH_TEXT.has(text) : SVG_HTML.has(text)
  const isAnnotation = namespace === MATHML && text === 'annotation-xml'
  pushForeign(hash, namespace, holdsHtml || isAnnotation ? tag.SCOPE | tag.SPECIAL : 0)
  gain(S_FOREIGN)
  if (holdsHtml) {
    lose(S_FOREIGN)
    if (text === 'foreignobject') lose(S_NO_WORDS)
  } else if (isAnnotation || (namespace === MATHML && text === 'annotation')) {
    gain(S_NO_WORDS)
    if (isAnnotation && annotatesWithHtml()) lose(S_FOREIGN)
  }
  return true
}

function annotatesWithHtml(): boolean {
  if (here.html.charCodeAt(token.nameEnd) === 0x3e) return false
  listAttributes(here.html, token.nameEnd)
  const encoding = decodeAttribute(listed.get('encoding') ?? '').toLowerCase()
  return encoding === 'text/html' || encoding === 'application/xhtml+xml'
}

function hashOf(name: string): number {
  let hash = 0
  for (const char of name) hash = tag.hashStep(hash, char.charCodeAt(0))
  return hash | -0x80000000
}

const annotation = hashOf('annotation-xml')
const mathText = new Set([...MATH_TEXT].map(hashOf))

/** An end tag where the innermost element is of SVG or MathML. Returns false where HTML's rules hold. */
export function endInForeign(name: number): boolean {
  if (name === tag.T_P || name === tag.T_BR) {
    breakOut()
    return false
  }
  const wanted = token.hash | -0x80000000
  for (let i = here.depth - 1; i >= 0 && stackNamespace[i] !== HTML; i--) {
    if (stackTag[i] === wanted) {
      popTo(i)
      return true
    }
  }
  return false
}
