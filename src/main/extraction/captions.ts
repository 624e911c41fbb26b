import type { FoundCaption, FoundImage, Scan } from './scan.ts'
import { I_IMAGE, UNREAD } from './markup/here.ts'
import type { Words } from './words.ts'
import { captionName } from './classes.ts'
import { decodeAttribute } from './attribute-value.ts'

/** Longer than this is not a caption, whatever its class says. Code points, roughly. */
const MAX_CAPTION = 2000
/** A caption by class stands at most so many blocks from its picture. */
const MAX_BLOCKS_AWAY = 3
const MAX_FIGURES_OUT = 3
const MAX_STEPS = 200

/** A caption found for a picture; `range` is where it stands in the text, if it does. */
export interface Caption {
  text: string
  rule: string
  range: { start: number; end: number } | null
}

/** Finds the caption of each picture of a page. */
export interface CaptionFinder {
  of(image: FoundImage): Caption | null
}

/**
 * In this order: `figcaption` of the closest figure that has one; `aria-label`, `aria-labelledby`,
 * `aria-describedby`; an element of one of the usual classes in the closest container that picture
 * and caption share, and no other picture with its own words between; `<caption>` of a table made
 * for the picture.
 *
 * @param described texts of the elements that `aria-labelledby` and `aria-describedby` name, by id
 */
export function captionFinder(
  scan: Scan,
  words: Words,
  isPair: (image: FoundImage) => boolean,
  described: ReadonlyMap<string, string>,
): CaptionFinder {
  const byFigure = new Map<number, FoundCaption>()
  const byTable = new Map<number, FoundCaption>()
  const byContainer = new Map<number, FoundCaption[]>()
  for (const caption of scan.captions) {
    if (caption.itemEnd <= caption.itemStart) continue
    if (caption.kind === 'figcaption') {
      if (caption.figure >= 0 && !byFigure.has(caption.figure))
        byFigure.set(caption.figure, caption)
    } else if (caption.kind === 'caption') {
      if (caption.table >= 0 && !byTable.has(caption.table)) byTable.set(caption.table, caption)
    } else {
      for (const container of caption.containers) {
        const list = byContainer.get(container)
        if (list) list.push(caption)
        else byContainer.set(container, [caption])
      }
    }
  }
  const above = containersWithCaptionsAbove(scan, byContainer)
  const inTable = new Map<number, number>()
  if (byTable.size > 0) {
    for (const image of scan.images) {
      if (isPair(image)) inTable.set(image.table, (inTable.get(image.table) ?? 0) + 1)
    }
  }
  const rendered = new Map<FoundCaption, string>()

  function textOf(caption: FoundCaption): string {
    let text = rendered.get(caption)
    if (text === undefined) {
      text = words.render(caption.itemStart, caption.itemEnd, false)
      rendered.set(caption, text)
    }
    return text
  }

  function found(caption: FoundCaption, rule: string): Caption | null {
    const text = textOf(caption)
    if (text === '' || (text.length > MAX_CAPTION && caption.kind !== 'figcaption')) return null
    return { text, rule, range: { start: caption.itemStart, end: caption.itemEnd } }
  }

  function fromFigure(image: FoundImage): Caption | null {
    let figure = image.figure
    for (let n = 0; figure >= 0 && n < MAX_FIGURES_OUT; n++) {
      const caption = byFigure.get(figure)
      const result = caption ? found(caption, 'figcaption') : null
      if (result) return result
      figure = scan.figureParent[figure] as number
    }
    return null
  }

  function fromAria(image: FoundImage): Caption | null {
    const label = image.attributes.get('aria-label')
    if (label !== undefined) {
      const text = decodeAttribute(label).trim()
      if (text !== '') return { text, rule: 'aria-label', range: null }
    }
    for (const name of ['aria-labelledby', 'aria-describedby']) {
      const ids = image.attributes.get(name)
      if (ids === undefined) continue
      const texts: string[] = []
      for (const id of idsOf(ids)) {
        const text = described.get(id)
        if (text !== undefined && text !== '' && !texts.includes(text)) texts.push(text)
      }
      const text = texts.join(' ')
      if (text !== '' && text.length <= MAX_CAPTION) return { text, rule: name, range: null }
    }
    return null
  }

  /** Where a caption may reach a picture: not past another picture that has words of its own. */
  function reaches(image: FoundImage, caption: FoundCaption): boolean {
    const { bits, block } = scan
    if (image.item >= caption.itemStart && image.item < caption.itemEnd) {
      // The "caption" is a box around both: it must not hold several pictures.
      if (caption.itemEnd - caption.itemStart > MAX_STEPS) return false
      let inside = 0
      for (let i = caption.itemStart; i < caption.itemEnd; i++) {
        if (((bits[i] as number) & I_IMAGE) !== 0) inside++
      }
      return inside === 1
    }
    const after = caption.itemStart > image.item
    const from = after ? image.item + 1 : caption.itemEnd
    const to = after ? caption.itemStart : image.item
    if (to - from > MAX_STEPS) return false
    const captionItem = after ? caption.itemStart : caption.itemEnd - 1
    const away = Math.abs((block[captionItem] as number) - (block[image.item] as number))
    let pictures = 0
    let texts = 0
    let lastBlock = -1
    for (let i = from; i < to; i++) {
      const b = bits[i] as number
      if ((b & I_IMAGE) !== 0) pictures++
      else if ((b & UNREAD) === 0 && block[i] !== lastBlock) {
        texts++
        lastBlock = block[i] as number
      }
    }
    if (pictures > 0) return texts === 0 && pictures <= 3
    return texts <= MAX_BLOCKS_AWAY && away <= MAX_BLOCKS_AWAY + 1
  }

  function fromClass(image: FoundImage): Caption | null {
    for (const container of image.containers) {
      const captions = byContainer.get(container)
      if (!captions) continue
      if (above.has(container)) {
        const own = captions[firstAfter(captions, image.item) - 1]
        const result = own && reaches(image, own) ? found(own, ruleOf(own)) : null
        if (result) return result
        continue
      }
      // After the picture first, the nearest first.
      let next = firstAfter(captions, image.item)
      const inside = captions[next - 1]
      if (inside && inside.itemEnd > image.item && reaches(image, inside)) {
        const result = found(inside, ruleOf(inside))
        if (result) return result
      }
      for (let n = 0; n < 3 && next < captions.length; n++, next++) {
        const caption = captions[next] as FoundCaption
        if (!reaches(image, caption)) break
        const result = found(caption, ruleOf(caption))
        if (result) return result
      }
      const previous = captions[firstAfter(captions, image.item) - 1]
      if (previous && previous.itemEnd <= image.item && reaches(image, previous)) {
        // One that follows another picture more closely is that picture's.
        const before = nearestPictureBefore(previous.itemStart)
        const result = before ? null : found(previous, ruleOf(previous))
        if (result) return result
      }
    }
    return null
  }

  /** Is there a picture right before the item, with no words between? */
  function nearestPictureBefore(item: number): boolean {
    for (let i = item - 1; i >= 0 && i > item - 20; i--) {
      const b = scan.bits[i] as number
      if ((b & I_IMAGE) !== 0) return true
      if ((b & UNREAD) === 0) return false
    }
    return false
  }

  function fromTable(image: FoundImage): Caption | null {
    const caption = byTable.get(image.table)
    if (!caption || (inTable.get(image.table) ?? 0) > 2) return null
    return found(caption, 'caption')
  }

  return {
    of(image) {
      return fromFigure(image) ?? fromAria(image) ?? fromClass(image) ?? fromTable(image)
    },
  }
}

