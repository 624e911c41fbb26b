import type { CallArgs, CallName, Handlers, LabelItem } from '#shared/contract/index.ts'
import { DEFAULT_TYPES, OPEN_LABEL } from '#shared/contract/index.ts'
import type { DescriptionType, LabelState, Suggestion } from '#shared/contract/index.ts'
import type { PairRow } from '#shared/domain.ts'
import { AppError } from '#shared/errors.ts'
import type { ContextSource } from '#shared/text/context.ts'
import { checkSpan, quoteSpan } from '#shared/text/spans.ts'

/**
 * Labels that live in memory: what `labels.*` answers of the fake program. `?labels=` in the
 * address chooses the texts: `long` (50,000 characters), `rtl`, `signs`, `none` (no proposals),
 * `missing` (no pictures), `few`; `?others` lets two people have labeled before.
 */
export interface FakeLabelOptions {
  pairs: number
  corpus: string
  rowOf(id: number): PairRow
  idsWhere(where: string): Uint32Array
  /** Instead of the address. */
  kind?: string
  others?: boolean
}

interface Event {
  id: number
  pair: number
  annotator: string
  review: boolean
  state: LabelState
  before: LabelState
  seconds: number | null
  undone: boolean
}

type LabelCall = Extract<CallName, `labels.${string}`>
const address = new URLSearchParams(typeof location === 'undefined' ? '' : location.search)

const SENTENCES = [
  'The collection was photographed between 1983 and 1991 and handed over to the archive in twelve boxes.',
  'A part of it is shown here for the first time.',
  'Two fishing boats lie at the quay, their nets hung out to dry between the masts.',
  'The harbour master signed every sheet on its back, in pencil.',
  'Behind them the old customs house can be seen, still with its tower.',
  'More pictures of the same series are in the reading room.',
  'Opening hours have changed since March; please ask at the desk.',
]
const CAPTIONS = [
  'Two fishing boats at the quay of the old harbour, summer of 1987. Photo: city archive',
  'Mountain range above the tree line in early autumn',
  'Five apples on a wooden table, oil on canvas',
]
const RTL = {
  before: 'صورت المجموعة بين عامي 1983 و1991. قاربا صيد يرسوان في الميناء القديم عند الغروب.',
  caption: 'قاربا صيد في الميناء القديم، صيف 1987',
  after: 'نافذة مطلة على البحر. The tower was built in 1912. נמל העיר העתיקה בשעת ערב.',
}
const SIGNS = {
  before:
    'A family 👨‍👩‍👧‍👦 on the beach 🏖️, photographed by Jose\u0301 at 20\u00a0°C.\r\nThe next line ends with CRLF.\r\nNai\u0308ve re\u0301sume\u0301s  with  double  spaces, 𝒜𝓈𝓉𝓇𝒶𝓁 letters and a flag 🇸🇪.',
  caption: 'Cafe\u0301 “L’été” — don’t miss it…',
  after: '写真は古い港の二隻の漁船です。ท่าเรือเก่าในตอนเย็น',
}

function textsOf(id: number, kind: string): Record<ContextSource, string | null> {
  if (kind === 'rtl') return RTL
  if (kind === 'signs') return SIGNS
  const turn = (list: readonly string[], from: number, n: number) =>
    Array.from({ length: n }, (_, i) => list[(id * 3 + from + i) % list.length]).join(' ')
  if (kind === 'long') {
    const all = turn(SENTENCES, 0, 640)
    return { before: all.slice(0, 50_000), caption: null, after: turn(SENTENCES, 3, 2) }
  }
  return {
    before: id % 7 === 0 ? null : turn(SENTENCES, 0, 2 + (id % 4)),
    caption: id % 3 === 0 ? (CAPTIONS[id % CAPTIONS.length] as string) : null,
    after: id % 5 === 4 ? null : turn(SENTENCES, 4, 1 + (id % 3)),
  }
}

function place(texts: Record<ContextSource, string | null>, source: ContextSource, words: string) {
  const text = texts[source] ?? ''
  const unit = text.lastIndexOf(words)
  const start = [...text.slice(0, unit)].length
  return { source, ...quoteSpan(text, start, start + [...words].length), type: null }
}

