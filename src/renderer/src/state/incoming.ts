import { defineStore } from 'pinia'
import { t } from '../texts/index.ts'
import { shallowRef } from 'vue'
import { useClient } from '../bridge/client.ts'
import { sortInputs } from './inputs.ts'
import { useFetching } from './fetching.ts'
import { useImporting } from './importing.ts'
import { useImportTarget } from './import-target.ts'
import { useJobs } from './jobs.ts'
import { useSession } from './session.ts'
import { useUi } from './ui.ts'

/** Where the pictures of an import come from. */
export type ImagesChoice = 'archive' | 'fetch' | 'none' | `folder:${string}`

/** Of a rater's package. */
const PACKAGE = /\.zip$/i

/** What is brought to the window: dropped, chosen, or given to the program when it started. */
export const useIncoming = defineStore('incoming', () => {
  /** Archives that wait for a person to say how they are imported. */
  const archives = shallowRef<readonly string[] | null>(null)

  /** Raters' packages that wait to be opened. */
  const packages = shallowRef<readonly string[] | null>(null)

  /** Asks for a rater's package. */
  async function choosePackage(): Promise<void> {
    await take(
      await useClient().shell('shell.openFiles', {
        title: t('judge.packages.openDialog'),
        kind: t('judge.packages.kind'),
        extensions: ['zip'],
      }),
    )
  }

  /** Asks for archives or tables. */
  async function chooseInputs(): Promise<void> {
    await take(
      await useClient().shell('shell.openArchives', {
        title: t('importing.dialogs.files'),
        tables: true,
      }),
    )
  }

  /** Asks for a folder of archives, or of tables with their embeddings. */
  async function chooseInputFolder(): Promise<void> {
    const folder = await useClient().shell('shell.openFolder', {
      title: t('importing.dialogs.folder'),
    })
    if (folder) await take([folder])
  }

  /** Files that were dropped, chosen or given to the program: a corpus is opened, others are imported. */
  async function take(paths: readonly string[]): Promise<void> {
    const folder = paths.find((path) => /\.gleaner[\\/]?$/.test(path))
    if (folder) {
      await useSession().open(folder)
      return
    }
    const zips = paths.filter((path) => PACKAGE.test(path))
    if (zips.length > 0) packages.value = zips
    if (zips.length === paths.length) return
    const others = paths.filter((path) => !zips.includes(path))
    const { tables, archives: files } = await sortInputs(others, holdsTables)
    const reading = tables.length > 0 ? useImporting().begin(tables) : null
    if (files.length > 0) {
      useImportTarget().begin(files)
      archives.value = files
    }
    await reading
  }

  /** Whether a path is a folder with tables; what cannot be read as such is none. */
  async function holdsTables(where: string): Promise<boolean> {
    try {
      const { tables } = await useClient().call('tables.recognise', { path: where })
      return tables.some((table) => table.path !== where)
    } catch {
      return false
    }
  }

  /** Starts reading archives into the corpus that was chosen, which is then open. */
  async function importArchives(
    inputs: readonly string[],
    images: ImagesChoice,
    onlyListed: boolean,
  ): Promise<boolean> {
    const target = useImportTarget()
    const path = await target.open()
    if (path === null) return false
    try {
      // Which addresses there are, and on how many hosts, is known once the archives are read.
      const { job } = await useClient().call('jobs.ingest', {
        corpus: path,
        inputs: [...inputs],
        images: images === 'fetch' ? 'archive' : images,
        onlyListed,
      })
      if (images === 'fetch') useFetching().askAfter(job)
      // Tables that came with them go the same way.
      target.into = 'open'
      await useJobs().load()
      return true
    } catch (error) {
      useUi().fail(error)
      return false
    }
  }

  return {
    archives,
    packages,
    choosePackage,
    chooseInputs,
    chooseInputFolder,
    take,
    importArchives,
  }
})
