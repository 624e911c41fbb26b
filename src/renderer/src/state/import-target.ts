import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { toErrorValue } from '#shared/errors.ts'
import { baseName } from '../bridge/format.ts'
import { useClient } from '../bridge/client.ts'
import { useMachine } from './machine.ts'
import { useSession } from './session.ts'
import { useUi } from './ui.ts'

/** Corpora of one name in the folder of corpora that are tried: `crawl`, `crawl 2`, ... */
const MOST_NAMES = 1000
const LONGEST_NAME = 80

/** The name of a corpus for what is imported, without endings and what no file name may hold. */
export function nameFor(path: string): string {
  return safeName(
    baseName(path).replace(
      /(\.(warc|wacz|parquet|pq|csv|tsv|jsonl|ndjson|json|npy))?(\.(gz|zst))?$/i,
      '',
    ),
  )
}

/** What a file system takes as a name. */
export function safeName(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\\/:*?"<>|]/gu, ' ')
    .replace(/\s+/g, ' ')
    .slice(0, LONGEST_NAME)
    .replace(/^[\s.]+|[\s.]+$/g, '')
}

/** Into which corpus archives and tables are imported: a new one, unless an empty one is open. */
export const useImportTarget = defineStore('import-target', () => {
  const into = ref<'new' | 'open'>('new')
  const name = ref('')
  /** Chosen in a dialog, instead of the folder of corpora. */
  const elsewhere = ref<string | null>(null)

  const folder = computed(() => useMachine().info?.corporaFolder ?? '')
  /** The open corpus is the one that came with the program. */
  const isSample = computed(
    () => folder.value !== '' && useSession().path === join(folder.value, 'sample.gleaner'),
  )
  const canUseOpen = computed(() => useSession().corpus !== null && useSession().readonly === null)
  const path = computed(
    () => elsewhere.value ?? join(folder.value, `${safeName(name.value)}.gleaner`),
  )
  const ready = computed(() =>
    into.value === 'open'
      ? canUseOpen.value
      : elsewhere.value !== null || safeName(name.value) !== '',
  )

  /** Offers a new corpus for these files; an empty one that is open was made for them. */
  function begin(files: readonly string[]): void {
    const { corpus } = useSession()
    name.value = nameFor(files[0] ?? '') || 'corpus'
    elsewhere.value = null
    const isFresh = corpus !== null && corpus.pairs === 0 && corpus.archives === 0
    into.value = canUseOpen.value && isFresh && !isSample.value ? 'open' : 'new'
  }

  async function choosePlace(): Promise<void> {
    const suggested = `${safeName(name.value) || 'corpus'}.gleaner`
    const chosen = await useClient().shell('shell.saveCorpus', { suggested })
    if (!chosen) return
    elsewhere.value = chosen
    name.value = baseName(chosen).replace(/\.gleaner$/i, '')
  }

  /** The corpus that is imported into, open; null: it could not be made, and that was said. */
  async function open(): Promise<string | null> {
    const session = useSession()
    if (into.value === 'open') return session.path
    try {
      return await create()
    } catch (error) {
      useUi().fail(error)
      return null
    }
  }

  async function create(): Promise<string | null> {
    const session = useSession()
    if (elsewhere.value !== null) {
      return (await session.create(elsewhere.value)) ? session.path : null
    }
    const base = safeName(name.value)
    for (let i = 1; i < MOST_NAMES; i++) {
      const at = join(folder.value, `${base}${i === 1 ? '' : ` ${i}`}.gleaner`)
      try {
        await useClient().call('corpora.create', { path: at })
      } catch (error) {
        if (toErrorValue(error).kind === 'conflict') continue
        throw error
      }
      return (await session.open(at)) ? session.path : null
    }
    return null
  }

  return { into, name, elsewhere, isSample, canUseOpen, path, ready, begin, choosePlace, open }
})

/** With the slash that the folder has. */
function join(folder: string, file: string): string {
  const slash = folder.includes('\\') ? '\\' : '/'
  return folder.endsWith(slash) ? folder + file : folder + slash + file
}