function suggestionsOf(
  texts: Record<ContextSource, string | null>,
  id: number,
  kind: string,
): Suggestion[] {
  if (kind === 'none' || id % 11 === 5) return []
  const found: Suggestion[] = []
  const add = (
    origin: Suggestion['origin'],
    name: string,
    source: ContextSource,
    words: string,
    score: number,
  ): void => {
    if (texts[source]?.includes(words)) {
      found.push({ origin, name, place: place(texts, source, words), score })
    }
  }
  if (kind === 'rtl') {
    add('model', 'span-head 3', 'before', 'قاربا صيد يرسوان في الميناء القديم', 0.83)
    add('alt', 'exact', 'caption', 'قاربا صيد في الميناء القديم', 1)
    return found
  }
  if (kind === 'signs') {
    add('model', 'span-head 3', 'before', 'A family 👨‍👩‍👧‍👦 on the beach 🏖️', 0.61)
    add('alt', 'near', 'caption', 'Cafe\u0301 “L’été”', 0.92)
    return found
  }
  const sure = 0.3 + ((id * 37) % 60) / 100
  add('model', 'span-head 3', 'caption', 'Two fishing boats at the quay of the old harbour', sure)
  add('model', 'span-head 3', 'caption', 'Mountain range above the tree line', sure)
  add('model', 'span-head 3', 'caption', 'Five apples on a wooden table', sure)
  add('model', 'span-head 3', 'before', 'Two fishing boats lie at the quay', sure * 0.9)
  add('alt', 'exact', 'caption', 'Two fishing boats at the quay of the old harbour', 1)
  add('alt', 'near', 'before', 'the old customs house', 0.86)
  add('model', 'span-head 3', 'after', 'the old customs house can be seen', sure * 0.4)
  return found
}

