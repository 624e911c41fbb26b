import { existsSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import type { CorpusInfo } from '#shared/contract/corpora.ts'
import type { CorpusPart } from '#shared/contract/index.ts'
import { AppError, toErrorValue } from '#shared/errors.ts'
import type { Entries } from '../../jobs/run/entries.ts'
import type { Runner } from '../../jobs/run/runner.ts'
import { toStoreError, withStoreErrors } from '../../store/errors.ts'
import { createCorpus, isCorpus, openCorpus, openReader } from '../../store/open.ts'
import type { Corpus } from '../../store/open.ts'
import { needsCheck } from '../../store/rebuild.ts'
import { createReadService } from '../../store/reads/read-service.ts'
import type { ReadService } from '../../store/reads/read-service.ts'
import { closeTextIndex } from '../../store/texts/text-index.ts'
import { createTextService } from '../../store/texts/text-service.ts'
import type { TextService } from '../../store/texts/text-service.ts'
import { corpusInfo } from '../../store/repositories/stats.ts'
import type { RecentFile } from './home.ts'
import type { Notes } from './notes.ts'

/** A corpus that this program holds open: the writer and connections of its own, and the reads that may take long. */
export interface OpenCorpus {
  corpus: Corpus
  reads: Omit<ReadService, 'invalidate' | 'close'>
  /** Keeps the index of its texts; null where it can only be read. */
  texts: TextService | null
}

/** What only this room may do with the reads of a corpus. */
interface Held extends OpenCorpus {
  reads: ReadService
}

export interface OpenCorpora {
  create(path: string): CorpusInfo
  /** One that is open for reading only is tried again for writing. */
  open(path: string): Promise<CorpusInfo>
  /** The open corpus; one that was opened before is opened again (after a restart of the engine). */
  get(path: string): OpenCorpus
  /** What the open hook does is done once for each corpus that is opened. */
  onOpen(hook: (opened: OpenCorpus) => void): void
  /**
   * Something in a corpus changed: drops what was read of it before, and tells it. Nothing else may
   * do either, so that no one does one without the other.
   */
  announce(path: string, what: CorpusPart[]): void
  recent(): CorpusInfo[]
  close(path: string): Promise<void>
  closeAll(): Promise<void>
}

export function createOpenCorpora(options: {
  recent: RecentFile
  notes: Notes
  runner: Runner
  entries: Entries
  /** Keeps the indexes of texts of the corpora that it writes to. */
  indexesTexts: boolean
  /** The index of a corpus's texts is in another state. */
  tellTexts(path: string): void
  /** Carries on that something in a corpus changed. */
  tell(path: string, what: CorpusPart[]): void
  /** Lets go of what is held of a corpus, before it is closed. */
  closing(path: string): Promise<void>
}): OpenCorpora {
  const opened = new Map<string, Held>()
  const hooks: ((opened: OpenCorpus) => void)[] = []

  function get(path: string): OpenCorpus {
    const full = resolve(path)
    const known = opened.get(full)
    if (known) return known
    const corpus = openCorpus(full, { orReadonly: true })
    for (const note of corpus.notes) options.notes.add(note)
    const entry: Held = {
      corpus,
      reads: createReadService(corpus.path, options.entries.queryWorker),
      texts: corpus.readonly
        ? null
        : createTextService(corpus.path, options.entries.textWorker, () => options.tellTexts(full)),
    }
    opened.set(full, entry)
    if (options.indexesTexts) entry.texts?.wake()
    try {
      for (const hook of hooks) hook(entry)
    } catch (error) {
      const { message } = toStoreError(error, full)
      options.notes.add(`The jobs of ${full} cannot be looked through. ${message}`)
    }
    return entry
  }

  function info(path: string, openedAt: string): CorpusInfo {
    const full = resolve(path)
    const { corpus } = get(full)
    return withStoreErrors(full, () => ({
      ...corpusInfo(corpus.reader, corpus.path, openedAt),
      readonly: corpus.whyReadonly === null ? null : toErrorValue(corpus.whyReadonly),
    }))
  }

  /** Damage that was found while it was open, or a lock that was held elsewhere: opened anew, it may be gone. */
  async function renew(full: string): Promise<void> {
    const known = opened.get(full)
    if (!known || options.runner.isBusy(full)) return
    if (!known.corpus.readonly && !needsCheck(full)) return
    options.runner.forget(full)
    await close(full)
  }

  async function close(path: string): Promise<void> {
    const entry = opened.get(path)
    if (!entry) return
    opened.delete(path)
    await Promise.all([entry.reads.close(), options.closing(path)])
    // Nobody reads it any more: it can rest.
    closeTextIndex(entry.corpus.reader)
    await entry.texts?.close()
    entry.corpus.close()
  }

  return {
    create(path) {
      const full = resolve(path)
      createCorpus(full)
      const made = info(full, new Date().toISOString())
      options.recent.add(full)
      return made
    },
    async open(path) {
      const full = resolve(path)
      await renew(full)
      const found = info(full, new Date().toISOString())
      options.recent.add(full)
      return found
    },
    get,
    onOpen: (hook) => void hooks.push(hook),
    announce(path, what) {
      const full = resolve(path)
      const entry = opened.get(full)
      entry?.reads.invalidate(what)
      const hasTexts = what.includes('pairs') || what.includes('spans')
      if (options.indexesTexts && hasTexts) entry?.texts?.wake()
      options.tell(full, what)
    },
    recent() {
      return options.recent.list().map(({ path, openedAt }) => {
        const name = basename(path).replace(/\.gleaner$/i, '')
        const gone: CorpusInfo = {
          path,
          name,
          pairs: 0,
          pages: 0,
          archives: 0,
          openedAt,
          missing: true,
          readonly: null,
        }
        if (!existsSync(path) || !isCorpus(path)) return gone
        const open = opened.get(path)
        if (open) return info(path, openedAt)
        try {
          // Looked at without becoming its writer. One of another schema is there, too: opening it
          // brings it up to date, or says that it is newer.
          const look = openReader(path, { anySchema: true })
          try {
            return { ...corpusInfo(look, path, openedAt), readonly: null }
          } finally {
            look.close()
          }
        } catch {
          return gone
        }
      })
    },
    async close(path) {
      const full = resolve(path)
      if (options.runner.isBusy(full)) {
        throw new AppError(
          'busy',
          `Jobs still run on ${basename(full)}.`,
          'Cancel them, or wait for their end.',
        )
      }
      options.runner.forget(full)
      await close(full)
    },
    async closeAll() {
      for (const path of [...opened.keys()]) await close(path)
    },
  }
}