/**
 * Containers of several captions that begin with a caption and end with a picture: each caption in
 * them stands above its picture.
 */
function containersWithCaptionsAbove(
  scan: Scan,
  byContainer: ReadonlyMap<number, readonly FoundCaption[]>,
): Set<number> {
  const above = new Set<number>()
  for (const [container, captions] of byContainer) if (captions.length > 1) above.add(container)
  if (above.size === 0) return above
  const first = new Map<number, number>()
  const last = new Map<number, number>()
  for (const { item, containers } of scan.images) {
    for (const container of containers) {
      if (!above.has(container)) continue
      first.set(container, Math.min(first.get(container) ?? item, item))
      last.set(container, Math.max(last.get(container) ?? item, item))
    }
  }
  for (const container of above) {
    const captions = byContainer.get(container) as readonly FoundCaption[]
    const begins = (captions[0] as FoundCaption).itemEnd <= (first.get(container) ?? -1)
    const ends = (captions.at(-1) as FoundCaption).itemEnd <= (last.get(container) ?? -1)
    if (!begins || !ends) above.delete(container)
  }
  return above
}

export function idsOf(value: string): string[] {
  return decodeAttribute(value)
    .split(/[\t\n\f\r ]+/)
    .filter((id) => id !== '')
    .slice(0, 8)
}

function ruleOf(caption: FoundCaption): string {
  return caption.kind === 'title' ? 'class:title' : `class:${captionName(caption.className) ?? ''}`
}

/** Place of the first caption that begins behind an item. */
function firstAfter(captions: FoundCaption[], item: number): number {
  let low = 0
  let high = captions.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((captions[middle] as FoundCaption).itemStart <= item) low = middle + 1
    else high = middle
  }
  return low
}
