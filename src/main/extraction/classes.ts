import { Buffer } from 'node:buffer'

/** What class names and ids say about the text in an element. Bits. */
export const CLASS_CAPTION = 1
/** For screen readers only. */
export const CLASS_UNSEEN = 2
/** Looks like navigation or page furniture; believed where the text is mostly links. */
export const CLASS_NAVIGATION = 4
/** A consent banner. */
export const CLASS_CONSENT = 8
/** A container that takes a title as caption: DocBook's `<div class="figure">`. */
export const CLASS_FIGURE = 16
/** `class="title"`, a caption within CLASS_FIGURE only. */
export const CLASS_TITLE = 32

const CAPTION_NAMES = new Set([
  'captiontext',
  'caption-text',
  'caption__text',
  'caption_text',
  'wp-caption-text',
  'wp-caption-dd',
  'gallerytext',
  'cutline',
  'figcaption',
  'bildunterschrift',
  'bildtext',
  'tr-caption',
  'caption-body',
  'image-description',
  'photo-description',
])
/** Ends in "caption" and is something else: a wrapper around picture and caption, or a switch. */
const NOT_CAPTION =
  /^(?:wp-caption|.*(?:^|[-_])(?:has|with|no|without|show|hide|toggle|and)[-_]caption|closed-?caption)$/
const ENDS_IN_CAPTION =
  /(?:^|[-_]|image|img|photo|picture|pic|thumb|fig|figure|media|gallery|slide)captions?(?:[-_]+(?:text|inner|content|wrapper|title))?$/
const UNSEEN =
  /(?:^|\s)(?:sr-only|visually-?hidden|screen-?reader-?text|screen-reader|u-visually-hidden|element-invisible|assistive-text|offscreen|a11y-hidden|accessibly-hidden|visuallyhidden|vh|show-for-sr)(?=\s|$)/
const NAVIGATION =
  /(?:^|\s)(?:(?:main|site|top|sub|side|left|right|primary|secondary|global|page|bottom|mobile|user|foot|footer|header|head|vector|mw|nav|drop|dropdown|mega|lang|language|section|local)[-_]?)?(?:nav|navbar|navbox|navigation|navi|menu|menus|breadcrumbs?|footer|pagination|pager|paging|toolbar|toc|sitemap|colophon|masthead|tabs|skip-?links?|share|sharing|social|tags|tagcloud|catlinks)(?:[-_]?(?:menu|bar|list|links?|container|wrapper|items?|box|inner|main|area|block))?(?=\s|$)/
const CONSENT =
  /(?:^|[\s_-])(?:cookies?|gdpr|consent|ccpa|privacy)[-_]?(?:banner|bar|notice|consent|law|policy|message|popup|overlay|info|warning|alert|disclaimer|modal|box|container|wrapper|settings)(?=$|[\s_-])|onetrust|cookiebot|(?:^|\s)cc-window|(?:^|[\s_-])cmp(?:box|-)/i

const MAX_CACHED = 20_000
const MAX_LENGTH = 200
const cache = new Map<string, number>()

/** Bits of a class attribute (or an id). Remembered, since pages repeat theirs. */
export function classify(value: string): number {
  const known = cache.get(value)
  if (known !== undefined) return known
  // Long ones are generated; looking at their beginning keeps this linear.
  const bits = examine(value.slice(0, 1000).toLowerCase())
  if (value.length <= MAX_LENGTH) {
    if (cache.size >= MAX_CACHED) cache.clear()
    // A copy: a slice would keep its whole page in memory.
    cache.set(Buffer.from(value).toString(), bits)
  }
  return bits
}

function examine(value: string): number {
  let bits = 0
  if (captionName(value) !== null) bits |= CLASS_CAPTION
  if (UNSEEN.test(value)) bits |= CLASS_UNSEEN
  if (NAVIGATION.test(value)) bits |= CLASS_NAVIGATION
  if (CONSENT.test(value)) bits |= CLASS_CONSENT
  for (const token of value.split(/\s+/)) {
    if (token === 'figure' || token === 'informalfigure') bits |= CLASS_FIGURE
    else if (token === 'title') bits |= CLASS_TITLE
  }
  return bits
}

/** The class name that makes an element a caption; null where there is none. */
export function captionName(value: string): string | null {
  for (const token of value.slice(0, 1000).toLowerCase().split(/\s+/)) {
    if (CAPTION_NAMES.has(token)) return token
    if (ENDS_IN_CAPTION.test(token) && !NOT_CAPTION.test(token)) return token
  }
  return null
}
