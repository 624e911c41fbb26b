import { defineStore } from 'pinia'
import { computed, nextTick, ref, shallowRef, watch } from 'vue'
import type { CallOutput } from '#shared/contract/index.ts'
import type { Searched } from '#shared/contract/search.ts'
import { useClient } from '../bridge/client.ts'
import { keep, recall } from '../bridge/persist.ts'
import { t } from '../texts/index.ts'
import { usePairs } from './pairs.ts'
import { keptParts, lineOf, nextWeight, searchOf } from './search-parts.ts'
import type { KeptPart, SearchChip, SearchScope } from './search-parts.ts'
import { useSession } from './session.ts'
import { useUi } from './ui.ts'

type NewChip = SearchChip extends infer C ? (C extends SearchChip ? Omit<C, 'key'> : never) : never

/** Between the last letter and the search, ms. */
const PAUSE_MS = 160
const MOST_PARTS = 15
const MOST_KEPT = 20
/** A picture that is searched by, bytes. */
export const MOST_BYTES = 24 * 2 ** 20

/** Search by what pictures show: words, pictures and pairs, together or taken away. */
export const useSearching = defineStore('searching', () => {
  const open = ref(false)
  const chips = shallowRef<readonly SearchChip[]>([])
  const typed = ref('')
  const models = shallowRef<CallOutput<'search.models'>>([])
  const model = ref<string | null>(null)
  const among = ref<Searched>('picture')
  const history = shallowRef<readonly KeptPart[][]>([])
  /** Counts up whenever the bar is to have the keyboard. */
  const asked = ref(0)
  let keys = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  const active = computed(() => usePairs().search !== null)
  const lines = computed(() => history.value.map((parts) => ({ parts, line: lineOf(parts) })))

  function run(): void {
    clearTimeout(timer)
    usePairs().searchBy(searchOf(chips.value, typed.value, scope()))
  }
  const scope = (): SearchScope => ({ model: model.value, among: among.value })

  /** Which models there are to choose from; that there is none is said by the search itself. */
  async function loadModels(): Promise<void> {
    const corpus = useSession().path
    if (corpus === null) return
    const found = await useClient()
      .call('search.models', { corpus })
      .catch(() => [])
    if (corpus === useSession().path) models.value = found
  }

  /** @param next null: the one with the most embeddings that can */
  function setModel(next: string | null): void {
    model.value = next
    keep(useSession().path, 'search-model', next)
    run()
  }

  /** Ranks pairs by their pictures or by one of their texts; a model that has none of these goes. */
  function setAmong(next: Searched): void {
    among.value = next
    const has = models.value.find((one) => one.model === model.value)
    if (has && (next === 'picture' ? has.pictures : has.texts) === 0) model.value = null
    run()
  }

  // Scoring while the bar is open brings others.
  watch([open, () => usePairs().searched], ([now], [before]) => {
    if (now && (!before || models.value.length === 0)) void loadModels()
  })

  function type(text: string): void {
    typed.value = text
    clearTimeout(timer)
    timer = setTimeout(run, PAUSE_MS)
  }

  /** Opens the bar and has its index read, so that the first letters find something at once. */
  function enterBar(): void {
    open.value = true
    // Once the bar is there: more like this opens it, too, and leaves the keyboard where it is.
    void nextTick(() => asked.value++)
    const corpus = useSession().path
    if (corpus === null || active.value) return
    // What is missing is said by the search itself.
    void useClient()
      .call('search.prepare', { corpus, ...scope() })
      .catch(() => undefined)
  }

  function add(chip: NewChip): void {
    if (chips.value.length >= MOST_PARTS)
      return useUi().tell(t('search.tooMany', { n: MOST_PARTS }))
    open.value = true
    chips.value = [...chips.value, { ...chip, key: ++keys } as SearchChip]
    run()
  }

  /** What is typed becomes a part of its own, so that more can be written beside it. */
  function settle(): void {
    const last = searchOf([], typed.value, scope())?.parts[0]
    typed.value = ''
    if (last?.kind === 'words') add({ kind: 'words', words: last.words, weight: last.weight ?? 1 })
    remember()
  }

  function remove(key: number): void {
    chips.value = chips.value.filter((chip) => chip.key !== key)
    run()
  }

  function weigh(key: number, by: 1 | -1): void {
    change(key, (weight) => nextWeight(weight, by))
  }
  const turn = (key: number): void => change(key, (weight) => -weight)

  function change(key: number, to: (weight: number) => number): void {
    chips.value = chips.value.map((chip) =>
      chip.key === key ? { ...chip, weight: to(chip.weight) } : chip,
    )
    clearTimeout(timer)
    timer = setTimeout(run, PAUSE_MS)
  }

  /** Pairs like one of the corpus. @param more beside what is searched by already */
  function like(pair: { id: number; sha256: string | null }, more = false): void {
    if (!more) {
      remember()
      chips.value = []
      typed.value = ''
    }
    add({ kind: 'pair', id: pair.id, sha256: pair.sha256, weight: 1 })
    remember()
  }

  async function addPicture(file: File): Promise<void> {
    if (file.size > MOST_BYTES) {
      return useUi().tell(t('search.tooLarge', { name: file.name }))
    }
    const bytes = new Uint8Array(await file.arrayBuffer())
    const name = file.name === '' || file.name === 'image.png' ? t('search.pasted') : file.name
    add({
      kind: 'bytes',
      base64: base64Of(bytes),
      name,
      preview: URL.createObjectURL(file),
      weight: 1,
    })
  }

  function take(parts: readonly KeptPart[]): void {
    chips.value = parts.map((part) => ({ ...part, key: ++keys }) as SearchChip)
    typed.value = ''
    run()
  }

  function remember(): void {
    const parts = keptParts(chips.value, typed.value)
    if (!parts) return
    const line = lineOf(parts)
    history.value = [parts, ...history.value.filter((one) => lineOf(one) !== line)].slice(
      0,
      MOST_KEPT,
    )
    keep(useSession().path, 'searches', history.value)
  }

  /** Back to where one was. */
  function leave(): void {
    clearTimeout(timer)
    remember()
    for (const chip of chips.value) if (chip.kind === 'bytes') URL.revokeObjectURL(chip.preview)
    chips.value = []
    typed.value = ''
    among.value = 'picture'
    open.value = false
    usePairs().searchBy(null)
  }

  function enter(corpus: string | null): void {
    clearTimeout(timer)
    chips.value = []
    typed.value = ''
    open.value = false
    models.value = []
    among.value = 'picture'
    model.value = corpus === null ? null : recall<string | null>(corpus, 'search-model', null)
    history.value = corpus === null ? [] : recall<KeptPart[][]>(corpus, 'searches', [])
  }

  return {
    open,
    chips,
    typed,
    active,
    asked,
    lines,
    models,
    model,
    among,
    setModel,
    setAmong,
    type,
    enterBar,
    add,
    settle,
    remove,
    weigh,
    turn,
    like,
    addPicture,
    take,
    remember,
    leave,
    enter,
  }
})

export function base64Of(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 0x8000)
    text += String.fromCharCode(...bytes.subarray(at, at + 0x8000))
  return btoa(text)
}

/** The first picture among what is pasted or dropped. */
export function pictureIn(data: DataTransfer | null): File | null {
  return [...(data?.files ?? [])].find((file) => file.type.startsWith('image/')) ?? null
}
