import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type {
  JudgedSample,
  JudgingReport,
  ScoreSource,
  SheetItem,
  Verdict,
} from '#shared/contract/index.ts'
import { latest, useClient } from '../../bridge/client.ts'
import { keep, recall } from '../../bridge/persist.ts'
import { useCutoff } from '../../state/cutoff.ts'
import { sameSource } from '../../state/text-sources.ts'
import { useUi } from '../../state/ui.ts'

/** Longer on one pair is a break. */
const MOST_SECONDS = 120

/** Judging the cutoff: a sample, one pair after the other, and what it says of the line. */
export const useJudging = defineStore('judging', () => {
  const ui = useUi()
  /** As in Label: one person, one name. */
  const judge = ref(recall(null, 'annotator', ''))
  const samples = shallowRef<readonly JudgedSample[]>([])
  const sampleId = ref<number | null>(null)
  const sheet = shallowRef<readonly SheetItem[]>([])
  const at = ref(0)
  /** The pairs are being judged: nothing else is seen. */
  const active = ref(false)
  /** The question who judges, and what. */
  const asking = ref(false)
  const report = shallowRef<JudgingReport | null>(null)
  const target = ref(0.9)
  let corpus: string | null = null
  let shownAt = 0
  /** What was said is written one after the other. */
  let writing: Promise<unknown> = Promise.resolve()

  const sample = computed(() => samples.value.find(({ id }) => id === sampleId.value) ?? null)
  /** Those of the scores that are shown. */
  const fitting = computed(() =>
    samples.value.filter((one) => sameSource(sourceOf(one), useCutoff().source)),
  )
  const item = computed(() => sheet.value[at.value] ?? null)
  const judged = computed(() => sheet.value.filter(({ verdict }) => verdict !== null).length)
  const isDone = computed(() => sheet.value.length > 0 && judged.value === sheet.value.length)

  function sourceOf({ model, text }: JudgedSample): ScoreSource {
    return { model, text }
  }

  async function load(): Promise<void> {
    const path = corpus
    if (!path) return
    const found = await useClient().call('judging.samples', { corpus: path })
    if (path !== corpus) return
    samples.value = found
    choose()
    await readReport()
  }

  /** The sample of the shown scores: the one that was chosen, else the newest that anyone judged. */
  function choose(): void {
    if (fitting.value.some(({ id }) => id === sampleId.value)) return
    const started = fitting.value.find(({ judges }) => judges.length > 0)
    sampleId.value = (started ?? fitting.value[0])?.id ?? null
  }

  const ask = latest((path: string, id: number, cutoff: number, precision: number) =>
    useClient().call('judging.report', { corpus: path, sample: id, cutoff, target: precision }),
  )

  /** What the judgements say of the line as it stands. */
  async function readReport(): Promise<void> {
    choose()
    if (!corpus || !sample.value || sample.value.judges.length === 0) {
      report.value = null
      return
    }
    try {
      const answer = await ask(corpus, sample.value.id, useCutoff().cosine, target.value)
      if (!answer.late) report.value = answer.value
    } catch (error) {
      ui.fail(error)
    }
  }

  let timer: ReturnType<typeof setTimeout> | undefined
  /** The line moved: the report follows when the hand slows down. */
  function follow(): void {
    clearTimeout(timer)
    timer = setTimeout(() => void readReport(), 200)
  }

  /** Draws a sample around the line and begins with it. */
  async function draw(size: number, seed: number): Promise<void> {
    const cutoff = useCutoff()
    if (!corpus || !cutoff.source) return
    const drawn = await useClient().call('judging.draw', {
      corpus,
      ...cutoff.source,
      where: cutoff.where,
      cutoff: cutoff.cosine,
      size,
      seed,
    })
    samples.value = [drawn, ...samples.value]
    await start(drawn.id)
  }

  /** Begins with a sample, or goes on with it. */
  async function start(id: number): Promise<void> {
    if (!corpus) return
    keep(null, 'annotator', judge.value)
    const sheetOf = await useClient().call('judging.sheet', {
      corpus,
      sample: id,
      judge: judge.value,
    })
    sampleId.value = id
    sheet.value = sheetOf
    asking.value = false
    active.value = true
    at.value = Math.max(
      0,
      sheetOf.findIndex(({ verdict }) => verdict === null),
    )
    shownAt = Date.now()
  }

  function put(place: number, verdict: Verdict | null): void {
    sheet.value = sheet.value.map((one, i) => (i === place ? { ...one, verdict } : one))
  }

  /** Shows the next one that is open; after the last the end. */
  function next(): void {
    const open = (one: SheetItem): boolean => one.verdict === null
    const later = sheet.value.findIndex((one, i) => i > at.value && open(one))
    const place = later >= 0 ? later : sheet.value.findIndex(open)
    if (place >= 0) at.value = place
    shownAt = Date.now()
  }

  function say(verdict: Verdict): void {
    const place = at.value
    const of = item.value
    const path = corpus
    const id = sampleId.value
    if (!of || !path || id === null || isDone.value) return
    const before = of.verdict
    const seconds = Math.min(MOST_SECONDS, (Date.now() - shownAt) / 1000)
    put(place, verdict)
    next()
    const set = { corpus: path, sample: id, judge: judge.value, pair: of.pair, verdict, seconds }
    writing = writing
      .then(() => useClient().call('judging.set', set))
      .catch((error: unknown) => {
        if (sampleId.value === id) {
          put(place, before)
          at.value = place
        }
        ui.fail(error)
      })
  }

  /** Takes the last one back and shows it again. */
  async function undo(): Promise<void> {
    if (!corpus || sampleId.value === null) return
    const args = { corpus, sample: sampleId.value, judge: judge.value }
    await writing
    try {
      const restored = await useClient().call('judging.undo', args)
      const place = sheet.value.findIndex(({ pair }) => pair === restored?.pair)
      if (!restored || place < 0) return
      put(place, restored.verdict)
      at.value = place
      shownAt = Date.now()
    } catch (error) {
      ui.fail(error)
    }
  }

  /** Back to the scores, with what was found. */
  async function stop(): Promise<void> {
    active.value = false
    await writing
    await load().catch(ui.fail)
  }

  function setTarget(precision: number): void {
    target.value = precision
    void readReport()
  }
  function setSample(id: number): void {
    sampleId.value = id
    void readReport()
  }

  function enter(path: string | null): void {
    corpus = path
    samples.value = []
    sampleId.value = null
    sheet.value = []
    report.value = null
    active.value = false
    asking.value = false
  }

  return {
    judge,
    samples,
    fitting,
    sample,
    sheet,
    at,
    item,
    judged,
    isDone,
    active,
    asking,
    report,
    target,
    load,
    readReport,
    follow,
    draw,
    start,
    say,
    undo,
    stop,
    setTarget,
    setSample,
    enter,
  }
})
