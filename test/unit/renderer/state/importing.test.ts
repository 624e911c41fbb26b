import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createPinia, setActivePinia } from 'pinia'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createClient, provideClient } from '../../../../src/renderer/src/bridge/client.ts'
import { sortInputs } from '../../../../src/renderer/src/state/inputs.ts'
import { useImporting } from '../../../../src/renderer/src/state/importing.ts'
import { useIncoming } from '../../../../src/renderer/src/state/incoming.ts'
import { useSession } from '../../../../src/renderer/src/state/session.ts'
import { startWindowEngine, type WindowEngine } from '../../../support/window-engine.ts'

let bridge: WindowEngine
/** A file of the folder of tables. */
const at = (name: string): string => join(bridge.folder, name)
let asked: { name: string; input: unknown }[] = []

beforeAll(() => {
  bridge = startWindowEngine({ 'shell.openFolder': () => bridge.folder })
  const rows = (of: (i: number) => string): string =>
    Array.from({ length: 20 }, (_, i) => `${of(i)}\n`).join('')
  const url = (i: number): string => `https://images.example/${i}.jpg`
  const laion = (name: string, cosine: (i: number) => number): void =>
    writeFileSync(
      at(name),
      `URL,TEXT,WIDTH,HEIGHT,similarity\n${rows((i) => `${url(i)},a boat ${i},640,480,${cosine(i)}`)}`,
    )
  laion('laion.csv', (i) => 0.28 + i / 100)
  laion('scaled.csv', (i) => 28.5 + i)
  writeFileSync(at('plain.csv'), `bild,beschreibung\n${rows((i) => `Nummer ${i},ein Boot ${i}`)}`)
  writeFileSync(at('broken.parquet'), 'PAR1, and then nothing more')
  writeFileSync(at('crawl.warc'), '')
})
afterAll(() => bridge.stop())

beforeEach(() => {
  setActivePinia(createPinia())
  asked = []
  provideClient(
    createClient({
      ...bridge,
      call(name, input) {
        asked.push({ name, input })
        return bridge.call(name, input)
      },
    }),
  )
})

describe('what is dropped', () => {
  const none = () => Promise.resolve(false)

  test('is told apart by its ending', async () => {
    const tables = ['/a/t.csv.gz', '/a/t.Parquet', 'C:\\a\\t.jsonl']
    const archives = ['/a/crawl.warc.gz', '/a/x.WACZ', '/a/b']
    expect(await sortInputs([...archives, ...tables], none)).toEqual({ tables, archives })
  })

  test('is a table where a folder holds some', async () => {
    const sorted = await sortInputs(['/a/flickr', '/a/warcs'], (path) =>
      Promise.resolve(path.endsWith('flickr')),
    )
    expect(sorted).toEqual({ tables: ['/a/flickr'], archives: ['/a/warcs'] })
  })

  test('stands for its folder where it is an array of embeddings', async () => {
    const files = ['image_embeddings.npy', 'text_embeddings.npy', 'rows.csv']
    for (const root of ['/a/f/', 'C:\\a\\f\\']) {
      const paths = files.map((file) => root + file)
      expect((await sortInputs(paths, none)).tables).toEqual([root.slice(0, -1)])
    }
  })

  test('goes into both imports if it is of both kinds', async () => {
    const incoming = useIncoming()
    await incoming.take([at('crawl.warc'), at('laion.csv')])
    expect(incoming.archives).toEqual([at('crawl.warc')])
    expect(useImporting().inputs).toEqual([at('laion.csv')])
  })
})

describe('tables that wait', () => {
  test('are imported as recognised, without pictures where there are only addresses', async () => {
    const importing = useImporting()
    const corpus = bridge.corpus('empty', () => {})
    await useSession().open(corpus)
    await importing.begin([at('laion.csv')])
    expect(importing.ready).toBe(true)
    expect(importing.scoreNames).toEqual(['laion:similarity'])
    expect(await importing.start()).toBe(true)
    expect(asked.find(({ name }) => name === 'jobs.import')?.input).toEqual({
      corpus,
      inputs: [at('laion.csv')],
      columns: [],
      images: 'none',
    })
    expect(importing.open).toBe(false)
  })

  test('are refused until the unit is said', async () => {
    const importing = useImporting()
    await importing.begin([at('scaled.csv')])
    expect(importing.refusal?.message).toContain('no cosines')
    expect(importing.refusal?.about).toBe('unit')
    expect(importing.ready).toBe(false)
    expect(await importing.start()).toBe(false)
    await importing.setUnit('x100')
    expect(importing.refusal).toBeNull()
    expect(importing.ready).toBe(true)
  })

  test('give a role to one column at a time', async () => {
    const importing = useImporting()
    await importing.begin([at('plain.csv')])
    expect(importing.refusal?.about).toBe('pictures')
    expect(importing.ready).toBe(false)
    await importing.setRole('bild', 'url')
    expect(importing.ready).toBe(true)
    await importing.setRole('beschreibung', 'url')
    expect(importing.chosen).toEqual([{ role: 'url', column: 'beschreibung' }])
    await importing.setRole('beschreibung', 'alt')
    await importing.setRole('bild', 'path')
    expect(importing.picturesFrom).toBe('archive')
    await importing.forgetChoices()
    expect(importing.ready).toBe(false)
  })

  test('that cannot be read say so, and leave nothing to import', async () => {
    const importing = useImporting()
    await importing.begin([at('broken.parquet')])
    expect(importing.refusal?.message).toContain('is cut short')
    expect(importing.refusal?.about).toBeNull()
    expect(importing.ready).toBe(false)
  })

  test('take their pictures from a folder only once it is chosen', async () => {
    const importing = useImporting()
    await importing.begin([at('laion.csv')])
    importing.pictures = 'folder'
    expect(importing.ready).toBe(false)
    await importing.chooseFolder()
    expect(importing.ready).toBe(true)
  })
})
