import { here } from './here.ts'
import { HTML, stackIndex, stackNamespace, stackProps, stackSerial, stackTag } from './stack.ts'
import * as tag from './tags.ts'

/** Names with a hyphen that are not free for custom elements. */
const RESERVED =
  /^(?:annotation-xml|color-profile|font-face|font-face-(?:src|uri|format|name)|missing-glyph)$/
const CUSTOM = /^[a-z][^\s/>\0]*-[^\s/>\0]*/i

/**
 * Does a `<template>` with this `shadowrootmode` become the shadow root of the innermost open
 * element, whose content is shown? It does where that element may have one and has none yet.
 */
export function opensShadowRoot(mode: string | undefined): boolean {
  if (mode === undefined || !/^(?:open|closed)$/i.test(mode)) return false
  const top = here.depth - 1
  if (top < 0) {
    if (!here.bodyOpen) return false
  } else if (stackNamespace[top] !== HTML) return false
  else if ((stackTag[top] as number) > 0) {
    if (((stackProps[top] as number) & tag.HOST) === 0) return false
  } else {
    const name = CUSTOM.exec(here.html.slice(stackIndex[top], (stackIndex[top] as number) + 200))
    if (!name || RESERVED.test(name[0].toLowerCase())) return false
  }
  const host = top < 0 ? 0 : (stackSerial[top] as number)
  if (here.shadowHosts.has(host)) return false
  here.shadowHosts.add(host)
  return true
}
