import { createPinia, setActivePinia } from 'pinia'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createClient, provideClient } from '../../../../src/renderer/src/bridge/client.ts'
import {
  nameFor,
  safeName,
  useImportTarget,
} from '../../../../src/renderer/src/state/import-target.ts'
import { useImporting } from '../../../../src/renderer/src/state/importing.ts'
import { useMachine } from '../../../../src/renderer/src/state/machine.ts'
import { useSession } from '../../../../src/renderer/src/state/session.ts'
import { fillCorpus } from '../../../support/synthetic.ts'
import { startWindowEngine, type WindowEngine } from '../../../support/window-engine.ts'

let bridge: WindowEngine
let corpora: string
beforeAll(() => {
  bridge = startWindowEngine({ 'shell.saveCorpus': () => join(bridge.folder, 'chosen.gleaner') })
})
afterAll(() => bridge.stop())
beforeEach(async () => {
  setActivePinia(createPinia())
  provideClient(createClient(bridge))
  await useMachine().load()
  corpora = useMachine().info?.corporaFolder ?? ''
})

test('a corpus is named after the file, without endings and what no file name may hold', () => {
  expect(nameFor('/a/CC-MAIN-2026-05.warc.gz')).toBe('CC-MAIN-2026-05')
  expect(nameFor('C:\\a\\laion.parquet')).toBe('laion')
  expect(nameFor('/a/pages.csv.zst')).toBe('pages')
  expect(nameFor('/a/folder of crawls')).toBe('folder of crawls')
  expect(safeName('  ../a:b*c?.  ')).toBe('a b c')
  expect(safeName('...')).toBe('')
})

test('what is dropped goes into a new corpus unless the open one is empty, and never into the sample by itself', async () => {
  const target = useImportTarget()
  target.begin(['/a/crawl.warc'])
  expect([target.into, target.name]).toEqual(['new', 'crawl'])
  await useSession().open(bridge.corpus('full', (empty) => fillCorpus(empty, { pairs: 10 })))
  target.begin(['/a/crawl.warc'])
  expect(target.into).toBe('new')
  await useSession().open(bridge.corpus('fresh', () => undefined))
  target.begin(['/a/crawl.warc'])
  expect(target.into).toBe('open')
  // Even while it is being filled the sample is not what one's own files go into.
  const session = useSession()
  session.corpus = { ...session.corpus!, path: join(corpora, 'sample.gleaner') }
  expect(target.isSample).toBe(true)
  target.begin(['/a/crawl.warc'])
  expect(target.into).toBe('new')
})

test('a name that is taken gets a number, and the new corpus is the one that is open', async () => {
  const target = useImportTarget()
  const made: (string | null)[] = []
  for (let i = 0; i < 3; i++) {
    target.begin(['/a/crawl.warc'])
    target.into = 'new'
    made.push(await target.open())
  }
  expect(made).toEqual(
    ['crawl', 'crawl 2', 'crawl 3'].map((name) => join(corpora, `${name}.gleaner`)),
  )
  expect(useSession().path).toBe(made[2])
})

test('another place can be chosen, and without a name nothing begins', async () => {
  const target = useImportTarget()
  target.begin(['/a/crawl.warc'])
  target.into = 'new'
  target.name = ' . '
  expect(target.ready).toBe(false)
  await target.choosePlace()
  expect([target.ready, target.name]).toEqual([true, 'chosen'])
  expect(await target.open()).toBe(join(bridge.folder, 'chosen.gleaner'))
  expect(existsSync(join(bridge.folder, 'chosen.gleaner', 'corpus.db'))).toBe(true)
})

test('a table beside an open corpus of other pairs is imported into its own', async () => {
  await useSession().open(bridge.corpus('other', (empty) => fillCorpus(empty, { pairs: 10 })))
  const table = join(bridge.folder, 'cats.csv')
  writeFileSync(table, 'url,caption\nhttp://a.invalid/1.jpg,a cat\n')
  await useImporting().begin([table])
  expect(await useImporting().start()).toBe(true)
  expect(useSession().corpus?.name).toBe('cats')
})
