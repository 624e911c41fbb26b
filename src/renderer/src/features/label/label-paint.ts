import { onBeforeUnmount, onMounted, shallowRef } from 'vue'
import { cosine } from '../../bridge/format.ts'
import { t } from '../../texts/index.ts'
import { LOOKS, typeLook } from './label-looks.ts'
import type { Places } from './label-places.ts'
import type { LabelOption } from './label-state.ts'
import { partOf, type Place, type PairWords } from './label-text.ts'
import { useLabeling } from './labeling.ts'

const LAYERS = [
  'alt',
  'person',
  'model',
  'said',
  ...Array.from({ length: LOOKS }, (_, look) => `type-${look}` as const),
  'chosen',
  'held',
  'cursor',
  'draft',
] as const
type Layer = (typeof LAYERS)[number]

/** A sign above the first word of a place. */
export interface Mark {
  key: string
  text: string
  kind: 'option' | 'said' | 'sentence'
  /** Of the description type. */
  look: number | null
  on: boolean
  left: number
  top: number
  rtl: boolean
}

type Found = Pick<Mark, 'text' | 'kind' | 'look' | 'on'> & { place: Place }

const MARK_KEYS = {
  model: 'label.marks.model',
  alt: 'label.marks.alt',
  annotator: 'label.marks.annotator',
} as const

function layerOf(option: Extract<LabelOption, { kind: 'span' }>): Layer {
  const origins = option.sources.map(({ origin }) => origin)
  return origins.includes('model') ? 'model' : origins.includes('alt') ? 'alt' : 'person'
}

function markText(option: Extract<LabelOption, { kind: 'span' }>, index: number): string {
  const who = option.sources
    .map(
      ({ origin, score }) => t(MARK_KEYS[origin]) + (score === null ? '' : ` ${cosine(score, 2)}`),
    )
    .join(' ')
  return index < 9 ? `${index + 1}\u2002${who}` : who
}

/**
 * Paints what is proposed, said and in hand over the words, by the browser's highlights and by signs.
 * @param sheet the element that the signs stand in
 * @param draft what a drag draws right now
 */
export function usePaint(
  sheet: () => HTMLElement | null,
  words: () => PairWords,
  draft: () => Place | null,
  { rangeOf, edgeBox }: Places,
) {
  const labeling = useLabeling()
  const layers = new Map<Layer, Highlight>()
  const marks = shallowRef<readonly Mark[]>([])
  const handles = shallowRef<readonly { edge: 'start' | 'end'; left: number; top: number }[]>([])

  function paint(): void {
    const places = new Map<Layer, Place[]>(LAYERS.map((name) => [name, []]))
    const put = (layer: Layer, place: Place): void => void places.get(layer)?.push(place)
    const found: Found[] = []
    const { hand, said, options } = labeling
    said.spans.forEach((span, index) => {
      const on = hand.kind === 'span' && hand.at === index
      const look = typeLook(labeling.types, span.type)
      put(look === null ? 'said' : `type-${look}`, span)
      if (on) put('held', span)
      found.push({ place: span, text: span.type, kind: 'said', look, on })
    })
    options.forEach((option, index) => {
      const on = hand.kind === 'option' && hand.at === index
      if (option.kind === 'span') {
        put(layerOf(option), option.place)
        if (on) put('chosen', option.place)
        const text = markText(option, index)
        found.push({ place: option.place, text, kind: 'option', look: null, on })
      } else if (option.kind === 'sentence') {
        if (on) put('chosen', option.place)
        const text = String(index + 1)
        found.push({ place: option.place, text, kind: 'sentence', look: null, on })
      } else if (option.kind === 'answer') {
        const who = option.annotators.map((name) => name.slice(0, 12)).join(' ')
        for (const span of option.state.spans) {
          put('person', span)
          if (on) put('chosen', span)
          found.push({
            place: span,
            text: `${index + 1}\u2002${who}`,
            kind: 'option',
            look: null,
            on,
          })
        }
      }
    })
    if (hand.kind === 'cursor') put('cursor', hand.place)
    const drawn = draft()
    if (drawn) put('draft', drawn)
    for (const name of LAYERS) {
      const layer = layers.get(name)
      if (!layer) continue
      layer.clear()
      for (const place of places.get(name) ?? []) {
        const range = rangeOf(place)
        if (range) layer.add(range)
      }
    }
    placeMarks(found)
    placeHandles()
  }

  /** Signs stand above the first word; those that would cover each other stand beside each other. */
  function placeMarks(found: readonly Found[]): void {
    const origin = sheet()?.getBoundingClientRect()
    if (!origin) return
    const placed: (Mark & { width: number })[] = []
    for (const { place, text, kind, look, on } of found) {
      const box = edgeBox(place, 'start')
      if (!box) continue
      const rtl = partOf(words(), place.source)?.rtl ?? false
      const width = text.length * 6.4 + 10
      const top = Math.round(box.top - origin.top)
      let left = Math.round((rtl ? box.right - width : box.left) - origin.left)
      for (const other of placed) {
        if (Math.abs(other.top - top) > 12) continue
        if (left < other.left + other.width + 2 && left + width > other.left) {
          left = rtl ? other.left - width - 2 : other.left + other.width + 2
        }
      }
      left = Math.max(0, Math.min(left, origin.width - width))
      placed.push({
        key: `${kind}${place.source}${place.start}-${place.end}${text}`,
        text,
        kind,
        look,
        on,
        left,
        top,
        rtl,
        width,
      })
    }
    marks.value = placed
  }

  function placeHandles(): void {
    const origin = sheet()?.getBoundingClientRect()
    const { hand, said } = labeling
    const span = hand.kind === 'span' ? said.spans[hand.at] : undefined
    if (!span || !origin) {
      if (handles.value.length > 0) handles.value = []
      return
    }
    const rtl = partOf(words(), span.source)?.rtl ?? false
    handles.value = (['start', 'end'] as const).flatMap((edge) => {
      const box = edgeBox(span, edge)
      if (!box) return []
      const x = (edge === 'start') !== rtl ? box.left : box.right
      return [{ edge, left: Math.round(x - origin.left), top: Math.round(box.top - origin.top) }]
    })
  }

  onMounted(() => {
    LAYERS.forEach((name, priority) => {
      const layer = new Highlight()
      layer.priority = priority
      layers.set(name, layer)
      CSS.highlights.set(`label-${name}`, layer)
    })
  })
  onBeforeUnmount(() => {
    for (const name of LAYERS) CSS.highlights.delete(`label-${name}`)
  })

  return { marks, handles, paint }
}
