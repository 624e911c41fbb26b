import type { ContextSource } from '#shared/text/context.ts'
import { partOf, type Place, type PairWords } from './label-text.ts'

interface Lines {
  nodes: Text[]
  /** UTF-16 units of the text at which each line begins. */
  starts: number[]
}

/**
 * Where places of the texts stand in the document.
 * @param sheet the element that holds the lines, each with one text node
 */
export function createPlaces(sheet: () => HTMLElement | null, words: () => PairWords) {
  const lines = new Map<ContextSource, Lines>()

  /** The texts were laid out anew. */
  function findLines(): void {
    lines.clear()
    for (const { source } of words().parts) {
      const nodes: Text[] = []
      const starts: number[] = []
      let at = 0
      for (const element of sheet()?.querySelectorAll(`[data-part="${source}"] .line`) ?? []) {
        const node = element.firstChild
        if (!(node instanceof Text)) continue
        nodes.push(node)
        starts.push(at)
        at += node.data.length
      }
      lines.set(source, { nodes, starts })
    }
  }

  function lineAt(starts: readonly number[], unit: number): number {
    let low = 0
    let high = starts.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((starts[middle] as number) <= unit) low = middle + 1
      else high = middle
    }
    return low - 1
  }

  function spot(source: ContextSource, codePoint: number, end: boolean): [Text, number] | null {
    const known = lines.get(source)
    const part = partOf(words(), source)
    if (!known || !part) return null
    const unit = part.index.offsets.toUnits(codePoint)
    // An end belongs to the line that it ends, not to the one that begins there.
    const line = lineAt(known.starts, end && unit > 0 ? unit - 1 : unit)
    const node = known.nodes[line]
    return node ? [node, Math.min(unit - (known.starts[line] as number), node.data.length)] : null
  }

  function rangeOf(place: Place): Range | null {
    const from = spot(place.source, place.start, false)
    const to = spot(place.source, place.end, true)
    if (!from || !to) return null
    const range = document.createRange()
    range.setStart(...from)
    range.setEnd(...to)
    return range
  }

  /** The box of the first or the last sign of a place, in the sheet. */
  function edgeBox(place: Place, edge: 'start' | 'end'): DOMRect | null {
    const part = partOf(words(), place.source)
    const sign = part?.index.graphemeAt(edge === 'start' ? place.start : place.end - 1)
    if (!sign) return null
    const boxes = rangeOf({ source: place.source, ...sign })?.getClientRects()
    return (edge === 'start' ? boxes?.[0] : boxes?.[boxes.length - 1]) ?? null
  }

  return { lines, findLines, rangeOf, edgeBox }
}

export type Places = ReturnType<typeof createPlaces>