export function fakeLabels(options: FakeLabelOptions): Pick<Handlers, LabelCall> {
  const kind = options.kind ?? address.get('labels') ?? ''
  const events: Event[] = []
  let types: DescriptionType[] = [...DEFAULT_TYPES]
  const queues = new Map<string, { ids: number[]; review: boolean; annotator: string }>()
  let counter = 0

  type Speaker = { annotator: string; review: boolean }
  const of =
    ({ annotator, review }: Speaker) =>
    (event: Event) =>
      event.annotator === annotator && event.review === review
  function stateOf(pair: number, speaker: Speaker): LabelState {
    const last = events.findLast(
      (event) => event.pair === pair && of(speaker)(event) && !event.undone,
    )
    return last?.state ?? OPEN_LABEL
  }

  function itemOf(id: number, speaker: Speaker): LabelItem {
    if (id < 1 || id > options.pairs) throw new AppError('not-found', `There is no pair ${id}.`)
    const texts = textsOf(id, kind)
    const suggestions = suggestionsOf(texts, id, kind)
    const row = options.rowOf(id)
    const predicted = suggestions.some(({ origin }) => origin === 'model')
    return {
      pair: id,
      row: kind === 'missing' ? { ...row, status: 'missing', sha256: null } : row,
      alt: id % 4 === 0 ? null : (row.text ?? ''),
      title: id % 6 === 0 ? 'Harbour, 1987' : null,
      ...texts,
      language: kind === 'rtl' ? 'ar' : 'en',
      pageUrl: `https://www.harbour-museum.example.org/collection/${Math.ceil(id / 9)}.html`,
      pageTitle: 'Photographs of the harbour – Museum',
      suggestions,
      noneConfidence: kind === 'none' ? null : predicted ? 0.12 + (id % 5) * 0.08 : 0.74,
      state: stateOf(id, speaker),
      others: speaker.review
        ? namesOf(false).map((annotator) => ({
            annotator,
            state: stateOf(id, { annotator, review: false }),
          }))
        : [],
    }
  }

  const namesOf = (review: boolean): string[] => [
    ...new Set(events.filter((event) => event.review === review).map(({ annotator }) => annotator)),
  ]

  function push(pair: number, speaker: Speaker, state: LabelState, seconds: number | null): string {
    // What was undone is gone for good as soon as something else is said.
    for (let i = events.length - 1; i >= 0; i--) {
      if (events[i]?.undone && of(speaker)(events[i] as Event)) events.splice(i, 1)
    }
    const before = stateOf(pair, speaker)
    const id = ++counter
    events.push({ id, pair, ...speaker, state, before, seconds, undone: false })
    return String(id)
  }

  function seedOthers(): void {
    for (let id = 1; id <= Math.min(60, options.pairs); id++) {
      const texts = textsOf(id, kind)
      const [first, second] = suggestionsOf(texts, id, kind)
      if (!first) continue
      const one = { ...first.place, type: 'content' }
      const text = texts[one.source] as string
      const longer = {
        ...one,
        ...quoteSpan(text, one.start, Math.min([...text].length, one.end + 7)),
      }
      const say = (annotator: string, spans: LabelState['spans'], note = ''): void => {
        push(
          id,
          { annotator, review: false },
          { status: 'labeled', spans, flagged: false, note },
          3 + (id % 6),
        )
      }
      say('Anna', [one])
      say('Ben', id % 3 === 0 ? [one] : id % 3 === 1 ? [longer] : [], id % 4 ? '' : 'not sure')
      if (id % 2) say('Carla', second ? [{ ...second.place, type: 'context' }] : [one])
    }
  }

  function check(args: CallArgs<'labels.set'>): void {
    const texts = textsOf(args.pair, kind)
    for (const span of args.state.spans) {
      const text = texts[span.source]
      if (text === null) throw new AppError('invalid-input', `Pair has no ${span.source}.`)
      checkSpan(text, span)
    }
  }

  if (options.others ?? address.has('others')) seedOthers()
  const none = { value: null, low: null, high: null }
  return {
    'labels.types': () => types,
    'labels.setTypes': (args) => {
      types = args.types
      return {}
    },
    'labels.annotators': () =>
      [false, true].flatMap((review) =>
        namesOf(review).map((name) => {
          const states = [...new Set(events.map(({ pair }) => pair))].map((pair) =>
            stateOf(pair, { annotator: name, review }),
          )
          return {
            name,
            review,
            labeled: states.filter(({ status }) => status === 'labeled').length,
            none: states.filter(({ status, spans }) => status === 'labeled' && !spans.length)
              .length,
            skipped: states.filter(({ status }) => status === 'skipped').length,
            flagged: states.filter(({ flagged }) => flagged).length,
            lastAt: '2026-02-03T10:00:00Z',
          }
        }),
      ),
    'labels.queue': ({ order, scope, where, seed, annotator, review }) => {
      let ids = [...options.idsWhere(where)]
      if (kind === 'few') ids = ids.slice(0, 3)
      const speaker = { annotator, review }
      if (order === 'disagreement') {
        const names = namesOf(false)
        ids = ids.filter(
          (id) =>
            names.filter(
              (name) => stateOf(id, { annotator: name, review: false }).status === 'labeled',
            ).length > 1,
        )
      }
      ids = ids.filter((id) => {
        const state = stateOf(id, speaker)
        return scope === 'all' ? true : scope === 'flagged' ? state.flagged : state.status === scope
      })
      if (order === 'random')
        ids.sort((a, b) => ((a * 7919 * seed) % 1009) - ((b * 7919 * seed) % 1009))
      const queue = `q${++counter}`
      queues.set(queue, { ids, review, annotator })
      return { queue, total: ids.length }
    },
    'labels.queuePage': ({ queue, offset, limit, annotator, review }) => {
      const held = queues.get(queue)
      if (!held) throw new AppError('not-found', 'The queue is gone.')
      return held.ids.slice(offset, offset + limit).map((pair) => {
        const { status, flagged } = stateOf(pair, { annotator, review })
        return { pair, status, flagged }
      })
    },
    'labels.item': ({ pair, annotator, review }) => itemOf(pair, { annotator, review }),
    'labels.set': (args) => {
      check(args)
      return { event: push(args.pair, args, args.state, args.seconds) }
    },
    'labels.undo': (speaker) => {
      const last = events.findLast((event) => of(speaker)(event) && !event.undone)
      if (!last) return null
      last.undone = true
      return { pair: last.pair, state: stateOf(last.pair, speaker) }
    },
    'labels.redo': (speaker) => {
      const next = events.find((event) => of(speaker)(event) && event.undone)
      if (!next) return null
      next.undone = false
      return { pair: next.pair, state: next.state }
    },
    'labels.progress': ({ annotator, review }) => {
      const mine = [
        ...new Set(events.filter(of({ annotator, review })).map(({ pair }) => pair)),
      ].map((pair) => stateOf(pair, { annotator, review }))
      const times = events
        .filter(of({ annotator, review }))
        .flatMap(({ seconds }) => (seconds === null ? [] : [seconds]))
        .sort((a, b) => a - b)
      const labeled = mine.filter(({ status }) => status === 'labeled').length
      const median = times.length < 3 ? null : (times[times.length >> 1] as number)
      return {
        total: options.pairs,
        labeled,
        none: mine.filter(({ status, spans }) => status === 'labeled' && spans.length === 0).length,
        skipped: mine.filter(({ status }) => status === 'skipped').length,
        flagged: mine.filter(({ flagged }) => flagged).length,
        today: labeled,
        medianSeconds: median,
        perHour: median ? 3600 / median : null,
      }
    },
    'labels.agreement': ({ types: withTypes }) => {
      const annotators = namesOf(false)
      if (annotators.length < 2) {
        return {
          annotators,
          items: 0,
          exactMatch: none,
          f1: none,
          iou: none,
          alpha: none,
          alphaUnitizing: { ...none, items: 0 },
          level: 0.95,
        }
      }
      const less = withTypes ? 0.08 : 0
      return {
        annotators,
        items: 54,
        exactMatch: { value: 0.463 - less, low: 0.333 - less, high: 0.593 - less },
        f1: { value: 0.712 - less, low: 0.624 - less, high: 0.79 - less },
        iou: { value: 0.651 - less, low: 0.561 - less, high: 0.738 - less },
        alpha: { value: 0.684 - less, low: 0.58 - less, high: 0.77 - less },
        alphaUnitizing: { value: 0.598 - less, low: 0.49 - less, high: 0.7 - less, items: 51 },
        level: 0.95,
      }
    },
    'labels.export': () => ({ events: events.length }),
    'labels.merge': () => ({
      added: 412,
      known: 30,
      refused: [
        {
          reason: 'the words of the page are not the same here',
          n: 3,
          example: 'https://www.harbour-museum.example.org/collection/12.html',
        },
      ],
    }),
  }
}
