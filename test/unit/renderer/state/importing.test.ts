import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, test } from 'vitest'
import { createClient, provideClient } from '../../../../src/renderer/src/bridge/client.ts'
import { sortInputs } from '../../../../src/renderer/src/state/inputs.ts'
import { useImporting } from '../../../../src/renderer/src/state/importing.ts'
import { useIncoming } from '../../../../src/renderer/src/state/incoming.ts'
import { useSession } from '../../../../src/renderer/src/state/session.ts'
import { createFakeBridge } from '../../../support/fake-bridge.ts'

const CORPUS = '/data/corpora/harbour-archive.gleaner'
let asked: { name: string; input: unknown }[] = []

beforeEach(() => {
  setActivePinia(createPinia())
  const bridge = createFakeBridge({ pairs: 50, delay: 0 })
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
    await incoming.take(['/a/crawl.warc.gz', '/a/laion.parquet'])
    expect(incoming.archives).toEqual(['/a/crawl.warc.gz'])
    expect(useImporting().inputs).toEqual(['/a/laion.parquet'])
  })
})

describe('tables that wait', () => {
  test('are imported as recognised, without pictures where there are only addresses', async () => {
    const importing = useImporting()
    await useSession().open(CORPUS)
    await importing.begin(['/a/laion.parquet'])
    expect(importing.ready).toBe(true)
    expect(importing.scoreNames).toEqual(['laion:similarity'])
    expect(await importing.start()).toBe(true)
    expect(asked.find(({ name }) => name === 'jobs.import')?.input).toEqual({
      corpus: CORPUS,
      inputs: ['/a/laion.parquet'],
      columns: [],
      images: 'none',
    })
    expect(importing.open).toBe(false)
  })

  test('are refused until the unit is said', async () => {
    const importing = useImporting()
    await importing.begin(['/a/scaled.parquet'])
    expect(importing.refusal?.message).toContain('no cosines')
    expect(importing.ready).toBe(false)
    expect(await importing.start()).toBe(false)
    await importing.setUnit('x100')
    expect(importing.refusal).toBeNull()
    expect(importing.ready).toBe(true)
  })

  test('give a role to one column at a time', async () => {
    const importing = useImporting()
    await importing.begin(['/a/plain.csv'])
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
    await importing.begin(['/a/broken.parquet'])
    expect(importing.refusal?.message).toContain('breaks off')
    expect(importing.ready).toBe(false)
  })

  test('take their pictures from a folder only once it is chosen', async () => {
    const importing = useImporting()
    await importing.begin(['/a/laion.parquet'])
    importing.pictures = 'folder'
    expect(importing.ready).toBe(false)
    await importing.chooseFolder()
    expect(importing.ready).toBe(true)
  })
})
